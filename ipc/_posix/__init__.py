"""POSIX: the system calls, as operations. Nothing here waits; a driver does."""

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems; on Windows use what ipc itself exports"
