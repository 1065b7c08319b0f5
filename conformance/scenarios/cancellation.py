"""What a cancellation promises: nothing lost, nothing taken, nothing left behind, and to say how far a send came."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from conformance import shape
from conformance.scenario import Case, Failed, Pending, scenario
from conformance.scenarios._between import made_fifo, other_side, this_side, word
from conformance.scenarios._meeting import fill_queue, waits_for_room
from conformance.scenarios._transfer import CHANNELS, MEBIBYTE, arrives, ending, held_up, received_before

P = ParamSpec("P")
T = TypeVar("T")
ASYNC = ("async",)
SOCKET = ("local_socket",)
ROUNDS = 8
NOBODY_MS = 300


@scenario("LS-CANC-012", primitives=CHANNELS, modes=ASYNC)
def a_cancelled_receive_takes_nothing_later(case: Case) -> None:
    """A receive that was cancelled before data came leaves them to the next one."""
    receiver, sender = case.channel()
    receiving = _waiting(case, receiver.recv, 100)
    with case.decides("LS-CANC-012"):
        _ends_as_cancelled(case, receiving)
        sender.send_all(b"later")
        arrives(case, receiver, b"later")


@scenario("LS-CANC-013", primitives=CHANNELS, modes=ASYNC)
def data_come_as_a_receive_is_cancelled(case: Case) -> None:
    """A process that wakes up to both, data and a cancellation, receives the data, now or next time."""
    receiver, sender = case.channel()
    process = receiver.party.identity().pid
    with case.decides("LS-CANC-013"):
        for _ in range(ROUNDS):
            token = case.pattern(24)
            receiving = _waiting(case, receiver.recv, 24)
            case.witness.signal(process, "STOP")
            sending = case.begin(sender.send_all, token)
            if sender.party is not receiver.party:
                sending.result()
            cancelling = case.begin(receiving.cancel)
            case.witness.signal(process, "CONT")
            outcome = case.attempt(receiving.result)
            cancelling.result()
            if sender.party is receiver.party:
                sending.result()
            if isinstance(outcome, Failed):
                case.equal(outcome.kind, "cancelled", "a receive that was cancelled")
                arrives(case, receiver, token)
            else:
                case.check(outcome.is_(token), "a receive that was quicker than its cancellation gives the data")


@scenario("LS-CANC-014", primitives=CHANNELS, modes=ASYNC, params={"op": ("recv_exact", "recv_to_end")})
def a_cancelled_receive_keeps_what_it_got(case: Case) -> None:
    """What came before the cancellation is in the error or in the stream."""
    receiver, sender = case.channel()
    sender.send_all(b"first")
    if case.text("op") == "recv_exact":
        receiving = _waiting(case, receiver.recv_exact, 10)
    else:
        receiving = _waiting(case, receiver.recv_to_end)
    with case.decides("LS-CANC-014"):
        receiving.cancel()
        failed = case.fails(receiving.result)
        case.equal(failed.kind, "cancelled", "a receive that was cancelled")
        told = "received" in failed.fields
        before = received_before(failed) if told else None
        taken = before.length if before is not None else 0
        case.check(before is None or before.is_(b"first"[:taken]), "what the error hands over is what came")
        sender.send_all(b"second")
        arrives(case, receiver, b"firstsecond"[taken:])


@scenario("LS-CANC-015", primitives=SOCKET, modes=ASYNC)
def a_cancelled_accept_takes_nobody_later(case: Case) -> None:
    """An accept that was cancelled leaves the next client to the next accept."""
    name = case.name()
    listener = case.server.listen(name)
    accepting = _waiting(case, listener.accept)
    with case.decides("LS-CANC-015"):
        _ends_as_cancelled(case, accepting)
        ours, theirs = case.connection(listener, name)
        ours.send_all(b"hello")
        arrives(case, theirs, b"hello")


@scenario("LS-CANC-016", primitives=SOCKET, modes=ASYNC)
def a_client_connects_as_an_accept_is_cancelled(case: Case) -> None:
    """A process that wakes up to both, a client and a cancellation, serves the client or turns it away visibly."""
    name = case.name()
    listener = case.server.listen(name)
    process = case.server.identity().pid
    with case.decides("LS-CANC-016"):
        for _ in range(ROUNDS):
            accepting = _waiting(case, listener.accept)
            case.witness.signal(process, "STOP")
            ours = case.client.connect(name)
            cancelling = case.begin(accepting.cancel)
            case.witness.signal(process, "CONT")
            outcome = case.attempt(accepting.result)
            cancelling.result()
            if not isinstance(outcome, Failed):
                ours.send_all(b"1")
                arrives(case, outcome, b"1")
                continue
            case.equal(outcome.kind, "cancelled", "an accept that was cancelled")
            case.attempt(ours.send_all, b"1")
            later = case.client.connect(name)
            later.send_all(b"2")
            first = listener.accept().recv(1)
            if first.is_(b"1"):
                arrives(case, listener.accept(), b"2")
            else:
                case.check(first.is_(b"2"), "a client that is accepted is one that connected")
                gone = ending(case.attempt(ours.recv, 1))
                case.check(gone in {"end", "reset", "broken_pipe"}, f"who is not accepted is told so, not {gone}")


@scenario("LS-CANC-017", primitives=SOCKET, modes=ASYNC)
def a_cancelled_connect_leaves_nothing(case: Case) -> None:
    """A connect that was cancelled while it waited for room is gone, at both ends."""
    path = case.path()
    listener = case.witness.listen(path, backlog=1)
    case.client.connect(path).close()
    listener.accept().close()
    before = case.client.resources().descriptors
    queued = fill_queue(case, path)
    connecting = case.task(case.client.connect, path)
    with case.decides("LS-CANC-017"):
        waits_for_room(case, connecting, may_fail=True)
        _ends_as_cancelled(case, connecting)
        case.equal(case.client.resources().descriptors, before, "descriptors of who cancelled its connect")
        for _ in range(queued):
            listener.accept()
        extra = case.fails(listener.accept, wait="try")
        case.equal(extra.kind, "would_block", "an accept after all the clients that did connect")


@scenario("LS-CANC-018", primitives=CHANNELS, modes=ASYNC)
def a_cancelled_send_says_how_far_it_came(case: Case) -> None:
    """What a cancelled send says went is what arrives, and then what is sent next."""
    receiver, sender = case.channel()
    rest, sending = held_up(case, receiver, sender, as_task=True)
    with case.decides("LS-CANC-018"):
        sending.cancel()
        failed = case.fails(sending.result)
        case.equal(failed.kind, "cancelled", "a send that was cancelled")
        sent = shape.whole(failed.fields.get("sent"))
        if sent is None:
            case.check(False, "a cancelled send says how many bytes went")
            return
        following = case.begin(sender.send_all, b"next")
        arrives(case, receiver, rest.part(0, sent - (MEBIBYTE - rest.length)))
        arrives(case, receiver, b"next")
        following.result()


@scenario("FF-CANC-001", primitives=("fifo",), modes=ASYNC, params={"end": ("receiver", "sender")})
def a_cancelled_open_meets_nobody(case: Case) -> None:
    """Whoever opens the other side of a FIFO does not meet an open that was cancelled."""
    path = made_fifo(case)
    opening = _waiting(case, case.server.open_fifo, path, this_side(case))
    with case.decides("FF-CANC-001"):
        _ends_as_cancelled(case, opening)
        alone = case.fails(case.witness.open_fifo, path, other_side(case), wait=NOBODY_MS)
        case.equal(alone.kind, "timed_out", "opening the other side")


def _waiting(case: Case, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Pending[T]:
    """An operation that waits, and that can be cancelled."""
    pending = case.task(operation, *args, **kwargs)
    if not pending.blocked(50):
        case.cannot_tell(f"the operation did not wait: {word(case.attempt(pending.result))}")
    return pending


def _ends_as_cancelled(case: Case, pending: Pending[T]) -> None:
    pending.cancel()
    case.equal(word(case.attempt(pending.result)), "cancelled", "an operation that was cancelled")
