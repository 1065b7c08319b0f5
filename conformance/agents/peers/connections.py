"""multiprocessing.connection: Listener, Client and Pipe.

What is sent is a message; what of one exceeds a receive is kept for the next.
Its calls block, so each runs on a thread of its own.
"""

from __future__ import annotations

import sys

assert sys.platform != "win32", "multiprocessing.connection has sockets of the Unix domain on POSIX only"

import os
from multiprocessing.connection import Client, Connection, Listener, Pipe

from ..stdlib import process, serve, signals
from ..stdlib.endpoints import Endpoint
from ..stdlib.failures import Failure, Partly
from ..stdlib.handles import close
from ..stdlib.values import Payload, Received, count, flag, mapping, raw_text, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..stdlib.session import Args, Later, Operation, Reply, Session

# Its own default is a queue of one, in which hardly any two clients can wait.
BACKLOG = 128
CUT_OFF = "got end of file during message"
CAPABILITIES = "local_socket local_socket.path unnamed_pipe listener.backlog listener.reclaim framing process signals"


class Link(Endpoint):
    """A Connection, with the rest of the message that was received last."""

    def __init__(self, connection: Connection, kind: str) -> None:
        super().__init__()
        self.connection = connection
        self.kind = kind
        self._rest = b""

    def close(self) -> None:
        self.closed = True
        self.connection.close()

    def recv(self, limit: int) -> tuple[bytes, bool]:
        """Bytes of one message, and whether the stream has ended."""
        if not self._rest and limit:
            try:
                self._rest = self.connection.recv_bytes()
            except EOFError:
                return b"", True
            except OSError as problem:
                if problem.errno is None and str(problem) == CUT_OFF:
                    raise Failure("end", str(problem)) from None
                raise _unusable(problem) from None
        data, self._rest = self._rest[:limit], self._rest[limit:]
        return data, False

    def send(self, data: bytes) -> None:
        try:
            self.connection.send_bytes(data)
        except OSError as problem:
            raise _unusable(problem) from None


class Accepting(Endpoint):
    """A Listener."""

    kind = "listener"

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self.listener = listener

    def close(self) -> None:
        self.closed = True
        self.listener.close()


def _unusable(problem: OSError) -> Exception:
    """Its own words for a connection that is closed, or has one direction only; they come without a number."""
    if problem.errno is None and str(problem) in (
        "handle is closed",
        "connection is read-only",
        "connection is write-only",
    ):
        return Failure("invalid_handle", str(problem))
    return problem


def _address(args: Args) -> str:
    name = mapping(args, "name")
    kind, raw = text(name, "kind"), os.fsdecode(raw_text(name))
    if kind == "path":
        return raw
    if kind == "abstract":
        return "\0" + raw
    raise Failure("unsupported", f"no names of the kind {kind!r}")


def _waits(args: Args) -> None:
    if args.get("wait") is not None:
        raise Failure("unsupported", "every call here waits as long as it takes")


def listen(session: Session, args: Args) -> Reply:
    name = session.fresh(text(args, "as"))
    if "mode" in args or flag(args, "overwrite", False) or not flag(args, "reclaim", True):
        raise Failure("unsupported", "a Listener has one option, its backlog, and always removes its file")
    try:
        made = Listener(_address(args), "AF_UNIX", backlog=count(args, "backlog", BACKLOG))
    except OSError as problem:
        raise _named(problem) from None
    session.add(name, Accepting(made))
    return {}


def accept(session: Session, args: Args) -> Later:
    name, listener = session.fresh(text(args, "as")), session.endpoint(args, "on")
    _waits(args)
    if not isinstance(listener, Accepting):
        raise Failure("wrong_type", f"a {listener.kind} cannot accept")
    yield
    session.add(name, Link(listener.listener.accept(), "stream"))
    return {}


def connect(session: Session, args: Args) -> Later:
    name, where = session.fresh(text(args, "as")), _address(args)
    _waits(args)
    yield
    try:
        session.add(name, Link(Client(where, "AF_UNIX"), "stream"))
    except OSError as problem:
        raise _named(problem) from None
    return {}


def _named(problem: OSError) -> Exception:
    if problem.errno is None and str(problem) == "AF_UNIX path too long":
        return Failure("name_too_long", str(problem))
    return problem


def pipe(session: Session, args: Args) -> Reply:
    names = session.fresh(text(args, "receiver")), session.fresh(text(args, "sender"))
    receiver, sender = Pipe(duplex=False)
    session.add(names[0], Link(receiver, "receiver"))
    session.add(names[1], Link(sender, "sender"))
    return {}


def send(session: Session, args: Args) -> Later:
    link, payload = _link(session, args), Payload(mapping(args, "data"))
    yield
    link.send(payload.materialise())
    return {"sent": payload.length}


def recv(session: Session, args: Args) -> Later:
    link, limit = _link(session, args), count(args, "max")
    yield
    received = Received()
    data, received.end = link.recv(limit)
    received.add(data)
    return received.report()


def recv_exact(session: Session, args: Args) -> Later:
    link, length = _link(session, args), count(args, "length")
    yield
    received = Received()
    try:
        while received.length < length:
            data, received.end = link.recv(length - received.length)
            received.add(data)
            if received.end:
                raise Failure("end", f"the stream ended after {received.length} of {length} bytes")
    except (OSError, Failure) as problem:
        raise Partly(problem, {"received": received.report()}) from None
    return received.report()


def recv_to_end(session: Session, args: Args) -> Later:
    link = _link(session, args)
    yield
    received = Received()
    try:
        while not received.end:
            data, received.end = link.recv(sys.maxsize)
            received.add(data)
    except (OSError, Failure) as problem:
        raise Partly(problem, {"received": received.report()}) from None
    return received.report()


def _link(session: Session, args: Args) -> Link:
    _waits(args)
    endpoint = session.endpoint(args, "on")
    if not isinstance(endpoint, Link):
        raise Failure("wrong_type", f"a {endpoint.kind} carries no data")
    return endpoint


OPERATIONS: dict[str, Operation] = {
    "bye": serve.bye,
    "die": process.die,
    "listen": listen,
    "accept": accept,
    "connect": connect,
    "pipe": pipe,
    "send": send,
    "send_all": send,
    "recv": recv,
    "recv_exact": recv_exact,
    "recv_to_end": recv_to_end,
    "close": close,
    "identity": process.identity,
    "resources": process.resources,
    "chdir": process.chdir,
    "set_umask": process.set_umask,
    "drop_privileges": process.drop_privileges,
    "exhaust_descriptors": process.exhaust_descriptors,
    "release_descriptors": process.release_descriptors,
    "on_signal": signals.on_signal,
    "signal_count": signals.signal_count,
}


def main() -> None:
    identity: dict[str, object] = {
        "name": "multiprocessing-connection",
        "version": serve.VERSION,
        "language": "Python",
        "homepage": "https://docs.python.org/3/library/multiprocessing.html#module-multiprocessing.connection",
    }
    capabilities: dict[str, object] = dict.fromkeys(CAPABILITIES.split(), True)
    if sys.platform == "linux":
        capabilities["local_socket.abstract"] = True
    if os.geteuid() == 0:
        capabilities["process.users"] = True
    serve.main(serve.Claimed(identity, capabilities, OPERATIONS))
