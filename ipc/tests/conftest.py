"""What the tests of ipc share: short paths, real processes that are always reaped, and a look for leaks."""

from __future__ import annotations

import gc
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator

import pytest

import ipc
from ipc.tests.loops import LOOPS, Loop
from ipc.tests.support import PATIENCE, Spawn

ROOT = pathlib.Path(ipc.__file__).parents[1]
collect_ignore_glob = ["test_posix_*.py"] if sys.platform == "win32" else ["test_windows_*.py"]


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    """A private directory whose paths fit into any sun_path; it must be empty of sockets at the end, or is removed."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="ipc-", dir="/tmp" if os.path.isdir("/tmp") else None))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start `python -c CODE ARGS` with ipc at hand and pipes on its standard streams."""
    children: list[subprocess.Popen[str]] = []

    def start(
        code: str, *arguments: object, close_fds: bool = True, pass_fds: tuple[int, ...] = ()
    ) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            close_fds=close_fds,
            pass_fds=pass_fds,
        )
        children.append(child)
        return child

    try:
        yield start
    finally:
        for child in children:
            child.kill()
            child.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def libuv() -> None:
    """Have libuv open what it keeps for the rest of the process (its signal pipe), where there is uvloop."""
    try:
        import uvloop
    except ImportError:
        return

    async def nothing() -> None:
        pass

    uvloop.run(nothing())


@pytest.fixture(params=list(LOOPS))
def loop(request: pytest.FixtureRequest, libuv: None) -> Loop:  # noqa: ARG001 -- before the look for leaks
    """Each event loop in turn."""
    return LOOPS[request.param]()


@pytest.fixture(autouse=True)
def leaves_nothing_open() -> Iterator[None]:
    """Every descriptor that a test opened is closed at its end."""
    before = open_descriptors()
    yield
    gc.collect()
    assert open_descriptors() == before


def open_descriptors() -> set[int]:
    """The numbers of this process's open descriptors."""
    numbers: set[int] = set()
    for name in os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else []:
        try:
            os.fstat(int(name))
        except OSError:
            continue
        numbers.add(int(name))
    return numbers


@pytest.fixture
def alarms() -> Iterator[Callable[[float], list[int]]]:
    """Start a storm of signals, one every so many seconds, with a Python handler; the list counts them."""
    counted: list[int] = []

    def start(interval: float) -> list[int]:
        if sys.platform != "win32":
            signal.signal(signal.SIGALRM, lambda number, _frame: counted.append(number))
            signal.setitimer(signal.ITIMER_REAL, interval, interval)
        return counted

    try:
        yield start
    finally:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
