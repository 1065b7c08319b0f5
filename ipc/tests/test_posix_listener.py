"""Listeners: names taken, kept, given back, and never somebody else's."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these tests are about POSIX systems"

import os
import pathlib
import socket
import stat
import threading
from collections.abc import Callable, Iterator

import pytest

import ipc
from ipc import errors
from ipc.tests.support import PATIENCE, Spawn, all_descriptors_taken, fill_backlog, linux_only

LISTEN_AND_WAIT = """
import sys, ipc
listener = ipc.listen(sys.argv[1], backlog=int(sys.argv[2]) if len(sys.argv) > 2 else 5)
print("listening", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def umask() -> Iterator[Callable[[int], None]]:
    before = os.umask(0o022)
    os.umask(before)
    try:
        yield lambda mask: void(os.umask(mask))
    finally:
        os.umask(before)


def void(_value: object) -> None:
    return None


def answers(path: pathlib.Path, listener: ipc.Listener) -> bool:
    """Whether a client of `path` reaches `listener`."""
    with ipc.connect(path, timeout=PATIENCE) as client:
        client.send_all(b"who?", PATIENCE)
        with listener.accept(PATIENCE) as server:
            return server.recv_exact(4, PATIENCE) == b"who?"


def leave_stale(path: pathlib.Path) -> None:
    """A socket file that nobody listens on, as a killed server leaves it."""
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(path))


def test_a_new_listener_can_be_connected_to_at_once(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s") as listener:
        assert answers(folder / "s", listener)


def test_closing_removes_the_socket_file(folder: pathlib.Path) -> None:
    ipc.listen(folder / "s").close()
    assert not (folder / "s").exists()


def test_a_name_that_is_not_reclaimed_stays(folder: pathlib.Path) -> None:
    ipc.listen(folder / "s", reclaim=False).close()
    listener = ipc.listen(folder / "t")
    listener.reclaim = False
    listener.close()
    assert sorted(os.listdir(folder)) == ["s", "t"]


def test_a_detached_listener_leaves_its_name(folder: pathlib.Path) -> None:
    listener = ipc.listen(folder / "s")
    os.close(listener.detach())

    assert listener.closed
    assert (folder / "s").exists()


def test_a_second_close_does_not_touch_a_successor(folder: pathlib.Path) -> None:
    first = ipc.listen(folder / "s")
    first.close()
    with ipc.listen(folder / "s") as second:
        first.close()
        assert answers(folder / "s", second)


def test_closing_does_not_remove_the_file_of_a_successor(folder: pathlib.Path) -> None:
    first = ipc.listen(folder / "s")
    (folder / "s").unlink()
    with ipc.listen(folder / "s") as second:
        first.close()
        assert answers(folder / "s", second)


def test_closing_does_not_remove_an_ordinary_file_at_its_name(folder: pathlib.Path) -> None:
    listener = ipc.listen(folder / "s")
    (folder / "s").unlink()
    (folder / "s").write_text("precious")
    listener.close()
    assert (folder / "s").read_text() == "precious"


def test_a_relative_name_is_reclaimed_where_it_was_bound(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "s").write_text("innocent")
    monkeypatch.chdir(folder)
    listener = ipc.listen("s")
    monkeypatch.chdir(folder / "below")
    listener.close()

    assert not (folder / "s").exists()
    assert (folder / "below" / "s").read_text() == "innocent"


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_that_closes_leaves_the_name_to_its_parent(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s") as listener:
        child = os.fork()
        if child == 0:
            listener.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert answers(folder / "s", listener)


def test_a_name_in_use_is_refused_and_its_owner_undisturbed(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s") as first:
        with pytest.raises(errors.InUse) as caught:
            ipc.listen(folder / "s")
        assert answers(folder / "s", first)
    assert str(folder / "s") in str(caught.value)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_that_is_no_socket_is_never_taken_away(folder: pathlib.Path, overwrite: bool) -> None:
    (folder / "file").write_text("precious")
    (folder / "directory").mkdir()
    (folder / "link").symlink_to(folder / "nowhere")
    for name in ("file", "directory", "link"):
        with pytest.raises(errors.InUse):
            ipc.listen(folder / name, overwrite=overwrite)

    assert (folder / "file").read_text() == "precious"
    assert sorted(os.listdir(folder)) == ["directory", "file", "link"]


def test_a_killed_server_leaves_a_name_that_only_overwriting_takes(folder: pathlib.Path, spawn: Spawn) -> None:
    server = spawn(LISTEN_AND_WAIT, folder / "s")
    assert server.stdout is not None
    assert server.stdout.readline() == "listening\n"
    server.kill()
    server.wait(PATIENCE)

    with pytest.raises(errors.Refused):
        ipc.connect(folder / "s", timeout=PATIENCE)
    with pytest.raises(errors.InUse):
        ipc.listen(folder / "s")
    with ipc.listen(folder / "s", overwrite=True) as listener:
        assert answers(folder / "s", listener)


def test_overwriting_spares_a_living_server_with_a_full_backlog(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s", backlog=0) as listener:
        waiting = fill_backlog(folder / "s")
        with pytest.raises(errors.InUse):
            ipc.listen(folder / "s", overwrite=True)
        for client in waiting:
            listener.accept(PATIENCE).close()
            client.close()
        assert answers(folder / "s", listener)


def test_overwriting_spares_a_socket_that_is_bound_and_not_listening_yet(folder: pathlib.Path) -> None:
    with socket.socket(socket.AF_UNIX) as starting:
        starting.bind(str(folder / "s"))
        before = (folder / "s").stat().st_ino
        with pytest.raises(errors.InUse):
            ipc.listen(folder / "s", overwrite=True)
        assert (folder / "s").stat().st_ino == before


def test_overwriting_asks_a_living_server_without_becoming_its_client(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s") as listener:
        with pytest.raises(errors.InUse):
            ipc.listen(folder / "s", overwrite=True)
        with pytest.raises(errors.WouldBlock):
            listener.accept(timeout=0)


def test_of_racers_for_a_stale_name_exactly_one_wins_and_is_reachable(folder: pathlib.Path) -> None:
    for _ in range(30):
        leave_stale(folder / "s")
        won: list[ipc.Listener] = []
        start = threading.Barrier(4)

        def race(start: threading.Barrier = start, won: list[ipc.Listener] = won) -> None:
            start.wait(PATIENCE)
            try:
                won.append(ipc.listen(folder / "s", overwrite=True))
            except errors.InUse:
                pass

        racers = [threading.Thread(target=race) for _ in range(4)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join(PATIENCE)
        try:
            assert len(won) == 1
            assert answers(folder / "s", won[0])
        finally:
            for listener in won:
                listener.close()


def test_overwriting_gives_up_when_the_directory_stays_locked(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    monkeypatch.setattr(ipc, "_LOCK_PATIENCE", 0.05)
    holder = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(errors.Busy):
            ipc.listen(folder / "s", overwrite=True)
    finally:
        os.close(holder)
    assert os.listdir(folder) == []


@linux_only
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
@pytest.mark.parametrize("mode", [0o600, 0o666, 0o000, 0o777])
def test_a_mode_is_what_was_asked_for_whatever_the_umask(
    folder: pathlib.Path, umask: Callable[[int], None], mask: int, mode: int
) -> None:
    umask(mask)
    with ipc.listen(folder / "s", mode=mode):
        umask(0)
        assert stat.S_IMODE((folder / "s").stat().st_mode) == mode


def test_without_a_mode_the_umask_decides(folder: pathlib.Path, umask: Callable[[int], None]) -> None:
    umask(0o027)
    with ipc.listen(folder / "s"):
        assert stat.S_IMODE((folder / "s").stat().st_mode) == 0o750


@linux_only
def test_a_mode_never_changes_the_umask_of_the_process(folder: pathlib.Path, umask: Callable[[int], None]) -> None:
    umask(0)
    stop, wrong = threading.Event(), list[int]()

    def make_files() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            os.close(os.open(folder / "file", os.O_CREAT | os.O_WRONLY, 0o644))
            mode = stat.S_IMODE((folder / "file").stat().st_mode)
            (folder / "file").unlink()
            if mode != 0o644:
                wrong.append(mode)

    other = threading.Thread(target=make_files)
    other.start()
    try:
        for _ in range(200):
            ipc.listen(folder / "s", mode=0o600).close()
    finally:
        stop.set()
        other.join(PATIENCE)
    assert wrong == []


@linux_only
def test_a_mode_needs_a_file(folder: pathlib.Path) -> None:
    with pytest.raises(errors.Unsupported):
        ipc.listen(ipc.NamespacedName(f"{folder.name}-mode"), mode=0o600)


@pytest.mark.parametrize("backlog", [-1, 2**31, 2**70])
def test_a_backlog_out_of_range_is_refused_without_a_trace(folder: pathlib.Path, backlog: int) -> None:
    with pytest.raises(errors.InvalidInput):
        ipc.listen(folder / "s", backlog=backlog)
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gone/s", errors.NotFound),
        ("file/s", errors.NotADirectory),
        ("round/s", errors.Loop),
        ("n" * 108, errors.NameTooLong),
    ],
)
def test_a_listener_that_cannot_be_made_says_why(folder: pathlib.Path, name: str, kind: type[errors.IpcError]) -> None:
    (folder / "file").write_text("")
    (folder / "round").symlink_to("round")
    before = sorted(os.listdir(folder))
    with pytest.raises(kind):
        ipc.listen(folder / name)
    assert sorted(os.listdir(folder)) == before


def test_clients_of_one_listener_come_in_the_order_in_which_they_connected(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s", backlog=10) as listener:
        clients = [ipc.connect(folder / "s", timeout=PATIENCE) for _ in range(5)]
        for number, client in enumerate(clients):
            client.send_all(bytes([number]))
        order: list[int] = []
        for _, stream in zip(clients, listener, strict=False):
            with stream:
                order.append(stream.recv(timeout=PATIENCE)[0])
        for client in clients:
            client.close()
    assert order == [0, 1, 2, 3, 4]


def test_a_client_that_came_and_went_does_not_disturb(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s", backlog=10) as listener:
        for _ in range(5):
            with ipc.connect(folder / "s", timeout=PATIENCE) as client:
                client.send_all(b"bye")
            with listener.accept(PATIENCE) as stream:
                assert stream.recv(timeout=PATIENCE) == b"bye"
                assert stream.recv(timeout=PATIENCE) == b""
        assert answers(folder / "s", listener)


def test_accepting_at_the_descriptor_limit_fails_and_the_client_waits_on(folder: pathlib.Path) -> None:
    with ipc.listen(folder / "s") as listener, ipc.connect(folder / "s", timeout=PATIENCE):
        with all_descriptors_taken(), pytest.raises(errors.Exhausted):
            listener.accept(PATIENCE)
        if sys.platform == "linux":
            listener.accept(PATIENCE).close()


def test_two_processes_accept_on_one_inherited_listener(folder: pathlib.Path, spawn: Spawn) -> None:
    with ipc.listen(folder / "s") as listener:
        child = spawn(
            "import sys, ipc.posix\n"
            "with ipc.posix.adopt_listener(int(sys.argv[1])) as listener, listener.accept(20) as stream:\n"
            "    stream.send_all(b'child')\n",
            listener.fileno(),
            pass_fds=(listener.fileno(),),
        )
        with ipc.connect(folder / "s", timeout=PATIENCE) as client:
            assert client.recv_exact(5, PATIENCE) == b"child"
        assert child.wait(PATIENCE) == 0
        assert answers(folder / "s", listener)


def test_a_listener_that_is_forgotten_warns_and_gives_its_name_back(folder: pathlib.Path) -> None:
    def forget() -> None:
        ipc.listen(folder / "s")

    with pytest.warns(ResourceWarning, match="not closed"):
        forget()
    assert not (folder / "s").exists()


def test_a_closed_listener_says_so(folder: pathlib.Path) -> None:
    listener = ipc.listen(folder / "s")
    listener.close()
    for call in (listener.accept, listener.fileno, lambda: listener.accept(0), lambda: listener.accept(0.01)):
        with pytest.raises(errors.InvalidHandle):
            call()


def test_a_program_that_exits_with_an_open_listener_gives_its_name_back_quietly(
    folder: pathlib.Path, spawn: Spawn
) -> None:
    child = spawn("import sys, ipc\nlistener = ipc.listen(sys.argv[1])\nprint('up', flush=True)\n", folder / "s")
    out, _ = child.communicate(timeout=PATIENCE)
    assert (out, child.returncode) == ("up\n", 0)
    assert os.listdir(folder) == []
