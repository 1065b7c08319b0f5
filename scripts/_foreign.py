"""Become root of a namespace of our own, with an emulator for one foreign architecture, inside another root directory.

    _foreign.py ROOT QEMU CMD...

The emulator is registered with the kernel inside the namespace only (binfmt_misc(5); Linux 6.7 and later), so the
machine itself is left as it was. To be called as root: all users are mapped, which a user's own namespace cannot do.
"""

from __future__ import annotations

import sys

assert sys.platform == "linux", "namespaces and binfmt_misc are Linux"

import ctypes
import os
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000  # sched.h
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000  # sys/mount.h
ALL_USERS = "0 0 65536"


def main(words: list[str]) -> int:
    if len(words) < 3:
        sys.stderr.write("usage, as root on Linux: _foreign.py ROOT QEMU CMD...\n")
        return 2
    root, emulator, *command = words
    ready, mapped = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _check(_libc().unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare")
        os.write(ready[1], b".")
        os.close(mapped[1])
        os.read(mapped[0], 1)
        os.setgid(0)
        os.setuid(0)
        _enter(Path(root), emulator)
        os.execvp(command[0], command)
    os.read(ready[0], 1)
    for name in ("uid_map", "gid_map"):
        Path(f"/proc/{child}/{name}").write_text(ALL_USERS)
    os.write(mapped[1], b".")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF


def _enter(root: Path, emulator: str) -> None:
    libc = _libc()
    _check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount --make-rprivate /")
    _check(libc.mount(b"binfmt_misc", b"/proc/sys/fs/binfmt_misc", b"binfmt_misc", 0, None), "mount binfmt_misc")
    # The line that Debian's package has for this emulator; its flag F keeps the emulator open, so it works in the root.
    Path("/proc/sys/fs/binfmt_misc/register").write_bytes(Path(f"/usr/lib/binfmt.d/{emulator}.conf").read_bytes())
    for place in ("proc", "dev"):
        (root / place).mkdir(exist_ok=True)
        bound = libc.mount(f"/{place}".encode(), bytes(root / place), None, MS_BIND | MS_REC, None)
        _check(bound, f"mount --rbind /{place}")
    (root / "tmp").mkdir(exist_ok=True)
    os.chroot(root)
    os.chdir("/")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(status: int, what: str) -> None:
    if status:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
