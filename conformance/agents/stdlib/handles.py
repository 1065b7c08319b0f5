"""Operations on handles themselves: close, halves, duplicates, flags."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "descriptors are POSIX"

import _socket
import os

from .credentials import peer_credentials as _peer_credentials
from .endpoints import Endpoint, Half, Listener, PipeEnd, SocketEndpoint, Stream
from .failures import Failure
from .values import flag, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Later, Reply, Session

HOW = {"recv": _socket.SHUT_RD, "send": _socket.SHUT_WR, "both": _socket.SHUT_RDWR}


def close(session: Session, args: Args) -> Reply | Later:
    """`again` closes the object itself once more, also when the handle is closed already."""
    name = text(args, "on")
    again = flag(args, "again", False)
    before = session.retired(name) if again else None
    if before is not None:
        before.close()
        return {}
    endpoint = session.retire(name)
    if endpoint.kind == "child":
        return _close_later(endpoint)
    endpoint.close()
    if again:
        endpoint.close()
    return {}


def _close_later(endpoint: Endpoint) -> Later:
    """Closing a child waits for its end."""
    yield
    endpoint.close()
    return {}


def reset(session: Session, _args: Args) -> Reply:
    session.close_all()
    return {}


def shutdown(session: Session, args: Args) -> Reply:
    how = HOW.get(text(args, "how"))
    if how is None:
        raise Failure("invalid_input", f"how is one of {', '.join(HOW)}, not {args['how']!r}")
    socket_of(session.endpoint(args, "on"), "be shut down").shutdown(how)
    return {}


def duplicate(session: Session, args: Args) -> Reply:
    name = session.fresh(text(args, "as"))
    endpoint = session.endpoint(args, "on")
    if not isinstance(endpoint, (Stream, Listener, PipeEnd)):
        raise Failure("wrong_type", f"a {endpoint.kind} cannot be duplicated")
    fd = os.dup(endpoint.fileno())  # not inheritable (PEP 446)
    endpoint.shared = True
    claim = endpoint.claim if isinstance(endpoint, Listener) else None
    copy = endpoint_for(fd, endpoint.kind)
    copy.shared = True
    if isinstance(copy, Listener):
        copy.claim = claim.hold() if claim is not None else None
    elif isinstance(copy, PipeEnd) and isinstance(endpoint, PipeEnd):
        copy.met = endpoint.met
    session.add(name, copy)
    return {}


def split(session: Session, args: Args) -> Reply:
    names = session.fresh(text(args, "receiver")), session.fresh(text(args, "sender"))
    stream = session.endpoint(args, "on")
    if not isinstance(stream, Stream):
        raise Failure("wrong_type", f"a {stream.kind} cannot be split")
    if names[0] == names[1]:
        raise Failure("invalid_input", "receiver and sender need different names")
    session.remove(text(args, "on"))
    stream.holders = 2
    session.add(names[0], Half(stream, "receiver"))
    session.add(names[1], Half(stream, "sender"))
    return {}


def unsplit(session: Session, args: Args) -> Reply:
    name = session.fresh(text(args, "as"))
    receiver, sender = session.endpoint(args, "receiver"), session.endpoint(args, "sender")
    if not isinstance(receiver, Half) or not isinstance(sender, Half):
        raise Failure("wrong_type", "only the halves of a stream can be joined")
    if receiver.stream is not sender.stream or (receiver.kind, sender.kind) != ("receiver", "sender"):
        raise Failure("invalid_input", "these are not the two halves of one stream; both stay as they are")
    session.remove(text(args, "receiver"))
    session.remove(text(args, "sender"))
    receiver.stream.holders = 1
    session.add(name, receiver.stream)
    return {}


def peer_credentials(session: Session, args: Args) -> Reply:
    return dict(_peer_credentials(socket_of(session.endpoint(args, "on"), "have a peer")))


def set_blocking(session: Session, args: Args) -> Reply:
    os.set_blocking(session.endpoint(args, "on").fileno(), flag(args, "blocking", True))
    return {}


def get_blocking(session: Session, args: Args) -> Reply:
    return {"blocking": os.get_blocking(session.endpoint(args, "on").fileno())}


def inheritable(session: Session, args: Args) -> Reply:
    return {"inheritable": os.get_inheritable(session.endpoint(args, "on").fileno())}


def socket_of(endpoint: Endpoint, what: str) -> _socket.socket:
    if isinstance(endpoint, Half):
        endpoint = endpoint.stream
    if not isinstance(endpoint, SocketEndpoint):
        raise Failure("wrong_type", f"a {endpoint.kind} cannot {what}")
    return endpoint.sock


def endpoint_for(fd: int, kind: str) -> Stream | Listener | PipeEnd:
    """The endpoint that owns `fd`, which came from elsewhere: a listener's name is not ours to remove."""
    if kind in ("receiver", "sender"):
        return PipeEnd(fd, kind)
    sock = _socket.socket(fileno=fd)
    if kind == "listener":
        return Listener(sock, None)
    return Stream(sock)
