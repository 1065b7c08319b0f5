"""What a byte stream promises: every byte, once, in order, and an end."""

from __future__ import annotations

from conformance.party import End
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._transfer import (
    BETWEEN_PROCESSES,
    CHANNELS,
    FITS,
    MEBIBYTE,
    WITNESS_MS,
    arrives,
    ending,
    received_before,
)


@scenario("LS-IO-001", primitives=CHANNELS, params={"size": (1, 4096, 70000)})
def bytes_arrive_in_order(case: Case) -> None:
    """What is sent arrives: every byte once, in order, nothing added."""
    receiver, sender = case.channel()
    payload = case.pattern(case.number("size"))
    with case.decides("LS-IO-001"):
        receiving = case.begin(receiver.recv_exact, payload.length)
        sender.send_all(payload)
        case.check(receiving.result().is_(payload), "exactly the bytes that were sent arrive")


@scenario("LS-IO-001", primitives=CHANNELS, params={"size": (1, 256, FITS)})
def queued_bytes_arrive(case: Case) -> None:
    """What was sent before the receiver looked arrives just so."""
    receiver, sender = case.channel()
    payload = case.pattern(case.number("size"))
    with case.decides("LS-IO-001"):
        case.equal(sender.send_all(payload), payload.length, "the count that send_all reports")
        case.check(receiver.recv_exact(payload.length).is_(payload), "exactly the bytes that were sent arrive")


@scenario("LS-IO-001", primitives=CHANNELS)
def every_byte_value_arrives(case: Case) -> None:
    """No byte value is special: not NUL, not line ends, not 0xff."""
    receiver, sender = case.channel()
    every = bytes(range(256))
    sender.send_all(every)
    with case.decides("LS-IO-001"):
        case.check(receiver.recv_exact(256).is_(every), "each of the 256 byte values arrives as it was sent")


@scenario("LS-IO-005", primitives=CHANNELS)
def a_mebibyte_arrives(case: Case) -> None:
    """Data larger than every buffer arrive whole, whatever pieces the receiver takes."""
    receiver, sender = case.channel()
    payload = case.pattern(MEBIBYTE)
    with case.decides("LS-IO-005"):
        sending = case.begin(sender.send_all, payload)
        arrives(case, receiver, payload)
        case.equal(sending.result(), payload.length, "the count that send_all reports")


@scenario("LS-IO-002", primitives=CHANNELS)
def sends_leave_no_boundaries(case: Case) -> None:
    """Receives need not match sends: what they take runs across the pieces that were sent."""
    receiver, sender = case.channel()
    payload = case.pattern(150)
    for offset, length in ((0, 30), (30, 50), (80, 70)):
        sender.send_all(payload.part(offset, length))
    with case.decides("LS-IO-002"):
        for offset, length in ((0, 10), (10, 60), (70, 80)):
            got = receiver.recv_exact(length)
            case.check(got.is_(payload.part(offset, length)), f"bytes {offset} to {offset + length} come next")


@scenario("LS-IO-003", primitives=CHANNELS)
def single_bytes_keep_their_order(case: Case) -> None:
    """A hundred sends of one byte are a hundred bytes in order."""
    receiver, sender = case.channel()
    payload = case.pattern(100)
    with case.decides("LS-IO-003"):
        for position in range(payload.length):
            case.equal(sender.send(payload.part(position, 1)), 1, "the count that the send of one byte reports")
        case.check(receiver.recv_exact(payload.length).is_(payload), "the bytes arrive in the order of their sends")


@scenario("LS-IO-006", primitives=CHANNELS)
def sending_nothing_is_invisible(case: Case) -> None:
    """Sending no bytes succeeds, and the receiver does not see it, least of all as the end."""
    receiver, sender = case.channel()
    with case.decides("LS-IO-006"):
        case.equal(sender.send(b""), 0, "the count that the empty send reports")
        case.equal(sender.send_all(b""), 0, "the count that the empty send_all reports")
        sender.send_all(b"x")
        arrives(case, receiver, b"x")


@scenario("LS-IO-007", primitives=CHANNELS)
def receiving_nothing_takes_nothing(case: Case) -> None:
    """A receive of at most no bytes leaves the data where they are, and is no end; or it is refused."""
    receiver, sender = case.channel()
    sender.send_all(b"kept")
    with case.decides("LS-IO-007"):
        nothing = case.attempt(receiver.recv, 0)
        if isinstance(nothing, Failed):
            case.allowed(nothing.kind, "a receive of at most 0 bytes")
        else:
            case.equal(nothing.length, 0, "the bytes got by a receive of at most 0")
            case.check(not nothing.end, "a receive of at most 0 bytes does not report the end of an open stream")
        arrives(case, receiver, b"kept")


@scenario("LS-IO-020", primitives=CHANNELS, modes=("nonblocking",))
def receiving_nothing_from_nothing(case: Case) -> None:
    """Whether a receive of at most no bytes from an empty stream would wait is up to the system."""
    receiver, _sender = case.channel()
    with case.decides("LS-IO-020"):
        outcome = case.attempt(receiver.recv, 0, wait="try")
        case.observe("no bytes" if not isinstance(outcome, Failed) else outcome.kind)


@scenario("LS-IO-021", primitives=CHANNELS)
def a_receive_keeps_to_its_maximum(case: Case) -> None:
    """A receive gives no more than was asked for, and the rest waits for the next one."""
    receiver, sender = case.channel()
    payload = case.pattern(10)
    sender.send_all(payload)
    with case.decides("LS-IO-021"):
        taken = 0
        for maximum in (4, 1, 5):
            piece = receiver.recv(maximum)
            case.check(0 < piece.length <= maximum, f"a receive of at most {maximum} bytes gives so many, or fewer")
            case.check(piece.is_(payload.part(taken, piece.length)), "it goes on where the one before stopped")
            taken += piece.length
        arrives(case, receiver, payload.part(taken, payload.length - taken))


@scenario("LS-IO-022", primitives=CHANNELS)
def a_receive_gives_what_is_there(case: Case) -> None:
    """A receive does not wait for its maximum: the bytes that have arrived are enough."""
    receiver, sender = case.channel()
    with case.decides("LS-IO-022"):
        for word in (b"a", b"few", b"more"):
            sender.send_all(word)
            case.check(receiver.recv(MEBIBYTE).is_(word), "a receive of at most 1 MiB gives the bytes that were sent")


@scenario("LS-IO-017", primitives=CHANNELS)
def recv_exact_waits_for_the_rest(case: Case) -> None:
    """An exact receive goes on until it has everything, however it was sent."""
    receiver, sender = case.channel()
    sender.send_all(b"one ")
    with case.decides("LS-IO-017"):
        receiving = case.begin(receiver.recv_exact, 14)
        case.check(receiving.blocked(50), "4 of 14 bytes are not enough")
        sender.send_all(b"two ")
        sender.send_all(b"three ")
        case.check(receiving.result().is_(b"one two three "), "all 14 bytes arrive together")


@scenario("LS-IO-023", primitives=CHANNELS, params={"sent": (0, 1, 700)})
def recv_exact_cut_short_is_an_error(case: Case) -> None:
    """When the stream ends too early, an exact receive fails with `end` and hands over what it got."""
    receiver, sender = case.channel()
    payload = case.pattern(case.number("sent"))
    sender.send_all(payload)
    sender.close()
    with case.decides("LS-IO-023"):
        failed = case.fails(receiver.recv_exact, 1000)
        case.equal(failed.kind, "end", "the kind of the error")
        case.check(received_before(failed).is_(payload), "the bytes that did arrive come with the error")


@scenario("LS-IO-024", primitives=CHANNELS, params={"size": (0, FITS, 300_000)})
def recv_to_end_gives_everything(case: Case) -> None:
    """Receiving to the end gives all that was sent before the close, and returns then."""
    receiver, sender = case.channel()
    payload = case.pattern(case.number("size"))
    with case.decides("LS-IO-024"):
        receiving = case.begin(receiver.recv_to_end)
        sender.send_all(payload)
        sender.close()
        got = receiving.result()
        case.check(got.end, "recv_to_end reports the end")
        case.check(got.is_(payload), "everything that was sent arrives")


@scenario("LS-IO-025", primitives=CHANNELS)
def send_reports_what_it_sent(case: Case) -> None:
    """One send may take only a part, and says how much: exactly so many bytes arrive."""
    receiver, sender = case.channel()
    payload = case.pattern(MEBIBYTE)
    with case.decides("LS-IO-025"):
        receiving = case.begin(receiver.recv_to_end)
        sent = sender.send(payload)
        case.check(0 < sent <= payload.length, f"a send of 1 MiB takes between 1 byte and all, not {sent}")
        sender.close()
        got = receiving.result()
        case.equal(got.length, sent, "the bytes that arrived, of those reported as sent,")
        case.check(got.is_(payload.part(0, sent)), "the bytes that arrive are the first of those given")


@scenario("LS-IO-009", primitives=CHANNELS)
def a_sender_waits_for_a_slow_receiver(case: Case) -> None:
    """A sender is held up while nobody receives, and goes on as soon as somebody does."""
    receiver, sender = case.channel()
    payload = case.pattern(MEBIBYTE)
    with case.decides("LS-IO-009"):
        sending = case.begin(sender.send_all, payload)
        case.check(sending.blocked(200), "1 MiB is not sent while nobody receives")
        arrives(case, receiver, payload)
        case.equal(sending.result(), payload.length, "the count that send_all reports")


@scenario("LS-IO-028", primitives=("local_socket",))
def question_and_answer(case: Case) -> None:
    """Both directions carry data in turn, and each send is seen without any further call."""
    ours, theirs = case.streams()
    payload = case.pattern(40)
    with case.decides("LS-IO-028"):
        for turn in range(20):
            ours.send_all(payload.part(turn, 1))
            arrives(case, theirs, payload.part(turn, 1))
            theirs.send_all(payload.part(20 + turn, 1))
            arrives(case, ours, payload.part(20 + turn, 1))


@scenario("LS-IO-013", primitives=CHANNELS, params={"size": (1, FITS)})
def close_does_not_lose_data(case: Case) -> None:
    """What was sent before the close arrives after it, and then the end."""
    receiver, sender = case.channel()
    payload = case.pattern(case.number("size"))
    sender.send_all(payload)
    with case.decides("LS-IO-013"):
        sender.close()
        arrives(case, receiver, payload)
        case.equal(ending(receiver.recv(10)), "end", "after the last byte")


@scenario("LS-IO-013", primitives=BETWEEN_PROCESSES)
def data_outlive_their_sender(case: Case) -> None:
    """What was sent arrives even when the sender closed it and is gone altogether."""
    receiver, sender = case.channel()
    payload = case.pattern(FITS)
    with case.decides("LS-IO-013"):
        sender.send_all(payload)
        sender.close()
        case.die(sender.party, "exit")
        arrives(case, receiver, payload)
        case.equal(ending(receiver.recv(10)), "end", "after the last byte")


@scenario("LS-ERR-004", "LS-IO-014", primitives=CHANNELS)
def the_end_is_an_end(case: Case) -> None:
    """An orderly close is the end of the stream and no error, now and ever after."""
    receiver, sender = case.channel()
    sender.close()
    with case.decides("LS-ERR-004"):
        case.equal(ending(case.attempt(receiver.recv, 10)), "end", "a receive after the peer closed")
    with case.decides("LS-IO-014"):
        for _ in range(3):
            case.equal(ending(case.attempt(receiver.recv, 10)), "end", "a receive after the end")
        to_end = receiver.recv_to_end()
        case.check(to_end.end and to_end.length == 0, "receiving to the end gives nothing more")


@scenario("LS-IO-029", primitives=CHANNELS)
def a_waiting_receiver_learns_of_the_end(case: Case) -> None:
    """A receiver that waits already is told of the end when the peer closes."""
    receiver, sender = case.channel()
    receiving = case.begin(receiver.recv, 10)
    if not receiving.blocked(50):
        case.cannot_tell("the receiver did not wait")
    with case.decides("LS-IO-029"):
        sender.close()
        case.equal(ending(receiving.result()), "end", "what the waiting receive gives")


@scenario("LS-INTEROP-001", primitives=("local_socket",), params={"peer": ("listens", "connects")})
def a_raw_peer_sees_the_bytes(case: Case) -> None:
    """A peer written straight on the system sends and receives exactly the caller's bytes."""
    name = case.path()
    if case.text("peer") == "listens":
        listener = case.witness.listen(name)
        ours = case.client.connect(name)
        raw = listener.accept(wait=WITNESS_MS)
    else:
        accepting = case.server.listen(name)
        raw = case.witness.connect(name, wait=WITNESS_MS)
        ours = accepting.accept()
    with case.decides("LS-INTEROP-001"):
        _swaps_bytes(case, ours, raw)


def _swaps_bytes(case: Case, ours: End, raw: End) -> None:
    request, reply = case.pattern(FITS), case.pattern(FITS)
    ours.send_all(request)
    case.check(raw.recv_exact(request.length, wait=WITNESS_MS).is_(request), "the raw peer receives the bytes sent")
    raw.send_all(reply, wait=WITNESS_MS)
    case.check(ours.recv_exact(reply.length).is_(reply), "the bytes that the raw peer sent arrive")
    ours.send_all(b"last")
    ours.close()
    case.check(raw.recv_to_end(wait=WITNESS_MS).is_(b"last"), "and nothing else is on the wire up to the end")


@scenario("LS-INTEROP-001", primitives=("fifo",), params={"peer": ("sends", "receives")})
def a_raw_process_shares_the_fifo(case: Case) -> None:
    """A process that uses the FIFO with plain system calls sends or receives exactly the bytes."""
    path, payload = case.path("fifo"), case.pattern(FITS)
    case.server.make_fifo(path)
    if case.text("peer") == "sends":
        opening = case.begin(case.server.open_fifo, path, "receiver", wait=None)
        raw = case.witness.open_fifo(path, "sender", wait=WITNESS_MS)
        ours = opening.result()
        with case.decides("LS-INTEROP-001"):
            raw.send_all(payload, wait=WITNESS_MS)
            raw.close()
            case.check(ours.recv_to_end().is_(payload), "exactly the bytes of the raw process arrive")
    else:
        opening = case.begin(case.witness.open_fifo, path, "receiver", wait=WITNESS_MS)
        ours = case.client.open_fifo(path, "sender", wait=None)
        raw = opening.result()
        with case.decides("LS-INTEROP-001"):
            ours.send_all(payload)
            ours.close()
            case.check(raw.recv_to_end(wait=WITNESS_MS).is_(payload), "exactly the bytes sent reach the raw process")
