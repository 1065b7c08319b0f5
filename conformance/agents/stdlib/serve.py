"""The loop: requests in, replies out, until `bye` or the end of input."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "this agent needs a POSIX system"

import os
from itertools import chain

from . import children, fifo, handles, listening, passing, process, signals, transfer
from .failures import Failure
from .session import Session
from .values import numbers, text
from .wire import Replies, decode, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Operation, Reply

PROTOCOL = 1
VERSION = ".".join(map(str, sys.version_info[:3]))
WARM = "IPC_CONFORMANCE_WARM_FD"
SYSTEMS = {
    "linux": "linux",
    "android": "android",
    "darwin": "macos",
    "freebsd": "freebsd",
    "openbsd": "openbsd",
    "netbsd": "netbsd",
    "dragonfly": "dragonfly",
}


def main(claimed: Claimed | None = None) -> None:
    """`claimed`: what another agent made of this one's parts has to offer instead."""
    words = program()
    warm = os.environ.pop(WARM, None)
    if warm is None:
        serve(words, claimed=claimed)
    else:
        from .warm import parent

        parent(int(warm), lambda: serve(words, claimed=claimed))


class Claimed:
    """Who an agent says that it is, what it claims and what it does."""

    def __init__(
        self, identity: dict[str, object], capabilities: dict[str, object], operations: dict[str, Operation]
    ) -> None:
        self.identity = identity
        self.capabilities = capabilities
        self.operations = operations

    def hello(self, session: Session, args: Args) -> Reply:
        reply = hello(session, args)
        del reply["witness"]
        return {**reply, "implementation": self.identity, "capabilities": self.capabilities}


def serve(words: list[str], first: tuple[bytes, ...] = (), *, claimed: Claimed | None = None) -> None:
    """`first`: lines of standard input that somebody has read already."""
    operations = dict(OPERATIONS) if claimed is None else {**claimed.operations, "hello": claimed.hello}
    session = Session(operations, Replies(1), words)
    for line in chain(first, lines(0)):
        try:
            request = decode(line)
        except (ValueError, RecursionError) as problem:
            os.write(2, f"a request that cannot be read: {problem}\n".encode())
            continue
        session.serve(request)
        if session.ended:
            break
    session.close_all()
    session.at_end()
    # Not sys.exit: threads may still wait in system calls, and there is nothing left to tidy.
    os._exit(0)


def program() -> list[str]:
    """How to run this program again, also after `chdir` and from inside whatever wraps it."""
    words = list(sys.orig_argv)
    words[0] = sys.executable
    script = sys.argv[0]
    if script in words:
        words[words.index(script)] = os.path.abspath(script)
    return words


def hello(session: Session, args: Args) -> Reply:
    lowest, highest = numbers(args, "protocol", 2)
    if not lowest <= PROTOCOL <= highest:
        raise Failure("unsupported", f"this agent speaks version {PROTOCOL} only")
    if text(args, "role", "subject") == "witness":
        from . import witness

        session.operations.update(witness.OPERATIONS)
        session.at_end = witness.remove_what_is_left
    return {
        "protocol": PROTOCOL,
        "implementation": {
            "name": "stdlib",
            "version": VERSION,
            "language": "Python",
            "homepage": "https://docs.python.org/3/library/socket.html",
        },
        "platform": platform(),
        "capabilities": capabilities(),
        "concurrent": True,
        "warm": True,
        "witness": True,
    }


def platform() -> dict[str, object]:
    """What `hello` says of this machine."""
    from .emulation import emulator

    system, between = os.uname(), emulator()
    return {
        "system": _system(),
        "release": system.release,
        "machine": system.machine,
        "runtime": f"{sys.implementation.name} {VERSION}",
        **({} if between is None else {"emulator": between}),
    }


def _system() -> str:
    """Compared as text, not by `sys.platform`: each checker would call the other systems' lines unreachable."""
    if hasattr(sys, "getandroidapilevel"):
        return "android"
    name: str = sys.platform
    return next((word for start, word in SYSTEMS.items() if name.startswith(start)), name)


def capabilities() -> dict[str, object]:
    from .names import HAS_ABSTRACT

    names = (
        "local_socket local_socket.path local_socket.namespaced listener.backlog listener.mode listener.reclaim"
        " listener.overwrite unnamed_pipe fifo half_close duplicate split readiness peer_credentials descriptor_passing"
        " set_blocking inheritance process signals wait.try wait.deadline wait.ready"
    )
    found: dict[str, object] = dict.fromkeys(names.split(), True)
    if HAS_ABSTRACT:
        found["local_socket.abstract"] = True
    if os.geteuid() == 0:
        found["process.users"] = True
    return found


def bye(session: Session, _args: Args) -> Reply:
    session.close_all()
    session.ended = True
    return {}


OPERATIONS: dict[str, Operation] = {
    "hello": hello,
    "bye": bye,
    "die": process.die,
    "listen": listening.listen,
    "accept": listening.accept,
    "connect": listening.connect,
    "pipe": transfer.pipe,
    "make_fifo": fifo.make_fifo,
    "open_fifo": fifo.open_fifo,
    "send": transfer.send,
    "send_all": transfer.send_all,
    "recv": transfer.recv,
    "recv_exact": transfer.recv_exact,
    "recv_to_end": transfer.recv_to_end,
    "ready": transfer.ready,
    "close": handles.close,
    "shutdown": handles.shutdown,
    "duplicate": handles.duplicate,
    "split": handles.split,
    "unsplit": handles.unsplit,
    "peer_credentials": handles.peer_credentials,
    "set_blocking": handles.set_blocking,
    "get_blocking": handles.get_blocking,
    "inheritable": handles.inheritable,
    "send_descriptors": passing.send_descriptors,
    "recv_descriptors": passing.recv_descriptors,
    "spawn": children.spawn,
    "ask": children.ask,
    "adopt": children.adopt,
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
