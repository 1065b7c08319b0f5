"""What an agent says: claims that are served, errors that mean something, numbers that are true."""

from __future__ import annotations

from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._between import made_fifo, word
from conformance.scenarios._transfer import broken_send, ending

SOCKET = ("local_socket",)
PIPE = ("unnamed_pipe",)
FIFO = ("fifo",)
CHANNELS = (*SOCKET, *PIPE, *FIFO)


def served(case: Case, outcome: object, what: str) -> None:
    """A violation when the agent declines what it claims to have."""
    case.check(word(outcome) != "unsupported", f"{what} is served, since it is claimed")


@scenario("XC-CAP-001", primitives=SOCKET)
def an_unknown_operation_is_declined(case: Case) -> None:
    """What nobody has is declined, and the agent serves on."""
    with case.decides("XC-CAP-001"):
        for _ in range(2):
            failed = case.fails(case.server.call, f"canary_{case.seed}", {"as": "x"}, lambda value, ms: None)
            case.equal(failed.kind, "unsupported", "an operation that does not exist")
        case.server.listen(case.name())


@scenario("XC-CAP-002", primitives=CHANNELS)
def primitives_are_served(case: Case) -> None:
    """Each primitive that is claimed carries data."""
    with case.decides("XC-CAP-002"):
        receiver, sender = case.channel()
        sender.send_all(b"served")
        case.check(receiver.recv_exact(6).is_(b"served"), "a claimed primitive carries data")


@scenario("XC-CAP-002", primitives=CHANNELS, needs=("wait.try",))
def trying_is_served(case: Case) -> None:
    """An operation can be tried."""
    receiver, _sender = case.channel()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(receiver.recv, 1, wait="try"), "trying once")


@scenario("XC-CAP-002", primitives=CHANNELS, needs=("wait.deadline",))
def deadlines_are_served(case: Case) -> None:
    """An operation can be given a deadline."""
    receiver, _sender = case.channel()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(receiver.recv, 1, wait=1), "a deadline")


@scenario("XC-CAP-002", primitives=CHANNELS, needs=("wait.ready",))
def non_blocking_use_is_served(case: Case) -> None:
    """An operation can be driven by readiness."""
    receiver, sender = case.channel()
    sender.send_all(b"x")
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(receiver.recv, 1, wait="ready"), "non-blocking use")


@scenario("XC-CAP-002", primitives=CHANNELS, needs=("readiness",))
def readiness_is_served(case: Case) -> None:
    """Readiness can be asked for."""
    receiver, sender = case.channel()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(receiver.ready, "recv", wait=1), "readiness to receive")
        served(case, case.attempt(sender.ready, "send", wait=1), "readiness to send")


@scenario("XC-CAP-002", primitives=CHANNELS, needs=("set_blocking",))
def blocking_flags_are_served(case: Case) -> None:
    """The non-blocking flag can be set and read."""
    receiver, _sender = case.channel()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(receiver.set_blocking, False), "setting the non-blocking flag")
        served(case, case.attempt(receiver.get_blocking), "reading the non-blocking flag")


@scenario("XC-CAP-002", primitives=CHANNELS, needs=("duplicate",))
def duplicates_are_served(case: Case) -> None:
    """An endpoint can be duplicated."""
    _receiver, sender = case.channel()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(sender.duplicate), "duplicating")


@scenario("XC-CAP-002", primitives=SOCKET, needs=("half_close",))
def half_close_is_served(case: Case) -> None:
    """One direction can be shut down."""
    ours, _theirs = case.streams()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(ours.shutdown, "send"), "shutting down one direction")


@scenario("XC-CAP-002", primitives=SOCKET, needs=("split",))
def splitting_is_served(case: Case) -> None:
    """A stream can be split and put together."""
    ours, _theirs = case.streams()
    with case.decides("XC-CAP-002"):
        halves = case.attempt(ours.split)
        served(case, halves, "splitting")
        if not isinstance(halves, Failed):
            served(case, case.attempt(case.client.unsplit, *halves), "putting together")


@scenario("XC-CAP-002", primitives=SOCKET, needs=("peer_credentials",))
def credentials_are_served(case: Case) -> None:
    """The peer's credentials can be asked for."""
    ours, _theirs = case.streams()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(ours.peer_credentials), "asking for credentials")


@scenario("XC-CAP-002", primitives=SOCKET, needs=("descriptor_passing",))
def descriptor_passing_is_served(case: Case) -> None:
    """Descriptors can be sent and received."""
    ours, theirs = case.streams()
    with case.decides("XC-CAP-002"):
        served(case, case.attempt(ours.send_descriptors, b"x", [ours]), "sending descriptors")
        served(case, case.attempt(theirs.recv_descriptors, 1, 1), "receiving descriptors")


@scenario("XC-CAP-002", primitives=SOCKET, needs=("inheritance",))
def inheritance_is_served(case: Case) -> None:
    """A process can be spawned, asked and handed an endpoint."""
    listener = case.server.listen(case.name())
    with case.decides("XC-CAP-002"):
        child = case.attempt(case.server.spawn, listener)
        served(case, child, "spawning")
        if not isinstance(child, Failed):
            served(case, case.attempt(child.adopt_listener, child.token(listener)), "adopting")


@scenario("XC-CAP-003", primitives=CHANNELS)
def a_waiting_request_holds_up_nobody(case: Case) -> None:
    """While one request waits, others are answered."""
    receiver, sender = case.channel()
    receiving = case.begin(receiver.recv, 1)
    if not receiving.blocked(20):
        case.cannot_tell("the receive did not wait")
    with case.decides("XC-CAP-003"):
        case.server.identity()
        sender.send_all(b"x")
        case.check(receiving.result().is_(b"x"), "the request that waited is answered in the end")


@scenario(
    "XC-ERR-001", "XC-ERR-003", primitives=SOCKET,
    params={"situation": ("nothing_there", "nobody_listens", "taken", "no_directory", "file_as_directory", "loop")},
)  # fmt: skip
def errors_of_local_sockets(case: Case) -> None:
    """What goes wrong with a name has a portable kind and the system's own code."""
    path, other = case.path("a"), case.path("b")
    situation = case.text("situation")
    if situation == "nobody_listens":
        case.witness.bind_only(path)
    elif situation in ("taken", "file_as_directory"):
        case.witness.write_file(path, "")
    elif situation == "loop":
        case.witness.symlink(path, other)
        case.witness.symlink(other, path)
    if situation == "taken":
        failed = case.fails(case.server.listen, path)
    elif situation == "no_directory":
        failed = case.fails(case.server.listen, case.path("no/s"))
    elif situation == "file_as_directory":
        failed = case.fails(case.server.listen, case.path("a/s"))
    else:
        failed = case.fails(case.client.connect, path)
    _has_a_kind_and_a_code(case, failed)


@scenario("XC-ERR-001", "XC-ERR-003", primitives=PIPE)
def errors_of_pipes(case: Case) -> None:
    """A broken pipe has a portable kind and the system's own code."""
    receiver, sender = case.server.pipe()
    receiver.close()
    _has_a_kind_and_a_code(case, broken_send(case, sender))


@scenario("XC-ERR-001", "XC-ERR-003", primitives=FIFO, params={"situation": ("missing", "taken", "broken", "loop")})
def errors_of_fifos(case: Case) -> None:
    """What goes wrong with a FIFO has a portable kind and the system's own code."""
    situation = case.text("situation")
    if situation == "missing":
        failed = case.fails(case.server.open_fifo, case.path("no"), "receiver")
    elif situation == "taken":
        failed = case.fails(case.server.make_fifo, made_fifo(case))
    elif situation == "loop":
        case.witness.symlink(case.path("a"), case.path("b"))
        case.witness.symlink(case.path("b"), case.path("a"))
        failed = case.fails(case.server.open_fifo, case.path("a"), "receiver")
    else:
        receiver, sender = case.channel()
        receiver.close()
        failed = broken_send(case, sender)
    _has_a_kind_and_a_code(case, failed)


@scenario("XC-ERR-001", "XC-ERR-003", primitives=CHANNELS, needs=("process",))
def errors_when_descriptors_run_out(case: Case) -> None:
    """Running out of descriptors has a portable kind and the system's own code."""
    path = case.path()
    if case.primitive == "local_socket":
        case.server.listen(path)
    elif case.primitive == "fifo":
        case.server.make_fifo(path)
    case.client.exhaust_descriptors(0)
    if case.primitive == "local_socket":
        failed = case.fails(case.client.connect, path)
    elif case.primitive == "fifo":
        failed = case.fails(case.client.open_fifo, path, "receiver")
    else:
        failed = case.fails(case.client.pipe)
    _has_a_kind_and_a_code(case, failed)


def _has_a_kind_and_a_code(case: Case, failed: Failed) -> None:
    with case.decides("XC-ERR-001"):
        case.check(failed.kind != "other", f"{failed.native} has a portable kind")
    with case.decides("XC-ERR-003"):
        native, code = failed.native, failed.fields.get("code")
        case.check(isinstance(native, str) and native.startswith("E"), f"the error names its code, not {native!r}")
        case.check(isinstance(code, int) and code > 0, f"the error carries the system's number for it, not {code!r}")


@scenario("XC-ERR-002", primitives=CHANNELS)
def too_late_is_not_not_now(case: Case) -> None:
    """A deadline that passes and a try that finds nothing are told apart."""
    receiver, _sender = case.channel()
    with case.decides("XC-ERR-002"):
        case.equal(ending(case.attempt(receiver.recv, 1, wait=30)), "timed_out", "a receive with a deadline")
        case.equal(ending(case.attempt(receiver.recv, 1, wait="try")), "would_block", "a receive that does not wait")


@scenario("XC-ERR-004", primitives=SOCKET)
def failures_do_no_harm(case: Case) -> None:
    """A stream goes on working beside operations that fail."""
    ours, theirs = case.streams()
    with case.decides("XC-ERR-004"):
        case.fails(case.client.connect, case.path("no"))
        case.fails(case.server.listen, case.path("no/s"))
        gone = case.client.listen(case.path("gone"))
        gone.close()
        case.equal(case.fails(gone.accept).kind, "invalid_handle", "an operation on what is closed")
        ours.send_all(b"still")
        case.check(theirs.recv_exact(5).is_(b"still"), "what was open works")


@scenario("XC-PROC-003", primitives=SOCKET)
def an_agent_is_the_process_it_says(case: Case) -> None:
    """A signal to the number that an agent says it has arrives there and nowhere else."""
    for party in (case.server, case.client):
        party.on_signal("USR1", "count")
    with case.decides("XC-PROC-003"):
        case.witness.signal(case.server.identity().pid, "USR1")
        arrived = any(case.server.signal_count("USR1") for _ in range(2000))
        case.check(arrived, "a signal to the agent's number arrives at the agent")
        case.equal(case.client.signal_count("USR1"), 0, "the signals that arrive at another agent")


@scenario("XC-PROC-004", primitives=PIPE)
def descriptors_are_counted(case: Case) -> None:
    """The number of descriptors follows what is opened and closed."""
    with case.decides("XC-PROC-004"):
        before = case.server.resources().descriptors
        ends = case.server.pipe()
        case.equal(case.server.resources().descriptors, before + 2, "descriptors with a pipe")
        for end in ends:
            end.close()
        case.equal(case.server.resources().descriptors, before, "descriptors without it")


@scenario("XC-PROC-005", primitives=SOCKET)
def a_child_is_a_process(case: Case) -> None:
    """A spawned process says the number that its parent says, which is not the parent's."""
    child = case.server.spawn()
    with case.decides("XC-PROC-005"):
        case.equal(child.identity().pid, child.pid, "the number that the child says it has")
        case.check(child.pid != case.server.identity().pid, "the child is another process than its parent")


@scenario("XC-PLAT-001", primitives=(*PIPE, *FIFO))
def a_pipe_takes_a_record(case: Case) -> None:
    """PIPE_BUF bytes fit at once into an empty pipe."""
    receiver, sender = case.channel()
    record = case.pattern(case.fact("pipe_buf"))
    with case.decides("XC-PLAT-001"):
        case.equal(sender.send(record, wait="try"), record.length, "the bytes taken of PIPE_BUF")
        case.check(receiver.recv_exact(record.length).is_(record), "the record arrives")
