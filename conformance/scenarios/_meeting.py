"""A client comes out at the listener that was meant; or finds its queue full."""

from __future__ import annotations

from conformance.party import End, Listener, Name, Party
from conformance.scenario import Case, Failed, Pending

QUEUE_LIMIT = 64
"""A queue for which 1 was asked is full long before: Linux takes 2, FreeBSD 1, none more than a handful."""


def meets(case: Case, listener: Listener, name: Name, *, client: Party | None = None, strays: int = 0) -> End:
    """The client's stream; a violation unless whoever connects to `name` comes out at `listener`.

    Up to `strays` other connections, over which nothing was sent, may have to be accepted before.
    """
    stream = (client or case.client).connect(name)
    token = case.pattern(24)
    if not strays:
        accepted = listener.accept()
        stream.send_all(token)
        case.check(accepted.recv(token.length).is_(token), "who connects to the name comes out at its listener")
        return stream
    stream.send_all(token)
    if not any(listener.accept().recv(token.length).is_(token) for _ in range(strays + 1)):
        case.check(False, "who connects to the name comes out at its listener")
    return stream


def waits_for_room(case: Case, connecting: Pending[End], *, may_fail: bool = False) -> None:
    """A violation when a connect to a full queue gives a stream that is not connected instead of waiting for room.

    Failing at once is one, too, unless it `may_fail`.
    """
    if not connecting.blocked(200):
        early = case.attempt(connecting.result) if may_fail else connecting.result()
        if not isinstance(early, Failed):
            sent = case.attempt(early.send_all, b"hello")
            case.check(not isinstance(sent, Failed), "a connect that finds no room waits; what it gives is connected")
        case.cannot_tell("a connect to a full queue did not wait")


def fill_queue(case: Case, name: Name) -> int:
    """Have the witness connect until the listener's queue takes no more; how many connections wait there now."""
    for count in range(QUEUE_LIMIT):
        if isinstance(case.attempt(case.witness.connect, name, wait="try"), Failed):
            return count
    case.cannot_tell(f"{QUEUE_LIMIT} connections that nobody accepted did not fill the queue")
    return QUEUE_LIMIT
