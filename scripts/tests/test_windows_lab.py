"""The Windows lab: what it refuses, and that what it sets up is Windows' Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

assert sys.platform != "win32", "the lab runs Wine on Linux"

import pytest

from _windows import lab

SCRIPT = Path(__file__).resolve().parents[1] / "windows_lab.py"
COULD_NOT_START = 4
DEADLINE = 300.0


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env=os.environ | environment,
    )


def test_a_machine_without_wine_is_told_what_to_install(tmp_path: Path) -> None:
    ended = start(PATH=str(tmp_path), IPC_CONFORMANCE_WINDOWS_LAB=str(tmp_path / "lab"))
    assert ended.returncode == COULD_NOT_START
    assert "'wine' is missing; install it" in ended.stderr
    assert not (tmp_path / "lab").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for program in ("wine", "wineserver", "flock", "setsid"):
        (tmp_path / program).symlink_to("/bin/true")
    ended = start(PATH=str(tmp_path), IPC_CONFORMANCE_WINDOWS_LAB=str(tmp_path / "file" / "lab"))
    assert ended.returncode == COULD_NOT_START
    assert f"cannot set up {tmp_path / 'file' / 'lab'}" in ended.stderr


@pytest.fixture
def launcher() -> str:
    """The launcher of a lab that is there already; these tests do not make one."""
    if not (lab.folder() / "ready").exists():
        pytest.skip("not run: there is no Windows lab; python3 scripts/windows_lab.py makes one")
    # One that an older recipe made is made anew by this.
    assert start().returncode == 0
    return str(lab.folder() / "python")


@pytest.mark.usefixtures("launcher")
def test_a_lab_that_is_there_is_not_made_again(launcher: str) -> None:
    ended = start()
    assert (ended.stdout, ended.stderr, ended.returncode) == (f"{launcher}\n", "", 0)


@pytest.mark.usefixtures("launcher")
def test_the_script_becomes_the_python_of_windows() -> None:
    ended = start("-c", "import sys; print(sys.platform, sys.argv[1]); sys.exit(3)", "a b")
    assert (ended.stdout, ended.returncode) == ("win32 a b\n", 3)
