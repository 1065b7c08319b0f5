"""Tie a listening socket to its name, and untie it again without harming anybody else's file.

A failed bind leaves the name as it was. A name is removed only while it is known to be ours, or stale.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc._posix is for POSIX systems"

import errno
import fcntl
import os
import socket
import stat

from ipc._posix.constants import LINUX, PATH_ONLY
from ipc._wait import Pause
from ipc.errors import Busy, InUse, TimedOut, Unsupported, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op

# Some systems answer EEXIST where POSIX has EADDRINUSE.
_BIND_KINDS = {errno.EEXIST: InUse}
_LOCK_RETRY = 0.002


class BoundFile:
    """The socket file that a bind made: its path as of then, and its identity."""

    __slots__ = ("_creator", "_identity", "path")

    def __init__(self, path: bytes, identity: tuple[int, int] | None) -> None:
        self.path = path
        self._identity = identity
        self._creator = os.getpid()

    def remove(self) -> None:
        """Unlink the file if it is still ours, and this is the process that made it.

        Not in a forked child, whose exit must not end its parent's name. POSIX cannot unlink by identity,
        so a file put there between the look and the unlink, some microseconds, would be lost.
        """
        if self._identity is None or os.getpid() != self._creator:
            return
        if identity_of(self.path) == self._identity:
            try:
                os.unlink(self.path)
            except OSError:
                pass


def identity_of(path: bytes) -> tuple[int, int] | None:
    """Device and inode of the socket file at `path`; None if there is none."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISSOCK(status.st_mode) else None


def bind(sock: socket.socket, address: bytes, is_path: bool, mode: int | None, label: str) -> BoundFile | None:
    """Bind `sock`; None for a name without a file."""
    if mode is not None and not is_path:
        raise Unsupported(None, f"{label} has no file that could have a mode; use a PathName, or leave mode out")
    absolute = os.path.join(os.getcwdb(), address) if is_path and not address.startswith(b"/") else address
    if mode is not None:
        _prepare_mode(sock, mode, label)
    try:
        sock.bind(address)
    except OSError as error:
        raise describe(error, "listen on", label, _BIND_KINDS) from None
    if not is_path:
        return None
    bound = BoundFile(absolute, identity_of(absolute))
    if mode is not None:
        try:
            _settle_mode(absolute, mode, label)
        except BaseException:
            bound.remove()
            raise
    return bound


def _prepare_mode(sock: socket.socket, mode: int, label: str) -> None:
    # Before bind(), so that the file is never wider open than asked, and without umask(), which is the whole
    # process's. unix(7) and FreeBSD >= 14.3 honour it; others refuse, or ignore it, which _settle_mode sees.
    try:
        os.fchmod(sock.fileno(), mode)
    except OSError as error:
        raise Unsupported(
            error.errno,
            f"cannot listen on {label} with mode={mode:#o}: this system sets no mode before bind; "
            "use a directory of that mode instead",
        ) from None


def _settle_mode(path: bytes, mode: int, label: str) -> None:
    """Give back what the umask took, before anyone can connect; refuse what is wider than asked."""
    status = os.lstat(path)
    actual = stat.S_IMODE(status.st_mode)
    if actual & ~mode:
        raise Unsupported(
            None,
            f"cannot listen on {label} with mode={mode:#o}: this system made the file {actual:#o}; "
            "use a directory of that mode instead",
        )
    if actual == mode:
        return
    if not LINUX:
        os.chmod(path, mode, follow_symlinks=False)
        return
    # By an O_PATH descriptor, which cannot be another file by the time of the chmod (open(2)).
    handle = os.open(path, PATH_ONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.path.samestat(os.fstat(handle), status):
            os.chmod(f"/proc/self/fd/{handle}", mode)
    finally:
        os.close(handle)


def lock_directory(path: bytes, label: str) -> Op[int]:
    """A descriptor that holds the lock of the directory of `path`; closing it unlocks.

    flock(2) on the directory leaves no lock file behind. It makes two processes that overwrite one stale
    name take turns, or the slower would remove what the faster has just bound.
    """
    directory = os.path.dirname(path) or b"."
    try:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise describe(error, "lock the directory of", label) from None
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            except BlockingIOError:
                pass
            yield Pause(_LOCK_RETRY)
    except TimedOut:
        os.close(handle)
        raise Busy(None, f"cannot listen on {label}: another process keeps its directory locked (flock)") from None
    except BaseException as error:
        os.close(handle)
        if isinstance(error, OSError):
            raise describe(error, "lock the directory of", label) from None
        raise


def remove_stale(path: bytes, address: bytes) -> bool:
    """Unlink `path` if it is a socket file that no socket is bound to; whether the name may be free now."""
    before = identity_of(path)
    if before is None:
        return not os.path.lexists(path)
    if not _is_abandoned(address) or identity_of(path) != before:
        return False
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    return True


def _is_abandoned(address: bytes) -> bool:
    """Whether nobody has the socket file at `address` bound.

    Asked with a datagram socket: a living stream socket answers "wrong type" (EPROTOTYPE) before its
    backlog is looked at, and even before it listens. So a full backlog, which the BSDs report as refused,
    does not look dead, no server sees a client that is none, and only a file without a socket refuses.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(address)
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return False
