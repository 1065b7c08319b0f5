"""Half-close, credentials, descriptors that travel, descriptors that are adopted and inherited."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import os
import pathlib
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest

import ipc
from ipc import errors, posix
from ipc._posix import credentials
from ipc.tests.support import PATIENCE, Pair, Spawn
from ipc.types import PeerCredentials


@pytest.fixture
def pair(folder: pathlib.Path) -> Iterator[Pair]:
    """A client and its server."""
    with ipc.listen(folder / "s") as listener:
        client = ipc.connect(folder / "s", timeout=PATIENCE)
        server = listener.accept(PATIENCE)
    with client, server:
        yield client, server


def test_after_a_half_close_the_answer_still_arrives(pair: Pair) -> None:
    client, server = pair
    client.send_all(b"question")
    posix.shutdown(client, "send")
    assert server.recv_exact(8, PATIENCE) == b"question"
    assert server.recv(timeout=PATIENCE) == b""
    server.send_all(b"late")
    assert client.recv_exact(4, PATIENCE) == b"late"
    with pytest.raises(errors.BrokenPipe):
        client.send_all(b"x")


def test_a_half_close_can_be_repeated_and_come_too_late(pair: Pair) -> None:
    client, server = pair
    posix.shutdown(client, "send")
    posix.shutdown(client, "send")
    server.close()
    posix.shutdown(client, "both")
    assert client.recv(timeout=PATIENCE) == b""


def test_shutting_down_wakes_a_receive_that_waits(pair: Pair) -> None:
    got: list[bytes] = []
    waiting = threading.Thread(target=lambda: got.append(pair[0].recv()))
    waiting.start()
    later = threading.Timer(0.1, lambda: posix.shutdown(pair[0], "both"))
    later.start()
    waiting.join(PATIENCE)
    later.join(PATIENCE)
    assert got == [b""]


def test_a_sending_half_stands_for_its_stream(pair: Pair) -> None:
    receiver, sender = pair[0].split()
    with receiver, sender:
        posix.shutdown(sender, "send")
        assert pair[1].recv(timeout=PATIENCE) == b""


def test_another_direction_is_refused(pair: Pair) -> None:
    with pytest.raises(errors.InvalidInput):
        posix.shutdown(pair[0], "up")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    pair[0].close()
    with pytest.raises(errors.InvalidHandle):
        posix.shutdown(pair[0], "send")


def test_credentials_name_the_process_that_connected_also_after_its_end(folder: pathlib.Path, spawn: Spawn) -> None:
    with ipc.listen(folder / "s") as listener:
        child = spawn("import sys, ipc\nwith ipc.connect(sys.argv[1]) as s: s.send_all(b'x')\n", folder / "s")
        with listener.accept(PATIENCE) as stream:
            assert stream.recv_exact(1, PATIENCE) == b"x"
            child.wait(PATIENCE)
            told = posix.peer_credentials(stream)
    assert told.uid == os.geteuid()
    if sys.platform == "linux":
        assert (told.pid, told.gid) == (child.pid, os.getegid())
        assert told.groups is not None


def test_a_client_can_ask_who_serves_it(pair: Pair) -> None:
    told = posix.peer_credentials(pair[0])
    assert told.uid == os.geteuid()
    assert told.pid in (os.getpid(), None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_credentials_are_those_at_the_time_of_the_connect(folder: pathlib.Path, spawn: Spawn) -> None:
    folder.chmod(0o711)
    with ipc.listen(folder / "s", mode=0o666) as listener:
        spawn(
            "import os, sys, ipc\n"
            "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "with ipc.connect(sys.argv[1]) as s: sys.stdin.read()\n",
            folder / "s",
        )
        with listener.accept(PATIENCE) as stream:
            told = posix.peer_credentials(stream)
    assert (told.uid, told.gid) == (65_534, 65_534)


def test_each_systems_credentials_are_read_by_its_layout() -> None:
    assert credentials.parse_ucred(struct.pack("iII", 7, 1000, 100), (5,)) == PeerCredentials(7, 1000, 100, (5,))
    assert credentials.parse_ucred(struct.pack("iII", 0, 1000, 100)) == PeerCredentials(None, 1000, 100, None)
    assert credentials.parse_sockpeercred(struct.pack("IIi", 1000, 100, 7)) == PeerCredentials(7, 1000, 100, None)
    assert credentials.parse_unpcbid(struct.pack("iII", 7, 1000, 100)) == PeerCredentials(7, 1000, 100, None)


def test_a_xucred_has_the_group_first_and_the_pid_last_if_at_all() -> None:
    head = struct.pack("IIhxx", 0, 501, 3) + struct.pack("16I", 20, 12, 61, *([0] * 13))
    freebsd = (
        head + bytes(-len(head) % struct.calcsize("P")) + struct.pack("ixxxx" if struct.calcsize("P") == 8 else "i", 99)
    )

    assert credentials.parse_xucred(head, None) == PeerCredentials(None, 501, 20, (12, 61))
    assert credentials.parse_xucred_pid(freebsd) == 99
    assert credentials.parse_xucred_pid(head) is None
    with pytest.raises(errors.Unsupported):
        credentials.parse_xucred(struct.pack("I", 1) + head[4:], None)


def open_files(count: int, folder: pathlib.Path) -> list[int]:
    found: list[int] = []
    for number in range(count):
        (folder / f"file{number}").write_text(str(number))
        found.append(os.open(folder / f"file{number}", os.O_RDONLY))
    return found


def close_all(descriptors: list[int] | tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def test_descriptors_arrive_in_order_and_close_on_exec(pair: Pair, folder: pathlib.Path) -> None:
    client, server = pair
    files = open_files(3, folder)
    assert posix.send_descriptors(client, files, b"three", PATIENCE) == 5
    close_all(files)
    got = posix.recv_descriptors(server, 100, 3, PATIENCE)
    try:
        assert (got.data, got.truncated) == (b"three", False)
        assert [os.read(number, 9) for number in got.descriptors] == [b"0", b"1", b"2"]
        assert not any(os.get_inheritable(number) for number in got.descriptors)
    finally:
        close_all(got.descriptors)


@pytest.mark.parametrize("room", [0, 1, 2])
def test_descriptors_beyond_the_room_are_reported_and_not_leaked(pair: Pair, folder: pathlib.Path, room: int) -> None:
    client, server = pair
    files = open_files(3, folder)
    try:
        posix.send_descriptors(client, files, b"x", PATIENCE)
        before = len(os.listdir("/dev/fd"))
        got = posix.recv_descriptors(server, 100, room, PATIENCE)
        close_all(got.descriptors)
        assert len(os.listdir("/dev/fd")) == before
        assert (len(got.descriptors), got.truncated) == (room, True)
    finally:
        close_all(files)


def test_a_plain_receive_drops_descriptors_without_a_leak(pair: Pair, folder: pathlib.Path) -> None:
    client, server = pair
    files = open_files(1, folder)
    posix.send_descriptors(client, files, b"x", PATIENCE)
    close_all(files)
    before = len(os.listdir("/dev/fd"))
    assert server.recv(timeout=PATIENCE) == b"x"
    assert len(os.listdir("/dev/fd")) == before


def test_descriptors_need_data_to_travel_with(pair: Pair) -> None:
    with pytest.raises(errors.InvalidInput):
        posix.send_descriptors(pair[0], [0], b"")
    with pytest.raises(errors.WouldBlock):
        pair[1].recv(timeout=0)


def test_a_number_that_is_no_descriptor_sends_nothing(pair: Pair) -> None:
    with pytest.raises(errors.InvalidHandle):
        posix.send_descriptors(pair[0], [99_999], b"x")
    with pytest.raises(errors.WouldBlock):
        pair[1].recv(timeout=0)


def test_receiving_descriptors_at_the_end_of_the_stream_is_the_end(pair: Pair) -> None:
    pair[0].close()
    got = posix.recv_descriptors(pair[1], 10, 1, PATIENCE)
    assert (got.data, got.descriptors, got.truncated) == (b"", (), False)


def test_streams_and_listeners_travel_and_are_adopted(pair: Pair, folder: pathlib.Path) -> None:
    client, server = pair
    with ipc.listen(folder / "t") as listener:
        posix.send_descriptors(client, [listener, client], b"x", PATIENCE)
        got = posix.recv_descriptors(server, 1, 2, PATIENCE)
        adopted = posix.adopt_listener(got.descriptors[0])
        with adopted, posix.adopt_stream(got.descriptors[1]) as copy:
            copy.send_all(b"from the copy")
            assert server.recv_exact(13, PATIENCE) == b"from the copy"
            with ipc.connect(folder / "t", timeout=PATIENCE), adopted.accept(PATIENCE):
                assert adopted.name is None
        assert (folder / "t").exists()


def test_what_is_of_another_kind_is_not_adopted_and_stays_as_it_was(folder: pathlib.Path, pair: Pair) -> None:
    (folder / "file").write_text("text")
    reading, writing = os.pipe()
    with socket.socket(socket.AF_UNIX) as fresh, socket.socket(socket.AF_INET) as inet, open(folder / "file") as file:
        numbers = [reading, writing, fresh.fileno(), inet.fileno(), file.fileno(), pair[0].fileno()]
        os.set_inheritable(reading, True)
        wrong: list[tuple[Callable[[int], object], list[int]]] = [
            (posix.adopt_stream, numbers[:5]),
            (posix.adopt_listener, numbers),
            (posix.adopt_receiver, numbers[1:]),
            (posix.adopt_sender, numbers[:1] + numbers[2:]),
        ]
        for adopt, candidates in wrong:
            for number in candidates:
                with pytest.raises((errors.WrongType, errors.InvalidHandle, errors.NotConnected)):
                    adopt(number)
                os.fstat(number)
        with pytest.raises(errors.InvalidHandle):
            posix.adopt_stream(99_999)
        assert os.get_inheritable(reading)
    close_all((reading, writing))


def test_adopted_pipe_ends_work_and_become_close_on_exec() -> None:
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    with posix.adopt_receiver(reading) as receiver, posix.adopt_sender(writing) as sender:
        sender.send_all(b"x", PATIENCE)
        assert receiver.recv(timeout=PATIENCE) == b"x"
        assert not receiver.inheritable


def test_nothing_is_inherited_unless_asked_for(folder: pathlib.Path, spawn: Spawn) -> None:
    """A child by a real exec, which closes nothing on its way, and lives on."""
    with ipc.listen(folder / "s") as listener, ipc.connect(folder / "s") as client:
        server = listener.accept(PATIENCE)
        receiver, sender = ipc.pipe()
        copy = server.duplicate()
        child = spawn("import sys\nprint('up', flush=True)\nsys.stdin.read()\n", close_fds=False)
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        for end in (server, copy, sender):
            end.close()
        with receiver:
            assert client.recv(timeout=PATIENCE) == b""
            assert receiver.recv(timeout=PATIENCE) == b""


def test_an_inherited_stream_works_in_the_child_and_stays_open_for_it(folder: pathlib.Path, spawn: Spawn) -> None:
    with ipc.listen(folder / "s") as listener, ipc.connect(folder / "s") as client:
        with listener.accept(PATIENCE) as server:
            server.inheritable = True
            assert server.inheritable
            child = spawn(
                "import sys, ipc.posix\n"
                "with ipc.posix.adopt_stream(int(sys.argv[1])) as stream:\n"
                "    stream.send_all(b'child: ' + stream.recv_exact(4, 20))\n",
                server.fileno(),
                close_fds=False,
            )
        client.send_all(b"ping")
        assert client.recv_exact(11, PATIENCE) == b"child: ping"
        assert client.recv(timeout=PATIENCE) == b""
        assert child.wait(PATIENCE) == 0


def test_an_inheritable_pipe_carries_a_childs_words(spawn: Spawn) -> None:
    receiver, sender = ipc.pipe(inheritable=True)
    with receiver:
        with sender:
            assert (receiver.inheritable, sender.inheritable) == (True, True)
            child = spawn(
                "import sys, ipc.posix\nipc.posix.adopt_sender(int(sys.argv[1])).send_all(b'words')\n",
                sender.fileno(),
                close_fds=False,
            )
        assert receiver.recv_exact(5, PATIENCE) == b"words"
        assert receiver.recv(timeout=PATIENCE) == b""
        assert child.wait(PATIENCE) == 0


def test_a_receiver_can_be_another_programs_standard_input() -> None:
    receiver, sender = ipc.pipe()
    with pytest.raises(errors.TimedOut):
        receiver.recv(timeout=0.02)
    with receiver, sender:
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; print(len(sys.stdin.buffer.read()))"],
            stdin=receiver.fileno(),
            stdout=subprocess.PIPE,
        )
        try:
            receiver.close()
            sender.send_all(bytes(300_000), PATIENCE)
            sender.close()
            out, _ = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
            child.communicate()
    assert out.strip() == b"300000"
