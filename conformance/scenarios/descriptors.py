"""Descriptors that travel over a local socket to another process.

The client sends, the server receives; what travels is mostly the sending end of a pipe whose receiver the client keeps.
"""

from __future__ import annotations

from conformance.party import End, Listener, Received
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._meeting import meets
from conformance.scenarios._transfer import fill

LOCAL = ("local_socket",)
COUNTS = (253, 254, 400)
"""Linux takes 253 descriptors in one message, and no other system is known to take many more."""


def pipes(case: Case, count: int) -> tuple[list[End], list[End]]:
    """Pipes of the client: the receivers and the senders."""
    made = [case.client.pipe() for _ in range(count)]
    return [receiver for receiver, _ in made], [sender for _, sender in made]


def only(case: Case, got: Received) -> End:
    """The one descriptor that arrived."""
    case.equal(len(got.ends), 1, "descriptors that arrived")
    return got.ends[0]


def leads_to(case: Case, sender: End, receiver: End) -> None:
    """A violation unless what goes into `sender` comes out of `receiver`."""
    token = case.pattern(16)
    sender.send_all(token)
    case.check(receiver.recv(100).is_(token), "what is sent into the received end comes out of the pipe")


def ends(case: Case, receiver: End) -> None:
    """A violation unless nobody holds the other end of a pipe any more."""
    case.check(receiver.recv(1).end, "the pipe ends, for nobody holds its sender")


@scenario("UD-ANC-001", primitives=LOCAL)
def descriptor_arrives(case: Case) -> None:
    """A pipe's sender that was passed leads to the same pipe, and both copies do."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    with case.decides("UD-ANC-001"):
        case.equal(ours.send_descriptors(b"data", [sender]), 4, "bytes sent")
        got = theirs.recv_descriptors(100, 1)
        case.check(got.data.is_(b"data"), "the data arrive with the descriptor")
        case.check(not got.truncated, "nothing was truncated")
        leads_to(case, only(case, got), receiver)
        leads_to(case, sender, receiver)


@scenario("UD-ANC-002", primitives=LOCAL)
def flags_are_shared(case: Case) -> None:
    """A flag that the receiver sets is set for the sender: it belongs to the open file, not to the descriptor."""
    ours, theirs = case.streams()
    _, (sender,) = pipes(case, 1)
    sender.set_blocking(True)
    ours.send_descriptors(b"!", [sender])
    passed = only(case, theirs.recv_descriptors(1, 1))
    with case.decides("UD-ANC-002"):
        passed.set_blocking(False)
        case.equal(sender.get_blocking(), False, "the flag as the sender has it")


@scenario("UD-ANC-003", primitives=LOCAL)
def sender_closes_at_once(case: Case) -> None:
    """What is on its way needs no copy at home."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    with case.decides("UD-ANC-003"):
        ours.send_descriptors(b"!", [sender])
        sender.close()
        passed = only(case, theirs.recv_descriptors(1, 1))
        leads_to(case, passed, receiver)
        passed.close()
        ends(case, receiver)


@scenario("UD-ANC-004", primitives=LOCAL)
def sender_dies_at_once(case: Case) -> None:
    """What is on its way outlives its sender."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    sender.send_all(b"last words")
    ours.send_descriptors(b"!", [receiver])
    case.die(case.client)
    with case.decides("UD-ANC-004"):
        passed = only(case, theirs.recv_descriptors(1, 1))
        case.check(passed.recv(100).is_(b"last words"), "what was in the pipe is received")
        ends(case, passed)


@scenario("UD-ANC-005", primitives=LOCAL, params={"count": (2, 10)})
def several_descriptors_in_order(case: Case) -> None:
    """Descriptors of one message arrive together, and each is in its place."""
    ours, theirs = case.streams()
    count = case.number("count")
    receivers, senders = pipes(case, count)
    with case.decides("UD-ANC-005"):
        ours.send_descriptors(b"!", senders)
        got = theirs.recv_descriptors(1, count)
        case.equal(len(got.ends), count, "descriptors that arrived")
        for passed, receiver in zip(got.ends, receivers, strict=True):
            leads_to(case, passed, receiver)


@scenario("UD-ANC-006", primitives=LOCAL)
def many_descriptors(case: Case) -> None:
    """Whether one message takes as many descriptors as Linux allows, and more."""
    ours, _ = case.streams()
    _, (sender,) = pipes(case, 1)
    with case.decides("UD-ANC-006"):
        outcomes = [case.attempt(ours.send_descriptors, b"!", [sender] * count) for count in COUNTS]
        words = [outcome.kind if isinstance(outcome, Failed) else "sent" for outcome in outcomes]
        case.observe(", ".join(f"{count}: {word}" for count, word in zip(COUNTS, words, strict=True)))


@scenario("UD-ANC-007", primitives=LOCAL, params={"room": (1, 2, 3)})
def more_descriptors_than_asked_for(case: Case) -> None:
    """What is too much is reported, and not kept open where nobody can close it."""
    ours, theirs = case.streams()
    _, senders = pipes(case, 6)
    ours.send_descriptors(b"!", senders)
    before = case.server.resources().descriptors
    with case.decides("UD-ANC-007"):
        got = theirs.recv_descriptors(1, case.number("room"))
        case.check(got.truncated, "truncation is reported")
        case.equal(case.server.resources().descriptors - before, len(got.ends), "descriptors more than before")


@scenario("UD-ANC-008", primitives=LOCAL)
def descriptors_that_nobody_asked_for(case: Case) -> None:
    """A plain receive gives the data; the descriptor beside them is closed."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    with case.decides("UD-ANC-008"):
        ours.send_descriptors(b"data", [sender])
        sender.close()
        case.check(theirs.recv(100).is_(b"data"), "the data arrive")
        ends(case, receiver)


@scenario("UD-ANC-009", primitives=LOCAL)
def descriptors_without_data(case: Case) -> None:
    """What becomes of a descriptor that travels alone."""
    ours, theirs = case.streams()
    _, (sender,) = pipes(case, 1)
    with case.decides("UD-ANC-009"):
        outcome = case.attempt(ours.send_descriptors, b"", [sender])
        if isinstance(outcome, Failed):
            case.observe(f"not sent: {outcome.kind}")
            return
        ours.send_all(b"!")
        got = theirs.recv_descriptors(1, 1)
        case.observe("received" if got.ends else "sent, and lost")


@scenario("UD-ANC-011", primitives=LOCAL)
def received_descriptors_close_on_exec(case: Case) -> None:
    """No descriptor that was received is handed on to a program that the receiver starts."""
    ours, theirs = case.streams()
    _, senders = pipes(case, 3)
    ours.send_descriptors(b"!", senders)
    with case.decides("UD-ANC-011"):
        got = theirs.recv_descriptors(1, 3)
        case.check(bool(got.ends), "a descriptor arrives")
        case.equal({end.inheritable() for end in got.ends}, {False}, "whether a child would inherit them")


@scenario("UD-ANC-012", primitives=LOCAL)
def descriptors_hold_back_later_data(case: Case) -> None:
    """Data sent after a descriptor do not come with it."""
    ours, theirs = case.streams()
    _, (sender,) = pipes(case, 1)
    ours.send_all(b"aaaa")
    ours.send_descriptors(b"b", [sender])
    ours.send_all(b"cccc")
    with case.decides("UD-ANC-012"):
        heard = b""
        while len(heard) < 9:
            got = theirs.recv_descriptors(20, 1)
            case.check(got.data.length > 0, "all the data arrive before the stream ends")
            heard += got.data.bytes
            if got.ends:
                case.equal(heard, b"aaaab", "what has been received with the descriptor")
        case.equal(heard, b"aaaabcccc", "all that was received")


@scenario("UD-ANC-013", primitives=LOCAL)
def messages_stay_apart(case: Case) -> None:
    """Two descriptors sent one after the other come one after the other, each with its own data."""
    ours, theirs = case.streams()
    receivers, senders = pipes(case, 2)
    with case.decides("UD-ANC-013"):
        for number, sender in enumerate(senders):
            ours.send_descriptors(b"%d" % number, [sender])
        for number, receiver in enumerate(receivers):
            got = theirs.recv_descriptors(100, 2)
            case.equal(got.data.bytes, b"%d" % number, "data of the message")
            leads_to(case, only(case, got), receiver)


@scenario("UD-ANC-014", primitives=LOCAL)
def no_room_for_descriptors(case: Case) -> None:
    """A process at its limit learns that it has missed something."""
    ours, theirs = case.streams()
    _, senders = pipes(case, 6)
    ours.send_descriptors(b"!", senders)
    before = case.server.resources().descriptors
    case.server.exhaust_descriptors(2)
    with case.decides("UD-ANC-014"):
        got = case.attempt(theirs.recv_descriptors, 1, 6)
        case.server.release_descriptors()
        received = 0 if isinstance(got, Failed) else len(got.ends)
        if isinstance(got, Failed):
            case.allowed(got.kind, "receiving more descriptors than there is room for")
        else:
            case.check(got.truncated, "truncation is reported")
        case.equal(case.server.resources().descriptors - before, received, "descriptors more than before")


@scenario("UD-ANC-016", primitives=LOCAL, params={"what": ("stream", "listener")})
def sockets_are_passed_too(case: Case) -> None:
    """A stream goes on where it arrives, and a listener accepts there."""
    ours, theirs = case.streams()
    name = case.path("passed")
    listener = case.client.listen(name)
    if case.text("what") == "listener":
        with case.decides("UD-ANC-016"):
            ours.send_descriptors(b"!", [listener])
            passed = only(case, theirs.recv_descriptors(1, 1))
            meets(case, Listener(passed.party, passed.handle), name, client=case.party("visitor"))
        return
    far = case.party("visitor").connect(name)
    near = listener.accept()
    with case.decides("UD-ANC-016"):
        ours.send_descriptors(b"!", [near])
        near.close()
        passed = only(case, theirs.recv_descriptors(1, 1))
        leads_to(case, passed, far)
        leads_to(case, far, passed)


@scenario("UD-ANC-018", primitives=LOCAL)
def descriptors_that_nobody_received(case: Case) -> None:
    """What waits in a stream is closed with it."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    ours.send_descriptors(b"!", [sender])
    sender.close()
    with case.decides("UD-ANC-018"):
        theirs.close()
        ends(case, receiver)


@scenario("UD-ANC-020", primitives=LOCAL)
def data_before_a_descriptor(case: Case) -> None:
    """Who receives no more than the data before a descriptor finds it in the next message."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    ours.send_all(b"before")
    ours.send_descriptors(b"with", [sender])
    with case.decides("UD-ANC-020"):
        case.check(theirs.recv_exact(6).is_(b"before"), "the data before the message arrive")
        got = theirs.recv_descriptors(100, 1)
        case.check(got.data.is_(b"with"), "the data of the message arrive")
        leads_to(case, only(case, got), receiver)


@scenario("UD-ANC-021", primitives=LOCAL)
def receive_without_descriptors(case: Case) -> None:
    """Asking for descriptors where there are none is an ordinary receive."""
    ours, theirs = case.streams()
    ours.send_all(b"plain")
    ours.close()
    with case.decides("UD-ANC-021"):
        got = theirs.recv_descriptors(100, 2)
        case.check(got.data.is_(b"plain") and not got.ends and not got.truncated, "data come without descriptors")
        got = theirs.recv_descriptors(100, 2)
        case.check(got.data.end and not got.ends and not got.truncated, "then the stream ends")


@scenario("UD-ANC-022", primitives=LOCAL)
def sender_keeps_nothing_more(case: Case) -> None:
    """Passing a descriptor many times does not fill the sender's table, nor does closing what was passed empty it."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    before = case.client.resources().descriptors
    with case.decides("UD-ANC-022"):
        for _ in range(20):
            ours.send_descriptors(b"!", [sender])
            only(case, theirs.recv_descriptors(1, 1)).close()
        case.equal(case.client.resources().descriptors, before, "descriptors of the sender")
        leads_to(case, sender, receiver)


@scenario("UD-ANC-023", primitives=LOCAL)
def full_stream_takes_no_descriptor(case: Case) -> None:
    """A tried send to a full stream passes nothing on, neither data nor descriptor."""
    ours, theirs = case.streams()
    (receiver,), (sender,) = pipes(case, 1)
    flood = fill(case, ours)
    with case.decides("UD-ANC-023"):
        failed = case.fails(ours.send_descriptors, b"!", [sender], wait="try")
        case.allowed(failed.kind, "passing a descriptor over a full stream")
        sender.close()
        case.check(theirs.recv_exact(flood.length).is_(flood), "what was sent before arrives")
        ends(case, receiver)
        ours.close()
        case.equal(theirs.recv_to_end().length, 0, "bytes after what was sent before")
