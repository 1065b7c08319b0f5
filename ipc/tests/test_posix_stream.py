"""Streams: every byte, in order, and an honest end."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import hashlib
import os
import pathlib
import random
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

import ipc
from ipc import errors
from ipc.tests.support import PATIENCE, Pair, Spawn, fill


@pytest.fixture
def pair(folder: pathlib.Path) -> Iterator[Pair]:
    """A client and its server."""
    with ipc.listen(folder / "s") as listener:
        client = ipc.connect(folder / "s", timeout=PATIENCE)
        server = listener.accept(PATIENCE)
    with client, server:
        yield client, server


@pytest.mark.parametrize("timeout", [None, PATIENCE])
@pytest.mark.parametrize("length", [1, 4097, 65_537, 3_000_001])
def test_every_byte_arrives_in_order(pair: Pair, length: int, timeout: float | None) -> None:
    client, server = pair
    data = random.Random(length).randbytes(length)
    sender = threading.Thread(target=lambda: client.send_all(data, timeout))
    sender.start()
    got = server.recv_exact(length, timeout)
    sender.join(PATIENCE)
    assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest()


def test_both_directions_move_at_once_through_full_buffers(pair: Pair) -> None:
    data = random.Random(7).randbytes(2_000_003)
    senders = [threading.Thread(target=end.send_all, args=(data, PATIENCE)) for end in pair]
    for sender in senders:
        sender.start()
    got: dict[int, bytes] = {}

    def receive(number: int, end: ipc.Stream) -> None:
        got[number] = end.recv_exact(len(data), PATIENCE)

    receivers = [threading.Thread(target=receive, args=(number, end)) for number, end in enumerate(pair)]
    for thread in receivers:
        thread.start()
    for thread in (*senders, *receivers):
        thread.join(PATIENCE)
    assert got == {0: data, 1: data}


def test_a_waiting_receive_does_not_hold_up_a_send(pair: Pair) -> None:
    client, server = pair
    got: list[bytes] = []
    waiting = threading.Thread(target=lambda: got.append(client.recv(timeout=PATIENCE)))
    waiting.start()
    client.send_all(b"question", PATIENCE)
    assert server.recv_exact(8, PATIENCE) == b"question"
    server.send_all(b"answer", PATIENCE)
    waiting.join(PATIENCE)
    assert got == [b"answer"]


def test_the_reader_sees_the_end_again_and_again_after_the_peer_closed(pair: Pair) -> None:
    client, server = pair
    client.send_all(b"last words")
    client.close()
    assert server.recv_exact(10, PATIENCE) == b"last words"
    assert [server.recv(timeout=timeout) for timeout in (None, 0, 0.5)] == [b"", b"", b""]


@pytest.mark.skipif(sys.platform != "linux", reason="others report an ordinary end")
def test_a_peer_that_closes_with_unread_bytes_is_a_reset_and_not_an_end(pair: Pair) -> None:
    client, server = pair
    client.send_all(b"never read")
    server.send_all(b"tail")
    server.close()
    assert client.recv_exact(4, PATIENCE) == b"tail"
    with pytest.raises(errors.ConnectionReset):
        client.recv(timeout=PATIENCE)
    assert client.recv(timeout=PATIENCE) == b""


@pytest.mark.parametrize("timeout", [None, 0, PATIENCE])
def test_sending_to_a_closed_peer_is_a_broken_pipe(pair: Pair, timeout: float | None) -> None:
    client, server = pair
    server.close()
    with pytest.raises(errors.BrokenPipe) as caught:
        client.send_all(b"x" * 100, timeout)
    assert caught.value.sent == 0
    with pytest.raises(errors.BrokenPipe):
        client.send(b"x", timeout)


def test_sending_to_a_closed_peer_does_not_kill_a_program_that_lets_sigpipe_kill(spawn: Spawn) -> None:
    child = spawn(
        "import signal, os, ipc\n"
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
        "name = ipc.NamespacedName(f'ipc-sigpipe-{os.getpid()}')\n"
        "with ipc.listen(name) as listener, ipc.connect(name) as client:\n"
        "    listener.accept().close()\n"
        "    for call in (client.send, client.send_all, lambda data: client.send_vectored([data])):\n"
        "        try:\n"
        "            call(b'x')\n"
        "        except ipc.errors.BrokenPipe:\n"
        "            print('broken', flush=True)\n"
    )
    out, _ = child.communicate(timeout=PATIENCE)
    assert out.split() == ["broken"] * 3
    assert child.returncode == 0


def test_a_failed_send_all_says_how_much_was_taken(pair: Pair) -> None:
    client, server = pair
    with pytest.raises(errors.TimedOut) as caught:
        client.send_all(bytes(8_000_000), timeout=0.3)
    sent = caught.value.sent
    client.close()
    received = 0
    while data := server.recv(timeout=PATIENCE):
        received += len(data)
    assert sent == received
    assert 0 < received < 8_000_000


def test_a_send_takes_part_and_says_how_much(pair: Pair) -> None:
    client, server = pair
    taken = client.send(bytes(8_000_000), timeout=0)
    assert 0 < taken < 8_000_000
    assert len(server.recv_exact(taken, PATIENCE)) == taken


def test_nothing_is_lost_or_repeated_around_a_full_buffer(pair: Pair) -> None:
    client, server = pair
    taken = fill(client)
    server.recv_exact(taken, PATIENCE)
    client.send_all(b"more", PATIENCE)
    assert server.recv(timeout=PATIENCE) == b"more"


def test_sending_nothing_is_no_end(pair: Pair) -> None:
    client, server = pair
    assert client.send(b"") == 0
    client.send_all(b"")
    client.send_vectored([b"", b""])
    with pytest.raises(errors.WouldBlock):
        server.recv(timeout=0)


def test_asking_for_nothing_takes_nothing(pair: Pair) -> None:
    client, server = pair
    client.send_all(b"abc")
    assert (server.recv(0), server.recv_exact(0), server.recv_into(bytearray())) == (b"", b"", 0)
    assert server.recv(timeout=PATIENCE) == b"abc"


@pytest.mark.parametrize("count", [-1, -(2**40)])
def test_a_negative_length_is_refused(pair: Pair, count: int) -> None:
    with pytest.raises(errors.InvalidInput):
        pair[0].recv(count)
    with pytest.raises(errors.InvalidInput):
        pair[0].recv_exact(count)


def test_buffers_of_wider_items_count_in_bytes(pair: Pair) -> None:
    import array

    client, server = pair
    numbers = array.array("I", range(10))
    client.send_all(memoryview(numbers), PATIENCE)
    into = array.array("I", bytes(40))
    assert server.recv_into(memoryview(into), PATIENCE) == 40
    assert into == numbers


def test_vectored_calls_keep_the_order(pair: Pair) -> None:
    client, server = pair
    assert client.send_vectored([b"ab", b"", b"cde"], PATIENCE) == 5
    first, second = bytearray(3), bytearray(9)
    assert server.recv_into_vectored([first, second], PATIENCE) == 5
    assert (bytes(first), bytes(second[:2])) == (b"abc", b"de")


def test_a_stream_that_ends_too_early_is_not_an_orderly_end(pair: Pair) -> None:
    client, server = pair
    client.send_all(b"abc")
    client.close()
    with pytest.raises(errors.UnexpectedEof) as caught:
        server.recv_exact(10, PATIENCE)
    assert caught.value.partial == b"abc"
    assert server.recv(timeout=PATIENCE) == b""


@pytest.mark.parametrize("timeout", [0, 0.1])
def test_bytes_of_an_interrupted_recv_exact_come_with_the_next_receives(pair: Pair, timeout: float) -> None:
    client, server = pair
    client.send_all(b"abcdef")
    with pytest.raises((errors.TimedOut, errors.WouldBlock)):
        server.recv_exact(10, timeout)
    assert server.unread == 6
    assert server.recv(2) == b"ab"
    into = bytearray(2)
    assert (server.recv_into(into, timeout=0), bytes(into)) == (2, b"cd")
    client.send_all(b"ghij")
    assert server.recv_exact(6, PATIENCE) == b"efghij"
    assert server.unread == 0


def test_bytes_given_back_move_with_the_receiving_half(pair: Pair) -> None:
    client, server = pair
    client.send_all(b"ab")
    with pytest.raises(errors.TimedOut):
        server.recv_exact(10, 0.05)
    with pytest.raises(errors.InvalidInput):
        server.detach()
    receiver, sender = server.split()
    with ipc.reunite(receiver, sender) as whole:
        assert whole.recv() == b"ab"


def test_an_exception_from_a_signal_handler_gives_bytes_back_too(pair: Pair) -> None:
    import signal

    client, server = pair
    client.send_all(b"ab")

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            server.recv_exact(10)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert server.recv(timeout=0) == b"ab"


def test_a_foreign_peer_sees_exactly_the_bytes(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s") as listener, socket.socket(socket.AF_UNIX) as foreign:
        foreign.connect(str(folder / "s"))
        with listener.accept(PATIENCE) as stream:
            stream.send_all(bytes(range(256)))
            assert foreign.recv(1000) == bytes(range(256))
            foreign.send(b"\0\xff")
            assert stream.recv(timeout=PATIENCE) == b"\0\xff"


def test_a_killed_peers_bytes_arrive_before_the_end(folder: pathlib.Path, spawn: Spawn) -> None:
    with ipc.listen(folder / "s") as listener:
        child = spawn(
            "import sys, os, signal, ipc\n"
            "ipc.connect(sys.argv[1]).send_all(b'z' * 50000)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n",
            folder / "s",
        )
        with listener.accept(PATIENCE) as stream:
            assert len(stream.recv_exact(50_000, PATIENCE)) == 50_000
            assert stream.recv(timeout=PATIENCE) == b""
        assert child.wait(PATIENCE) == -9


def test_the_end_comes_only_after_every_duplicate_is_closed(pair: Pair) -> None:
    client, server = pair
    copy = client.duplicate()
    client.close()
    copy.send_all(b"still here")
    assert server.recv_exact(10, PATIENCE) == b"still here"
    with pytest.raises(errors.WouldBlock):
        server.recv(timeout=0)
    copy.close()
    assert server.recv(timeout=PATIENCE) == b""


def test_halves_work_alone_and_one_closing_ends_nothing(pair: Pair) -> None:
    client, server = pair
    receiver, sender = client.split()
    assert client.closed
    receiver.close()
    sender.send_all(b"alone")
    assert server.recv_exact(5, PATIENCE) == b"alone"
    with pytest.raises(errors.InvalidHandle):
        receiver.recv()
    with pytest.raises(errors.WouldBlock):
        server.recv(timeout=0)
    sender.close()
    assert server.recv(timeout=PATIENCE) == b""


def test_halves_of_one_stream_become_that_stream_again(pair: Pair) -> None:
    client, server = pair
    receiver, sender = client.split()
    with ipc.reunite(receiver, sender) as whole:
        assert receiver.closed
        assert sender.closed
        whole.send_all(b"whole")
        assert server.recv_exact(5, PATIENCE) == b"whole"


def test_halves_of_different_streams_are_refused_and_remain(pair: Pair) -> None:
    (first_receiver, first_sender), (second_receiver, second_sender) = (end.split() for end in pair)
    with first_receiver, first_sender, second_receiver, second_sender:
        with pytest.raises(errors.InvalidInput):
            ipc.reunite(first_receiver, second_sender)
        first_sender.send_all(b"ok")
        assert second_receiver.recv(timeout=PATIENCE) == b"ok"


def test_a_closed_stream_says_so_whatever_is_asked(pair: Pair) -> None:
    client, _ = pair
    client.close()
    client.close()
    calls: list[Callable[[], object]] = [
        client.recv,
        lambda: client.recv(timeout=0),
        lambda: client.recv(timeout=1),
        lambda: client.recv_into(bytearray(1)),
        lambda: client.recv_into_vectored([bytearray(1), bytearray(1)]),
        lambda: client.recv_exact(1),
        lambda: client.send(b"x"),
        lambda: client.send(b""),
        lambda: client.send_all(b"x"),
        lambda: client.send_all(b"x", 1),
        lambda: client.send_all(b""),
        lambda: client.send_vectored([b"x"]),
        client.fileno,
        client.detach,
        client.duplicate,
        client.take_error,
        lambda: client.inheritable,
    ]
    for call in calls:
        with pytest.raises(errors.InvalidHandle):
            call()
    with pytest.raises(errors.IpcError):
        client.split()


def test_a_second_close_does_not_hit_whoever_has_the_number_now(pair: Pair) -> None:
    client, _ = pair
    number = client.fileno()
    client.close()
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        os.dup2(null, number)
        client.close()
        assert os.read(number, 1) == b""
    finally:
        os.close(number)
        os.close(null)


def test_a_stream_without_an_error_has_none_to_take(pair: Pair) -> None:
    assert pair[0].take_error() is None


@pytest.mark.skipif(sys.platform != "linux", reason="others report an ordinary end")
def test_an_error_is_taken_once(pair: Pair) -> None:
    client, server = pair
    client.send_all(b"never read")
    server.close()
    taken = client.take_error()
    assert isinstance(taken, errors.ConnectionReset)
    assert client.take_error() is None


def test_a_stream_that_is_forgotten_warns(pair: Pair) -> None:
    def forget() -> None:
        pair[0].duplicate()

    with pytest.warns(ResourceWarning, match="not closed"):
        forget()


def test_four_senders_lose_and_invent_nothing(pair: Pair) -> None:
    client, server = pair
    senders = [threading.Thread(target=client.send_all, args=(bytes([n]) * 300_007, PATIENCE)) for n in range(4)]
    for sender in senders:
        sender.start()
    got = server.recv_exact(4 * 300_007, PATIENCE)
    for sender in senders:
        sender.join(PATIENCE)
    assert [got.count(bytes([n])) for n in range(4)] == [300_007] * 4
