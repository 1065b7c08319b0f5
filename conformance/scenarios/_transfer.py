"""What the themes of byte streams share: how much is little and much, a full buffer, data that an error carries."""

from __future__ import annotations

from conformance import shape
from conformance.party import End
from conformance.payload import Data, Pattern, received
from conformance.scenario import Case, Failed, Pending
from conformance.transport import Broken

CHANNELS = ("local_socket", "unnamed_pipe", "fifo")
BETWEEN_PROCESSES = ("local_socket", "fifo")

FITS = 2000
"""Bytes that every platform queues without a receiver: less than a page, the smallest pipe there is."""

MEBIBYTE = 1 << 20
"""Bytes that no platform queues by default: Linux holds about 200 KiB in a socket and 64 KiB in a pipe, others less."""

CHUNK = 1 << 16
FEW = 10
WITNESS_MS = 8_000
"""How long the witness waits: a bound, so that data that never come are the agent's failure and not a hung witness."""


def fill(case: Case, sender: End) -> Pattern:
    """Send chunks, each tried once, until the channel takes no more; returns what it took."""
    flood = case.pattern(64 * CHUNK)
    taken = 0
    while taken < flood.length:
        outcome = case.attempt(sender.send, flood.part(taken, CHUNK), wait="try")
        if isinstance(outcome, Failed):
            if outcome.kind != "would_block":
                case.cannot_tell(f"filling the channel ended with {outcome.kind} after {taken} bytes")
            break
        taken += outcome
    else:
        case.cannot_tell(f"the channel took {taken} bytes and is not full")
    return flood.part(0, taken)


def arrives(case: Case, receiver: End, payload: Pattern | bytes) -> None:
    """Receive piece by piece until as much as `payload` has come; a violation unless it is `payload`."""
    length = len(payload) if isinstance(payload, bytes) else payload.length
    taken = 0
    while taken < length:
        piece = receiver.recv(min(CHUNK, length - taken))
        case.check(piece.length > 0, f"after {taken} of {length} bytes more of them arrive")
        case.check(piece.is_(_part(payload, taken, piece.length)), f"from byte {taken} on, the bytes are those sent")
        taken += piece.length


def _part(payload: Pattern | bytes, offset: int, length: int) -> Pattern | bytes:
    return payload[offset : offset + length] if isinstance(payload, bytes) else payload.part(offset, length)


def held_up(case: Case, receiver: End, sender: End, *, as_task: bool = False) -> tuple[Pattern, Pending[int]]:
    """A send_all that has begun to send and waits for room; and what of it was not received yet."""
    flood = case.pattern(MEBIBYTE)
    sending = (case.task if as_task else case.begin)(sender.send_all, flood)
    begun = receiver.recv(FITS).length
    if not sending.blocked(50):
        case.cannot_tell("the send did not wait")
    return flood.part(begun, flood.length - begun), sending


def broken_send(case: Case, sender: End) -> Failed:
    """How sending to nobody fails, within a few sends: on an event loop the first may be on its way unseen."""
    for _ in range(FEW):
        outcome = case.attempt(sender.send, b"x")
        if isinstance(outcome, Failed):
            return outcome
    return case.fails(sender.send, b"x")


def sent_before(failed: Failed) -> int:
    """How many bytes an error of send_all says were sent."""
    count = shape.whole(failed.fields.get("sent"))
    if count is None:
        raise Broken(failed.role, f"an error of {failed.op} is to carry `sent`, a whole number")
    return count


def received_before(failed: Failed) -> Data:
    """The data that an error of recv_exact or recv_to_end carries."""
    value = shape.table(failed.fields.get("received"))
    if value is None:
        raise Broken(failed.role, f"an error of {failed.op} is to carry `received`, the data got before")
    try:
        return received(value, failed.elapsed_ms)
    except ValueError as error:
        raise Broken(failed.role, f"what {failed.op} received before its error: {error}") from error


def ending(outcome: Data | Failed) -> str:
    """A receive's outcome in a word: the kind of its error, `end`, or `data`."""
    if isinstance(outcome, Failed):
        return outcome.kind
    return "end" if outcome.end and not outcome.length else "data"
