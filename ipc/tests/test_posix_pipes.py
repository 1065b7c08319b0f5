"""Unnamed pipes and FIFO files."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import os
import pathlib
import random
import select
import stat
import threading

import pytest

import ipc
from ipc import errors, posix
from ipc._posix import pipe_end
from ipc.tests.support import PATIENCE, Spawn, all_descriptors_taken


@pytest.mark.parametrize("timeout", [None, PATIENCE])
@pytest.mark.parametrize("length", [1, 4097, 65_537, 1_000_003])
def test_every_byte_of_a_pipe_arrives_in_order_then_the_end(length: int, timeout: float | None) -> None:
    data = random.Random(length).randbytes(length)
    receiver, sender = ipc.pipe()

    def send() -> None:
        with sender:
            sender.send_all(data, timeout)

    sending = threading.Thread(target=send)
    sending.start()
    with receiver:
        assert receiver.recv_exact(length, timeout) == data
        assert receiver.recv(timeout=timeout) == b""
    sending.join(PATIENCE)


def test_a_pipe_without_receivers_is_broken() -> None:
    receiver, sender = ipc.pipe()
    receiver.close()
    with sender:
        for timeout in (None, 0, PATIENCE):
            with pytest.raises(errors.BrokenPipe) as caught:
                sender.send_all(b"x", timeout)
            assert caught.value.sent == 0


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_a_sender_that_waits_learns_that_the_receiver_has_gone(timeout: float | None) -> None:
    receiver, sender = ipc.pipe()
    later = threading.Timer(0.2, receiver.close)
    later.start()
    with sender, pytest.raises(errors.BrokenPipe) as caught:
        sender.send_all(bytes(10_000_000), timeout)
    later.join(PATIENCE)
    assert 0 < (caught.value.sent or 0) < 10_000_000


def test_a_broken_pipe_does_not_kill_a_program_that_lets_sigpipe_kill(spawn: Spawn) -> None:
    child = spawn(
        "import signal, ipc\n"
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
        "receiver, sender = ipc.pipe()\n"
        "receiver.close()\n"
        "for call in (sender.send, sender.send_all, lambda data: sender.send_vectored([data]),\n"
        "             lambda data: sender.send_all(data, 1)):\n"
        "    try:\n"
        "        call(b'x')\n"
        "    except ipc.errors.BrokenPipe:\n"
        "        print('broken', flush=True)\n"
        "sender.close()\n"
        "assert not signal.sigpending()\n"
        "assert signal.SIGPIPE not in signal.pthread_sigmask(signal.SIG_BLOCK, ())\n"
    )
    out, _ = child.communicate(timeout=PATIENCE)
    assert out.split() == ["broken"] * 4
    assert child.returncode == 0


def test_ends_do_not_do_the_others_work() -> None:
    receiver, sender = ipc.pipe()
    with receiver, sender:
        assert not hasattr(receiver, "send")
        assert not hasattr(sender, "recv")
        with pytest.raises(errors.WrongType):
            posix.shutdown(sender, "send")


@pytest.mark.parametrize("timeout", [0, PATIENCE])
def test_records_up_to_pipe_buf_are_never_torn(timeout: float) -> None:
    receiver, sender = ipc.pipe()
    size = min(select.PIPE_BUF, 509)

    def write(letter: bytes) -> None:
        sent = 0
        while sent < 300:
            try:
                assert sender.send(letter * size, timeout) == size
                sent += 1
            except errors.WouldBlock:
                select.select([], [sender], [], PATIENCE)

    writers = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for writer in writers:
        writer.start()
    with receiver, sender:
        for _ in range(900):
            assert len(set(receiver.recv_exact(size, PATIENCE))) == 1
        for writer in writers:
            writer.join(PATIENCE)


def test_vectored_calls_on_a_pipe_keep_the_order() -> None:
    receiver, sender = ipc.pipe()
    with receiver, sender:
        assert sender.send_vectored([b"ab", b"c"]) == 3
        one, two = bytearray(1), bytearray(5)
        assert receiver.recv_into_vectored([one, two], PATIENCE) == 3
        assert (bytes(one), bytes(two[:2])) == (b"a", b"bc")


def test_duplicates_of_a_sender_keep_the_pipe_open() -> None:
    receiver, sender = ipc.pipe()
    copy = sender.duplicate()
    sender.close()
    with receiver, copy:
        with pytest.raises(errors.WouldBlock):
            receiver.recv(timeout=0)
        copy.close()
        assert receiver.recv(timeout=PATIENCE) == b""


def test_deadlines_hold_without_a_descriptor_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on systems other than Linux, or without /proc."""
    monkeypatch.setattr(pipe_end, "LINUX", False)
    receiver, sender = ipc.pipe()
    data = random.Random(1).randbytes(300_001)
    with receiver, sender:
        with pytest.raises(errors.TimedOut):
            receiver.recv(timeout=0.05)
        with pytest.raises(errors.TimedOut) as caught:
            sender.send_all(data, 0.05)
        taken = caught.value.sent or 0
        rest = threading.Thread(target=lambda: sender.send_all(data[taken:], PATIENCE))
        rest.start()
        assert receiver.recv_exact(len(data), PATIENCE) == data
        rest.join(PATIENCE)
        assert (os.get_blocking(receiver.fileno()), os.get_blocking(sender.fileno())) == (True, True)


@pytest.mark.parametrize("spare", [0, 1])
def test_a_pipe_at_the_descriptor_limit_is_refused_and_takes_nothing(spare: int) -> None:
    with all_descriptors_taken(spare):
        with pytest.raises(errors.Exhausted):
            ipc.pipe()
        for number in [os.open(os.devnull, os.O_RDONLY) for _ in range(spare)]:
            os.close(number)


def test_deadlines_of_a_pipe_hold_at_the_descriptor_limit() -> None:
    receiver, sender = ipc.pipe()
    with receiver, sender, all_descriptors_taken():
        with pytest.raises(errors.TimedOut):
            receiver.recv(timeout=0.05)
        sender.send_all(b"x", PATIENCE)
        assert receiver.recv(timeout=PATIENCE) == b"x"


def both_ends(path: pathlib.Path, timeout: float | None) -> tuple[ipc.Receiver, ipc.Sender]:
    """Open a FIFO from two threads."""
    senders: list[ipc.Sender] = []
    opening = threading.Thread(target=lambda: senders.append(posix.open_fifo_sender(path, timeout)))
    opening.start()
    receiver = posix.open_fifo_receiver(path, timeout)
    opening.join(PATIENCE)
    return receiver, senders[0]


def test_a_new_fifo_has_the_mode_less_the_umask(folder: pathlib.Path) -> None:
    before = os.umask(0o027)
    try:
        posix.make_fifo(folder / "f", 0o666)
    finally:
        os.umask(before)
    status = (folder / "f").stat()
    assert stat.S_ISFIFO(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o640


def test_making_a_fifo_touches_nothing_that_is_there(folder: pathlib.Path) -> None:
    (folder / "file").write_text("precious")
    (folder / "file").chmod(0o640)
    (folder / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(errors.AlreadyExists):
            posix.make_fifo(folder / name, 0o666)
    assert (folder / "file").read_text() == "precious"
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gone/f", errors.NotFound),
        ("file/f", errors.NotADirectory),
        ("n" * 300, errors.NameTooLong),
        ("a\0b", errors.InvalidName),
        ("", errors.InvalidName),
    ],
)
def test_a_fifo_that_cannot_be_made_says_why(folder: pathlib.Path, name: str, kind: type[errors.IpcError]) -> None:
    (folder / "file").write_text("")
    with pytest.raises(kind):
        posix.make_fifo(f"{folder}/{name}" if name else "")


def test_a_fifo_path_is_not_limited_by_sun_path(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / ("n" * 200))
    with posix.open_fifo_receiver(folder / ("n" * 200), timeout=0):
        assert os.listdir(folder) == ["n" * 200]


@pytest.mark.parametrize("timeout", [None, PATIENCE])
def test_the_ends_of_a_fifo_wait_for_each_other(folder: pathlib.Path, timeout: float | None) -> None:
    posix.make_fifo(folder / "f")
    receiver, sender = both_ends(folder / "f", timeout)
    with receiver, sender:
        sender.send_all(b"hello", PATIENCE)
        assert receiver.recv_exact(5, PATIENCE) == b"hello"
        assert os.get_blocking(receiver.fileno())
        assert os.get_blocking(sender.fileno())


def test_a_sender_of_a_fifo_that_must_not_wait_has_no_peer(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")
    with pytest.raises(errors.NoPeer):
        posix.open_fifo_sender(folder / "f", timeout=0)
    with posix.open_fifo_receiver(folder / "f", timeout=0):
        posix.open_fifo_sender(folder / "f", timeout=0).close()


def test_before_the_first_sender_there_is_no_end(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")
    with posix.open_fifo_receiver(folder / "f", timeout=0) as receiver:
        with pytest.raises(errors.WouldBlock):
            receiver.recv(timeout=0)
        with pytest.raises(errors.TimedOut):
            receiver.recv(timeout=0.05)
        with posix.open_fifo_sender(folder / "f", timeout=0) as sender:
            with pytest.raises(errors.WouldBlock):
                receiver.recv(timeout=0)
            sender.send_all(b"first")
            assert receiver.recv() == b"first"
        assert receiver.recv() == b""


def test_a_receiver_that_waits_gets_the_bytes_of_a_sender_that_comes(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")

    def send() -> None:
        with posix.open_fifo_sender(folder / "f", PATIENCE) as sender:
            sender.send_all(b"x")

    for open_timeout, timeout in ((0, None), (0, PATIENCE), (PATIENCE, None)):
        sending = threading.Timer(0.1, send)
        sending.start()
        with posix.open_fifo_receiver(folder / "f", open_timeout) as receiver:
            assert (receiver.recv(10, timeout), receiver.recv(10, timeout)) == (b"x", b"")
        sending.join(PATIENCE)


def test_after_the_end_a_receiver_serves_the_next_sender(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")
    with posix.open_fifo_receiver(folder / "f", timeout=0) as receiver:
        for word in (b"one", b"two"):
            with posix.open_fifo_sender(folder / "f", timeout=0) as sender:
                sender.send_all(word)
            assert receiver.recv_exact(3, PATIENCE) == word
            assert receiver.recv(timeout=PATIENCE) == b""


def test_a_sender_that_comes_and_goes_without_a_word_is_an_end(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")
    later = threading.Timer(0.1, lambda: posix.open_fifo_sender(folder / "f", PATIENCE).close())
    later.start()
    with posix.open_fifo_receiver(folder / "f", PATIENCE) as receiver:
        assert receiver.recv(timeout=PATIENCE) == b""
    later.join(PATIENCE)


def test_a_fifo_without_a_receiver_is_broken_until_another_comes(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")
    receiver, sender = both_ends(folder / "f", PATIENCE)
    with sender:
        receiver.close()
        with pytest.raises(errors.BrokenPipe):
            sender.send_all(b"x", PATIENCE)
        with posix.open_fifo_receiver(folder / "f", timeout=0) as another:
            sender.send_all(b"again", PATIENCE)
            assert another.recv_exact(5, PATIENCE) == b"again"


def test_what_is_no_fifo_is_not_opened_as_one(folder: pathlib.Path) -> None:
    (folder / "file").write_text("text")
    for open_end in (posix.open_fifo_receiver, posix.open_fifo_sender):
        for timeout in (None, 0, 0.1):
            with pytest.raises(errors.WrongType):
                open_end(folder / "file", timeout)
            with pytest.raises(errors.WrongType):
                open_end(os.devnull, timeout)
            with pytest.raises(errors.NotFound):
                open_end(folder / "missing", timeout)
    assert (folder / "file").read_text() == "text"
    assert os.listdir(folder) == ["file"]


def test_a_killed_fifo_writers_bytes_arrive_before_the_end(folder: pathlib.Path, spawn: Spawn) -> None:
    posix.make_fifo(folder / "f")
    child = spawn(
        "import sys, os, signal\n"
        "from ipc import posix\n"
        "posix.open_fifo_sender(sys.argv[1]).send_all(b'z' * 30000)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n",
        folder / "f",
    )
    with posix.open_fifo_receiver(folder / "f", PATIENCE) as receiver:
        assert len(receiver.recv_exact(30_000, PATIENCE)) == 30_000
        assert receiver.recv(timeout=PATIENCE) == b""
    assert child.wait(PATIENCE) == -9


def test_a_fifo_is_an_unsuitable_name_for_a_listener(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")
    with pytest.raises(errors.InUse):
        ipc.listen(folder / "f", overwrite=True)
    assert stat.S_ISFIFO((folder / "f").stat().st_mode)


def test_failed_opens_leave_no_thread_behind(folder: pathlib.Path) -> None:
    posix.make_fifo(folder / "f")

    def threads() -> int:
        return len(os.listdir("/proc/self/task")) if sys.platform == "linux" else threading.active_count()

    before = threads()
    for open_end in (posix.open_fifo_receiver, posix.open_fifo_sender):
        with pytest.raises(errors.TimedOut):
            open_end(folder / "f", 0.03)
    assert threads() == before
