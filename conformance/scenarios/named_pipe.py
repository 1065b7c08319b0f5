"""What a named pipe of Windows promises for the data in it: bytes, messages, looks ahead, flushes, ends."""

from __future__ import annotations

from conformance.named_pipe import Direction, Pipe, connect_pipe, listen_pipe
from conformance.scenario import Case, Failed, scenario
from conformance.scenarios._transfer import FITS, MEBIBYTE, arrives, ending

PIPE = ("named_pipe",)
ONE_WAY = ("blocking",)
LIMITED = ("deadline",)


def ends(case: Case, direction: Direction = "duplex", buffers: int | None = None) -> tuple[Pipe, Pipe]:
    """A connected pipe of bytes: the client's end and the server's."""
    listener = listen_pipe(case.server, case.name(), direction=direction, buffers=buffers)
    theirs: Direction = {"in": "out", "out": "in"}.get(direction, "duplex")  # type: ignore[assignment]
    client = connect_pipe(case.client, case.name(), direction=theirs)
    return client, listener.accept()


def messages(case: Case) -> tuple[Pipe, Pipe]:
    """A connected pipe of messages: the client's end and the server's."""
    listener = listen_pipe(case.server, case.name(), mode="messages")
    client = connect_pipe(case.client, case.name(), receive_mode="messages")
    return client, listener.accept()


@scenario("WP-IO-001", primitives=PIPE, params={"sends": ("client", "server"), "size": (1, FITS, 70000)})
def bytes_arrive(case: Case) -> None:
    """What is sent arrives in order and unchanged, in either direction."""
    client, server = ends(case)
    sender, receiver = (client, server) if case.text("sends") == "client" else (server, client)
    payload = case.pattern(case.number("size"))
    with case.decides("WP-IO-001"):
        receiving = case.begin(receiver.recv_exact, payload.length)
        sender.send_all(payload)
        case.check(receiving.result().is_(payload), "exactly the bytes that were sent arrive")


@scenario("WP-IO-002", primitives=PIPE, modes=ONE_WAY)
def a_pipe_of_bytes_has_no_bounds(case: Case) -> None:
    """In a pipe of bytes one receive takes what several sends gave."""
    client, server = ends(case)
    client.send_all(b"ab")
    client.send_all(b"cd")
    with case.decides("WP-IO-002"):
        case.check(server.recv_exact(3).is_(b"abc"), "three bytes of two sends come together")
        case.check(server.recv(10).is_(b"d"), "and the rest next")


@scenario("WP-IO-003", primitives=PIPE, modes=ONE_WAY, needs=("concurrent",))
def a_waiting_receive_lets_sends_pass(case: Case) -> None:
    """While one end waits to receive, the same end sends."""
    client, server = ends(case)
    receiving = case.begin(client.recv, 10)
    if not receiving.blocked(50):
        case.cannot_tell("the receive did not wait")
    with case.decides("WP-IO-003"):
        client.send_all(b"question")
        arrives(case, server, b"question")
        server.send_all(b"answer")
        case.check(receiving.result().is_(b"answer"), "the waiting receive gets the answer")


@scenario("WP-IO-004", primitives=PIPE, params={"closes": ("client", "server")})
def closing_keeps_what_was_sent(case: Case) -> None:
    """What was sent before the close is received after it, then comes the end."""
    client, server = ends(case)
    sender, receiver = (client, server) if case.text("closes") == "client" else (server, client)
    payload = case.pattern(FITS)
    sender.send_all(payload)
    with case.decides("WP-IO-004"):
        sender.close()
        arrives(case, receiver, payload)
        case.equal(ending(receiver.recv(10)), "end", "after the last byte")


@scenario("WP-IO-005", primitives=PIPE)
def the_end_stays(case: Case) -> None:
    """After the peer closed, every receive reports the end and none an error."""
    client, server = ends(case)
    client.close()
    with case.decides("WP-IO-005"):
        for _ in range(3):
            case.equal(ending(case.attempt(server.recv, 10)), "end", "a receive after the peer closed")


@scenario("WP-IO-006", primitives=PIPE, params={"closes": ("client", "server")})
def sending_to_nobody_is_a_broken_pipe(case: Case) -> None:
    """A send after the peer closed is the error broken_pipe."""
    client, server = ends(case)
    leaver, sender = (client, server) if case.text("closes") == "client" else (server, client)
    leaver.close()
    with case.decides("WP-IO-006"):
        case.equal(case.fails(sender.send_all, b"x").kind, "broken_pipe", "the kind of the error")


@scenario("WP-IO-007", primitives=PIPE)
def a_mebibyte_passes(case: Case) -> None:
    """Data larger than all buffers arrive whole."""
    client, server = ends(case)
    payload = case.pattern(MEBIBYTE)
    with case.decides("WP-IO-007"):
        sending = case.begin(client.send_all, payload)
        arrives(case, server, payload)
        case.equal(sending.result(), payload.length, "the count that send_all reports")


@scenario("WP-IO-008", primitives=PIPE, modes=LIMITED)
def a_late_receive_takes_nothing(case: Case) -> None:
    """A receive whose deadline passes is timed_out, in time, and what comes later is still received."""
    client, server = ends(case)
    with case.decides("WP-IO-008"):
        failed = case.fails(server.recv, 10, wait=100)
        case.equal(failed.kind, "timed_out", "the kind of the error")
        client.send_all(b"late")
        arrives(case, server, b"late")


@scenario("WP-IO-009", primitives=PIPE, modes=ONE_WAY, needs=("wait.try",))
def a_tried_receive_returns(case: Case) -> None:
    """A receive that is only tried says would_block on an empty pipe, and takes what is there."""
    client, server = ends(case)
    with case.decides("WP-IO-009"):
        case.equal(case.fails(server.recv, 10, wait="try").kind, "would_block", "the kind of the error")
        client.send_all(b"now")
        case.check(server.recv(10, wait="try").is_(b"now"), "what is there is taken")


@scenario("WP-IO-010", primitives=PIPE, modes=LIMITED)
def a_late_send_tells_what_arrives(case: Case) -> None:
    """A send that runs out of time in a full pipe says how many bytes will arrive, and exactly those do."""
    client, server = ends(case)
    payload = case.pattern(MEBIBYTE)
    with case.decides("WP-IO-010"):
        failed = case.fails(client.send_all, payload, wait=300)
        case.equal(failed.kind, "timed_out", "the kind of the error")
        sent = failed.fields.get("sent")
        case.check(isinstance(sent, int) and 0 < sent < payload.length, f"a part was sent, not {sent}")
        receiving = case.begin(server.recv_to_end)
        client.close()
        got = receiving.result()
        case.equal(got.length, sent, "the bytes that arrived, of those reported as sent,")
        case.check(got.is_(payload.part(0, got.length)), "they are the first of those given")


@scenario("WP-IO-011", primitives=PIPE, modes=ONE_WAY)
def without_buffers_a_send_waits(case: Case) -> None:
    """In a pipe without buffers a send returns when its data were received."""
    client, server = ends(case, buffers=0)
    with case.decides("WP-IO-011"):
        sending = case.begin(client.send_all, b"x")
        case.check(sending.blocked(100), "nobody has received it yet")
        arrives(case, server, b"x")
        case.equal(sending.result(), 1, "the count that send_all reports")


@scenario("WP-MSG-001", primitives=PIPE, params={"size": (1, FITS)}, needs=("named_pipe.message",))
def messages_keep_their_bounds(case: Case) -> None:
    """Each message is received by itself, as long as it was sent."""
    client, server = messages(case)
    payload = case.pattern(3 * case.number("size"))
    parts = [payload.part(turn * case.number("size"), case.number("size")) for turn in range(3)]
    for part in parts:
        client.send_message(part)
    with case.decides("WP-MSG-001"):
        for part in parts:
            case.check(server.recv_message().is_(part), "one receive gives one message")


@scenario("WP-MSG-002", primitives=PIPE, needs=("named_pipe.message",))
def an_empty_message_is_a_message(case: Case) -> None:
    """A message of no bytes arrives as such, and is no end."""
    client, server = messages(case)
    client.send_message(b"")
    client.send_message(b"next")
    with case.decides("WP-MSG-002"):
        empty = server.recv_message()
        case.equal((empty.length, empty.end), (0, False), "length and end of the empty message")
        case.check(server.recv_message().is_(b"next"), "the next message follows")


@scenario("WP-MSG-003", primitives=PIPE, needs=("named_pipe.message", "concurrent"))
def a_message_may_exceed_the_buffers(case: Case) -> None:
    """A message larger than the pipe's buffers arrives whole, as one."""
    client, server = messages(case)
    payload = case.pattern(200_000)
    with case.decides("WP-MSG-003"):
        sending = case.begin(client.send_message, payload)
        case.check(server.recv_message().is_(payload), "the message arrives whole")
        case.equal(sending.result(), payload.length, "the count that is reported")


@scenario("WP-MSG-004", primitives=PIPE, params={"maximum": (0, 1, 999)}, needs=("named_pipe.message",))
def a_long_message_is_not_lost(case: Case) -> None:
    """A message longer than the receiver allows is more_data, and is received whole once it is allowed."""
    client, server = messages(case)
    payload = case.pattern(1000)
    client.send_message(payload)
    client.send_message(b"next")
    with case.decides("WP-MSG-004"):
        failed = case.fails(server.recv_message, case.number("maximum"))
        case.equal(failed.kind, "more_data", "the kind of the error")
        case.check(server.recv_message(1000).is_(payload), "the whole message is still there")
        case.check(server.recv_message().is_(b"next"), "and so is the next one")


@scenario("WP-MSG-005", primitives=PIPE, needs=("named_pipe.message",))
def the_end_follows_the_last_message(case: Case) -> None:
    """Messages sent before the close arrive, and then the end, which is no empty message."""
    client, server = messages(case)
    client.send_message(b"last")
    client.close()
    with case.decides("WP-MSG-005"):
        case.check(server.recv_message().is_(b"last"), "the last message arrives")
        for _ in range(2):
            case.check(server.recv_message().end, "then the end is reported")


@scenario("WP-MSG-006", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.message",))
def messages_can_be_received_as_bytes(case: Case) -> None:
    """An end that receives bytes from a pipe of messages does not see their bounds."""
    listener = listen_pipe(case.server, case.name(), mode="messages", receive_mode="bytes")
    client = connect_pipe(case.client, case.name())
    server = listener.accept()
    client.send_message(b"ab")
    client.send_message(b"cd")
    with case.decides("WP-MSG-006"):
        case.check(server.recv_exact(4).is_(b"abcd"), "the bytes run together")


@scenario("WP-MSG-007", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.message",))
def a_short_receive_leaves_the_rest(case: Case) -> None:
    """A receive shorter than the message gives its beginning; the next one goes on within the same message."""
    client, server = messages(case)
    client.send_message(b"abcdef")
    client.send_message(b"gh")
    with case.decides("WP-MSG-007"):
        for part in (b"abcd", b"ef", b"gh"):
            case.check(server.recv(4).is_(part), f"{part!r} comes next")


@scenario("WP-MSG-009", primitives=PIPE, needs=("named_pipe.message",))
def messages_go_both_ways(case: Case) -> None:
    """Both ends send messages, and each direction keeps its own bounds and order."""
    client, server = messages(case)
    for turn in range(5):
        client.send_message(b"to the server %d" % turn)
        server.send_message(b"to the client %d" % turn)
    with case.decides("WP-MSG-009"):
        for turn in range(5):
            case.check(server.recv_message().is_(b"to the server %d" % turn), "the server's next message")
            case.check(client.recv_message().is_(b"to the client %d" % turn), "the client's next message")


@scenario("WP-MSG-010", primitives=PIPE, modes=LIMITED, needs=("named_pipe.message",))
def a_late_receive_takes_no_message(case: Case) -> None:
    """A message receive whose deadline passes is timed_out, and the message that comes later is received whole."""
    client, server = messages(case)
    with case.decides("WP-MSG-010"):
        case.equal(case.fails(server.recv_message, wait=100).kind, "timed_out", "the kind of the error")
        client.send_message(b"late")
        case.check(server.recv_message().is_(b"late"), "the late message arrives whole")


@scenario("WP-MSG-011", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.message",))
def a_pipe_of_bytes_takes_no_messages(case: Case) -> None:
    """To send a message over a pipe of bytes is invalid_input: its bounds would be lost."""
    client, _server = ends(case)
    with case.decides("WP-MSG-011"):
        case.equal(case.fails(client.send_message, b"x").kind, "invalid_input", "the kind of the error")


@scenario("WP-MSG-012", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.message",))
def a_pipe_of_bytes_gives_no_messages(case: Case) -> None:
    """To ask for messages from a pipe of bytes is invalid_input, for the server and for its client."""
    with case.decides("WP-MSG-012"):
        failed = case.fails(listen_pipe, case.server, case.name("a"), mode="bytes", receive_mode="messages")
        case.equal(failed.kind, "invalid_input", "the kind of the server's error")
        listen_pipe(case.server, case.name("b"))
        failed = case.fails(connect_pipe, case.client, case.name("b"), receive_mode="messages")
        case.equal(failed.kind, "invalid_input", "the kind of the client's error")


@scenario("WP-PEEK-002", "WP-PEEK-001", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.peek",))
def a_look_takes_nothing(case: Case) -> None:
    """A look gives the beginning of what waits and its length, and leaves it where it is."""
    client, server = ends(case)
    client.send_all(b"abcdef")
    with case.decides("WP-PEEK-002"):
        case.equal(server.peek(0).available, 6, "the number of bytes that wait")
    with case.decides("WP-PEEK-001"):
        case.check(server.peek(4).data.is_(b"abcd"), "the first four bytes are shown")
        arrives(case, server, b"abcdef")


@scenario("WP-PEEK-003", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.peek", "named_pipe.message"))
def a_look_tells_what_is_left_of_the_message(case: Case) -> None:
    """A look at messages shows no more than the first, and says how much of that it did not show."""
    client, server = messages(case)
    client.send_message(b"abcdef")
    client.send_message(b"gh")
    with case.decides("WP-PEEK-003"):
        seen = server.peek(4)
        case.check(seen.data.is_(b"abcd"), "the beginning of the first message is shown")
        case.equal(seen.left, 2, "the rest of the first message")


@scenario("WP-PEEK-004", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.peek",))
def a_look_never_waits(case: Case) -> None:
    """A look at an empty pipe shows nothing at once; once the peer has closed it is broken_pipe."""
    client, server = ends(case)
    with case.decides("WP-PEEK-004"):
        case.equal(server.peek(4).available, 0, "the number of bytes that wait in an empty pipe")
        client.close()
        case.equal(case.fails(server.peek, 4).kind, "broken_pipe", "the kind of the error after the close")


@scenario("WP-FLUSH-001", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.flush", "concurrent"))
def a_flush_waits_for_the_receiver(case: Case) -> None:
    """A flush returns when the peer has received everything, and at once when there is nothing to receive."""
    client, server = ends(case)
    with case.decides("WP-FLUSH-001"):
        client.flush()
        client.send_all(b"abc")
        flushing = case.begin(client.flush)
        case.check(flushing.blocked(100), "nothing was received yet")
        arrives(case, server, b"abc")
        flushing.result()


@scenario("WP-FLUSH-002", primitives=PIPE, modes=LIMITED, needs=("named_pipe.flush",))
def a_late_flush_leaves_the_pipe_alone(case: Case) -> None:
    """A flush whose deadline passes is timed_out, and the data still arrive."""
    client, server = ends(case)
    client.send_all(b"abc")
    with case.decides("WP-FLUSH-002"):
        case.equal(case.fails(client.flush, wait=100).kind, "timed_out", "the kind of the error")
        client.send_all(b"def")
        case.check(server.recv_exact(6).is_(b"abcdef"), "everything arrives")


@scenario("WP-DISC-001", primitives=PIPE, modes=ONE_WAY, needs=("named_pipe.disconnect",))
def a_disconnect_throws_away(case: Case) -> None:
    """A client that was cut off gets nothing of what it had not received, and no orderly end; it sends no more."""
    client, server = ends(case)
    server.send_all(b"never received")
    server.disconnect()
    with case.decides("WP-DISC-001"):
        outcome = case.attempt(client.recv, 20)
        case.check(isinstance(outcome, Failed), "the receive of the client fails")
        case.equal(case.fails(client.send_all, b"x").kind, "broken_pipe", "the kind of the error of a send")
