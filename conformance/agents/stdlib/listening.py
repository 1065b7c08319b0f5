"""listen, accept, connect: a stream socket and its name."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "sockets of the Unix domain, as Python has them, are POSIX"

import _socket
import errno
import os
import select
import struct

from .claim import Claim, remove_dead_socket
from .endpoints import Bound, Listener, Stream
from .failures import Failure
from .names import Address, address
from .patience import Patience, insist
from .values import count, flag, number, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from .session import Args, Later, Reply, Session

DEFAULT_BACKLOG = 128
LARGEST_BACKLOG = 2**31 - 1
REBINDS = 3
SHORTEST_TIMEOUT = 1e-6
NO_TIMEOUT = 0.0


def new_socket() -> _socket.socket:
    return _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)


def listen(session: Session, args: Args) -> Reply:
    name = session.fresh(text(args, "as"))
    mode = count(args, "mode") if "mode" in args else None
    backlog = number(args, "backlog", DEFAULT_BACKLOG)
    if not 0 <= backlog <= LARGEST_BACKLOG:
        raise Failure("invalid_input", f"a backlog is 0 to {LARGEST_BACKLOG}, not {backlog}")
    reclaim, overwrite = flag(args, "reclaim", True), flag(args, "overwrite", False)
    where = address(args)
    sock = new_socket()
    try:
        claim = bind(sock, where, mode, overwrite)
        try:
            sock.listen(backlog)
        except BaseException:
            if claim is not None:
                claim.remove()
            raise
    except BaseException:
        sock.close()
        raise
    if claim is not None:
        claim.reclaim = reclaim
    session.add(name, Listener(sock, claim))
    return {}


def bind_only(session: Session, args: Args) -> Reply:
    name = session.fresh(text(args, "as"))
    where = address(args)
    sock = new_socket()
    try:
        bind(sock, where, None, False)
    except BaseException:
        sock.close()
        raise
    session.add(name, Bound(sock))
    return {}


def bind(sock: _socket.socket, where: Address, mode: int | None, overwrite: bool) -> Claim | None:
    """Bind, with `mode` from the first moment on where the system can; a bind that fails changes nothing."""
    if mode is not None and where.path is None:
        raise Failure("unsupported", "an abstract name has no permissions")
    early = mode is not None and _set_early(sock, mode)
    _bind(sock, where, overwrite)
    if where.path is None:
        return None
    claim = Claim(where.path)
    if mode is not None:
        try:
            _set_late(claim, mode, early)
        except BaseException:
            claim.remove()
            raise
    return claim


def _bind(sock: _socket.socket, where: Address, overwrite: bool) -> None:
    for last in [False] * REBINDS + [True]:
        try:
            sock.bind(where.raw)
            return
        except OSError as problem:
            # Some systems say EEXIST here.
            if problem.errno not in (errno.EADDRINUSE, errno.EEXIST):
                raise
            if last or not overwrite or where.path is None or not remove_dead_socket(where.path):
                raise Failure("in_use", str(problem), problem) from None


def _set_early(sock: _socket.socket, mode: int) -> bool:
    """The mode of a socket that is not bound yet is the most that its file will get: no moment is too open (Linux)."""
    try:
        os.fchmod(sock.fileno(), mode)
    except OSError:
        return False  # macOS and NetBSD: EINVAL
    return True


def _set_late(claim: Claim, mode: int, early: bool) -> None:
    """Give back what the umask took away. Nobody can connect before listen, so this is no window either way."""
    if not early or os.lstat(claim.path).st_mode & 0o7777 != mode:
        if not claim.is_ours():
            raise Failure("in_use", "the socket's file was exchanged while it was made")
        os.chmod(claim.path, mode)


def accept(session: Session, args: Args) -> Later:
    name = session.fresh(text(args, "as"))
    listener = session.endpoint(args, "on")
    if not isinstance(listener, Listener):
        raise Failure("wrong_type", f"a {listener.kind} cannot accept")
    patience = Patience(args.get("wait"))
    sock = yield from insist(patience, listener, select.POLLIN, (listener.try_accept, listener.block_accept), None)
    session.add(name, Stream(sock))
    return {}


def connect(session: Session, args: Args) -> Later:
    name = session.fresh(text(args, "as"))
    patience = Patience(args.get("wait"))
    where = address(args)
    sock = new_socket()
    try:
        yield from _reach(sock, where, patience)
    except BaseException:
        sock.close()
        raise
    session.add(name, Stream(sock))
    return {}


def _reach(sock: _socket.socket, where: Address, patience: Patience) -> Generator[None, None, None]:
    """EAGAIN from connect means that the backlog is full and that nothing is in progress (Linux, connect(2))."""
    try:
        return try_connect(sock, where)
    except BlockingIOError:
        if patience.once:
            raise
    yield
    while True:
        try:
            if patience.blocks or patience.left() is not None:
                return block_connect(sock, where, patience)
            return try_connect(sock, where)
        except BlockingIOError:
            if patience.blocks:
                raise
        patience.pause()  # poll would say "writable" at once, for a socket that nothing is connecting


def try_connect(sock: _socket.socket, where: Address) -> None:
    sock.setblocking(False)
    try:
        sock.connect(where.raw)
    finally:
        sock.setblocking(True)


def block_connect(sock: _socket.socket, where: Address, patience: Patience) -> None:
    """A blocking connect waits its turn in the kernel, and SO_SNDTIMEO bounds it (socket(7))."""
    while True:
        left = patience.left()
        if left is not None:
            _set_send_timeout(sock, max(left, SHORTEST_TIMEOUT))
        sock.connect(where.raw)
        if left is not None:
            _set_send_timeout(sock, NO_TIMEOUT)
        if _is_connected(sock):
            return


def _set_send_timeout(sock: _socket.socket, seconds: float) -> None:
    whole = int(min(seconds, LARGEST_BACKLOG))
    micro = int((seconds - whole) * 1e6) if seconds < LARGEST_BACKLOG else 0
    sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDTIMEO, struct.pack("ll", whole, micro))


def _is_connected(sock: _socket.socket) -> bool:
    """A signal can make CPython's connect return without having connected: after EINTR it polls for "writable", which a
    socket of the Unix domain that waits for a place in the queue is."""
    try:
        sock.getpeername()
    except OSError as problem:
        if problem.errno == errno.ENOTCONN:
            return False
        raise
    return True
