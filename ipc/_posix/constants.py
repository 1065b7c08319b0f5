"""What the systems call the same things, where Python has no name for it.

Numbers were read from each system's headers: sys/socket.h, sys/un.h, sys/ucred.h.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import os
import socket

LINUX = sys.platform in ("linux", "android")

# One read larger than 128 KiB makes CPython 3.12 and 3.13 map and unmap memory each time:
# 17 us in place of 2 us, measured.
LARGEST_READ = 65_536

# send(): report EPIPE, and do not raise SIGPIPE. 0 on older macOS, which has SO_NOSIGPIPE instead.
NO_SIGNAL: int = getattr(socket, "MSG_NOSIGNAL", 0)
DONT_WAIT: int = socket.MSG_DONTWAIT
CLOSE_ON_EXEC: int = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
PATH_ONLY: int = getattr(os, "O_PATH", 0)

# setsockopt(): the same for the whole socket.
SO_NOSIGPIPE: int | None = {"darwin": 0x1022, "ios": 0x1022}.get(sys.platform)

# getsockopt() level of the BSDs' local-socket options (sys/un.h: SOL_LOCAL, 0).
SOL_LOCAL = 0
