"""What messages promise: one for one, whole or not at all, however the bytes between the processes are cut."""

from __future__ import annotations

from conformance.payload import Pattern
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._between import word
from conformance.scenarios._transfer import WITNESS_MS

SOCKET = ("local_socket",)
LARGE = 70_000
QUIET_MS = 100


@scenario("XC-FRAME-001", primitives=("local_socket", "unnamed_pipe"))
def each_message_comes_by_itself(case: Case) -> None:
    """Messages that wait together are received one by one, short and long ones."""
    receiver, sender = case.channel()
    messages = [case.pattern(length) for length in (1, 24, 300, 1, LARGE)]
    with case.decides("XC-FRAME-001"):
        for message in messages[:-1]:
            sender.send_all(message)
        sending = case.begin(sender.send_all, messages[-1])
        for message in messages:
            case.check(receiver.recv(1 << 20).is_(message), f"a message of {message.length} bytes comes by itself")
        sending.result()


@scenario("XC-FRAME-002", primitives=("local_socket", "unnamed_pipe"))
def an_empty_message_is_one(case: Case) -> None:
    """A message of no bytes comes between two others."""
    receiver, sender = case.channel()
    with case.decides("XC-FRAME-002"):
        for message in (b"before", b"", b"after"):
            sender.send_all(message)
            got = receiver.recv(100)
            case.check(got.is_(message) and not got.end, f"the message {message!r} comes as it was sent")


@scenario("XC-FRAME-003", primitives=SOCKET, params={"cut": ("first", "last")})
def a_message_that_is_cut_off(case: Case) -> None:
    """When the peer closes before the last byte of a message, or after the first of its frame, receiving fails."""
    message = case.pattern(24)
    frame = _frame(case, message)
    listener = case.server.listen(case.path())
    raw = case.witness.connect(case.path(), wait=WITNESS_MS)
    theirs = listener.accept()
    raw.send_all(frame[:1] if case.text("cut") == "first" else frame[:-1], wait=WITNESS_MS)
    raw.close()
    with case.decides("XC-FRAME-003"):
        outcome = case.attempt(theirs.recv, 100)
        case.check(isinstance(outcome, Failed), "receiving a message that was cut off fails")
        case.allowed(word(outcome), "the kind of the error")


@scenario("XC-FRAME-004", primitives=SOCKET)
def a_message_in_pieces(case: Case) -> None:
    """A message whose bytes come one by one is received as it was sent."""
    message = case.pattern(24)
    frame = _frame(case, message)
    listener = case.server.listen(case.path())
    raw = case.witness.connect(case.path(), wait=WITNESS_MS)
    theirs = listener.accept()
    with case.decides("XC-FRAME-004"):
        receiving = case.begin(theirs.recv, 100)
        for number in range(len(frame)):
            raw.send_all(frame[number : number + 1], wait=WITNESS_MS)
        case.check(receiving.result().is_(message), "the message is the one that was sent")


def _frame(case: Case, message: Pattern) -> bytes:
    """How the implementation puts a message on the wire, heard by the witness."""
    listener = case.witness.listen(case.path("heard"))
    ours = case.client.connect(case.path("heard"))
    theirs = listener.accept(wait=WITNESS_MS)
    ours.send_all(message)
    frame = theirs.recv(256, wait=WITNESS_MS).bytes
    while not isinstance(more := case.attempt(theirs.recv, 256 - len(frame), wait=QUIET_MS), Failed):
        frame += more.bytes
    if len(frame) < message.length:
        case.cannot_tell(f"a message of {message.length} bytes took {len(frame)} bytes on the wire")
    return frame
