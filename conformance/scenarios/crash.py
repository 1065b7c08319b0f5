"""When the peer is gone: killed, ended, stopped, or just closed with data unread."""

from __future__ import annotations

from conformance.party import End
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._transfer import (
    BETWEEN_PROCESSES,
    CHANNELS,
    FITS,
    arrives,
    ending,
    held_up,
    received_before,
)

SOCKET = ("local_socket",)
ENOUGH = 10
"""Sends to a peer that is gone, of which the last has to fail at the latest."""


@scenario("LS-CRASH-001", primitives=BETWEEN_PROCESSES, params={"how": ("kill", "terminate")})
def what_a_killed_peer_sent_arrives(case: Case) -> None:
    """What a peer sent before it was killed arrives, and then the stream is over."""
    receiver, sender = case.channel()
    payload = case.pattern(FITS)
    sender.send_all(payload)
    case.die(sender.party, case.text("how"))
    with case.decides("LS-CRASH-001"):
        arrives(case, receiver, payload)
        case.allowed(ending(case.attempt(receiver.recv, 10)), "after the last byte")


@scenario("LS-CRASH-001", primitives=SOCKET)
def what_a_killed_server_sent_arrives(case: Case) -> None:
    """What a server sent before it was killed arrives at its client, and then the stream is over."""
    ours, theirs = case.streams()
    payload = case.pattern(FITS)
    theirs.send_all(payload)
    case.die(theirs.party)
    with case.decides("LS-CRASH-001"):
        arrives(case, ours, payload)
        case.allowed(ending(case.attempt(ours.recv, 10)), "after the last byte")


@scenario("LS-CRASH-005", primitives=BETWEEN_PROCESSES)
def an_exit_is_a_close(case: Case) -> None:
    """A process that ends without closing its stream has closed it."""
    receiver, sender = case.channel()
    payload = case.pattern(FITS)
    sender.send_all(payload)
    case.die(sender.party, "exit")
    with case.decides("LS-CRASH-005"):
        got = receiver.recv_to_end()
        case.check(got.is_(payload) and got.end, "everything that the ended process sent arrives, and then the end")


@scenario("LS-CRASH-013", primitives=BETWEEN_PROCESSES)
def a_waiting_receiver_learns_of_the_death(case: Case) -> None:
    """A receiver that waits is released when its peer is killed."""
    receiver, sender = case.channel()
    receiving = case.begin(receiver.recv, 10)
    if not receiving.blocked(50):
        case.cannot_tell("the receiver did not wait")
    case.die(sender.party)
    with case.decides("LS-CRASH-013"):
        case.allowed(ending(case.attempt(receiving.result)), "what the waiting receive gives")


@scenario("LS-CRASH-002", primitives=BETWEEN_PROCESSES)
def a_waiting_sender_learns_of_the_death(case: Case) -> None:
    """A sender that waits for room is released with an error when its peer is killed."""
    receiver, sender = case.channel()
    _, sending = held_up(case, receiver, sender)
    case.die(receiver.party)
    with case.decides("LS-CRASH-002"):
        case.allowed(case.fails(sending.result).kind, "the kind of the error of the waiting send")


@scenario("LS-CRASH-020", primitives=CHANNELS)
def a_waiting_sender_learns_of_the_close(case: Case) -> None:
    """A sender that waits for room is released with an error when its peer closes."""
    receiver, sender = case.channel()
    _, sending = held_up(case, receiver, sender)
    with case.decides("LS-CRASH-020"):
        receiver.close()
        case.allowed(case.fails(sending.result).kind, "the kind of the error of the waiting send")


@scenario("LS-CRASH-008", primitives=BETWEEN_PROCESSES)
def a_message_cut_by_death_is_no_message(case: Case) -> None:
    """When the peer dies in the middle of what is awaited, the receiver gets what came and an error."""
    receiver, sender = case.channel()
    payload = case.pattern(FITS)
    receiving = case.begin(receiver.recv_exact, 2 * FITS)
    sender.send_all(payload)
    case.die(sender.party)
    with case.decides("LS-CRASH-008"):
        failed = case.fails(receiving.result)
        case.allowed(failed.kind, "the kind of the error")
        case.check(received_before(failed).is_(payload), "exactly the bytes that were sent come with the error")


@scenario("LS-CRASH-014", primitives=BETWEEN_PROCESSES)
def a_transfer_cut_by_death_is_a_prefix(case: Case) -> None:
    """Of a long send that its process does not survive, a beginning arrives and nothing else."""
    receiver, sender = case.channel()
    rest, _ = held_up(case, receiver, sender)
    case.die(sender.party)
    with case.decides("LS-CRASH-014"):
        outcome = case.attempt(receiver.recv_to_end)
        if isinstance(outcome, Failed):
            case.allowed(outcome.kind, "the kind of the error")
            outcome = received_before(outcome)
        case.check(outcome.length < rest.length, "the send that was cut off does not arrive whole")
        case.check(outcome.is_(rest.part(0, outcome.length)), "what arrives are the next bytes of what was sent")


@scenario("LS-CRASH-003", primitives=SOCKET)
def a_server_killed_before_it_accepted(case: Case) -> None:
    """A client that was not accepted yet learns that the server was killed."""
    name = case.name()
    case.server.listen(name)
    ours = case.client.connect(name)
    case.die(case.server)
    with case.decides("LS-CRASH-003"):
        case.allowed(ending(case.attempt(ours.recv, 10)), "a receive after the server was killed")


@scenario("LS-CRASH-012", primitives=CHANNELS)
def sending_to_nobody_is_a_broken_pipe(case: Case) -> None:
    """Sending to a peer that has closed fails, soon and without ending the process that sends."""
    receiver, sender = case.channel()
    receiver.close()
    with case.decides("LS-CRASH-012"):
        case.allowed(_failure_of_sends(case, sender), "the kind of the error")
        case.allowed(_failure_of_sends(case, sender), "the kind of the error the next time")


@scenario("LS-CRASH-016", primitives=BETWEEN_PROCESSES)
def sending_to_the_dead_is_a_broken_pipe(case: Case) -> None:
    """Sending to a peer that was killed fails, soon and without ending the process that sends."""
    receiver, sender = case.channel()
    case.die(receiver.party)
    with case.decides("LS-CRASH-016"):
        case.allowed(_failure_of_sends(case, sender), "the kind of the error")


@scenario("UD-SIG-001", primitives=SOCKET)
def sigpipe_disturbs_nobody(case: Case) -> None:
    """A process that counts SIGPIPE counts none when an implementation sends to a peer that has closed."""
    receiver, sender = case.channel()
    receiver.close()
    sender.party.on_signal("PIPE", "count")
    case.fails(sender.send, b"x")
    with case.decides("UD-SIG-001"):
        case.equal(sender.party.signal_count("PIPE"), 0, "the SIGPIPEs that arrived")


@scenario("LS-CRASH-011", primitives=SOCKET)
def a_close_with_data_unread(case: Case) -> None:
    """How a peer learns that its data were thrown away unread is up to the system."""
    ours, theirs = case.streams()
    ours.send_all(b"never read")
    theirs.close()
    with case.decides("LS-CRASH-011"):
        case.allowed(ending(case.attempt(ours.recv, 10)), "the first receive after a close with unread data")
        case.equal(ending(case.attempt(ours.recv, 10)), "end", "the second")


@scenario("LS-CRASH-021", primitives=SOCKET)
def a_tail_despite_data_unread(case: Case) -> None:
    """A peer that closes with data unread has still sent what it sent before."""
    ours, theirs = case.streams()
    payload = case.pattern(FITS)
    ours.send_all(b"never read")
    theirs.send_all(payload)
    theirs.close()
    with case.decides("LS-CRASH-021"):
        arrives(case, ours, payload)


@scenario("LS-CRASH-009", primitives=BETWEEN_PROCESSES, needs=("process",))
def a_stopped_peer_goes_on(case: Case) -> None:
    """A peer that is stopped for a while breaks nothing: when it goes on, so does the stream."""
    receiver, sender = case.channel()
    pid = receiver.party.identity().pid
    case.witness.signal(pid, "STOP")
    with case.decides("LS-CRASH-009"):
        sender.send_all(b"meanwhile")
        receiving = case.begin(receiver.recv, 9)
        if not receiving.blocked(50):
            case.cannot_tell("the stopped process answers")
        case.witness.signal(pid, "CONT")
        case.check(receiving.result().is_(b"meanwhile"), "when it goes on, what was sent meanwhile arrives")
        sender.send_all(b"and on")
        arrives(case, receiver, b"and on")


@scenario("LS-CRASH-017", primitives=SOCKET)
def a_killed_client_is_its_own_affair(case: Case) -> None:
    """When one client is killed, the others' streams work on and new clients are served."""
    name = case.name()
    listener = case.server.listen(name)
    case.connection(listener, name)
    bystander = case.party("bystander").connect(name)
    served = listener.accept()
    case.die(case.client)
    with case.decides("LS-CRASH-017"):
        bystander.send_all(b"still here")
        arrives(case, served, b"still here")
        newcomer = case.party("newcomer").connect(name)
        welcomed = listener.accept()
        welcomed.send_all(b"welcome")
        arrives(case, newcomer, b"welcome")


@scenario("LS-CRASH-010", primitives=SOCKET, needs=("listener.backlog",))
def a_waiting_client_learns_of_the_death(case: Case) -> None:
    """A client that waits for room in a listener's queue fails when the server is killed."""
    name = case.name()
    case.server.listen(name, backlog=1)
    case.client.connect(name)  # a process that has just started could take as long as one that waits
    connecting = case.begin(case.client.connect, name)
    for _ in range(ENOUGH):
        if connecting.blocked(100):
            break
        connecting.result()
        connecting = case.begin(case.client.connect, name)
    case.die(case.server)
    with case.decides("LS-CRASH-010"):
        outcome = case.attempt(connecting.result)
        if not isinstance(outcome, Failed):
            case.allowed(ending(case.attempt(outcome.recv, 10)), "a stream that was made before the server was killed")


@scenario("LS-CRASH-022", primitives=SOCKET)
def a_reply_survives_a_broken_pipe(case: Case) -> None:
    """A reply that the peer sent before it closed is received, also after a send has failed."""
    ours, theirs = case.streams()
    reply = case.pattern(FITS)
    theirs.send_all(reply)
    theirs.close()
    case.fails(ours.send_all, b"too late")
    with case.decides("LS-CRASH-022"):
        arrives(case, ours, reply)
        case.equal(ending(ours.recv(10)), "end", "after the last byte")


def _failure_of_sends(case: Case, sender: End) -> str:
    """The kind of the first error of a few sends."""
    for _ in range(ENOUGH):
        outcome = case.attempt(sender.send, b"x")
        if isinstance(outcome, Failed):
            return outcome.kind
    case.check(False, f"one of {ENOUGH} sends to a peer that is gone fails")
    return ""
