"""Make or mend the private environment `.venv`, telling on stderr what is being done.

Rules: stdout belongs to the program that is started afterwards; one process at a time works here, under a lock
that ends with its holder; a stamp is written last, so that an interrupted set-up is never taken for a finished one.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import _start

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ROOT = Path(_start.ROOT)
VENV = Path(_start.VENV)
PYTHON = Path(_start.PYTHON)
LOCK = ROOT / ".venv.lock"
OURS = VENV / "made-by-ipc-conformance"
UNFINISHED = VENV / "set-up-unfinished"

# These would send an installation elsewhere than into the environment.
MISLEADING = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_PYTHON")


def set_up(profile: str, *, from_scratch: bool = False) -> None:
    """Make the environment ready for `profile`; ends the process with one line where that is impossible."""
    try:
        with _lock():
            if from_scratch or not _start.is_ready(profile):
                _set_up(profile, from_scratch=from_scratch)
    except KeyboardInterrupt:
        say("interrupted; the next start begins the set-up again")
        sys.exit(130)
    except OSError as error:
        refuse(f"cannot set up {VENV}: {error}; make {ROOT} writable or copy the repository")


def say(message: str) -> None:
    sys.stderr.write(f"ipc-conformance: {message}\n")
    sys.stderr.flush()


def refuse(message: str) -> NoReturn:
    say(message)
    sys.exit(_start.COULD_NOT_START)


@contextmanager
def _lock() -> Generator[None, None, None]:
    with LOCK.open("ab") as file:
        if not _try_lock(file.fileno(), wait=False):
            say("another start is setting up .venv; waiting for it")
            while not _try_lock(file.fileno(), wait=True):
                pass
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int, *, wait: bool) -> bool:
        os.lseek(fd, 0, os.SEEK_SET)
        try:
            # LK_LOCK tries for about ten seconds before it raises.
            msvcrt.locking(fd, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(fd: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _set_up(profile: str, *, from_scratch: bool) -> None:
    if from_scratch or UNFINISHED.exists() or not _has_pip():
        _make_venv()
    if not _start.is_ready("run"):
        _step("run", "pytest, pytest-xdist, hypothesis, psutil, and the peers trio and anyio", _install_project)
    if profile == "dev":
        _step("dev", "the development tools", _install_tools)
    say(".venv is ready")


def _step(profile: str, what: str, install: Callable[[], None]) -> None:
    stamp = Path(_start.stamp(profile))
    stamp.unlink(missing_ok=True)
    UNFINISHED.touch()
    say(f"installing {what}")
    try:
        install()
    finally:
        # pip undoes what it could not finish, so after a failure the next start goes on; a kill leaves the mark.
        if not isinstance(sys.exception(), KeyboardInterrupt):
            UNFINISHED.unlink()
    stamp.write_bytes(_start.wanted())


def _install_project() -> None:
    # The build backend stays, so that a later change of pyproject.toml can be followed without a network.
    _pip("install", "hatchling")
    _pip("install", "--no-build-isolation", "--editable", f"{ROOT}[peers]")


def _install_tools() -> None:
    # By name and not as the project's extra: the project itself stays untouched below a run that is under way.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    _pip("install", *project["project"]["optional-dependencies"]["dev"])


def _has_pip() -> bool:
    if not PYTHON.exists():
        return False
    probe = subprocess.run(
        [PYTHON, "-I", "-c", "import pip"], check=False, stdin=subprocess.DEVNULL, capture_output=True
    )
    return probe.returncode == 0


def _make_venv() -> None:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            refuse(
                f"this Python ({sys.executable}) has no module {module}, which makes private environments;"
                " install it (Debian, Ubuntu: apt install python3-venv) or start with another Python"
            )
    if VENV.exists():
        if not OURS.exists():
            refuse(f"{VENV} is no working environment and not of our making; move it away and start again")
        say(".venv is unfinished or broken; making it anew")
        shutil.rmtree(VENV)
    say("making the private environment .venv (first run only, about half a minute)")
    VENV.mkdir()
    OURS.touch()
    UNFINISHED.touch()
    _quietly([sys.executable, "-I", "-m", "venv", str(VENV)], "cannot make .venv", "see the lines above")


def _pip(verb: str, *arguments: str) -> None:
    _quietly(
        [str(PYTHON), "-I", "-m", "pip", verb, "--quiet", "--no-input", "--disable-pip-version-check",
         "--constraint", str(ROOT / "constraints.txt"), *arguments],
        "pip could not install what is needed",
        "see pip's lines above; behind a proxy or a mirror, configure pip and start again",
    )  # fmt: skip


def _quietly(command: list[str], failure: str, remedy: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment | {"PIP_USER": "0"},
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        refuse(f"{failure} (exit status {done.returncode}); {remedy}")
