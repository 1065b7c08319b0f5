"""The file that a listener made: whose it is, who may remove it, and when an old one may be replaced."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "sockets with a file of their own are POSIX"

import _socket
import os
import stat


class Claim:
    """The file of one bound socket, known by device and inode, at the place where it was made.

    Kept as an absolute path, since the working directory may be another when it is released.
    A listener's duplicates share one claim; the last to release it removes the file, if it still is this file.
    """

    def __init__(self, path: bytes) -> None:
        self.path = os.path.abspath(path)
        found = os.lstat(path)
        self._identity = (found.st_dev, found.st_ino)
        self._holders = 1
        self.reclaim = True

    def hold(self) -> Claim:
        self._holders += 1
        return self

    def release(self) -> None:
        self._holders -= 1
        if self._holders == 0 and self.reclaim:
            self.remove()

    def remove(self) -> None:
        try:
            if self.is_ours():
                os.unlink(self.path)
        except FileNotFoundError:
            pass

    def is_ours(self) -> bool:
        found = os.lstat(self.path)
        return (found.st_dev, found.st_ino) == self._identity


def remove_dead_socket(path: bytes) -> bool:
    """Remove `path` if it is a socket that nobody holds any more; False if it is anything else.

    POSIX cannot unlink an inode: between the look and the unlink a quick successor could lose its file.
    So those who remove take turns, by a lock on the directory, which leaves no file behind.
    """
    import fcntl

    directory = os.open(os.path.dirname(path) or b".", os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        if not stat.S_ISSOCK(os.lstat(path).st_mode) or not _is_dead(path):
            return False
        os.unlink(path)
    except FileNotFoundError:
        pass
    finally:
        os.close(directory)
    return True


def _is_dead(path: bytes) -> bool:
    """Refused, and bound by no process: one that is about to listen refuses as well."""
    probe = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        probe.setblocking(False)
        probe.connect(path)
    except ConnectionRefusedError:
        return not _is_bound(path)
    except OSError:
        return False
    finally:
        probe.close()
    return False


def _is_bound(path: bytes) -> bool:
    """Whether Linux lists an unconnected socket bound to this very path (proc(5)); other systems have no such list.

    Accepted sockets carry their listener's path as well, and outlive it: those are connected, and do not count.
    """
    try:
        with open("/proc/net/unix", "rb") as table:
            return any(_unconnected_at(line, path) for line in table)
    except OSError:
        return False


def _unconnected_at(line: bytes, path: bytes) -> bool:
    fields = line.rstrip(b"\n").split(None, 7)
    return len(fields) == 8 and fields[5] == b"01" and fields[7] == path
