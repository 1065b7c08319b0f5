"""The start scripts, in a copy of the repository that is as small as it can be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

SCRIPTS = Path(__file__).resolve().parents[1]
COULD_NOT_START = 4
DEADLINE = 30.0
STAMP = "import _start, pathlib; pathlib.Path(_start.stamp('run')).write_bytes(_start.wanted())"
GREET = "import _start; _start.start('run', ['-I', '-c', 'import sys; print(*sys.argv)'], ['hello', '--there'])"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository without an environment."""
    (tmp_path / "scripts").mkdir()
    for name in ("_start.py", "_install.py"):
        shutil.copy(SCRIPTS / name, tmp_path / "scripts")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("")
    return tmp_path


def make_environment(repository: Path) -> None:
    folder = repository / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    folder.mkdir(parents=True)
    program = folder / ("python.exe" if sys.platform == "win32" else "python")
    program.symlink_to(os.path.realpath(sys.executable))
    ended = python(repository, STAMP)
    assert ended.returncode == 0, ended.stderr


def command(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def python(repository: Path, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(code), cwd=repository / "scripts", check=False, capture_output=True, text=True, timeout=DEADLINE
    )


def test_start_becomes_the_environments_python_and_says_nothing(repository: Path) -> None:
    make_environment(repository)
    ended = python(repository, GREET)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("-c hello --there\n", "", 0)


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_environment_is_not_ready_after_a_change_of(repository: Path, name: str) -> None:
    make_environment(repository)
    (repository / name).write_text("# changed\n")
    assert python(repository, "import _start; print(_start.is_ready('run'))").stdout == "False\n"


def test_environment_is_not_ready_after_the_repository_was_moved(repository: Path, tmp_path: Path) -> None:
    make_environment(repository)
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    repository.rename(moved)
    assert python(moved, "import _start; print(_start.is_ready('run'))").stdout == "False\n"


def test_environment_that_is_ready_for_a_run_is_not_ready_for_development(repository: Path) -> None:
    make_environment(repository)
    assert python(repository, "import _start; print(_start.is_ready('dev'))").stdout == "False\n"


def test_folder_of_somebody_else_is_refused_and_left_alone(repository: Path) -> None:
    precious = repository / ".venv" / "precious"
    precious.parent.mkdir()
    precious.touch()
    ended = python(repository, GREET)
    assert ended.returncode == COULD_NOT_START
    assert ended.stderr.endswith("not of our making; move it away and start again\n")
    assert ended.stdout == ""
    assert precious.exists()


def test_python_without_ensurepip_is_told_what_to_install(repository: Path) -> None:
    ended = python(repository, "import sys; sys.modules['ensurepip'] = None; import _install; _install.set_up('run')")
    assert ended.returncode == COULD_NOT_START
    assert "apt install python3-venv" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="holds the lock by flock")
def test_second_start_waits_for_the_first_one_and_uses_what_it_made(repository: Path) -> None:
    with (repository / ".venv.lock").open("ab") as lock:
        hold(lock)
        second = subprocess.Popen(
            command(GREET),
            cwd=repository / "scripts",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert second.stderr is not None
            assert second.stderr.readline() == "ipc-conformance: another start is setting up .venv; waiting for it\n"
            make_environment(repository)
            lock.close()
            output, errors = second.communicate(timeout=DEADLINE)
        finally:
            second.kill()
            second.communicate()
    assert (output, errors, second.returncode) == ("-c hello --there\n", "", 0)


def hold(file: BinaryIO) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
