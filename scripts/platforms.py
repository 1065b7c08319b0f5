"""Record evidence on a platform that this machine can stand in for: `platforms.py NAME EVIDENCE [ARGS...]`.

    python3.12, pypy3, ...   another Python of this machine, by the name of its program or its path
    gvisor                   the kernel of gVisor (Debian's package runsc)
    arm64, armhf, s390x, ... a foreign architecture (Debian's packages qemu-user-static and debootstrap; as root)

ARGS are those of `ipc-conformance record`. What an emulator stands in for is told by the evidence itself.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "what this script starts are POSIX programs"

import os
import shutil
import subprocess
from pathlib import Path

import _start

ROOT = Path(__file__).resolve().parents[1]
# What is unpacked for a platform is kept for the next time.
KEPT = ROOT / ".platforms"
EMULATORS = {"arm64": "qemu-aarch64", "armhf": "qemu-arm", "s390x": "qemu-s390x", "ppc64el": "qemu-ppc64le",
             "riscv64": "qemu-riscv64"}  # fmt: skip
SUITE = "bookworm"
MIRROR = os.environ.get("IPC_CONFORMANCE_MIRROR", "")


def main(arguments: list[str]) -> int:
    if len(arguments) < 2 or arguments[0].startswith("-"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    name, evidence, *rest = arguments
    target = Path(evidence).absolute()
    if target.exists():
        return _refuse(f"{evidence} exists; remove it or name another file")
    KEPT.mkdir(exist_ok=True)
    suite = KEPT / "suite.pyz"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "suite_pyz.py"), str(suite)], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    if name == "gvisor":
        return _gvisor(suite, target, rest)
    if name in EMULATORS:
        return _foreign(name, suite, target, rest)
    if shutil.which(name) is None:
        known = ", ".join(("gvisor", *EMULATORS))
        return _refuse(f"{name} is neither a Python on the PATH nor one of {known}")
    return subprocess.run([name, str(suite), "record", "--evidence", str(target), *rest], check=False).returncode


def _gvisor(suite: Path, target: Path, rest: list[str]) -> int:
    if shutil.which("runsc") is None:
        return _refuse("gVisor is not installed: apt-get install runsc")
    # Access to the machine's own files, for the evidence; the processes are gVisor's alone all the same.
    sandbox = ["runsc", "--network=none", "--ignore-cgroups", "--platform=ptrace", "do", "--force-overlay=false"]
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
    command = [*sandbox, "-cwd", str(target.parent), python, str(suite), "record", "--evidence", str(target), *rest]
    return subprocess.run(command, check=False).returncode


def _foreign(name: str, suite: Path, target: Path, rest: list[str]) -> int:
    emulator = EMULATORS[name]
    missing = [package for package, place in (("qemu-user-static", f"/usr/lib/binfmt.d/{emulator}.conf"),
                                              ("debootstrap", "/usr/sbin/debootstrap"))
               if not Path(place).exists()]  # fmt: skip
    if missing or os.geteuid() != 0:
        return _refuse(f"as root: apt-get install {' '.join(missing)}" if missing else "this takes root")
    root = KEPT / name
    if not (root / "complete").exists():
        _unpack(name, root)
    shutil.copy(suite, root / "suite.pyz")
    inside = root / "tmp" / "evidence.jsonl"
    inside.unlink(missing_ok=True)
    # Under an emulator a Python takes seconds to start; what is slow for that reason is not hung.
    command = [
        "/usr/bin/python3",
        "/suite.pyz",
        "record",
        "--patience",
        "90",
        "--evidence",
        "/tmp/evidence.jsonl",
        *rest,
    ]
    enter = [sys.executable, str(ROOT / "scripts" / "_foreign.py"), str(root), emulator]
    status = subprocess.run([*enter, *command], check=False).returncode
    if inside.exists():
        shutil.move(inside, target)
    return status


def _unpack(name: str, root: Path) -> None:
    """Debian's Python for the architecture: fetched and unpacked, not installed, which is enough to run it."""
    if root.exists():
        shutil.rmtree(root)
    include = "--include=python3-minimal,libpython3-stdlib"
    command = ["debootstrap", "--foreign", f"--arch={name}", "--variant=minbase", include, SUITE, str(root)]
    subprocess.run([*command, *([MIRROR] if MIRROR else [])], check=True)
    for package in sorted((root / "var/cache/apt/archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(package), str(root)], check=True)
    (root / "tmp").mkdir(exist_ok=True)
    (root / "complete").touch()


def _refuse(message: str) -> int:
    sys.stderr.write(f"platforms.py: {message}\n")
    return _start.COULD_NOT_START


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
