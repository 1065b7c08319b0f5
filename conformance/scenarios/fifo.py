"""FIFOs that are open: meeting the other end, data and ends across senders and receivers that come and go."""

from __future__ import annotations

from conformance.party import End, Name, Party
from conformance.scenario import Case, scenario
from conformance.scenarios._between import Side, made_fifo, other_side, senders, this_side, word
from conformance.scenarios._transfer import ending

FIFO = ("fifo",)
ENDINGS = ("kill", "abort", "terminate", "exit")
ENDS = ("receiver", "sender")
TIMEOUT_MS = 150
CLOCK_MS = 1
"""Two clocks may differ by a tick: the agent's, which waits, and the harness's, which measures."""


def opens(case: Case, party: Party, path: Name, end: Side) -> End:
    """Open an end whose other end is open already."""
    return party.open_fifo(path, end, wait="try") if case.mode == "nonblocking" else party.open_fifo(path, end)


@scenario("FF-OPEN-001", primitives=FIFO)
def a_receiver_waits_for_a_sender(case: Case) -> None:
    """Opening for receiving returns when somebody opens for sending."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-001"):
        opening = case.begin(case.server.open_fifo, path, "receiver")
        case.check(opening.blocked(50), "open for receiving waits while there is no sender")
        sender = case.client.open_fifo(path, "sender")
        receiver = opening.result()
        sender.send_all(b"met")
        case.check(receiver.recv_exact(3).is_(b"met"), "both have met in one pipe")


@scenario("FF-OPEN-002", primitives=FIFO)
def a_sender_waits_for_a_receiver(case: Case) -> None:
    """Opening for sending returns when somebody opens for receiving."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-002"):
        opening = case.begin(case.client.open_fifo, path, "sender")
        case.check(opening.blocked(50), "open for sending waits while there is no receiver")
        receiver = case.server.open_fifo(path, "receiver")
        opening.result().send_all(b"met")
        case.check(receiver.recv_exact(3).is_(b"met"), "both have met in one pipe")


@scenario("FF-OPEN-003", primitives=FIFO)
def a_receiver_need_not_wait(case: Case) -> None:
    """Opening for receiving without waiting succeeds alone, and the sender that comes later is heard."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-003"):
        receiver = case.server.open_fifo(path, "receiver", wait="try")
        sender = case.client.open_fifo(path, "sender", wait=None)
        sender.send_all(b"later")
        case.check(receiver.recv_exact(5).is_(b"later"), "what the later sender sends arrives")


@scenario("FF-OPEN-004", primitives=FIFO)
def a_sender_cannot_be_alone(case: Case) -> None:
    """Opening for sending without waiting fails alone and works with a receiver."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-004"):
        alone = case.fails(case.client.open_fifo, path, "sender", wait="try")
        case.equal(alone.kind, "no_peer", "open without a receiver")
        receiver = case.server.open_fifo(path, "receiver", wait="try")
        sender = case.client.open_fifo(path, "sender", wait="try")
        sender.send_all(b"met")
        case.check(receiver.recv_exact(3).is_(b"met"), "both have met in one pipe")
        sender.close()
        receiver.close()
        alone = case.fails(case.client.open_fifo, path, "sender", wait="try")
        case.equal(alone.kind, "no_peer", "open when the receiver has left")


@scenario("FF-OPEN-007", primitives=FIFO)
def a_sender_that_does_not_stay(case: Case) -> None:
    """A receiver that waits in open is released by a sender that closes at once."""
    path = made_fifo(case)
    opening = case.begin(case.server.open_fifo, path, "receiver")
    if not opening.blocked(50):
        case.cannot_tell("open for receiving did not wait")
    with case.decides("FF-OPEN-007"):
        case.client.open_fifo(path, "sender").close()
        case.equal(ending(opening.result().recv(10)), "end", "what the receiver sees of a sender that has left")


@scenario("FF-OPEN-008", primitives=FIFO, params={"end": ENDS})
def a_killed_opener_leaves_no_phantom(case: Case) -> None:
    """Who was killed while waiting in open is nobody's other end."""
    path = made_fifo(case)
    opening = case.begin(case.client.open_fifo, path, this_side(case))
    if not opening.blocked(50):
        case.cannot_tell("open did not wait")
    case.die(case.client)
    with case.decides("FF-OPEN-008"):
        _nobody_is_there(case, path)


def _nobody_is_there(case: Case, path: Name) -> None:
    """Whichever end of the FIFO is looked for, nobody has it open."""
    if case.text("end") == "receiver":
        failed = case.fails(case.server.open_fifo, path, "sender", wait="try")
        case.equal(failed.kind, "no_peer", "open for sending when the receiver is gone")
    else:
        opening = case.begin(case.server.open_fifo, path, "receiver", wait=None)
        case.check(opening.blocked(50), "open for receiving waits when the sender is gone")


@scenario("FF-OPEN-009", primitives=FIFO)
def one_sender_releases_all_receivers(case: Case) -> None:
    """Three receivers that wait in open all return when one sender opens."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-009"):
        openings = [case.begin(case.party(role).open_fifo, path, "receiver") for role in ("first", "second", "third")]
        case.check(all(opening.blocked(20) for opening in openings), "all wait while there is no sender")
        sender = case.client.open_fifo(path, "sender")
        ends = [opening.result() for opening in openings]
        sender.close()
        for receiver in ends:
            case.equal(ending(receiver.recv(10)), "end", "each sees the sender leave")


@scenario("FF-OPEN-010", primitives=FIFO, params={"end": ENDS})
def the_same_end_does_not_count(case: Case) -> None:
    """Two who open the same end both wait for the other one."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-010"):
        openings = [case.begin(case.party(role).open_fifo, path, this_side(case)) for role in ("first", "second")]
        case.check(all(opening.blocked(40) for opening in openings), f"nobody meets a second {case.text('end')}")
        case.server.open_fifo(path, other_side(case))
        for opening in openings:
            opening.result()


@scenario("FF-OPEN-011", "FF-OPEN-012", primitives=FIFO, params={"end": ENDS})
def an_open_that_times_out(case: Case) -> None:
    """An open with a deadline waits for it, fails, and leaves nobody behind."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-011"):
        failed = case.fails(case.client.open_fifo, path, this_side(case), wait=TIMEOUT_MS)
        case.equal(failed.kind, "timed_out", "open when nobody comes")
        case.check(failed.elapsed_ms >= TIMEOUT_MS - CLOCK_MS, f"it waits {TIMEOUT_MS} ms, not {failed.elapsed_ms:.1f}")
    with case.decides("FF-OPEN-012"):
        _nobody_is_there(case, path)


@scenario("FF-OPEN-015", primitives=FIFO, params={"end": ENDS})
def an_open_that_is_met_in_time(case: Case) -> None:
    """An open with a deadline is met by who comes before the deadline, and the pipe has no deadline any more."""
    path = made_fifo(case)
    with case.decides("FF-OPEN-015"):
        opening = case.begin(case.client.open_fifo, path, this_side(case))
        case.check(opening.blocked(50), "open waits while nobody is there")
        meeting = case.server.open_fifo(path, other_side(case), wait=None)
        met = opening.result()
        receiver, sender = (met, meeting) if this_side(case) == "receiver" else (meeting, met)
        sender.send_all(b"in time", wait=None)
        case.check(receiver.recv_exact(7, wait=None).is_(b"in time"), "both have met in one pipe")


@scenario("FF-OPEN-016", primitives=FIFO, params={"then": ("stay", "close")})
def what_is_sent_at_once_arrives(case: Case) -> None:
    """A sender that sends as soon as its open returns loses nothing, wherever the receiver's open is by then."""
    path, payload = made_fifo(case), case.pattern(200)
    opening = case.begin(case.server.open_fifo, path, "receiver")
    sender = case.client.open_fifo(path, "sender")
    with case.decides("FF-OPEN-016"):
        sender.send_all(payload)
        if case.text("then") == "close":
            sender.close()
        receiver = opening.result()
        if case.text("then") == "stay":
            sender.close()
        case.check(receiver.recv_to_end().is_(payload), "exactly what was sent arrives")


@scenario("FF-IO-001", primitives=FIFO)
def the_end_can_be_taken_back(case: Case) -> None:
    """After the end of one sender's data come those of the next one."""
    path = made_fifo(case)
    receiver, sender = case.fifo_ends(path)
    with case.decides("FF-IO-001"):
        for words in (b"from the first", b"from a later one", b"and the last"):
            sender.send_all(words)
            sender.close()
            case.check(receiver.recv_exact(len(words)).is_(words), "what the sender sent before it closed arrives")
            case.equal(ending(receiver.recv(10)), "end", "when it has closed")
            sender = opens(case, case.client, path, "sender")


@scenario("FF-IO-002", primitives=FIFO)
def data_go_with_the_last_end(case: Case) -> None:
    """What nobody received is gone when everybody has closed."""
    path = made_fifo(case)
    receiver, sender = case.fifo_ends(path)
    sender.send_all(b"lost")
    sender.close()
    receiver.close()
    receiver, sender = case.fifo_ends(path)
    with case.decides("FF-IO-002"):
        sender.send_all(b"new")
        case.check(receiver.recv_exact(3).is_(b"new"), "only what was sent since arrives")


@scenario("FF-IO-003", primitives=FIFO)
def data_stay_with_the_receiver(case: Case) -> None:
    """What two senders left one after the other is received afterwards, in order."""
    path = made_fifo(case)
    receiver, sender = case.fifo_ends(path)
    with case.decides("FF-IO-003"):
        sender.send_all(b"kept")
        sender.close()
        later = opens(case, case.party("later"), path, "sender")
        later.send_all(b" and more")
        later.close()
        case.check(receiver.recv_to_end().is_(b"kept and more"), "what both sent arrives")


@scenario("FF-IO-004", primitives=FIFO)
def a_sender_outlives_its_receivers(case: Case) -> None:
    """Without a receiver sending fails, and with the next one it works again."""
    path = made_fifo(case)
    receiver, sender = case.fifo_ends(path)
    receiver.close()
    with case.decides("FF-IO-004"):
        case.equal(case.fails(sender.send_all, b"x").kind, "broken_pipe", "sending without a receiver")
        receiver = opens(case, case.server, path, "receiver")
        sender.send_all(b"again")
        case.check(receiver.recv_exact(5).is_(b"again"), "what is sent to the next receiver arrives")


@scenario("FF-IO-008", primitives=FIFO)
def an_end_works_in_one_direction(case: Case) -> None:
    """A receiver cannot send, and a sender cannot receive."""
    receiver, sender = case.channel()
    with case.decides("FF-IO-008"):
        case.allowed(word(case.attempt(receiver.send, b"x")), "sending on the receiver")
        case.allowed(word(case.attempt(sender.recv, 1)), "receiving from the sender")


@scenario("FF-IO-010", primitives=FIFO)
def before_the_first_sender(case: Case) -> None:
    """Whether a receiver that is alone sees the end or nothing yet is up to the system and the library."""
    receiver = case.server.open_fifo(made_fifo(case), "receiver", wait="try")
    with case.decides("FF-IO-010"):
        case.observe(ending(case.attempt(receiver.recv, 10, wait="try")))


@scenario("FF-IO-011", primitives=FIFO)
def the_last_sender_ends_the_stream(case: Case) -> None:
    """One of two senders closing is not the end, the other one closing is."""
    receiver, (first, second) = senders(case, case.client, case.party("second"))
    with case.decides("FF-IO-011"):
        first.send_all(b"first")
        first.close()
        case.check(receiver.recv_exact(5).is_(b"first"), "what the first sent arrives")
        case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "would_block", "while the second is open")
        second.send_all(b"second")
        second.close()
        case.check(receiver.recv_exact(6).is_(b"second"), "what the second sent arrives")
        case.equal(ending(receiver.recv(10)), "end", "when both have closed")


@scenario("FF-IO-014", primitives=FIFO)
def a_sender_of_ones_own_prevents_the_end(case: Case) -> None:
    """Who receives and keeps a sender open sees no end when all other senders have left."""
    path = made_fifo(case)
    receiver = case.server.open_fifo(path, "receiver", wait="try")
    case.server.open_fifo(path, "sender", wait="try")
    with case.decides("FF-IO-014"):
        for words in (b"first", b"second"):
            sender = case.client.open_fifo(path, "sender", wait="try")
            sender.send_all(words)
            sender.close()
            case.check(receiver.recv_exact(len(words)).is_(words), "what the other sender sent arrives")
            case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "would_block", "when it has left")


@scenario("FF-IO-013", primitives=FIFO)
def a_silent_sender_is_not_the_end(case: Case) -> None:
    """While a sender is there and silent, a receive that does not wait says that it would."""
    path = made_fifo(case)
    receiver, sender = case.fifo_ends(path)
    with case.decides("FF-IO-013"):
        for _ in range(2):
            case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "would_block", "with a silent sender")
            sender.close()
            case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "end", "when it has closed")
            sender = opens(case, case.client, path, "sender")


@scenario("FF-NB-001", primitives=FIFO)
def readiness_across_senders(case: Case) -> None:
    """When a receiver is ready, as senders come and go, is up to the system."""
    path = made_fifo(case)
    receiver = case.server.open_fifo(path, "receiver", wait="try")
    seen = [receiver.ready("recv", wait=10)]
    with case.decides("FF-NB-001"):
        sender = opens(case, case.client, path, "sender")
        seen.append(receiver.ready("recv", wait=10))
        sender.send_all(b"x")
        seen.append(receiver.ready("recv", wait=1000))
        receiver.recv_exact(1)
        sender.close()
        seen.append(receiver.ready("recv", wait=10))
        opens(case, case.client, path, "sender")
        seen.append(receiver.ready("recv", wait=10))
        case.observe(", ".join("ready" if each else "not ready" for each in seen))


@scenario("FF-CRASH-001", primitives=FIFO, params={"how": ENDINGS})
def a_dead_sender_ends_the_stream(case: Case) -> None:
    """When the sending process ends, what it sent arrives and then the end."""
    receiver, sender = case.channel()
    sender.send_all(b"last words")
    case.die(case.client, case.text("how"))
    with case.decides("FF-CRASH-001"):
        case.check(receiver.recv_exact(10).is_(b"last words"), "what was sent before the death arrives")
        case.equal(ending(receiver.recv(10)), "end", "after that")


@scenario("FF-CRASH-002", primitives=FIFO, params={"how": ENDINGS})
def a_dead_receiver_breaks_the_pipe(case: Case) -> None:
    """When the receiving process ends, sending is an error."""
    _receiver, sender = case.channel()
    sender.send_all(b"unread")
    case.die(case.server, case.text("how"))
    with case.decides("FF-CRASH-002"):
        case.equal(case.fails(sender.send_all, b"x").kind, "broken_pipe", "sending to a dead process")
