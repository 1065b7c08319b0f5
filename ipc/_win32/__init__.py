"""Windows: the system calls, as operations over overlapped requests. Nothing here waits; a driver does."""

import sys

assert sys.platform == "win32", "ipc._win32 is for Windows; on this system use what ipc itself exports"
