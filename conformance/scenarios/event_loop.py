"""Many operations on one event loop: fairness, limits, conflicts, closing under them, and the end of the loop."""

from __future__ import annotations

from typing import TypeGuard

from conformance.party import End
from conformance.payload import Data
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._between import word
from conformance.scenarios._meeting import fill_queue
from conformance.scenarios._transfer import BETWEEN_PROCESSES, CHANNELS, CHUNK, arrives, ending, held_up

ASYNC = ("async",)
SOCKET = ("local_socket",)
PIECE = 1 << 14
LIMIT = 1 << 23
"""More than any implementation has a reason to keep for a peer that does not receive: forty times a socket's buffer."""

MANY = 1000
OTHERS = 4
SOON_MS = 2_000


@scenario("XC-LOOP-001", primitives=SOCKET, modes=ASYNC, alone=True)
def a_flood_does_not_starve_others(case: Case) -> None:
    """While one stream is flooded without end, others of the same loop get what is sent to them."""
    name = case.name()
    listener = case.server.listen(name)
    flooding, flooded = case.witness.connect(name, wait=None), listener.accept()
    pairs = [case.connection(listener, name) for _ in range(OTHERS)]
    with case.decides("XC-LOOP-001"):
        case.begin(flooded.recv_to_end)
        flood = case.begin(case.witness.flood, flooding)
        if not flood.blocked(200):
            case.cannot_tell("the flood has ceased")
        for ours, theirs in pairs:
            ours.send_all(b"question")
            arrives(case, theirs, b"question")
            theirs.send_all(b"answer")
            arrives(case, ours, b"answer")
    flooded.close()
    flood.blocked(SOON_MS)


@scenario("XC-LOOP-002", primitives=CHANNELS, modes=ASYNC)
def small_sends_come_to_wait(case: Case) -> None:
    """Small sends that nobody receives come to wait one day, and all of them arrive."""
    receiver, sender = case.channel()
    flood = case.pattern(LIMIT)
    with case.decides("XC-LOOP-002"):
        for offset in range(0, LIMIT, PIECE):
            sending = case.begin(sender.send_all, flood.part(offset, PIECE))
            if sending.blocked(200):
                arrives(case, receiver, flood.part(0, offset + PIECE))
                case.equal(sending.result(), PIECE, "the count that the send reports that waited")
                break
            sending.result()
        else:
            case.check(False, f"a send waits before {LIMIT} bytes are on their way to nobody")


@scenario("XC-LOOP-003", primitives=CHANNELS, modes=ASYNC)
def a_second_receiver_is_told(case: Case) -> None:
    """A receive where another one waits is refused, and the other one gets what comes."""
    receiver, sender = case.channel()
    first = case.begin(receiver.recv, 10)
    if not first.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("XC-LOOP-003"):
        case.allowed(case.fails(receiver.recv, 10).kind, "a second receive at once")
        sender.send_all(b"for one")
        case.check(first.result().is_(b"for one"), "the receive that was there first gets what comes")


@scenario("XC-LOOP-004", primitives=CHANNELS, modes=ASYNC)
def a_second_sender_mixes_nothing(case: Case) -> None:
    """A send where another one waits comes after it, whole, or is refused."""
    receiver, sender = case.channel()
    rest, first = held_up(case, receiver, sender)
    token = case.pattern(24)
    with case.decides("XC-LOOP-004"):
        second = case.begin(sender.send_all, token)
        refused = None if second.blocked(100) else case.attempt(second.result)
        arrives(case, receiver, rest)
        first.result()
        outcome = case.attempt(second.result) if refused is None else refused
        case.allowed(word(outcome), "a second send at once")
        if not isinstance(outcome, Failed):
            arrives(case, receiver, token)
        sender.send_all(b"last")
        arrives(case, receiver, b"last")


@scenario("XC-LOOP-012", primitives=SOCKET, modes=ASYNC)
def a_second_accept_takes_nobody_away(case: Case) -> None:
    """Of two accepts at once each gets a client, or the second one is refused and nobody is lost."""
    name = case.name()
    listener = case.server.listen(name)
    first = case.begin(listener.accept)
    if not first.blocked(50):
        case.cannot_tell("the accept did not wait")
    with case.decides("XC-LOOP-012"):
        second = case.begin(listener.accept)
        refused = None if second.blocked(100) else case.attempt(second.result)
        for number in range(2):
            case.client.connect(name).send_all(b"%d" % number)
        one = first.result()
        outcome = case.attempt(second.result) if refused is None else refused
        case.allowed(word(outcome), "a second accept at once")
        other = listener.accept() if isinstance(outcome, Failed) else outcome
        case.equal(sorted(end.recv(1).bytes for end in (one, other)), [b"0", b"1"], "what the accepted streams carry")


@scenario(
    "XC-LOOP-005",
    primitives=CHANNELS,
    modes=ASYNC,
    params={"op": {"local_socket": ("recv", "recv_exact", "accept"), "unnamed_pipe": ("recv",), "fifo": ("recv",)}},
)
def a_close_wakes_who_waits(case: Case) -> None:
    """A receive or accept on an endpoint that is closed ends, and not with the end of the stream."""
    if case.text("op") == "accept":
        listener = case.server.listen(case.name())
        accepting = case.begin(listener.accept)
        if not accepting.blocked(50):
            case.cannot_tell("the accept did not wait")
        with case.decides("XC-LOOP-005"):
            listener.close()
            case.allowed(word(case.attempt(accepting.result)), "the accept that waited")
        return
    receiver, _sender = case.channel()
    exact = case.text("op") == "recv_exact"
    receiving = case.begin(receiver.recv_exact, 10) if exact else case.begin(receiver.recv, 10)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("XC-LOOP-005"):
        receiver.close()
        case.allowed(ending(case.attempt(receiving.result)), "the receive that waited")


@scenario("XC-LOOP-006", primitives=CHANNELS, modes=ASYNC)
def a_close_wakes_a_sender(case: Case) -> None:
    """A send that waits for room on an endpoint that is closed ends, and not as though it had gone."""
    receiver, sender = case.channel()
    _, sending = held_up(case, receiver, sender)
    with case.decides("XC-LOOP-006"):
        sender.close()
        case.allowed(word(case.attempt(sending.result)), "the send that waited")


@scenario("XC-LOOP-007", primitives=SOCKET, modes=ASYNC)
def a_thousand_connections(case: Case) -> None:
    """A thousand streams that are waited on at once each get their own data."""
    name = case.name()
    listener = case.server.listen(name)
    pairs: list[tuple[End, End]] = []
    for _ in range(MANY):
        ours = case.attempt(case.client.connect, name)
        theirs = case.attempt(listener.accept)
        if isinstance(ours, Failed) or isinstance(theirs, Failed):
            failed = ours if isinstance(ours, Failed) else theirs
            case.cannot_tell(f"connection {len(pairs)} could not be made: {word(failed)}; is RLIMIT_NOFILE 1024?")
            return
        pairs.append((ours, theirs))
    with case.decides("XC-LOOP-007"):
        waiting = [case.begin(theirs.recv_exact, 4) for _, theirs in pairs]
        for number in reversed(range(MANY)):
            pairs[number][0].send_all(b"%4d" % number)
        for number, pending in enumerate(waiting):
            case.check(pending.result().is_(b"%4d" % number), "each stream gives what was sent on it")


@scenario("XC-LOOP-008", primitives=SOCKET, modes=ASYNC)
def the_end_of_the_loop_ends_what_waits(case: Case) -> None:
    """When the loop ends, an accept, a receive and a send that wait on it are cancelled."""
    name = case.name()
    listener = case.server.listen(name)
    _, theirs = case.connection(listener, name)
    full, held = case.connection(listener, name)
    _, sending = held_up(case, full, held)
    accepting, receiving = case.begin(listener.accept), case.begin(theirs.recv, 10)
    if not accepting.blocked(50) or not receiving.blocked(0):
        case.cannot_tell("an operation did not wait")
    with case.decides("XC-LOOP-008"):
        case.server.end_loop()
        case.allowed(word(case.attempt(accepting.result)), "the accept that waited")
        case.allowed(ending(case.attempt(receiving.result)), "the receive that waited")
        case.allowed(word(case.attempt(sending.result)), "the send that waited")


@scenario("XC-LOOP-009", primitives=SOCKET, modes=ASYNC)
def peers_see_the_end_of_the_loop(case: Case) -> None:
    """A stream whose loop has ended is to its peer as one that was closed."""
    name = case.name()
    listener = case.server.listen(name)
    pairs = [case.connection(listener, name) for _ in range(2)]
    for _, theirs in pairs:
        theirs.send_all(b"last")
    case.begin(pairs[0][1].recv, 10)
    with case.decides("XC-LOOP-009"):
        case.server.end_loop()
        for ours, _ in pairs:
            arrives(case, ours, b"last")
            case.allowed(ending(case.attempt(ours.recv, 10)), "a receive after what was sent")


@scenario("XC-LOOP-010", primitives=SOCKET, modes=ASYNC)
def loops_come_and_go(case: Case) -> None:
    """Loops that end with everything open leave no descriptors, and the next one serves."""

    def once(number: int) -> None:
        name = case.name(f"s{number}")
        listener = case.server.listen(name)
        ours, theirs = case.connection(listener, name)
        ours.send_all(b"hello")
        arrives(case, theirs, b"hello")
        case.client.connect(name)
        case.begin(theirs.recv, 10)
        case.server.end_loop()

    with case.decides("XC-LOOP-010"):
        once(0)
        before = case.server.resources().descriptors
        for number in range(1, 4):
            once(number)
        case.equal(case.server.resources().descriptors, before, "descriptors after three more loops")


@scenario("XC-LOOP-011", primitives=BETWEEN_PROCESSES, modes=ASYNC)
def what_was_sent_outlives_the_loop(case: Case) -> None:
    """What sends said was sent before the loop ended is received after it."""
    receiver, sender = case.channel()
    flood = case.pattern(LIMIT)
    sent = 0
    while sent < LIMIT:
        sending = case.begin(sender.send_all, flood.part(sent, PIECE))
        if sending.blocked(100):
            break
        sent += sending.result()
    with case.decides("XC-LOOP-011"):
        sender.party.end_loop()
        arrived = 0
        while arrived < sent and _is_data(piece := case.attempt(receiver.recv, CHUNK)):
            case.check(
                piece.is_(flood.part(arrived, piece.length)), f"from byte {arrived} on, the bytes are those sent"
            )
            arrived += piece.length
        case.check(arrived >= sent, f"{arrived} bytes arrive, {sent} were said to be sent")


@scenario("LS-CONN-034", primitives=SOCKET, modes=ASYNC)
def connecting_to_a_full_queue(case: Case) -> None:
    """A stream that a connect to a full queue returns is connected."""
    path = case.path()
    listener = case.witness.listen(path, backlog=1)
    queued = fill_queue(case, path)
    with case.decides("LS-CONN-034"):
        connecting = case.begin(case.client.connect, path)
        if connecting.blocked(100):
            for _ in range(queued):
                listener.accept()
            queued = 0
        stream = case.attempt(connecting.result)
        if isinstance(stream, Failed):
            return
        case.check(word(case.attempt(stream.send_all, b"hello")) == "ok", "a stream that connect returned can send")
        for _ in range(queued):
            listener.accept()
        theirs = case.attempt(listener.accept, wait=SOON_MS)
        case.check(not isinstance(theirs, Failed), "the listener can accept the stream that connect returned")


def _is_data(outcome: Data | Failed) -> TypeGuard[Data]:
    return not isinstance(outcome, Failed) and outcome.length > 0
