"""What a process spawned by a real exec holds of its parent's endpoints: what it was handed and nothing else."""

from __future__ import annotations

from conformance.party import End, Listener
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._between import made_fifo, word
from conformance.scenarios._transfer import ending

SOCKET = ("local_socket",)
PIPE = ("unnamed_pipe",)
FIFO = ("fifo",)
CHANNELS = (*SOCKET, *PIPE, *FIFO)


def both_ends(case: Case, name: str = "s") -> tuple[End, End]:
    """The case's primitive, a one-way channel, with both ends in the server: receiver and sender."""
    if case.primitive == "unnamed_pipe":
        return case.server.pipe()
    if case.primitive == "fifo":
        path = made_fifo(case, name)
        receiver = case.server.open_fifo(path, "receiver", wait="try")
        return receiver, case.server.open_fifo(path, "sender", wait="try")
    address = case.name(name)
    listener = case.server.listen(address)
    sender = case.server.connect(address)
    return listener.accept(), sender


def closing_is_seen(case: Case, end: End, peer: End) -> None:
    """Undetermined when closing is not the end for the peer even while there is no child."""
    end.close()
    if ending(peer.recv(10)) != "end":
        case.cannot_tell("a close does not end the stream even without a child")


@scenario("LS-INH-001", primitives=SOCKET, params={"which": ("connected", "accepted")})
def an_unrelated_child_holds_no_stream(case: Case) -> None:
    """The end of the stream arrives although a process runs that was spawned while it was open."""
    listener = case.server.listen(case.name())
    closing_is_seen(case, *_owner_and_peer(case, listener))
    end, peer = _owner_and_peer(case, listener)
    end.party.spawn()
    with case.decides("LS-INH-001"):
        end.close()
        case.equal(ending(peer.recv(10)), "end", "what the peer sees when the only owner has closed")


def _owner_and_peer(case: Case, listener: Listener) -> tuple[End, End]:
    connected, accepted = case.connection(listener, case.name())
    return (connected, accepted) if case.text("which") == "connected" else (accepted, connected)


@scenario("LS-INH-001", primitives=SOCKET, needs=("listener.reclaim",))
def an_unrelated_child_holds_no_listener(case: Case) -> None:
    """Nobody listens any more when the listener is closed, although a spawned process runs."""
    name = case.name("alone")
    case.server.listen(name, reclaim=False).close()
    if word(case.attempt(case.client.connect, name)) != "refused":
        case.cannot_tell("a listener goes on listening after its close even without a child")
    name = case.name()
    listener = case.server.listen(name, reclaim=False)
    case.server.spawn()
    listener.close()
    with case.decides("LS-INH-001"):
        case.equal(case.fails(case.client.connect, name).kind, "refused", "connecting to the name of a closed listener")


@scenario("LS-INH-002", primitives=SOCKET)
def a_handed_stream_works_in_both(case: Case) -> None:
    """A child talks over the stream it was handed, and so does its parent."""
    ours, theirs = case.streams()
    child = case.server.spawn(theirs)
    with case.decides("LS-INH-002"):
        handed = child.adopt(child.token(theirs), "stream")
        handed.send_all(b"from the child")
        case.check(ours.recv_exact(14).is_(b"from the child"), "what the child sends arrives")
        ours.send_all(b"to the child")
        case.check(handed.recv_exact(12).is_(b"to the child"), "the child receives")
        theirs.send_all(b"from the parent")
        case.check(ours.recv_exact(15).is_(b"from the parent"), "what the parent sends arrives as well")
        ours.send_all(b"to the parent")
        case.check(theirs.recv_exact(13).is_(b"to the parent"), "the parent receives as well")


@scenario("LS-INH-003", primitives=SOCKET)
def a_handed_listener_accepts(case: Case) -> None:
    """A child serves the listener that its parent made and has closed."""
    name = case.name()
    listener = case.server.listen(name, reclaim=False)
    child = case.server.spawn(listener)
    with case.decides("LS-INH-003"):
        handed = child.adopt_listener(child.token(listener))
        listener.close()
        ours = case.client.connect(name)
        theirs = handed.accept()
        ours.send_all(b"hello")
        case.check(theirs.recv_exact(5).is_(b"hello"), "the child receives what its client sends")


@scenario("LS-INH-004", primitives=SOCKET, params={"how": ("exit", "kill")})
def the_end_of_a_child_is_not_the_end_of_the_stream(case: Case) -> None:
    """The parent's stream goes on when the child that had it is gone."""
    ours, theirs = case.streams()
    child = case.server.spawn(theirs)
    child.adopt(child.token(theirs), "stream")
    if case.text("how") == "kill":
        case.witness.signal(child.pid, "KILL")
    child.end()
    with case.decides("LS-INH-004"):
        theirs.send_all(b"still")
        case.check(ours.recv_exact(5).is_(b"still"), "the parent can send")
        ours.send_all(b"here")
        case.check(theirs.recv_exact(4).is_(b"here"), "the parent can receive")


@scenario("LS-INH-005", primitives=PIPE)
def a_pipe_is_no_stream(case: Case) -> None:
    """Taking a pipe for a socket is found out."""
    receiver, sender = case.server.pipe()
    child = case.server.spawn(receiver)
    sender.send_all(b"x")
    with case.decides("LS-INH-005"):
        outcome = case.attempt(child.adopt, child.token(receiver), "stream")
        if not isinstance(outcome, Failed):
            case.allowed(word(case.attempt(outcome.recv, 1)), "receiving from a pipe taken for a stream")
        else:
            case.allowed(outcome.kind, "taking a pipe for a stream")


@scenario("LS-INH-008", primitives=CHANNELS)
def a_duplicate_is_not_inherited(case: Case) -> None:
    """A spawned process does not hold the duplicate of an endpoint."""
    receiver, sender = case.channel()
    twin = sender.duplicate()
    sender.close()
    sender.party.spawn()
    with case.decides("LS-INH-008"):
        twin.close()
        case.equal(ending(receiver.recv(10)), "end", "what the receiver sees when sender and duplicate are closed")


@scenario("LS-INH-009", primitives=SOCKET)
def passed_descriptors_are_not_inherited(case: Case) -> None:
    """None of three descriptors that came in one message is held by a process spawned afterwards."""
    ours, theirs = case.streams()
    pipes = [case.client.pipe() for _ in range(3)]
    ours.send_descriptors(b"x", [sender for _, sender in pipes])
    passed = theirs.recv_descriptors(10, 3).ends
    if len(passed) != 3:
        case.cannot_tell(f"{len(passed)} of 3 descriptors arrived")
    for _, sender in pipes:
        sender.close()
    case.server.spawn()
    with case.decides("LS-INH-009"):
        for end, (receiver, _) in zip(passed, pipes, strict=True):
            end.close()
            case.equal(ending(receiver.recv(10)), "end", "what the receiver sees when the passed sender is closed")


@scenario("LS-INH-010", primitives=SOCKET, params={"how": ("close", "exit")})
def a_child_keeps_the_connection_open(case: Case) -> None:
    """The peer sees no end while a child holds the stream, and the end when it lets go."""
    listener = case.server.listen(case.name())
    closing_is_seen(case, *reversed(case.connection(listener, case.name())))
    ours, theirs = case.connection(listener, case.name())
    child = case.server.spawn(theirs)
    handed = child.adopt(child.token(theirs), "stream")
    with case.decides("LS-INH-010"):
        theirs.close()
        case.equal(ending(case.attempt(ours.recv, 10, wait="try")), "would_block", "while the child holds the stream")
        handed.send_all(b"mine")
        case.check(ours.recv_exact(4).is_(b"mine"), "the child goes on talking")
        if case.text("how") == "close":
            handed.close()
        else:
            child.end()
        case.equal(ending(ours.recv(10)), "end", "when the child has let go")


@scenario("UP-INH-001", primitives=PIPE, params={"end": ("sender", "receiver")})
def a_handed_end_works(case: Case) -> None:
    """A child and its parent talk over a pipe, in either direction."""
    receiver, sender = case.server.pipe()
    handed = sender if case.text("end") == "sender" else receiver
    child = case.server.spawn(handed)
    with case.decides("UP-INH-001"):
        theirs = child.adopt(child.token(handed), case.text("end"))
        handed.close()
        source, sink = (theirs, receiver) if handed is sender else (sender, theirs)
        source.send_all(b"handed over")
        case.check(sink.recv_exact(11).is_(b"handed over"), "what is sent arrives")


@scenario("UP-INH-001", primitives=PIPE)
def two_children_share_a_pipe(case: Case) -> None:
    """Two children talk over the pipe that their parent made for them and has closed."""
    receiver, sender = case.server.pipe()
    source, sink = case.server.spawn(sender), case.server.spawn(receiver)
    with case.decides("UP-INH-001"):
        theirs = source.adopt(source.token(sender), "sender")
        heard = sink.adopt(sink.token(receiver), "receiver")
        sender.close()
        receiver.close()
        theirs.send_all(b"sibling")
        case.check(heard.recv_exact(7).is_(b"sibling"), "what one child sends arrives at the other")


@scenario("UP-INH-002", primitives=PIPE)
def an_unrelated_child_holds_no_pipe(case: Case) -> None:
    """Closing an end of a pipe has its effect although a spawned process runs."""
    _closing_has_its_effect(case, "UP-INH-002")


@scenario("FF-INH-001", primitives=FIFO, needs=("wait.try",))
def an_unrelated_child_holds_no_fifo(case: Case) -> None:
    """Closing an end of a FIFO has its effect although a spawned process runs."""
    _closing_has_its_effect(case, "FF-INH-001")


def _closing_has_its_effect(case: Case, requirement: str) -> None:
    receiver, sender = both_ends(case)
    closing_is_seen(case, sender, receiver)
    receiver, sender = both_ends(case, "another")
    case.server.spawn()
    with case.decides(requirement):
        sender.close()
        case.equal(ending(receiver.recv(10)), "end", "what the receiver sees when the sender is closed")
        receiver.close()
        if case.primitive == "unnamed_pipe":
            receiver, sender = case.server.pipe()
            case.server.spawn()
            receiver.close()
            case.equal(case.fails(sender.send_all, b"x").kind, "broken_pipe", "sending when the receiver is closed")
        else:
            alone = case.fails(case.client.open_fifo, case.path("another"), "sender", wait="try")
            case.equal(alone.kind, "no_peer", "opening for sending when the receiver is closed")


@scenario("UP-INH-008", primitives=PIPE)
def one_pipe_is_handed_and_not_the_other(case: Case) -> None:
    """The child holds the sender it was handed, and not the other one."""
    wanted, unwanted = case.server.pipe(), case.server.pipe()
    child = case.server.spawn(wanted[1])
    with case.decides("UP-INH-008"):
        for _, sender in (wanted, unwanted):
            sender.close()
        case.equal(ending(unwanted[0].recv(10)), "end", "the stream whose sender was not handed over")
        kept = case.attempt(wanted[0].recv, 10, wait="try")
        case.equal(ending(kept), "would_block", "the stream whose sender the child holds")
        child.end()
        case.equal(ending(wanted[0].recv(10)), "end", "when the child has exited")


@scenario("UP-INH-009", primitives=PIPE)
def handed_once_is_not_handed_twice(case: Case) -> None:
    """The child that was spawned next does not hold what the first one was handed."""
    receiver, sender = case.server.pipe()
    first = case.server.spawn(sender)
    case.server.spawn()
    with case.decides("UP-INH-009"):
        sender.close()
        first.end()
        case.equal(ending(receiver.recv(10)), "end", "when the parent and the first child have let go")


@scenario("UP-INH-010", primitives=PIPE)
def several_ends_are_told_apart(case: Case) -> None:
    """Of three pipes handed to one child, each carries what was sent on it."""
    pipes = [case.server.pipe() for _ in range(3)]
    child = case.server.spawn(*(sender for _, sender in pipes))
    with case.decides("UP-INH-010"):
        theirs = [child.adopt(child.token(sender), "sender") for _, sender in pipes]
        for number, sender in enumerate(theirs):
            sender.send_all(b"%d" % number)
        for number, (receiver, _) in enumerate(pipes):
            case.check(receiver.recv_exact(1).is_(b"%d" % number), f"pipe {number} carries what was sent on it")


@scenario("UP-INH-011", primitives=PIPE)
def what_was_handed_is_not_handed_on(case: Case) -> None:
    """A child's own child does not hold what the child was handed and has taken up."""
    receiver, sender = case.server.pipe()
    child = case.server.spawn(sender)
    theirs = child.adopt(child.token(sender), "sender")
    sender.close()
    child.spawn()
    with case.decides("UP-INH-011"):
        theirs.close()
        case.equal(ending(receiver.recv(10)), "end", "when the child has closed it, although a grandchild runs")


@scenario("FF-INH-002", primitives=FIFO)
def a_handed_fifo_end_works(case: Case) -> None:
    """A child sends on the FIFO that its parent opened."""
    receiver, sender = case.channel()
    child = case.client.spawn(sender)
    with case.decides("FF-INH-002"):
        theirs = child.adopt(child.token(sender), "sender")
        sender.close()
        theirs.send_all(b"handed over")
        case.check(receiver.recv_exact(11).is_(b"handed over"), "what the child sends arrives")


@scenario("FF-CRASH-003", primitives=FIFO)
def a_child_keeps_the_fifo_open(case: Case) -> None:
    """The receiver sees no end while a child holds the sender, and the end when it exits."""
    receiver, sender = case.channel()
    child = case.client.spawn(sender)
    with case.decides("FF-CRASH-003"):
        sender.close()
        case.equal(ending(case.attempt(receiver.recv, 10, wait="try")), "would_block", "while the child has the sender")
        child.end()
        case.equal(ending(receiver.recv(10)), "end", "when the child has exited")


@scenario("XC-INH-001", primitives=CHANNELS)
def a_child_holds_nothing_more(case: Case) -> None:
    """A child spawned beside open endpoints holds no more descriptors than one spawned without."""
    first = case.server.spawn()
    alone = first.resources().descriptors
    first.end()
    both_ends(case)
    second = case.server.spawn()
    with case.decides("XC-INH-001"):
        case.equal(second.resources().descriptors, alone, "the descriptors of a child beside open endpoints")


@scenario("XC-INH-003", primitives=CHANNELS)
def endpoints_are_not_inheritable(case: Case) -> None:
    """The operating system has every endpoint as close-on-exec."""
    ends = list(both_ends(case))
    if case.primitive == "local_socket":
        ends.append(_listener(case))
    with case.decides("XC-INH-003"):
        for end in ends:
            case.check(not end.inheritable(), "an endpoint that nobody asked to hand over is not inheritable")


def _listener(case: Case) -> Listener:
    return case.server.listen(case.name("another"))


@scenario("XC-PROC-002", primitives=SOCKET)
def the_control_channel_is_not_inherited(case: Case) -> None:
    """What a child spawns holds as many descriptors as the child did, and ends when it is told to."""
    child = case.server.spawn()
    before = child.resources().descriptors
    grandchild = child.spawn()
    with case.decides("XC-PROC-002"):
        case.equal(grandchild.resources().descriptors, before, "the descriptors of a grandchild")
        sibling = case.server.spawn()
        grandchild.end()
        child.end()
        case.equal(sibling.resources().descriptors, before, "the descriptors of a sibling")
