"""Unnamed pipes: one direction, many holders, whole records, and how they end."""

from __future__ import annotations

from typing import Literal

from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._between import PASSING, receivers, senders, word
from conformance.scenarios._transfer import MEBIBYTE, ending, fill

PIPES = ("unnamed_pipe", "fifo")
ENDINGS = ("kill", "exit")


@scenario("UP-IO-001", primitives=("unnamed_pipe",))
def a_pipe_has_one_direction(case: Case) -> None:
    """Bytes go from the sender to the receiver, and the other way round is an error."""
    receiver, sender = case.server.pipe()
    with case.decides("UP-IO-001"):
        sender.send_all(b"forward")
        case.check(receiver.recv_exact(7).is_(b"forward"), "what the sender sends arrives at the receiver")
        case.allowed(word(case.attempt(receiver.send, b"x")), "sending on the receiver")
        case.allowed(word(case.attempt(sender.recv, 1)), "receiving from the sender")


@scenario("UP-IO-002", primitives=("unnamed_pipe",), needs=("concurrent",))
def a_child_sends_and_exits(case: Case) -> None:
    """What a spawned process sends in uneven pieces arrives whole, and its exit is the end."""
    receiver, sender = case.server.pipe()
    child = case.server.spawn(sender)
    theirs = child.adopt(child.token(sender), "sender")
    sender.close()
    payload = case.pattern(200_000)
    with case.decides("UP-IO-002"):
        receiving = case.begin(receiver.recv_to_end)
        offset = 0
        for length in (1, 4097, 70_000, 8191, 117_711):
            theirs.send_all(payload.part(offset, length))
            offset += length
        child.end()
        got = receiving.result()
        case.check(got.is_(payload), "the bytes that arrive are those that the child sent")
        case.check(got.end, "the stream ends when the child has exited")


@scenario("UP-EOF-001", primitives=("unnamed_pipe",), params={"how": ("close", "exit")})
def a_child_keeps_the_pipe_open(case: Case) -> None:
    """As long as a spawned process holds the sender there is no end; when it lets go there is."""
    receiver, sender = case.server.pipe()
    child = case.server.spawn(sender)
    theirs = child.adopt(child.token(sender), "sender")
    with case.decides("UP-EOF-001"):
        sender.close()
        case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "would_block", "while the child has the sender")
        if case.text("how") == "close":
            theirs.close()
        else:
            child.end()
        case.equal(ending(receiver.recv(10)), "end", "when the child has let go of the sender")


@scenario("UP-EOF-002", primitives=("unnamed_pipe",))
def a_sender_of_ones_own_prevents_the_end(case: Case) -> None:
    """Who receives and still holds the sender sees no end when somebody else lets go."""
    receiver, sender = case.server.pipe()
    child = case.server.spawn(sender)
    child.end()
    with case.decides("UP-EOF-002"):
        case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "would_block", "with a sender of one's own")
        sender.close()
        case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "end", "when it is closed")


@scenario("UP-EOF-003", primitives=("unnamed_pipe",), needs=PASSING, params={"how": ENDINGS})
def a_dead_sender_ends_the_stream(case: Case) -> None:
    """When the sending process ends, what it sent arrives and then the end."""
    receiver, (sender,) = senders(case, case.client)
    sender.send_all(b"last words")
    case.die(case.client, case.text("how"))
    with case.decides("UP-EOF-003"):
        case.check(receiver.recv_exact(10).is_(b"last words"), "what was sent before the death arrives")
        case.equal(ending(receiver.recv(10)), "end", "after that")


@scenario("UP-EPIPE-001", primitives=("unnamed_pipe",))
def sending_to_nobody(case: Case) -> None:
    """Without a receiver sending is an error that the sender survives."""
    receiver, sender = case.server.pipe()
    receiver.close()
    with case.decides("UP-EPIPE-001"):
        for _ in range(2):
            case.equal(case.fails(sender.send_all, b"x").kind, "broken_pipe", "sending without a receiver")


@scenario("UP-EPIPE-002", primitives=("unnamed_pipe",), needs=PASSING)
def a_waiting_sender_of_a_pipe_is_released(case: Case) -> None:
    """A sender that waits for room learns that the last receiver has closed."""
    receiver, (sender,) = senders(case, case.client)
    sending = case.begin(sender.send_all, case.pattern(MEBIBYTE))
    if not sending.blocked(50):
        case.cannot_tell("1 MiB was taken without a receiver")
    with case.decides("UP-EPIPE-002"):
        receiver.close()
        case.equal(case.fails(sending.result).kind, "broken_pipe", "the waiting send, when the last receiver closes")


@scenario("UP-EPIPE-003", primitives=("unnamed_pipe",), needs=PASSING, params={"how": ENDINGS})
def a_dead_receiver_breaks_the_pipe(case: Case) -> None:
    """When the receiving process ends, sending is an error."""
    (_receiver,), sender = receivers(case, case.client)
    sender.send_all(b"unread")
    case.die(case.client, case.text("how"))
    with case.decides("UP-EPIPE-003"):
        case.equal(case.fails(sender.send_all, b"x").kind, "broken_pipe", "sending to a dead process")


@scenario("UP-CAP-001", "FF-IO-005", primitives=PIPES)
def capacity(case: Case) -> None:
    """How much is taken without anybody receiving is up to the system."""
    _receiver, sender = case.channel()
    for requirement in case.decided:
        with case.decides(requirement):
            case.observe(f"{fill(case, sender).length} bytes")


@scenario("UP-ATOM-001", primitives=("unnamed_pipe",), needs=PASSING)
def waiting_senders_of_a_pipe_stay_whole(case: Case) -> None:
    """Records of PIPE_BUF bytes by three waiting processes arrive in one piece each."""
    _records_stay_whole(case)


@scenario("FF-IO-006", primitives=("fifo",))
def waiting_senders_of_a_fifo_stay_whole(case: Case) -> None:
    """Records of PIPE_BUF bytes by three unrelated processes arrive in one piece each."""
    _records_stay_whole(case)


def _records_stay_whole(case: Case) -> None:
    """A full pipe makes all senders wait, so that they go off together when it is emptied."""
    parties = [case.party(role) for role in ("first", "second", "third")]
    receiver, theirs = senders(case, *parties)
    size = case.fact("pipe_buf")
    with case.decides(case.decided[0]):
        for _ in range(4):
            full = fill(case, theirs[0])
            records = [case.pattern(size) for _ in theirs]
            sendings = [case.begin(sender.send, record) for sender, record in zip(theirs, records, strict=True)]
            sendings[-1].blocked(20)
            receiver.recv_exact(full.length)
            while records:
                got = receiver.recv_exact(size)
                arrived = [record for record in records if got.is_(record)]
                case.check(len(arrived) == 1, "each record arrives in one piece, and once")
                records.remove(arrived[0])
            for sending in sendings:
                case.equal(sending.result(), size, "the bytes that a send of PIPE_BUF bytes reports")


@scenario("UP-ATOM-002", primitives=PIPES)
def small_sends_are_whole_or_nothing(case: Case) -> None:
    """Sends of many sizes up to PIPE_BUF are each taken whole until there is no room for them."""
    receiver, sender = case.channel()
    largest = case.fact("pipe_buf")
    taken = 0
    with case.decides("UP-ATOM-002"):
        for size in (largest, largest * 3 // 4 - 1, largest * 3 // 8, largest // 8 - 3, 7, 2, 1):
            outcome: int | Failed = size
            while not isinstance(outcome, Failed):
                case.equal(outcome, size, f"the bytes taken of {size}")
                outcome = case.attempt(sender.send, case.pattern(size), wait="try")
                taken += 0 if isinstance(outcome, Failed) else outcome
                if taken > 64 * MEBIBYTE:
                    case.cannot_tell("the channel takes everything")
            case.equal(outcome.kind, "would_block", f"a send of {size} bytes without room")
        case.equal(receiver.recv_exact(taken).length, taken, "the bytes that arrive, of those taken,")
        case.equal(sender.send(case.pattern(largest), wait="try"), largest, "the bytes taken once there is room")


@scenario("UP-ATOM-003", primitives=PIPES)
def large_sends_take_what_fits(case: Case) -> None:
    """A send of more than fits takes a part and says how much."""
    receiver, sender = case.channel()
    payload = case.pattern(MEBIBYTE + 1)
    with case.decides("UP-ATOM-003"):
        taken = sender.send(payload, wait="try")
        case.check(0 < taken < payload.length, f"a part of {payload.length} bytes is taken, not {taken}")
        rest = case.fails(sender.send, payload, wait="try")
        case.equal(rest.kind, "would_block", "a send into a full pipe")
        case.check(receiver.recv_exact(taken).is_(payload.part(0, taken)), "the part is the first one, unchanged")


@scenario("UP-NB-004", primitives=PIPES)
def a_broken_pipe_is_ready(case: Case) -> None:
    """A sender that waits for room need not wait for receivers that are gone."""
    receiver, sender = case.channel()
    fill(case, sender)
    receiver.close()
    with case.decides("UP-NB-004"):
        case.check(sender.ready("send", wait=5000), "a sender without receivers is ready, to be told so")


@scenario("UP-NB-006", primitives=("unnamed_pipe",))
def not_waiting_is_a_private_matter(case: Case) -> None:
    """That another process receives without waiting does not keep this one from waiting."""
    receiver, sender = case.server.pipe()
    child = case.server.spawn(receiver)
    theirs = child.adopt(child.token(receiver), "receiver")
    wait: Literal["try"] | int = "try" if case.mode == "nonblocking" else 20
    with case.decides("UP-NB-006"):
        case.fails(theirs.recv, 10, wait=wait)
        receiving = case.begin(receiver.recv, 10, wait=None)
        case.check(receiving.blocked(30), "a receive that is to wait does wait")
        sender.send_all(b"x")
        case.check(receiving.result().is_(b"x"), "and gets what comes")


@scenario("UP-NB-003", primitives=("unnamed_pipe",))
def the_flag_in_another_process(case: Case) -> None:
    """Whether another process shares the non-blocking flag of an end it was handed is recorded."""
    receiver, _sender = case.server.pipe()
    child = case.server.spawn(receiver)
    theirs = child.adopt(child.token(receiver), "receiver")
    before = receiver.get_blocking()
    with case.decides("UP-NB-003"):
        theirs.set_blocking(not before)
        case.observe("shared" if receiver.get_blocking() != before else "not shared")


@scenario("UP-CONC-001", primitives=("unnamed_pipe",), needs=PASSING)
def receivers_share_a_pipe(case: Case) -> None:
    """Two processes that receive from one pipe get each byte once between them."""
    _receivers_share(case)


@scenario("FF-IO-007", primitives=("fifo",))
def receivers_share_a_fifo(case: Case) -> None:
    """Two processes that receive from one FIFO get each byte once between them."""
    _receivers_share(case)


def _receivers_share(case: Case) -> None:
    theirs, sender = receivers(case, case.party("first"), case.party("second"))
    with case.decides(case.decided[0]):
        receivings = [case.begin(receiver.recv_exact, 100) for receiver in theirs]
        for start in range(0, 200, 40):
            sender.send_all(bytes(range(start, start + 40)))
        shares = [receiving.result().bytes for receiving in receivings]
        case.equal(sorted(b"".join(shares)), list(range(200)), "the bytes that both received")
        for share in shares:
            case.equal(list(share), sorted(share), "the order in which one of them received its bytes")


@scenario("UP-CONC-002", primitives=("unnamed_pipe",), needs=PASSING)
def senders_share_a_pipe(case: Case) -> None:
    """What three processes send on one pipe arrives, each one's records in their order."""
    _senders_share(case)


@scenario("UP-CONC-002", primitives=("fifo",))
def senders_share_a_fifo(case: Case) -> None:
    """What three processes send on one FIFO arrives, each one's records in their order."""
    _senders_share(case)


def _senders_share(case: Case) -> None:
    receiver, theirs = senders(case, *(case.party(role) for role in ("first", "second", "third")))
    with case.decides("UP-CONC-002"):
        for number in range(8):
            sendings = [case.begin(sender.send_all, b"%d:%05d;" % (who, number)) for who, sender in enumerate(theirs)]
            for sending in sendings:
                sending.result()
        records = receiver.recv_exact(8 * 3 * 8).bytes.split(b";")[:-1]
        for who in range(3):
            sent = [b"%d:%05d" % (who, number) for number in range(8)]
            got = [record for record in records if record.startswith(b"%d:" % who)]
            case.equal(got, sent, f"the records of sender {who}")
