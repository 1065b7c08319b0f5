"""The step that most scenarios about names end with: a client comes out at the listener that was meant."""

from __future__ import annotations

from conformance.party import End, Listener, Name, Party
from conformance.scenario import Case


def meets(case: Case, listener: Listener, name: Name, *, client: Party | None = None, strays: int = 0) -> End:
    """The client's stream; a violation unless whoever connects to `name` comes out at `listener`.

    Up to `strays` other connections, over which nothing was sent, may have to be accepted before.
    """
    stream = (client or case.client).connect(name)
    token = case.pattern(24)
    stream.send_all(token)
    for _ in range(strays + 1):
        if listener.accept().recv(token.length).is_(token):
            return stream
    case.check(False, "who connects to the name comes out at its listener")
    return stream
