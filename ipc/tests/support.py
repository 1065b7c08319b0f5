"""What several test files need."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Generator

import pytest

import ipc
from ipc import errors

PATIENCE = 20.0

Spawn = Callable[..., "subprocess.Popen[str]"]

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")

Pair = tuple[ipc.Stream, ipc.Stream]

if sys.platform != "win32":
    import resource

    @contextlib.contextmanager
    def descriptor_limit(soft: int) -> Generator[None, None, None]:
        """RLIMIT_NOFILE for a while."""
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)

    @contextlib.contextmanager
    def all_descriptors_taken(spare: int = 0) -> Generator[None, None, None]:
        """So many descriptors can be opened, and no more."""
        fillers: list[int] = []
        with descriptor_limit(256):
            try:
                while True:
                    try:
                        fillers.append(os.open(os.devnull, os.O_RDONLY))
                    except OSError:
                        break
                for _ in range(spare):
                    os.close(fillers.pop())
                yield
            finally:
                for filler in fillers:
                    os.close(filler)


def fill(sender: ipc.Stream | ipc.Sender, piece: int = 4096) -> int:
    """Send until nothing more is taken; how much was."""
    total = 0
    while True:
        try:
            total += sender.send(bytes(piece), timeout=0)
        except errors.WouldBlock:
            return total


def fill_backlog(name: str | os.PathLike[str] | ipc.NamespacedName) -> list[ipc.Stream]:
    """Clients enough that the listener on `name` takes no more."""
    clients: list[ipc.Stream] = []
    while True:
        try:
            clients.append(ipc.connect(name, timeout=0))
        except (errors.WouldBlock, errors.Refused):
            return clients
