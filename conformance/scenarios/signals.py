"""Signals that arrive while an operation waits, and the signal that a broken pipe would raise.

The witness sends them, each while the operation is seen to wait still.
"""

from __future__ import annotations

from typing import TypeVar

from conformance.party import End, Party
from conformance.scenario import Case, Failed, Pending, scenario
from conformance.scenarios._between import made_fifo, other_side, this_side, word
from conformance.scenarios._transfer import ending, fill, received_before, sent_before

T = TypeVar("T")
SOCKET = ("local_socket",)
FIFO = ("fifo",)
CHANNELS = (*SOCKET, "unnamed_pipe", *FIFO)
SIGNALS = 3
TIMEOUT_MS = 200
STORM = 40
"""Signals, 50 ms apart, during which an operation with a deadline of 200 ms has to end: ten times the deadline."""


def listens_to_signals(party: Party) -> int:
    """Have the party count a signal; its process."""
    party.on_signal("USR1", "count")
    return party.identity().pid


def disturb(case: Case, process: int, waiting: Pending[T]) -> None:
    """Signals to a process while its operation waits."""
    for _ in range(SIGNALS):
        if waiting.blocked(20):
            case.witness.signal(process, "USR1")


def was_disturbed(case: Case, party: Party) -> None:
    """Undetermined when not even one signal has arrived."""
    if party.signal_count("USR1") == 0:
        case.cannot_tell("no signal has arrived")


@scenario("LS-CANC-007", primitives=CHANNELS)
def signals_during_a_receive(case: Case) -> None:
    """A receive that is interrupted gets its data all the same, sooner or later."""
    receiver, sender = case.channel()
    process = listens_to_signals(receiver.party)
    receiving = case.begin(receiver.recv, 100)
    disturb(case, process, receiving)
    with case.decides("LS-CANC-007"):
        sender.send_all(b"undisturbed")
        outcome = case.attempt(receiving.result)
        case.allowed(word(outcome), "a receive that signals interrupt")
        got = b"" if isinstance(outcome, Failed) else outcome.bytes
        if len(got) < len(b"undisturbed"):
            got += receiver.recv_exact(len(b"undisturbed") - len(got)).bytes
        case.equal(got, b"undisturbed", "the data that arrive")
        was_disturbed(case, receiver.party)


@scenario("LS-CANC-007", primitives=CHANNELS)
def signals_between_two_parts(case: Case) -> None:
    """An exact receive that is interrupted half-way hands over what it got or goes on."""
    receiver, sender = case.channel()
    process = listens_to_signals(receiver.party)
    payload = case.pattern(200)
    receiving = case.begin(receiver.recv_exact, payload.length)
    sender.send_all(payload.part(0, 120))
    disturb(case, process, receiving)
    with case.decides("LS-CANC-007"):
        sender.send_all(payload.part(120, 80))
        outcome = case.attempt(receiving.result)
        case.allowed(word(outcome), "an exact receive that signals interrupt")
        got = (received_before(outcome) if isinstance(outcome, Failed) else outcome).bytes
        if len(got) < payload.length:
            got += receiver.recv_exact(payload.length - len(got)).bytes
        case.check(got == payload.bytes(), "the data arrive once and whole")
        was_disturbed(case, receiver.party)


@scenario("XC-EINTR-001", primitives=SOCKET)
def signals_during_an_accept(case: Case) -> None:
    """An accept that is interrupted gets its client all the same, sooner or later."""
    listener = case.server.listen(case.name())
    process = listens_to_signals(case.server)
    accepting = case.begin(listener.accept)
    disturb(case, process, accepting)
    with case.decides("XC-EINTR-001"):
        ours = case.client.connect(case.name())
        outcome = case.attempt(accepting.result)
        case.allowed(word(outcome), "an accept that signals interrupt")
        theirs = listener.accept() if isinstance(outcome, Failed) else outcome
        ours.send_all(b"hello")
        case.check(theirs.recv_exact(5).is_(b"hello"), "the connection is that of the client")
        was_disturbed(case, case.server)


@scenario("XC-EINTR-002", primitives=SOCKET)
def signals_during_a_connect(case: Case) -> None:
    """A connect that is interrupted while the queue is full gets its place all the same, sooner or later."""
    listener = case.server.listen(case.name(), backlog=1)
    parked = 0
    while not isinstance(case.attempt(case.party("parker").connect, case.name(), wait="try"), Failed):
        parked += 1
        if parked > 1000:
            case.cannot_tell("the queue of a listener with a backlog of 1 does not fill up")
    process = listens_to_signals(case.client)
    connecting = case.begin(case.client.connect, case.name())
    disturb(case, process, connecting)
    with case.decides("XC-EINTR-002"):
        for _ in range(parked):
            listener.accept()
        outcome = case.attempt(connecting.result)
        case.allowed(word(outcome), "a connect that signals interrupt")
        ours = case.client.connect(case.name()) if isinstance(outcome, Failed) else outcome
        theirs = listener.accept()
        ours.send_all(b"hello")
        case.check(theirs.recv_exact(5).is_(b"hello"), "the next connection is that of the client, and the only one")
        was_disturbed(case, case.client)


@scenario("FF-OPEN-006", primitives=FIFO, params={"end": ("receiver", "sender")})
def signals_during_an_open(case: Case) -> None:
    """An open that is interrupted meets the other end all the same, sooner or later."""
    path = made_fifo(case)
    process = listens_to_signals(case.client)
    opening = case.begin(case.client.open_fifo, path, this_side(case))
    disturb(case, process, opening)
    with case.decides("FF-OPEN-006"):
        meeting = case.begin(case.server.open_fifo, path, other_side(case))
        outcome = case.attempt(opening.result)
        case.allowed(word(outcome), "an open that signals interrupt")
        if isinstance(outcome, Failed):
            outcome = case.client.open_fifo(path, this_side(case))
        receiver, sender = (outcome, meeting.result()) if this_side(case) == "receiver" else (meeting.result(), outcome)
        sender.send_all(b"met")
        case.check(receiver.recv_exact(3).is_(b"met"), "both have met in one pipe")
        was_disturbed(case, case.client)


@scenario("UP-SIG-002", primitives=CHANNELS, needs=("wait.try",), params={"op": ("send", "send_all")})
def signals_during_a_send(case: Case) -> None:
    """A send that is interrupted says how much it sent, and exactly that arrives."""
    receiver, sender = case.channel()
    process = listens_to_signals(sender.party)
    full, payload = fill(case, sender), case.pattern(300_000)
    sending = case.begin(sender.send if case.text("op") == "send" else sender.send_all, payload)
    disturb(case, process, sending)
    with case.decides("UP-SIG-002"):
        receiver.recv_exact(full.length)
        receiving = case.begin(receiver.recv_to_end)
        outcome = case.attempt(sending.result)
        case.allowed(word(outcome), "a send that signals interrupt")
        sent = _sent(case, outcome)
        sender.close()
        got = receiving.result()
        case.equal(got.length, sent, "the bytes that arrive, of those reported as sent,")
        case.check(got.is_(payload.part(0, sent)), "the bytes that arrive are the first of those given")
        was_disturbed(case, sender.party)


def _sent(case: Case, outcome: int | Failed) -> int:
    """How many bytes a send reports; one that sent nothing may say so by its error alone."""
    if not isinstance(outcome, Failed):
        return outcome
    return sent_before(outcome) if case.text("op") == "send_all" else 0


@scenario("XC-EINTR-003", primitives=SOCKET, params={"op": ("recv", "accept")})
def signals_do_not_extend_a_deadline(case: Case) -> None:
    """However many signals arrive, the operation ends when its deadline has passed."""
    listener = case.server.listen(case.name())
    _ours, theirs = case.connection(listener, case.name())
    process = listens_to_signals(case.server)
    with case.decides("XC-EINTR-003"):
        if case.text("op") == "recv":
            _ends_in_a_storm(case, process, case.begin(theirs.recv, 10, wait=TIMEOUT_MS))
        else:
            _ends_in_a_storm(case, process, case.begin(listener.accept, wait=TIMEOUT_MS))
        was_disturbed(case, case.server)


@scenario("XC-EINTR-003", primitives=FIFO, params={"end": ("receiver", "sender")})
def signals_do_not_extend_an_open(case: Case) -> None:
    """However many signals arrive, the open ends when its deadline has passed."""
    path = made_fifo(case)
    process = listens_to_signals(case.client)
    with case.decides("XC-EINTR-003"):
        _ends_in_a_storm(case, process, case.begin(case.client.open_fifo, path, this_side(case), wait=TIMEOUT_MS))
        was_disturbed(case, case.client)


def _ends_in_a_storm(case: Case, process: int, waiting: Pending[object]) -> None:
    for _ in range(STORM):
        if not waiting.blocked(50):
            break
        case.witness.signal(process, "USR1")
    else:
        case.check(False, f"an operation with a deadline of {TIMEOUT_MS} ms ends while signals go on arriving")
    case.allowed(word(case.attempt(waiting.result)), "an operation whose deadline passes among signals")


@scenario("XC-EINTR-004", primitives=CHANNELS)
def signals_are_not_the_callers_business(case: Case) -> None:
    """A receive goes on when a signal has interrupted it."""
    receiver, sender = case.channel()
    process = listens_to_signals(receiver.party)
    receiving = case.begin(receiver.recv, 100)
    disturb(case, process, receiving)
    with case.decides("XC-EINTR-004"):
        sender.send_all(b"x")
        case.allowed(word(case.attempt(receiving.result)), "a receive that signals interrupt")
        was_disturbed(case, receiver.party)


@scenario("XC-EINTR-005", primitives=CHANNELS)
def being_stopped_for_a_while(case: Case) -> None:
    """A receive goes on when its process was stopped and continued."""
    receiver, sender = case.channel()
    process = receiver.party.identity().pid
    receiving = case.begin(receiver.recv, 100)
    if not receiving.blocked(20):
        case.cannot_tell("the receive did not wait")
    case.witness.signal(process, "STOP")
    case.witness.signal(process, "CONT")
    with case.decides("XC-EINTR-005"):
        sender.send_all(b"x")
        outcome = case.attempt(receiving.result)
        case.allowed(word(outcome), "a receive whose process is stopped and continued")
        data = receiver.recv(1) if isinstance(outcome, Failed) else outcome
        case.check(data.is_(b"x"), "the receive gets what comes")


@scenario("XC-SIG-001", primitives=("unnamed_pipe", "fifo"))
def the_signal_of_a_broken_pipe(case: Case) -> None:
    """Whether a process that has a use for SIGPIPE gets it from a send without receivers is recorded."""
    receiver, sender = case.channel()
    sender.party.on_signal("PIPE", "count")
    receiver.close()
    with case.decides("XC-SIG-001"):
        case.attempt(sender.send, b"x")
        case.observe(f"raised {sender.party.signal_count('PIPE')} times by one send")


@scenario("LS-ERR-005", primitives=SOCKET, params={"op": ("send", "send_all")})
def a_broken_stream_does_not_kill(case: Case) -> None:
    """Sending to a peer that has closed is an error although SIGPIPE would end the process."""
    receiver, sender = case.channel()
    sender.party.on_signal("PIPE", "default")
    receiver.close()
    if ending(sender.recv(1)) != "end":
        case.cannot_tell("the peer's close did not end the stream")
    with case.decides("LS-ERR-005"):
        _fails_and_lives(case, sender)


@scenario("UP-SIG-003", primitives=("unnamed_pipe", "fifo"), params={"op": ("send", "send_all")})
def a_broken_pipe_does_not_kill(case: Case) -> None:
    """Sending without receivers is an error although SIGPIPE would end the process."""
    receiver, sender = case.channel()
    sender.party.on_signal("PIPE", "default")
    receiver.close()
    with case.decides("UP-SIG-003"):
        _fails_and_lives(case, sender)


def _fails_and_lives(case: Case, sender: End) -> None:
    for _ in range(2):
        failed = case.fails(sender.send if case.text("op") == "send" else sender.send_all, b"x")
        if case.primitive == "local_socket":
            case.allowed(failed.kind, "sending to a peer that has closed")
        else:
            case.equal(failed.kind, "broken_pipe", "sending without receivers")
    case.check(sender.party.identity().pid > 0, "the process goes on")
