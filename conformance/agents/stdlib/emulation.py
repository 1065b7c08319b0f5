"""Whether what runs this process is the system that it looks like."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "uname and /proc are POSIX and Linux"

import os

# gVisor answers uname(2) with one fixed text (pkg/sentry/kernel/version.go); no Linux was built in that second.
GVISOR = "#1 SMP Sun Jan 10 15:06:54 PST 2016"


def emulator() -> str | None:
    """The program that stands between this process and the kernel; None where nothing shows one.

    qemu-user answers `/proc/self/exe` as if the guest ran by itself, and no other way to the same link (proc(5)):
    where the two differ, the second names the emulator.
    """
    if os.uname().version == GVISOR:
        return "gVisor"
    try:
        seems, runs = (os.path.basename(os.readlink(f"/proc/{name}/exe")) for name in ("self", "thread-self"))
    except OSError:
        return None
    return None if seems == runs else runs
