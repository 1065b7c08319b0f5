"""The tests of ipc for Windows, run for real by Windows' Python under Wine."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

import ipc

ROOT = pathlib.Path(ipc.__file__).parents[1]


def launcher() -> str:
    """The command of a lab that is there; this test does not make one."""
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("not run: Wine runs the tests of a source tree, and this is an installed package")
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    lab = os.environ.get("IPC_CONFORMANCE_WINDOWS_LAB") or os.path.join(caches, "ipc-conformance", "windows-lab")
    if not os.path.exists(os.path.join(lab, "ready")):
        pytest.skip(f"not run: there is no Windows lab in {lab}; python3 scripts/windows_lab.py makes one")
    return os.path.join(lab, "python")


@pytest.mark.skipif(sys.platform != "linux", reason="not run: Wine is used on Linux")
@pytest.mark.parametrize(
    "part", ["test_windows_streams.py", "test_windows_pipes.py", "test_errors.py", "test_names.py"]
)
def test_on_windows(part: str) -> None:
    folder = ROOT / "ipc" / "tests"
    done = subprocess.run(
        [launcher(), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", f"Z:{ROOT}/pyproject.toml", "--rootdir",
         f"Z:{ROOT}", f"Z:{folder}/{part}"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"(\d+) passed", done.stdout)
    assert told is not None
    assert int(told[1]) >= 10
