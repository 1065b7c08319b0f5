"""Whose turn it is on this machine: workers run cases side by side, but a case marked `alone` by itself. POSIX only.

The turns are a lock file's: shared by ordinary cases, exclusive to a lonely one (flock(2)).
"""

from __future__ import annotations

import sys
from pathlib import Path

assert sys.platform != "win32", "flock is POSIX only"

import fcntl
import os
import tempfile


class Turns:
    """One worker's hold on the machine. A worker runs no ordinary case while it asks for the machine to itself."""

    def __init__(self, directory: Path, name: str) -> None:
        """The lock is in `directory`; where that is another machine's, in the directory for temporary files."""
        here = directory.is_dir()
        self._path = (directory if here else Path(tempfile.gettempdir())) / f"ipc-conformance-{name}.lock"
        self._remove = not here
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._holds = fcntl.LOCK_UN

    def share(self) -> None:
        """Wait until no lonely case runs."""
        self._take(fcntl.LOCK_SH)

    def alone(self) -> None:
        """Wait until no other worker runs a case."""
        # Converting the lock could wait for another worker that does the same.
        self.leave()
        self._take(fcntl.LOCK_EX)

    def leave(self) -> None:
        """Let go: this worker runs nothing."""
        self._take(fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go for good."""
        os.close(self._descriptor)
        if self._remove:
            self._path.unlink(missing_ok=True)

    def _take(self, how: int) -> None:
        if self._holds != how:
            fcntl.flock(self._descriptor, how)
            self._holds = how
