"""What a platform lacks is an error of the type checkers, and not of the running program."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest

import ipc

ROOT = pathlib.Path(ipc.__file__).parents[1]

# Each line is right on some platform and must be an error on the one that it is named after.
MISUSE = """\
import ipc
import ipc.posix
import ipc.windows
ipc.listen("name")  # win32
ipc.connect("name")  # win32
ipc.pipe()  # win32
ipc.Stream  # win32
ipc.AbstractName("name")  # win32 darwin
ipc.posix.make_fifo("path")  # win32
ipc.posix.peer_credentials  # win32
ipc.posix.shutdown  # win32
ipc.posix.send_descriptors  # win32
import ipc.aio.posix
import ipc.trio
ipc.aio.connect  # win32
ipc.trio.pipe()  # win32
import sys
if sys.platform != "win32":
    async def awaited(a: ipc.aio.Stream, t: ipc.trio.Stream, b: ipc.Stream) -> None:
        one: bytes = await a.recv()
        two: bytes = a.recv()  # linux darwin
        three: bytes = await b.recv()  # linux darwin
        halves: tuple[ipc.aio.Receiver, ipc.aio.Sender] = a.split()
        mixed: tuple[ipc.trio.Receiver, ipc.trio.Sender] = a.split()  # linux darwin
        four: ipc.trio.Stream = await ipc.trio.connect("name")
        five: ipc.aio.Stream = await ipc.trio.connect("name")  # linux darwin
        six: ipc.aio.Receiver = await ipc.aio.posix.open_fifo_receiver("path")
        await ipc.aio.posix.send_descriptors(t, [], b"x")  # linux darwin
        await a.send_all("text")  # linux darwin
        await a.close()  # linux darwin
ipc.NamespacedName("name")
ipc.errors.NotFound
"""


def expected(platform: str) -> list[int]:
    return [number for number, line in enumerate(MISUSE.splitlines(), 1) if platform in line.partition("#")[2].split()]


def complained(output: str) -> list[int]:
    """The lines with errors, of both checkers' output."""
    places = [line.partition("misuse.py:")[2] for line in output.splitlines() if " error" in line or ": error" in line]
    return sorted({int(place.split(":")[0]) for place in places if place})


def run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_mypy_refuses_what_the_platform_lacks(tmp_path: pathlib.Path, platform: str) -> None:
    pytest.importorskip("mypy", reason="mypy comes with the development tools")
    (tmp_path / "misuse.py").write_text(MISUSE)
    out = run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file=",
            "--cache-dir",
            str(tmp_path / "cache"),
            "--platform",
            platform,
            str(tmp_path / "misuse.py"),
        ]
    )
    assert complained(out) == expected(platform), out


@pytest.mark.parametrize(("platform", "name"), [("linux", "Linux"), ("darwin", "Darwin"), ("win32", "Windows")])
def test_pyright_refuses_what_the_platform_lacks(tmp_path: pathlib.Path, platform: str, name: str) -> None:
    pytest.importorskip("pyright", reason="pyright comes with the development tools")
    (tmp_path / "misuse.py").write_text(MISUSE)
    (tmp_path / "pyrightconfig.json").write_text(
        f'{{"pythonPlatform": "{name}", "extraPaths": ["{ROOT.as_posix()}"], "reportUnusedExpression": "none"}}'
    )
    out = run([sys.executable, "-m", "pyright", "--project", str(tmp_path)])
    assert complained(out) == expected(platform), out


def test_the_version_is_that_of_the_package() -> None:
    project = ROOT / "pyproject.toml"
    if project.exists():
        assert f'version = "{ipc.__version__}"' in project.read_text()
    assert ipc.__version__.count(".") == 2


def test_importing_ipc_stays_light() -> None:
    """Each of these costs more than ipc itself."""
    heavy = ["asyncio", "dataclasses", "typing", "inspect", "threading", "subprocess", "re", "logging"]
    code = f"import sys, ipc, ipc.errors; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert out.stdout.strip() == "[]"
