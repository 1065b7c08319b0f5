"""Closing in part and for good: one direction, one duplicate, one half, the whole, once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from conformance.party import End
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._transfer import CHANNELS, FITS, arrives, ending, held_up

SOCKET = ("local_socket",)
AT_ONCE = ("blocking", "async")
Direction = Literal["send", "recv", "both"]
HOW: Mapping[str, Direction] = {"send": "send", "recv": "recv", "both": "both"}


@scenario("LS-SHUT-001", primitives=SOCKET, params={"side": ("connector", "listener")})
def the_reply_arrives_after_a_half_close(case: Case) -> None:
    """Shutting down sending tells the peer the end after all data, and its reply still arrives."""
    ours, theirs = _sides(case)
    question, answer = case.pattern(FITS), case.pattern(FITS)
    ours.send_all(question)
    with case.decides("LS-SHUT-001"):
        ours.shutdown("send")
        arrives(case, theirs, question)
        case.equal(ending(theirs.recv(10)), "end", "after the last byte")
        theirs.send_all(answer)
        theirs.close()
        arrives(case, ours, answer)
        case.equal(ending(ours.recv(10)), "end", "after the reply")


@scenario("LS-SHUT-011", primitives=SOCKET)
def nothing_is_sent_after_a_half_close(case: Case) -> None:
    """Sending after one's own shutdown of sending is a broken pipe."""
    ours, _theirs = case.streams()
    ours.shutdown("send")
    with case.decides("LS-SHUT-011"):
        for send in (ours.send, ours.send_all):
            case.equal(case.fails(send, b"late").kind, "broken_pipe", "the kind of the error")


@scenario("LS-SHUT-014", primitives=SOCKET)
def nothing_is_received_after_shutting_it_down(case: Case) -> None:
    """Receiving after one's own shutdown of receiving gives the end at once."""
    ours, theirs = case.streams()
    ours.shutdown("recv")
    with case.decides("LS-SHUT-014"):
        case.equal(ending(ours.recv(10)), "end", "a receive after the shutdown of receiving")
        ours.send_all(b"still")
        arrives(case, theirs, b"still")


@scenario("LS-SHUT-002", primitives=SOCKET, modes=AT_ONCE)
def what_was_queued_when_receiving_was_shut_down(case: Case) -> None:
    """Whether queued data can still be received after a shutdown of receiving is up to the system."""
    ours, theirs = case.streams()
    theirs.send_all(b"queued")
    ours.shutdown("recv")
    with case.decides("LS-SHUT-002"):
        case.observe(ending(case.attempt(ours.recv, 10)))


@scenario("LS-SHUT-003", primitives=SOCKET, modes=AT_ONCE)
def sending_to_who_does_not_receive(case: Case) -> None:
    """Whether a peer can still send to a stream whose receiving was shut down is up to the system."""
    ours, theirs = case.streams()
    ours.shutdown("recv")
    with case.decides("LS-SHUT-003"):
        outcome = case.attempt(theirs.send, b"x")
        case.observe(outcome.kind if isinstance(outcome, Failed) else "sent")


@scenario("LS-SHUT-015", primitives=SOCKET)
def shutting_down_both_ends_both(case: Case) -> None:
    """After a shutdown of both directions the peer sees the end after the data, and nothing can be sent."""
    ours, theirs = case.streams()
    ours.send_all(b"last")
    with case.decides("LS-SHUT-015"):
        ours.shutdown("both")
        arrives(case, theirs, b"last")
        case.equal(ending(theirs.recv(10)), "end", "after the last byte")
        case.equal(ending(ours.recv(10)), "end", "a receive after the shutdown")
        case.equal(case.fails(ours.send_all, b"late").kind, "broken_pipe", "the kind of the error of a send")


@scenario("LS-SHUT-005", primitives=SOCKET, modes=AT_ONCE)
def a_second_half_close_is_harmless(case: Case) -> None:
    """Shutting down sending twice succeeds, or says that there is nothing left to shut down."""
    ours, theirs = case.streams()
    ours.shutdown("send")
    with case.decides("LS-SHUT-005"):
        case.allowed(_done(case, ours.shutdown, "send"), "the second shutdown")
        theirs.send_all(b"reply")
        arrives(case, ours, b"reply")


@scenario("LS-SHUT-006", primitives=SOCKET, modes=AT_ONCE, params={"how": ("send", "recv", "both")})
def a_half_close_after_the_peer_closed(case: Case) -> None:
    """Shutting down after the peer has closed succeeds, or says that the stream is not connected."""
    ours, theirs = case.streams()
    theirs.send_all(b"tail")
    theirs.close()
    with case.decides("LS-SHUT-006"):
        case.allowed(_done(case, ours.shutdown, HOW[case.text("how")]), "the shutdown")


@scenario("LS-SHUT-016", primitives=SOCKET, modes=AT_ONCE)
def the_tail_survives_a_half_close(case: Case) -> None:
    """Data of a peer that has closed can be received after shutting down sending."""
    ours, theirs = case.streams()
    theirs.send_all(b"tail")
    theirs.close()
    case.attempt(ours.shutdown, "send")
    with case.decides("LS-SHUT-016"):
        arrives(case, ours, b"tail")
        case.equal(ending(ours.recv(10)), "end", "after the last byte")


@scenario("LS-SHUT-007", primitives=SOCKET, params={"how": ("recv", "both")})
def a_shutdown_releases_a_receiver(case: Case) -> None:
    """A receive that waits ends when another caller shuts receiving down."""
    ours, _theirs = case.streams()
    receiving = case.begin(ours.recv, 10)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("LS-SHUT-007"):
        ours.shutdown(HOW[case.text("how")])
        case.equal(ending(receiving.result()), "end", "what the waiting receive gives")


@scenario("LS-CANC-002", primitives=SOCKET)
def a_shutdown_releases_a_sender(case: Case) -> None:
    """A send that waits for room fails with broken_pipe when another caller shuts the stream down."""
    ours, theirs = case.streams()
    _, sending = held_up(case, theirs, ours)
    with case.decides("LS-CANC-002"):
        ours.shutdown("both")
        case.equal(case.fails(sending.result).kind, "broken_pipe", "the kind of the error of the waiting send")


@scenario("LS-LIFE-019", primitives=CHANNELS)
def the_last_duplicate_ends_the_stream(case: Case) -> None:
    """Closing one of two duplicates leaves the stream open; closing the last is the end."""
    receiver, sender = case.channel()
    second = sender.duplicate()
    with case.decides("LS-LIFE-019"):
        sender.close()
        second.send_all(b"still open")
        arrives(case, receiver, b"still open")
        second.close()
        case.equal(ending(receiver.recv(10)), "end", "after the last duplicate is closed")


@scenario("LS-DUP-001", primitives=CHANNELS)
def duplicates_share_one_stream(case: Case) -> None:
    """What is sent through a duplicate and through the original is one stream, in the order of the sends."""
    receiver, sender = case.channel()
    second_sender, second_receiver = sender.duplicate(), receiver.duplicate()
    with case.decides("LS-DUP-001"):
        sender.send_all(b"one ")
        second_sender.send_all(b"two ")
        sender.send_all(b"three")
        whole = b"one two three"
        first = second_receiver.recv(6)
        case.check(first.length > 0, "a duplicate of the receiver receives")
        case.check(first.is_(whole[: first.length]), "it gets the first bytes")
        arrives(case, receiver, whole[first.length :])


@scenario("LS-SHUT-017", primitives=SOCKET, modes=AT_ONCE)
def a_half_close_is_of_the_stream_not_the_handle(case: Case) -> None:
    """Shutting down sending through one duplicate ends it for all of them, unlike closing one."""
    ours, theirs = case.streams()
    second = ours.duplicate()
    with case.decides("LS-SHUT-017"):
        second.shutdown("send")
        case.equal(ending(theirs.recv(10)), "end", "what the peer sees")
        case.equal(case.fails(ours.send_all, b"late").kind, "broken_pipe", "the error of a send through the other")


@scenario("LS-SPLIT-001", primitives=SOCKET)
def halves_work_apart(case: Case) -> None:
    """The halves of a split stream carry data, each in its direction."""
    ours, theirs = case.streams()
    with case.decides("LS-SPLIT-001"):
        receiver, sender = ours.split()
        sender.send_all(b"question")
        arrives(case, theirs, b"question")
        theirs.send_all(b"answer")
        arrives(case, receiver, b"answer")


@scenario("LS-SPLIT-002", primitives=SOCKET, modes=AT_ONCE)
def halves_join_again(case: Case) -> None:
    """A stream put together from its halves works in both directions, and closing it is the end."""
    ours, theirs = case.streams()
    receiver, sender = ours.split()
    with case.decides("LS-SPLIT-002"):
        whole = ours.party.unsplit(receiver, sender)
        whole.send_all(b"question")
        arrives(case, theirs, b"question")
        theirs.send_all(b"answer")
        arrives(case, whole, b"answer")
        whole.close()
        case.equal(ending(theirs.recv(10)), "end", "after it is closed")


@scenario("LS-SPLIT-003", primitives=SOCKET, modes=AT_ONCE, params={"first": ("receiver", "sender")})
def a_dropped_half_leaves_the_other(case: Case) -> None:
    """Closing one half leaves the other working, and closing both ends the stream."""
    ours, theirs = case.streams()
    receiver, sender = ours.split()
    with case.decides("LS-SPLIT-003"):
        if case.text("first") == "receiver":
            receiver.close()
            sender.send_all(b"to the peer")
            arrives(case, theirs, b"to the peer")
            sender.close()
        else:
            sender.close()
            theirs.send_all(b"to us")
            arrives(case, receiver, b"to us")
            receiver.close()
        case.equal(ending(theirs.recv(10)), "end", "after both halves are closed")


@scenario("LS-SPLIT-004", primitives=SOCKET)
def halves_do_not_wait_for_each_other(case: Case) -> None:
    """While one half waits to receive, the other sends."""
    ours, theirs = case.streams()
    receiver, sender = ours.split()
    receiving = case.begin(receiver.recv, 6)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("LS-SPLIT-004"):
        sender.send_all(b"question")
        arrives(case, theirs, b"question")
        theirs.send_all(b"answer")
        case.check(receiving.result().is_(b"answer"), "the waiting half gets the answer")


@scenario("LS-SHUT-009", primitives=SOCKET, modes=AT_ONCE)
def a_dropped_half_shuts_nothing_down(case: Case) -> None:
    """Closing the sending half alone is not told to the peer as the end."""
    ours, theirs = case.streams()
    _receiver, sender = ours.split()
    receiving = case.begin(theirs.recv, 10)
    with case.decides("LS-SHUT-009"):
        sender.close()
        case.check(receiving.blocked(100), "the peer sees no end while the receiving half is open")


@scenario("LS-IO-015", primitives=CHANNELS, modes=AT_ONCE)
def a_closed_handle_is_invalid(case: Case) -> None:
    """Whatever is done with a handle after its close fails with invalid_handle."""
    receiver, sender = case.channel()
    receiver.close()
    sender.close()
    with case.decides("LS-IO-015"):
        case.equal(case.fails(receiver.recv, 1).kind, "invalid_handle", "the error of a receive after the close")
        case.equal(case.fails(sender.send, b"x").kind, "invalid_handle", "the error of a send after the close")


@scenario("LS-IO-026", primitives=CHANNELS, modes=AT_ONCE)
def closing_twice_is_harmless(case: Case) -> None:
    """An implementation that is made to close the same handle twice takes it or refuses it, and lives on."""
    receiver, sender = case.channel()
    with case.decides("LS-IO-026"):
        for end in (sender, receiver):
            end.close()
            case.allowed(_done(case, end.close_again), "the second close")


@scenario("LS-IO-027", primitives=("local_socket", "unnamed_pipe"), modes=AT_ONCE)
def a_second_close_hits_nothing_else(case: Case) -> None:
    """A second close does no harm to what was opened after the first, under the same number."""
    old_receiver, old_sender = _another(case, "old")
    old_receiver.close()
    old_sender.close()
    receiver, sender = _another(case, "new")
    with case.decides("LS-IO-027"):
        case.attempt(old_receiver.close_again)
        case.attempt(old_sender.close_again)
        sender.send_all(b"unharmed")
        arrives(case, receiver, b"unharmed")


@scenario("LS-CANC-001", primitives=SOCKET)
def a_close_under_a_waiting_receive(case: Case) -> None:
    """A stream can be closed while a receive waits on it, which never takes the data of a stream opened later."""
    name = case.name()
    listener = case.server.listen(name)
    ours, theirs = case.connection(listener, name)
    receiving = case.begin(ours.recv, 10)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("LS-CANC-001"):
        ours.close()
        later, theirs_later = case.connection(listener, name)
        theirs_later.send_all(b"for the later one")
        case.attempt(theirs.send_all, b"late")
        theirs.close()
        arrives(case, later, b"for the later one")
        later.send_all(b"reply")
        arrives(case, theirs_later, b"reply")


@scenario("LS-CANC-011", primitives=SOCKET)
def a_close_under_a_waiting_accept(case: Case) -> None:
    """A listener can be closed while an accept waits on it, which never takes a client of its successor."""
    name = case.name()
    listener = case.server.listen(name)
    accepting = case.begin(listener.accept)
    if not accepting.blocked(50):
        case.cannot_tell("the accept did not wait")
    with case.decides("LS-CANC-011"):
        listener.close()
        ours, theirs = case.streams(name)
        ours.send_all(b"hello")
        arrives(case, theirs, b"hello")


@scenario("LS-CANC-010", primitives=SOCKET)
def what_a_close_does_to_a_waiting_receive(case: Case) -> None:
    """Whether closing a stream releases a receive that waits on it is up to the implementation."""
    ours, _theirs = case.streams()
    receiving = case.begin(ours.recv, 10)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    ours.close()
    with case.decides("LS-CANC-010"):
        waits = receiving.blocked(500)
        case.observe("it goes on waiting" if waits else ending(case.attempt(receiving.result)))


def _sides(case: Case) -> tuple[End, End]:
    ours, theirs = case.streams()
    return (ours, theirs) if case.text("side") == "connector" else (theirs, ours)


def _another(case: Case, word: str) -> tuple[End, End]:
    """A channel of its own name, so that there can be several."""
    if case.primitive == "unnamed_pipe":
        return case.server.pipe()
    sender, receiver = case.streams(case.name(word))
    return receiver, sender


def _done(case: Case, operation: Callable[..., object], *args: object) -> str:
    """`ok`, or the kind of the error."""
    outcome = case.attempt(operation, *args)
    return outcome.kind if isinstance(outcome, Failed) else "ok"
