"""A program on a pseudo terminal, watched until its screen shows something."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time

assert sys.platform != "win32", "Windows has no pseudo terminal that Python can open"

LIMIT = 60.0
PATIENCE = 5.0


def seconds_until(pattern: re.Pattern[bytes], command: list[str]) -> float | str:
    """Seconds from the start until the terminal shows `pattern`, or what went wrong; interrupts the program then."""
    begin = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    try:
        return _watch(terminal, pattern, begin)
    finally:
        # As a user would interrupt it, so that it takes along what it has started.
        os.kill(pid, signal.SIGINT)
        while select.select([terminal], [], [], PATIENCE)[0] and _read(terminal):
            pass
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def _watch(terminal: int, pattern: re.Pattern[bytes], begin: float) -> float | str:
    seen = b""
    while time.perf_counter() - begin < LIMIT:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        part = _read(terminal)
        if not part:
            return f"it ended first, saying: {seen.decode(errors='replace').strip()[-200:]}"
        seen += part
        if pattern.search(seen):
            return time.perf_counter() - begin
    return f"nothing of the kind in {LIMIT:.0f} s; the terminal shows {seen[-200:]!r}"


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # How Linux reports that the last process has left the terminal.
        return b""
