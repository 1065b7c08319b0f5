"""What a deadline promises: not early, not for each piece anew, one kind of error, and no byte lost."""

from __future__ import annotations

from conformance.party import End
from conformance.payload import Data
from conformance.scenario import DEADLINE_MS, Case, Failed, Pending, scenario
from conformance.scenarios._transfer import (
    CHANNELS,
    CHUNK,
    FITS,
    MEBIBYTE,
    arrives,
    fill,
    received_before,
    sent_before,
)

DEADLINE = ("deadline",)
SHORT_MS = 150
GRANULARITY_MS = 1
LATE_MS = 5_000
"""Later than this is no deadline kept; a loaded machine is late by a fraction of it."""

DRIP_MS = 30
DRIPS = 100
"""A peer that drips goes on for 3 s, 20 times the deadline, which leaves room for a machine that is busy."""


@scenario("LS-TIME-001", primitives=CHANNELS, modes=DEADLINE)
def a_receive_gives_up_at_its_deadline(case: Case) -> None:
    """A receive with a deadline from an open and empty stream fails when the deadline passes, and not before."""
    receiver, _sender = case.channel()
    with case.decides("LS-TIME-001"):
        failed = case.fails(receiver.recv, 10, wait=SHORT_MS)
        case.allowed(failed.kind, "the kind of the error")
        _in_time(case, failed)


@scenario("LS-TIME-002", primitives=CHANNELS, modes=DEADLINE, needs=("wait.try",))
def a_send_gives_up_at_its_deadline(case: Case) -> None:
    """A send with a deadline to a full stream fails when the deadline passes, and not before."""
    _receiver, sender = case.channel()
    fill(case, sender)
    with case.decides("LS-TIME-002"):
        failed = case.fails(sender.send, case.pattern(CHUNK), wait=SHORT_MS)
        case.allowed(failed.kind, "the kind of the error")
        _in_time(case, failed)


def _in_time(case: Case, failed: Failed) -> None:
    earliest = SHORT_MS - GRANULARITY_MS
    case.check(failed.elapsed_ms >= earliest, f"it fails after {SHORT_MS} ms, not after {failed.elapsed_ms} ms")
    case.check(failed.elapsed_ms < LATE_MS, f"it fails soon after {SHORT_MS} ms, not after {failed.elapsed_ms} ms")


@scenario(
    "XC-ERR-002",
    primitives=CHANNELS,
    modes=DEADLINE,
    params={"op": ("recv", "recv_exact", "recv_to_end", "send", "send_all")},
    needs=("wait.try",),
)
def every_deadline_says_timed_out(case: Case) -> None:
    """Whatever operation it was, a deadline that passes is the error timed_out and no other."""
    receiver, sender = case.channel()
    if case.text("op").startswith("send"):
        fill(case, sender)
    with case.decides("XC-ERR-002"):
        case.equal(_gives_up(case, receiver, sender).kind, "timed_out", "the kind of the error")


def _gives_up(case: Case, receiver: End, sender: End) -> Failed:
    match case.text("op"):
        case "recv":
            return case.fails(receiver.recv, 10, wait=SHORT_MS)
        case "recv_exact":
            return case.fails(receiver.recv_exact, 10, wait=SHORT_MS)
        case "recv_to_end":
            return case.fails(receiver.recv_to_end, wait=SHORT_MS)
        case "send":
            return case.fails(sender.send, case.pattern(CHUNK), wait=SHORT_MS)
        case _:
            return case.fails(sender.send_all, case.pattern(CHUNK), wait=SHORT_MS)


@scenario("XC-ERR-002", primitives=("local_socket",), modes=DEADLINE)
def an_accept_with_a_deadline_says_timed_out(case: Case) -> None:
    """An accept whose deadline passes fails with timed_out like every other operation."""
    listener = case.server.listen(case.name())
    with case.decides("XC-ERR-002"):
        case.equal(case.fails(listener.accept, wait=SHORT_MS).kind, "timed_out", "the kind of the error")


@scenario("LS-TIME-008", primitives=("local_socket",), modes=DEADLINE)
def an_accept_that_gave_up_takes_no_client(case: Case) -> None:
    """A client that comes after an accept gave up is there for the next accept."""
    name = case.name()
    listener = case.server.listen(name)
    case.fails(listener.accept, wait=SHORT_MS)
    with case.decides("LS-TIME-008"):
        ours, theirs = case.connection(listener, name)
        ours.send_all(b"hello")
        arrives(case, theirs, b"hello")


@scenario("LS-TIME-011", primitives=CHANNELS, modes=DEADLINE)
def a_stream_works_after_a_receive_gave_up(case: Case) -> None:
    """After a receive gave up, what is sent then arrives whole."""
    receiver, sender = case.channel()
    payload = case.pattern(FITS)
    case.fails(receiver.recv, 10, wait=SHORT_MS)
    with case.decides("LS-TIME-011"):
        sender.send_all(payload)
        arrives(case, receiver, payload)


@scenario("LS-TIME-007", primitives=CHANNELS, modes=DEADLINE)
def a_send_that_gave_up_says_how_far_it_came(case: Case) -> None:
    """Exactly as many bytes arrive as a send that gave up says it sent, and what is sent next follows them."""
    receiver, sender = case.channel()
    payload = case.pattern(MEBIBYTE)
    failed = case.fails(sender.send_all, payload, wait=SHORT_MS)
    with case.decides("LS-TIME-007"):
        sent = sent_before(failed)
        case.check(0 <= sent < payload.length, f"a part of the 1 MiB was sent, not {sent} bytes")
        arrives(case, receiver, payload.part(0, sent))
        sender.send_all(b"next")
        arrives(case, receiver, b"next")


@scenario("LS-TIME-014", primitives=CHANNELS, modes=DEADLINE, params={"op": ("recv_exact", "recv_to_end")})
def a_receive_that_gave_up_loses_nothing(case: Case) -> None:
    """The bytes that a receive got before it gave up come with its error or are still there."""
    receiver, sender = case.channel()
    payload = case.pattern(100)
    sender.send_all(payload.part(0, 40))
    if case.text("op") == "recv_exact":
        failed = case.fails(receiver.recv_exact, payload.length, wait=SHORT_MS)
    else:
        failed = case.fails(receiver.recv_to_end, wait=SHORT_MS)
    with case.decides("LS-TIME-014"):
        got = received_before(failed)
        case.check(got.is_(payload.part(0, got.length)), "the bytes that come with the error are the first sent")
        sender.send_all(payload.part(40, 60))
        arrives(case, receiver, payload.part(got.length, payload.length - got.length))


@scenario("LS-TIME-020", primitives=CHANNELS, modes=DEADLINE)
def data_that_come_at_the_deadline_are_not_lost(case: Case) -> None:
    """However close to a deadline data come, they are received: in time, or by the next receive."""
    receiver, sender = case.channel()
    payload = case.pattern(60)
    with case.decides("LS-TIME-020"):
        taken = 0
        for number in range(payload.length):
            receiving = case.begin(receiver.recv, payload.length, wait=1 + number % 3)
            sender.send_all(payload.part(number, 1))
            outcome = case.attempt(receiving.result)
            if isinstance(outcome, Data):
                case.check(outcome.is_(payload.part(taken, outcome.length)), f"byte {taken} is the next to be received")
                taken += outcome.length
        arrives(case, receiver, payload.part(taken, payload.length - taken))


@scenario("LS-TIME-013", primitives=CHANNELS, modes=DEADLINE, params={"op": ("recv_exact", "recv_to_end")})
def a_dripping_sender_does_not_stretch_the_deadline(case: Case) -> None:
    """A receive of many bytes gives up at its deadline, though now and then one more byte arrives."""
    receiver, sender = case.channel()
    with case.decides("LS-TIME-013"):
        receiving: Pending[Data]
        if case.text("op") == "recv_exact":
            receiving = case.begin(receiver.recv_exact, 1000, wait=SHORT_MS)
        else:
            receiving = case.begin(receiver.recv_to_end, wait=SHORT_MS)
        for _ in range(DRIPS):
            sender.send(b".")
            if not receiving.blocked(DRIP_MS):
                break
        case.check(not receiving.blocked(1), f"the receive is over {DRIPS * DRIP_MS} ms after it began")


@scenario("LS-TIME-012", primitives=CHANNELS, modes=DEADLINE)
def a_dripping_receiver_does_not_stretch_the_deadline(case: Case) -> None:
    """A send of many bytes gives up at its deadline, though now and then somebody receives a part."""
    receiver, sender = case.channel()
    drips = DRIPS // 2
    flood = case.pattern(drips * CHUNK + MEBIBYTE)
    with case.decides("LS-TIME-012"):
        sending = case.begin(sender.send_all, flood, wait=2 * SHORT_MS)
        for _ in range(drips):
            case.attempt(receiver.recv, CHUNK, wait=2 * DRIP_MS)
            if not sending.blocked(2 * DRIP_MS):
                break
        case.check(not sending.blocked(1), f"the send is over {DRIPS * DRIP_MS} ms after it began")


@scenario("LS-TIME-003", primitives=CHANNELS, modes=DEADLINE)
def a_deadline_is_for_one_operation(case: Case) -> None:
    """A receive without a deadline waits on, also after one with a deadline gave up."""
    receiver, sender = case.channel()
    case.fails(receiver.recv, 10, wait=50)
    with case.decides("LS-TIME-003"):
        receiving = case.begin(receiver.recv, 4, wait=None)
        case.check(receiving.blocked(200), "a receive without a deadline outlasts the deadline of the one before")
        sender.send_all(b"late")
        case.check(receiving.result().is_(b"late"), "it gets what is sent then")


@scenario("LS-TIME-006", primitives=("local_socket",), modes=DEADLINE)
def a_deadline_is_for_one_direction(case: Case) -> None:
    """The deadline of a send does not end a receive that waits on the same stream."""
    ours, theirs = case.streams()
    receiving = case.begin(ours.recv, 4, wait=None)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("LS-TIME-006"):
        case.attempt(ours.send_all, case.pattern(MEBIBYTE), wait=SHORT_MS)
        case.check(receiving.blocked(2 * SHORT_MS), "the receive without a deadline outlasts that of the send")
        theirs.send_all(b"late")
        case.check(receiving.result().is_(b"late"), "it gets what is sent then")


@scenario("LS-TIME-004", primitives=CHANNELS, modes=DEADLINE, params={"ms": (0, 1)})
def a_deadline_of_next_to_nothing_is_not_for_ever(case: Case) -> None:
    """A deadline of zero or one millisecond gives up at once, where no deadline at all would wait."""
    receiver, _sender = case.channel()
    with case.decides("LS-TIME-004"):
        case.allowed(case.fails(receiver.recv, 10, wait=case.number("ms")).kind, "the kind of the error")


@scenario("LS-TIME-016", primitives=CHANNELS, modes=DEADLINE)
def a_deadline_of_zero_takes_what_is_there(case: Case) -> None:
    """A deadline of zero is enough to receive what has arrived already."""
    receiver, sender = case.channel()
    sender.send_all(b"here")
    with case.decides("LS-TIME-016"):
        outcome = case.attempt(receiver.recv, 4, wait=0)
        if isinstance(outcome, Failed):
            case.allowed(outcome.kind, "the kind of the error")
        else:
            case.check(outcome.is_(b"here"), "the data that were there are received")


@scenario("LS-TIME-017", primitives=CHANNELS, modes=DEADLINE, params={"ms": (1 << 31, 1 << 32, 10**15)})
def a_huge_deadline_is_far_away(case: Case) -> None:
    """A deadline beyond what a counter of milliseconds holds is waited for, or refused as such."""
    receiver, sender = case.channel()
    with case.decides("LS-TIME-017"):
        receiving = case.begin(receiver.recv, 7, wait=case.number("ms"))
        if receiving.blocked(100):
            sender.send_all(b"in time")
            case.check(receiving.result().is_(b"in time"), "what is sent before the deadline arrives")
        else:
            case.allowed(case.fails(receiving.result).kind, "the kind of the error")


@scenario("LS-TIME-019", primitives=CHANNELS, modes=DEADLINE)
def data_in_time_are_received(case: Case) -> None:
    """A receive with a deadline waits for data that come before it, and returns when they do."""
    receiver, sender = case.channel()
    with case.decides("LS-TIME-019"):
        receiving = case.begin(receiver.recv, 7, wait=2 * DEADLINE_MS)
        case.check(receiving.blocked(50), "the receive waits for data")
        sender.send_all(b"in time")
        got = receiving.result()
        case.check(got.is_(b"in time"), "it gets what is sent")
        case.check(got.elapsed_ms < DEADLINE_MS, "it returns when the data come, not at its deadline")
