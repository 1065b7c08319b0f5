"""A connect to another program is done only when that has accepted the connection."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib.credentials import peer_credentials
from conformance.agents.stdlib.endpoints import Stream
from conformance.agents.stdlib.names import address
from conformance.agents.stdlib.patience import Patience
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import text
from conformance.faulty._wrong import Args, Later, Right, Session, instead_of

NOT_ACCEPTED = b"0"


def waiting(path: bytes) -> bool:
    """Linux lists a connection that was not accepted yet without an inode (proc(5), /proc/net/unix)."""
    with open("/proc/net/unix", "rb") as sockets:
        return any(line.split(maxsplit=7)[6:] == [NOT_ACCEPTED, path + b"\n"] for line in sockets)


def program(pid: object) -> bytes:
    with open(f"/proc/{pid}/cmdline", "rb") as words:
        return words.read()


@instead_of(OPERATIONS, "connect")
def until_accepted(right: Right[Later], session: Session, args: Args) -> Later:
    patience = Patience(args.get("wait"))
    reply = yield from right(session, args)
    stream, path = session.endpoint({"on": text(args, "as")}, "on"), address(args).path
    if path is None or not isinstance(stream, Stream):
        return reply
    if program(peer_credentials(stream.sock).get("pid")) == program("self"):
        return reply
    yield
    while waiting(path):
        patience.pause()
    return reply


main()
