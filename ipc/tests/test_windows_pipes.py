"""Named pipes with what only Windows has."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "these tests are about Windows"

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest

import ipc
from ipc import errors, windows
from ipc.tests.support import PATIENCE, fill

_numbers = count()
Made = Callable[..., "tuple[windows.PipeStream, windows.PipeStream]"]


@pytest.fixture
def name() -> ipc.NamespacedName:
    """A name that nobody has."""
    return ipc.NamespacedName(f"ipc-pipe-{os.getpid()}-{next(_numbers)}")


@pytest.fixture
def connected(name: ipc.NamespacedName) -> Iterator[Made]:
    """A client and its server, over a pipe made as asked."""
    made: list[windows.PipeStream] = []

    def connect(**options: object) -> tuple[windows.PipeStream, windows.PipeStream]:
        receive: windows.Mode = "messages" if options.get("mode") == "messages" else "bytes"
        with windows.listen_pipe(name, **options) as listener:  # type: ignore[arg-type]
            client = windows.connect_pipe(name, receive_mode=receive, timeout=PATIENCE)
            made.extend((client, listener.accept(PATIENCE)))
        return made[-2], made[-1]

    yield connect
    for stream in made:
        stream.close()


def test_messages_keep_their_bounds_empty_ones_included(connected: Made) -> None:
    client, server = connected(mode="messages")
    for message in (b"one", b"", b"three" * 30_000):
        client.send_message(message, PATIENCE)
    assert [server.receive_message(timeout=PATIENCE) for _ in range(3)] == [b"one", b"", b"three" * 30_000]
    client.close()
    assert server.receive_message(timeout=PATIENCE) is None


def test_a_message_that_is_longer_than_allowed_is_not_lost(connected: Made) -> None:
    client, server = connected(mode="messages")
    client.send_message(bytes(range(256)) * 4)
    client.send_message(b"next")
    for limit in (0, 10, 1023):
        with pytest.raises(errors.MoreData):
            server.receive_message(limit, PATIENCE)
    assert server.receive_message(1024, PATIENCE) == bytes(range(256)) * 4
    assert server.receive_message(timeout=PATIENCE) == b"next"


def test_a_short_receive_gets_part_of_a_message_and_the_next_one_the_rest(connected: Made) -> None:
    client, server = connected(mode="messages")
    client.send_message(b"abcdef")
    client.send_message(b"ghi")
    assert [server.recv(4), server.recv(4), server.recv(4)] == [b"abcd", b"ef", b"ghi"]


def test_a_pipe_of_messages_can_be_received_as_bytes(connected: Made) -> None:
    client, server = connected(mode="messages", receive_mode="bytes")
    client.send_message(b"ab")
    client.send_message(b"cd")
    assert server.recv_exact(4, PATIENCE) == b"abcd"


def test_a_pipe_of_bytes_has_no_messages(connected: Made) -> None:
    client, _ = connected()
    with pytest.raises(errors.InvalidInput):
        client.send_message(b"x")
    with pytest.raises(errors.InvalidInput):
        client.set_receive_mode("messages")


def test_peeking_takes_nothing_and_tells_what_is_left(connected: Made) -> None:
    client, server = connected(mode="messages")
    assert server.peek(4) == (b"", 0, 0)
    client.send_message(b"abcdef")
    client.send_message(b"gh")
    assert server.peek(4) == (b"abcd", 8, 2)
    assert server.receive_message(timeout=PATIENCE) == b"abcdef"
    client.close()
    server.receive_message(timeout=PATIENCE)
    with pytest.raises(errors.BrokenPipe):
        server.peek()


@pytest.mark.parametrize(("direction", "theirs"), [("in", "out"), ("out", "in")])
def test_a_pipe_of_one_direction_refuses_the_other(
    name: ipc.NamespacedName, direction: windows.Direction, theirs: windows.Direction
) -> None:
    with windows.listen_pipe(name, direction=direction) as listener:
        with pytest.raises(errors.PermissionDenied):
            windows.connect_pipe(name, timeout=PATIENCE)
        with windows.connect_pipe(name, direction=theirs, timeout=PATIENCE) as client:
            server = listener.accept(PATIENCE)
            source, sink = (client, server) if theirs == "out" else (server, client)
            source.send_all(b"x", PATIENCE)
            assert sink.recv(timeout=PATIENCE) == b"x"
            with pytest.raises(errors.InvalidHandle):
                source.recv(timeout=PATIENCE)
            with pytest.raises(errors.InvalidHandle):
                sink.send(b"y", PATIENCE)
            server.close()


def test_instances_are_limited_and_come_back(name: ipc.NamespacedName) -> None:
    with windows.listen_pipe(name, instances=2) as listener:
        first, second = (windows.connect_pipe(name, timeout=PATIENCE) for _ in range(2))
        servers = [listener.accept(PATIENCE), listener.accept(PATIENCE)]
        assert servers[0].instances == 3
        with pytest.raises(errors.WouldBlock):
            windows.connect_pipe(name, timeout=0)
        with pytest.raises(errors.TimedOut):
            listener.accept(0.1)
        first.close()
        servers[0].close()
        got: list[windows.PipeStream] = []
        accepting = threading.Thread(target=lambda: got.append(listener.accept(PATIENCE)))
        accepting.start()
        with windows.connect_pipe(name, timeout=PATIENCE) as third:
            accepting.join(PATIENCE)
            third.send_all(b"x")
            assert got[0].recv(timeout=PATIENCE) == b"x"
        for stream in (second, servers[1], got[0]):
            stream.close()


def test_both_ends_know_the_processes_and_sessions(connected: Made) -> None:
    client, server = connected()
    assert {client.server_process, client.client_process, server.client_process} == {os.getpid()}
    assert server.client_session == client.server_session
    assert (client.is_server, server.is_server) == (False, True)


def test_a_flush_waits_until_everything_was_received(connected: Made) -> None:
    client, server = connected()
    client.flush(PATIENCE)
    client.send_all(b"abc")
    with pytest.raises(errors.TimedOut):
        client.flush(0.1)
    flushed = threading.Event()

    def flush() -> None:
        client.flush(PATIENCE)
        flushed.set()

    waiting = threading.Thread(target=flush)
    waiting.start()
    assert not flushed.wait(0.05)
    assert server.recv(timeout=PATIENCE) == b"abc"
    waiting.join(PATIENCE)
    assert flushed.is_set()


def test_a_disconnected_client_loses_what_it_has_not_received(connected: Made) -> None:
    client, server = connected()
    server.send_all(b"lost")
    server.disconnect()
    with pytest.raises(errors.ConnectionReset):
        client.recv(timeout=PATIENCE)
    with pytest.raises(errors.BrokenPipe):
        client.send(b"x")


def test_after_a_disconnect_the_client_comes_back(name: ipc.NamespacedName) -> None:
    with windows.listen_pipe(name) as listener:
        for _ in range(3):
            with windows.connect_pipe(name, timeout=PATIENCE) as client:
                server = listener.accept(PATIENCE)
                client.send_all(b"x")
                assert server.recv(timeout=PATIENCE) == b"x"
                server.disconnect()


def test_a_reply_to_a_slow_client_survives_the_end_of_the_server(name: ipc.NamespacedName) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import ipc\n"
        "with ipc.connect(ipc.NamespacedName(sys.argv[2])) as stream:\n"
        "    print(stream.send(bytes(50_000), 0) + stream.send(bytes(50_000), 0), flush=True)\n"
    )
    root = os.path.dirname(os.path.dirname(ipc.__file__))
    with ipc.listen(name) as listener:
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", code, root, name.raw.decode()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        try:
            with listener.accept(PATIENCE) as server:
                assert child.stdout is not None
                assert child.stdout.readline().split() == [b"100000"]
                assert len(server.recv_exact(100_000, PATIENCE)) == 100_000
                assert server.recv(timeout=PATIENCE) == b""
            assert child.wait(PATIENCE) == 0
        finally:
            child.kill()
            child.communicate(timeout=PATIENCE)


def test_a_null_dacl_is_not_the_absence_of_one() -> None:
    null, none, some = windows.Security.open_to_all(), windows.Security("O:SY"), windows.Security("D:P(A;;GA;;;SY)")
    assert [(each.has_dacl, each.is_open_to_all) for each in (null, none, some)] == [
        (True, True),
        (False, False),
        (True, False),
    ]
    assert "(A;;GA;;;SY)" in some.sddl


def test_a_text_that_is_no_sddl_is_refused() -> None:
    with pytest.raises(errors.InvalidInput, match="security descriptor"):
        windows.Security("everybody, please")


def test_a_pipe_keeps_its_security(connected: Made) -> None:
    _, server = connected(security=windows.Security("D:P(A;;GA;;;SY)(A;;GA;;;WD)"))
    told = windows.Security.of(server)
    assert told.has_dacl
    assert ";;;WD)" in told.sddl
    assert ";;;SY)" in told.sddl


def test_a_server_acts_as_its_client_and_itself_again(name: ipc.NamespacedName) -> None:
    with windows.listen_pipe(name) as listener:
        client = windows.connect_pipe(name, level="impersonation", timeout=PATIENCE)
        with client, listener.accept(PATIENCE) as server:
            client.send_all(b"x")
            server.recv(timeout=PATIENCE)
            with server.impersonate():
                assert os.getpid() == server.server_process


def test_a_handle_is_shared_with_a_running_process(connected: Made) -> None:
    client, server = connected()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from ipc import windows\n"
        "with windows.adopt_stream(int(input())) as stream: stream.send_all(b'from the child')\n"
    )
    root = os.path.dirname(os.path.dirname(ipc.__file__))
    child = subprocess.Popen([sys.executable, "-I", "-c", code, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        number = windows.share(client, child.pid)
        client.close()
        child.communicate(b"%d\n" % number, timeout=PATIENCE)
        assert child.returncode == 0
    finally:
        child.kill()
        child.communicate(timeout=PATIENCE)
    assert server.recv(timeout=PATIENCE) == b"from the child"
    assert server.recv(timeout=PATIENCE) == b""


def test_without_buffers_a_send_waits_for_its_receive(connected: Made) -> None:
    client, server = connected(send_buffer=0, receive_buffer=0)
    sent = threading.Event()

    def send() -> None:
        client.send_all(b"x", PATIENCE)
        sent.set()

    sending = threading.Thread(target=send)
    sending.start()
    assert not sent.wait(0.05)
    assert server.recv(timeout=PATIENCE) == b"x"
    sending.join(PATIENCE)
    assert sent.is_set()


def test_a_full_pipe_of_messages_takes_whole_messages_only(connected: Made) -> None:
    client, server = connected(mode="messages", send_buffer=4096, receive_buffer=4096)
    taken = fill(client, 1000)
    got = [server.receive_message(timeout=PATIENCE) for _ in range(taken // 1000)]
    assert got == [bytes(1000)] * (taken // 1000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "up"},
        {"mode": "lines"},
        {"receive_mode": "messages"},
        {"instances": 0},
        {"instances": 254},
        {"waiting": 0},
        {"send_buffer": -1},
    ],
)
def test_wrong_options_are_refused(name: ipc.NamespacedName, wrong: dict[str, object]) -> None:
    with pytest.raises(errors.InvalidInput):
        windows.listen_pipe(name, **wrong)  # type: ignore[arg-type]
