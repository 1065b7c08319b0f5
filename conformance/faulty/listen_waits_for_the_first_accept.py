"""A listener on an abstract name is bound, and listens only when somebody accepts."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.endpoints import Listener
from conformance.agents.stdlib.names import address
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import mapping
from conformance.faulty._wrong import Args, Later, Reply, Right, Session, instead_of

late: set[Listener] = set()


@instead_of(OPERATIONS, "listen")
def not_yet(right: Right[Reply], session: Session, args: Args) -> Reply:
    if mapping(args, "name")["kind"] != "abstract":
        return right(session, args)
    sock = listening.new_socket()
    listener = Listener(sock, listening.bind(sock, address(args), None, False))
    late.add(listener)
    session.add(str(args["as"]), listener)
    return {}


@instead_of(OPERATIONS, "accept")
def now(right: Right[Later], session: Session, args: Args) -> Later:
    listener = session.endpoint(args, "on")
    if isinstance(listener, Listener) and listener in late:
        late.discard(listener)
        listener.sock.listen(listening.DEFAULT_BACKLOG)
    return (yield from right(session, args))


main()
