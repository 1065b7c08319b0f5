"""What a try promises: never to wait, to say would_block and nothing else for not now, and to lose nothing."""

from __future__ import annotations

from conformance.party import End
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._transfer import CHANNELS, CHUNK, FITS, MEBIBYTE, arrives, ending, fill, sent_before

TRY = ("nonblocking",)
SOCKET = ("local_socket",)
SOON_MS = 8_000


@scenario("LS-NB-002", primitives=CHANNELS, modes=TRY)
def trying_to_receive_from_an_empty_stream(case: Case) -> None:
    """A tried receive from an open and empty stream says would_block, which is neither the end nor a wait."""
    receiver, sender = case.channel()
    with case.decides("LS-NB-002"):
        case.equal(_tried(case, receiver), "would_block", "a tried receive")
        sender.send_all(b"now")
        case.check(receiver.recv(10, wait="try").is_(b"now"), "once data are there, the same try receives them")
        case.equal(_tried(case, receiver), "would_block", "a tried receive of no more data")


@scenario("LS-NB-003", primitives=CHANNELS, modes=TRY)
def trying_to_send_to_a_full_stream(case: Case) -> None:
    """A tried send to a full stream says would_block, and all that was taken before arrives once."""
    receiver, sender = case.channel()
    taken = fill(case, sender)
    with case.decides("LS-NB-003"):
        failed = case.fails(sender.send, case.pattern(CHUNK), wait="try")
        case.equal(failed.kind, "would_block", "the kind of the error")
        arrives(case, receiver, taken)
        case.equal(_tried(case, receiver), "would_block", "a tried receive of no more data")


@scenario("LS-IO-008", primitives=CHANNELS, modes=TRY)
def a_tried_send_may_be_partial(case: Case) -> None:
    """A tried send of more than fits takes a part, says how much, and just that arrives."""
    receiver, sender = case.channel()
    payload = case.pattern(MEBIBYTE)
    with case.decides("LS-IO-008"):
        sent = sender.send(payload, wait="try")
        case.check(0 < sent <= payload.length, f"between 1 byte and all of 1 MiB is sent, not {sent}")
        arrives(case, receiver, payload.part(0, sent))
        case.equal(_tried(case, receiver), "would_block", "a tried receive of no more data")


@scenario("LS-NB-014", primitives=CHANNELS, modes=TRY)
def a_tried_send_all_says_how_far_it_came(case: Case) -> None:
    """A tried send of everything that cannot end says would_block and how much it sent; the rest can follow."""
    receiver, sender = case.channel()
    payload = case.pattern(MEBIBYTE)
    with case.decides("LS-NB-014"):
        failed = case.fails(sender.send_all, payload, wait="try")
        case.equal(failed.kind, "would_block", "the kind of the error")
        sent = sent_before(failed)
        sending = case.begin(sender.send_all, payload.part(sent, payload.length - sent))
        arrives(case, receiver, payload)
        sending.result()


@scenario("LS-NB-007", primitives=CHANNELS, modes=TRY)
def room_again_after_draining(case: Case) -> None:
    """When the receiver has taken everything, a tried send succeeds again."""
    receiver, sender = case.channel()
    arrives(case, receiver, fill(case, sender))
    with case.decides("LS-NB-007"):
        case.equal(sender.send(b"again", wait="try"), 5, "the bytes that a tried send takes")
        arrives(case, receiver, b"again")


@scenario("LS-NB-008", "LS-NB-009", primitives=CHANNELS, modes=TRY)
def a_try_sees_the_end(case: Case) -> None:
    """After the peer closed, tries give its data and then the end, never would_block."""
    receiver, sender = case.channel()
    payload = case.pattern(FITS)
    sender.send_all(payload)
    sender.close()
    with case.decides("LS-NB-009"):
        taken = 0
        while taken < payload.length:
            piece = receiver.recv(payload.length, wait="try")
            case.check(piece.length > 0, f"after {taken} bytes more of them are there")
            case.check(piece.is_(payload.part(taken, piece.length)), "the data come first")
            taken += piece.length
    with case.decides("LS-NB-008"):
        for _ in range(2):
            case.equal(_tried(case, receiver), "end", "a tried receive after the data")


@scenario("LS-NB-015", primitives=CHANNELS, modes=TRY)
def a_try_sees_a_broken_pipe(case: Case) -> None:
    """When nobody can receive any more, a tried send to a full stream says so, and not would_block."""
    receiver, sender = case.channel()
    fill(case, sender)
    receiver.close()
    with case.decides("LS-NB-015"):
        case.allowed(case.fails(sender.send, b"x", wait="try").kind, "the kind of the error")


@scenario("LS-NB-001", primitives=SOCKET, modes=TRY)
def trying_to_accept_nobody(case: Case) -> None:
    """A tried accept without a client says would_block; with one it accepts."""
    name = case.name()
    listener = case.server.listen(name)
    with case.decides("LS-NB-001"):
        case.equal(case.fails(listener.accept, wait="try").kind, "would_block", "the kind of the error")
        ours = case.client.connect(name)
        theirs = listener.accept(wait="try")
        ours.send_all(b"hello")
        arrives(case, theirs, b"hello")


@scenario("LS-NB-012", primitives=SOCKET, modes=TRY, needs=("readiness",))
def a_listener_becomes_ready(case: Case) -> None:
    """A listener is ready when a client has connected, and not before."""
    name = case.name()
    listener = case.server.listen(name)
    with case.decides("LS-NB-012"):
        case.check(not listener.ready("recv", wait=0), "without a client it is not ready")
        case.client.connect(name)
        case.check(listener.ready("recv", wait=SOON_MS), "with a client it is ready")


@scenario("LS-NB-016", primitives=CHANNELS, modes=TRY)
def a_receiver_becomes_ready(case: Case) -> None:
    """A receiver is ready while data are there, and not before and after."""
    receiver, sender = case.channel()
    with case.decides("LS-NB-016"):
        case.check(not receiver.ready("recv", wait=0), "without data it is not ready")
        sender.send_all(b"data")
        case.check(receiver.ready("recv", wait=SOON_MS), "with data it is ready")
        case.check(receiver.recv(10, wait="try").is_(b"data"), "readiness takes none of them")
        case.check(not receiver.ready("recv", wait=0), "when they are received it is not ready any more")


@scenario("LS-NB-017", primitives=CHANNELS, modes=TRY)
def a_sender_becomes_ready(case: Case) -> None:
    """A sender is not ready while the stream is full, and ready when all is received."""
    receiver, sender = case.channel()
    taken = fill(case, sender)
    with case.decides("LS-NB-017"):
        case.check(not sender.ready("send", wait=0), "a full stream is not ready for sending")
        arrives(case, receiver, taken)
        case.check(sender.ready("send", wait=SOON_MS), "a drained one is")


@scenario("LS-NB-013", primitives=CHANNELS, modes=TRY)
def the_end_makes_ready(case: Case) -> None:
    """A receiver is ready when its peer has closed: who waits for readiness is told of the end."""
    receiver, sender = case.channel()
    sender.close()
    with case.decides("LS-NB-013"):
        case.check(receiver.ready("recv", wait=SOON_MS), "after the peer closed, the receiver is ready")
        case.equal(ending(receiver.recv(10, wait="try")), "end", "a tried receive")


@scenario("LS-NB-004", primitives=CHANNELS, modes=("blocking",))
def the_flag_can_be_set_and_reset(case: Case) -> None:
    """Non-blocking use can be switched on and off again, and then a receive waits as before."""
    receiver, sender = case.channel()
    with case.decides("LS-NB-004"):
        receiver.set_blocking(False)
        case.check(not receiver.get_blocking(), "it is off when switched off")
        case.equal(ending(case.attempt(receiver.recv, 10)), "would_block", "a receive then")
        receiver.set_blocking(True)
        case.check(receiver.get_blocking(), "it is on when switched on again")
        receiving = case.begin(receiver.recv, 4)
        case.check(receiving.blocked(50), "a receive waits again")
        sender.send_all(b"data")
        case.check(receiving.result().is_(b"data"), "and gets what is sent")


@scenario("LS-NB-006", primitives=SOCKET, modes=("blocking",))
def a_listeners_flag_is_its_own(case: Case) -> None:
    """Streams of a non-blocking listener wait as streams do."""
    name = case.name()
    listener = case.server.listen(name)
    listener.set_blocking(False)
    ours = case.client.connect(name)
    theirs = listener.accept()
    with case.decides("LS-NB-006"):
        receiving = case.begin(theirs.recv, 4)
        case.check(receiving.blocked(50), "a receive on the accepted stream waits")
        ours.send_all(b"data")
        case.check(receiving.result().is_(b"data"), "and gets what is sent")


@scenario("LS-NB-005", primitives=SOCKET, modes=("blocking",))
def what_an_accepted_stream_inherits(case: Case) -> None:
    """Whether the system copies the non-blocking flag of a listener to its streams is up to it."""
    name = case.name()
    listener = case.server.listen(name)
    listener.set_blocking(False)
    case.client.connect(name)
    theirs = listener.accept()
    with case.decides("LS-NB-005"):
        case.observe("blocking" if theirs.get_blocking() else "non-blocking")


@scenario("LS-NB-018", primitives=CHANNELS, modes=TRY)
def a_try_leaves_the_flag_alone(case: Case) -> None:
    """Trying once does not change how the endpoint blocks: a plain receive waits afterwards."""
    receiver, sender = case.channel()
    case.fails(receiver.recv, 10, wait="try")
    with case.decides("LS-NB-018"):
        receiving = case.begin(receiver.recv, 4, wait=None)
        case.check(receiving.blocked(50), "a receive that may wait does so")
        sender.send_all(b"data")
        outcome = case.attempt(receiving.result)
        case.check(not isinstance(outcome, Failed) and outcome.is_(b"data"), "and gets what is sent")


@scenario("LS-NB-010", primitives=CHANNELS, modes=("blocking",))
def whether_duplicates_share_the_flag(case: Case) -> None:
    """Whether switching non-blocking use on for a duplicate shows in the original is recorded."""
    receiver, _sender = case.channel()
    second = receiver.duplicate()
    second.set_blocking(False)
    with case.decides("LS-NB-010"):
        case.observe("each has its own" if receiver.get_blocking() else "shared")


def _tried(case: Case, receiver: End) -> str:
    """What a tried receive gives, in a word."""
    return ending(case.attempt(receiver.recv, 10, wait="try"))
