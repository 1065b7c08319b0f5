"""Local sockets and unnamed pipes on Windows: the contract that they have everywhere."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "these tests are about Windows"

import hashlib
import os
import random
import subprocess
import threading
from collections.abc import Iterator
from itertools import count

import pytest

import ipc
from ipc import errors, windows
from ipc.tests.support import PATIENCE, Pair, fill, fill_backlog

_numbers = count()


@pytest.fixture
def name() -> ipc.NamespacedName:
    """A name that nobody has."""
    return ipc.NamespacedName(f"ipc-test-{os.getpid()}-{next(_numbers)}")


@pytest.fixture
def pair(name: ipc.NamespacedName) -> Iterator[Pair]:
    """A client and its server."""
    with ipc.listen(name) as listener:
        client = ipc.connect(name, timeout=PATIENCE)
        server = listener.accept(PATIENCE)
    with client, server:
        yield client, server


@pytest.mark.parametrize("timeout", [None, PATIENCE])
@pytest.mark.parametrize("length", [1, 65_536, 65_537, 3_000_001])
def test_every_byte_arrives_in_order(pair: Pair, length: int, timeout: float | None) -> None:
    client, server = pair
    data = random.Random(length).randbytes(length)
    sender = threading.Thread(target=lambda: client.send_all(data, timeout))
    sender.start()
    got = server.recv_exact(length, timeout)
    sender.join(PATIENCE)
    assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest()


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


@pytest.mark.parametrize("timeout", [None, 0, PATIENCE])
def test_sending_to_a_closed_peer_is_a_broken_pipe(pair: Pair, timeout: float | None) -> None:
    client, server = pair
    server.close()
    with pytest.raises(errors.BrokenPipe) as caught:
        client.send_all(b"x" * 100, timeout)
    assert caught.value.sent == 0
    assert caught.value.winerror == 232


def test_a_failed_send_all_says_how_much_arrives(pair: Pair) -> None:
    client, server = pair
    with pytest.raises(errors.TimedOut) as caught:
        client.send_all(bytes(1_000_000), timeout=0.3)
    sent = caught.value.sent
    received = 0
    closing = threading.Thread(target=client.close)
    closing.start()
    while data := server.recv(timeout=PATIENCE):
        received += len(data)
    closing.join(PATIENCE)
    assert sent == received
    assert 0 < received < 1_000_000


def test_what_waits_for_room_survives_the_close(pair: Pair) -> None:
    client, server = pair
    taken = fill(client)
    client.close()
    received = 0
    while data := server.recv(timeout=PATIENCE):
        received += len(data)
    assert received == taken


def test_nothing_is_lost_or_repeated_around_a_full_buffer(pair: Pair) -> None:
    client, server = pair
    taken = fill(client)
    with pytest.raises(errors.TimedOut):
        client.send(b"no room", timeout=0.05)
    assert len(server.recv_exact(taken, PATIENCE)) == taken
    client.send_all(b"more", PATIENCE)
    assert server.recv(timeout=PATIENCE) == b"more"


def test_a_receive_that_times_out_consumes_nothing(pair: Pair) -> None:
    client, server = pair
    for timeout, kind in ((0, errors.WouldBlock), (0.03, errors.TimedOut)):
        with pytest.raises(kind):
            server.recv(timeout=timeout)
    client.send_all(b"abc")
    with pytest.raises(errors.TimedOut):
        server.recv_exact(4, timeout=0.05)
    assert server.unread == 3
    assert server.recv(2) + server.recv(2) == b"abc"


def test_a_close_wakes_a_receive_in_another_thread(pair: Pair) -> None:
    client, _ = pair
    ended: list[BaseException] = []

    def receive() -> None:
        try:
            client.recv(timeout=PATIENCE)
        except errors.IpcError as error:
            ended.append(error)

    waiting = threading.Thread(target=receive)
    waiting.start()
    with pytest.raises(errors.TimedOut):
        pair[1].recv(timeout=0.1)
    client.close()
    waiting.join(PATIENCE)
    assert [type(error) for error in ended] == [errors.InvalidHandle]


def test_clients_are_accepted_in_the_order_in_which_they_came(name: ipc.NamespacedName) -> None:
    with ipc.listen(name) as listener:
        for round_number in range(3):
            clients = [ipc.connect(name, timeout=PATIENCE) for _ in range(5)]
            for number, client in enumerate(clients):
                client.send_all(b"%d %d" % (round_number, number))
            for number, client in enumerate(clients):
                with client, listener.accept(PATIENCE) as server:
                    assert server.recv(timeout=PATIENCE) == b"%d %d" % (round_number, number)


def test_a_client_that_left_before_it_was_accepted_still_counts(name: ipc.NamespacedName) -> None:
    with ipc.listen(name, backlog=2) as listener:
        with ipc.connect(name, timeout=PATIENCE) as client:
            client.send_all(b"bye")
        with listener.accept(PATIENCE) as server:
            assert (server.recv(timeout=PATIENCE), server.recv(timeout=PATIENCE)) == (b"bye", b"")


@pytest.mark.parametrize("backlog", [0, 1, 3])
def test_a_full_row_keeps_further_clients_waiting(name: ipc.NamespacedName, backlog: int) -> None:
    with ipc.listen(name, backlog=backlog) as listener:
        clients = fill_backlog(name)
        assert len(clients) == max(1, backlog)
        with pytest.raises(errors.TimedOut):
            ipc.connect(name, timeout=0.1)
        listener.accept(PATIENCE).close()
        clients.append(ipc.connect(name, timeout=PATIENCE))
        for client in clients:
            client.close()


def test_two_threads_that_accept_get_a_client_each(name: ipc.NamespacedName) -> None:
    with ipc.listen(name) as listener:
        got: list[ipc.Stream] = []
        threads = [threading.Thread(target=lambda: got.append(listener.accept(PATIENCE))) for _ in range(4)]
        for thread in threads:
            thread.start()
        clients = [ipc.connect(name, timeout=PATIENCE) for _ in threads]
        for thread in threads:
            thread.join(PATIENCE)
        assert len(got) == 4
        for stream in (*got, *clients):
            stream.close()


def test_a_name_without_a_listener_is_not_found(name: ipc.NamespacedName) -> None:
    ipc.listen(name).close()
    with pytest.raises(errors.NotFound) as caught:
        ipc.connect(name)
    assert caught.value.winerror == 2


@pytest.mark.parametrize("path", ["C:\\file", "/tmp/s", r"\\.\pipe", "name"])
def test_a_path_that_is_no_pipe_is_an_invalid_name(path: str) -> None:
    with pytest.raises(errors.InvalidName):
        ipc.listen(path)
    with pytest.raises(errors.InvalidName):
        ipc.connect(path)


def test_a_mode_is_refused_with_the_remedy(name: ipc.NamespacedName) -> None:
    with pytest.raises(errors.Unsupported, match=r"ipc\.windows"):
        ipc.listen(name, mode=0o600)


def test_a_stream_is_split_and_made_whole_again(pair: Pair) -> None:
    client, server = pair
    receiver, sender = client.split()
    sender.send_all(b"a")
    server.send_all(b"b")
    assert (server.recv(timeout=PATIENCE), receiver.recv(timeout=PATIENCE)) == (b"a", b"b")
    sender.close()
    with pytest.raises(errors.TimedOut):
        server.recv(timeout=0.05)
    receiver.close()
    assert server.recv(timeout=PATIENCE) == b""


def test_the_peer_sees_the_end_after_the_last_duplicate(pair: Pair) -> None:
    client, server = pair
    with client.duplicate() as copy:
        client.close()
        copy.send_all(b"still")
        assert server.recv(timeout=PATIENCE) == b"still"
    assert server.recv(timeout=PATIENCE) == b""


def test_an_unnamed_pipe_carries_bytes_one_way_and_ends() -> None:
    receiver, sender = ipc.pipe()
    with receiver:
        with sender:
            sender.send_all(b"abc")
            assert not sender.inheritable
        assert (receiver.recv(), receiver.recv()) == (b"abc", b"")


def test_a_child_inherits_the_named_handle_and_no_other() -> None:
    receiver, sender = ipc.pipe()
    other, kept = ipc.pipe(inheritable=True)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from ipc import errors, windows\n"
        "with windows.adopt_sender(int(sys.argv[2])) as sender: sender.send_all(b'mine')\n"
        "try: windows.adopt_sender(int(sys.argv[3]))\n"
        "except errors.IpcError as error: print(error.kind, flush=True)\n"
    )
    with receiver, other, kept:
        with sender:
            sender.inheritable = True
            startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [sender.fileno()]})
            root = os.path.dirname(os.path.dirname(ipc.__file__))
            child = subprocess.run(
                [sys.executable, "-I", "-c", code, root, str(sender.fileno()), str(kept.fileno())],
                startupinfo=startup,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        assert child.stdout.split() == [b"invalid_handle"], child.stderr
        assert (receiver.recv(timeout=PATIENCE), receiver.recv(timeout=PATIENCE)) == (b"mine", b"")


def test_a_handle_that_is_not_overlapped_is_refused() -> None:
    reading, writing = os.pipe()
    try:
        import msvcrt

        with pytest.raises(errors.WrongType):
            windows.adopt_receiver(msvcrt.get_osfhandle(reading))
    finally:
        os.close(reading)
        os.close(writing)


def test_a_thousand_rounds_and_a_thousand_cancelled_ones_leave_no_handle(name: ipc.NamespacedName) -> None:
    from ipc.tests.windows_handles import open_handles

    def rounds(listener: ipc.Listener, number: int) -> None:
        for _ in range(number):
            with ipc.connect(name, timeout=PATIENCE) as client, listener.accept(PATIENCE) as server:
                client.send_all(b"x")
                assert server.recv(timeout=PATIENCE) == b"x"
                with pytest.raises(errors.WouldBlock):
                    server.recv(timeout=0)

    with ipc.listen(name, backlog=1) as listener:
        rounds(listener, 50)
        before = open_handles()
        rounds(listener, 1000)
        assert open_handles() <= before + 3
    assert before > 10
