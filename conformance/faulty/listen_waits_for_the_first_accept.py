"""A listener binds its name and listens only when somebody accepts."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import listening
from conformance.agents.stdlib.endpoints import Bound, Listener
from conformance.agents.stdlib.serve import OPERATIONS, main
from conformance.agents.stdlib.values import number
from conformance.faulty._wrong import Args, Later, Reply, Right, Session, instead_of

late: dict[Listener, int] = {}


@instead_of(OPERATIONS, "listen")
def not_yet(right: Right[Reply], session: Session, args: Args) -> Reply:
    if "backlog" in args or "mode" in args or args.get("overwrite"):
        return right(session, args)
    listening.bind_only(session, args)
    bound = session.remove(str(args["as"]))
    assert isinstance(bound, Bound)
    listener = Listener(bound.sock, None)
    late[listener] = number(args, "backlog", listening.DEFAULT_BACKLOG)
    session.add(str(args["as"]), listener)
    return {}


@instead_of(OPERATIONS, "accept")
def now(right: Right[Later], session: Session, args: Args) -> Later:
    listener = session.endpoint(args, "on")
    if isinstance(listener, Listener) and listener in late:
        listener.sock.listen(late.pop(listener))
    return (yield from right(session, args))


main()
