"""Several at once: both directions of a stream, several callers on one object, many streams, many clients."""

from __future__ import annotations

from conformance.scenario import Case, scenario
from conformance.scenarios._transfer import CHANNELS, CHUNK, MEBIBYTE, arrives, fill, held_up

SOCKET = ("local_socket",)
MANY = 20
LETTERS = 10_000


@scenario("LS-IO-004", primitives=SOCKET)
def both_directions_at_once(case: Case) -> None:
    """Two peers that send each other more than the buffers hold, and receive meanwhile, both get everything."""
    ours, theirs = case.streams()
    there, back = case.pattern(MEBIBYTE), case.pattern(MEBIBYTE)
    with case.decides("LS-IO-004"):
        sending = [case.begin(ours.send_all, there), case.begin(theirs.send_all, back)]
        for offset in range(0, MEBIBYTE, CHUNK):
            arrives(case, ours, back.part(offset, CHUNK))
            arrives(case, theirs, there.part(offset, CHUNK))
        for pending in sending:
            case.equal(pending.result(), MEBIBYTE, "the count that send_all reports")


@scenario("LS-CONC-003", primitives=SOCKET)
def a_waiting_receive_does_not_hold_up_a_send(case: Case) -> None:
    """While one caller waits to receive on a stream, another sends on it."""
    ours, theirs = case.streams()
    receiving = case.begin(ours.recv, 6)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("LS-CONC-003"):
        case.equal(ours.send_all(b"question"), 8, "the count that send_all reports")
        arrives(case, theirs, b"question")
        theirs.send_all(b"answer")
        case.check(receiving.result().is_(b"answer"), "the waiting receive gets the answer")


@scenario("LS-CONC-011", primitives=SOCKET)
def a_waiting_send_does_not_hold_up_a_receive(case: Case) -> None:
    """While one caller waits for room to send on a stream, another receives on it."""
    ours, theirs = case.streams()
    rest, sending = held_up(case, theirs, ours)
    with case.decides("LS-CONC-011"):
        theirs.send_all(b"news")
        arrives(case, ours, b"news")
        arrives(case, theirs, rest)
        case.equal(sending.result(), MEBIBYTE, "the count that send_all reports")


@scenario("LS-CONC-001", primitives=SOCKET)
def many_streams_keep_apart(case: Case) -> None:
    """Of many open streams each carries its own data in both directions."""
    name = case.name()
    listener = case.server.listen(name)
    pairs = [case.connection(listener, name) for _ in range(MANY)]
    questions = [case.pattern(200 + number) for number in range(MANY)]
    answers = [case.pattern(300 + number) for number in range(MANY)]
    with case.decides("LS-CONC-001"):
        for (ours, _), question in zip(pairs, questions, strict=True):
            ours.send_all(question)
        for (_, theirs), question, answer in zip(reversed(pairs), reversed(questions), reversed(answers), strict=True):
            arrives(case, theirs, question)
            theirs.send_all(answer)
        for (ours, _), answer in zip(pairs, answers, strict=True):
            arrives(case, ours, answer)


@scenario("LS-CONC-009", primitives=SOCKET)
def many_waiting_receivers(case: Case) -> None:
    """Receives that wait on many streams do not hold up the one whose data come."""
    name = case.name()
    listener = case.server.listen(name)
    pairs = [case.connection(listener, name) for _ in range(MANY)]
    waiting = [case.begin(theirs.recv, 2) for _, theirs in pairs]
    with case.decides("LS-CONC-009"):
        for number in reversed(range(MANY)):
            word = b"%02d" % number
            pairs[number][0].send_all(word)
            case.check(waiting[number].result().is_(word), "the receive whose data come returns while others wait")


@scenario("LS-CONC-010", primitives=SOCKET)
def a_stuck_stream_does_not_hold_up_others(case: Case) -> None:
    """While a send waits for a peer that does not receive, other streams of the process work."""
    name = case.name()
    listener = case.server.listen(name)
    stuck, theirs_stuck = case.connection(listener, name)
    ours, theirs = case.connection(listener, name)
    held_up(case, stuck, theirs_stuck)
    with case.decides("LS-CONC-010"):
        ours.send_all(b"question")
        arrives(case, theirs, b"question")
        theirs.send_all(b"answer")
        arrives(case, ours, b"answer")


@scenario("LS-CONC-007", primitives=SOCKET)
def waiting_accepts_share_the_clients(case: Case) -> None:
    """Accepts that wait on one listener each get one client, and each client one of them."""
    name = case.name()
    listener = case.server.listen(name)
    accepting = [case.begin(listener.accept) for _ in range(3)]
    with case.decides("LS-CONC-007"):
        clients = [case.client.connect(name) for _ in range(3)]
        for number, client in enumerate(clients):
            client.send_all(b"%d" % number)
        got = [pending.result().recv(1).bytes for pending in accepting]
        case.equal(sorted(got), [b"0", b"1", b"2"], "what the accepted streams carry")


@scenario("LS-CONC-008", primitives=CHANNELS)
def waiting_receives_share_the_bytes(case: Case) -> None:
    """Of receives that wait on one stream each byte goes to exactly one."""
    receiver, sender = case.channel()
    waiting = [case.begin(receiver.recv_exact, 1) for _ in range(4)]
    with case.decides("LS-CONC-008"):
        sender.send_all(b"abcd")
        got = [pending.result().bytes for pending in waiting]
        case.equal(sorted(got), [b"a", b"b", b"c", b"d"], "the bytes that the receives got")


@scenario("LS-IO-012", primitives=CHANNELS, needs=("wait.try",))
def sends_at_once_lose_nothing(case: Case) -> None:
    """When two callers send on one stream at once, every byte of both arrives once."""
    receiver, sender = case.channel()
    taken = fill(case, sender)
    sending = [case.begin(sender.send_all, letter * LETTERS) for letter in (b"a", b"b")]
    for pending in sending:
        if not pending.blocked(20):
            case.cannot_tell("a send did not wait for room")
    with case.decides("LS-IO-012"):
        arrives(case, receiver, taken)
        counts = {b"a": 0, b"b": 0}
        for _ in range(2 * LETTERS // 250):
            piece = receiver.recv_exact(250).bytes
            for letter in counts:
                counts[letter] += piece.count(letter)
        case.equal(counts, {b"a": LETTERS, b"b": LETTERS}, "how often each byte arrived")
        for pending in sending:
            case.equal(pending.result(), LETTERS, "the count that send_all reports")
