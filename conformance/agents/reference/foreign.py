"""A descriptor of another kind than `ipc` knows, which came by descriptor passing: a file, a terminal."""

from __future__ import annotations

import os


class Foreign:
    """Enough to read it, to write to it, and to close it."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        return self._fd

    def recv(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 -- files never wait
        return os.read(self._fd, max_bytes)

    def send(self, data: bytes, timeout: float | None = None) -> int:  # noqa: ARG002
        return os.write(self._fd, data)

    @property
    def inheritable(self) -> bool:
        return os.get_inheritable(self._fd)

    @inheritable.setter
    def inheritable(self, value: bool) -> None:
        os.set_inheritable(self._fd, value)

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
