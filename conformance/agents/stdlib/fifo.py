"""FIFO files: made with mkfifo(3), opened so that both ends meet."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "FIFO files are POSIX"

import errno
import os
import stat

from .endpoints import PipeEnd
from .failures import Failure
from .names import fifo_path
from .patience import Patience
from .values import count, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from .session import Args, Later, Reply, Session

DEFAULT_MODE = 0o666
FLAGS = {"receiver": os.O_RDONLY, "sender": os.O_WRONLY}


def make_fifo(_session: Session, args: Args) -> Reply:
    """The umask applies, as POSIX has it."""
    os.mkfifo(fifo_path(args), count(args, "mode", DEFAULT_MODE))
    return {}


def open_fifo(session: Session, args: Args) -> Later:
    name = session.fresh(text(args, "as"))
    kind = text(args, "end")
    if kind not in FLAGS:
        raise Failure("invalid_input", f"end is receiver or sender, not {kind!r}")
    path = fifo_path(args)
    patience = Patience(args.get("wait"))
    # Before any open: opening a regular file would succeed, and opening some devices does things.
    _check_fifo(os.stat(path).st_mode)
    if patience.blocks:
        yield
        end = PipeEnd(os.open(path, FLAGS[kind]), kind)
    else:
        end = yield from (_meet_sender if kind == "receiver" else _meet_receiver)(path, patience)
    try:
        _check_fifo(os.fstat(end.fd).st_mode)
        os.set_blocking(end.fd, True)
    except BaseException:
        end.close()
        raise
    session.add(name, end)
    return {}


def _check_fifo(mode: int) -> None:
    if not stat.S_ISFIFO(mode):
        raise Failure("wrong_type", "the path is not a FIFO")


def _meet_receiver(path: bytes, patience: Patience) -> Generator[None, None, PipeEnd]:
    """Without a reader a non-blocking open for writing is ENXIO (POSIX), and nothing says when that changes."""
    while True:
        try:
            return PipeEnd(os.open(path, os.O_WRONLY | os.O_NONBLOCK), "sender")
        except OSError as problem:
            if patience.once or problem.errno != errno.ENXIO:
                raise
        yield
        patience.pause()


def _meet_sender(path: bytes, patience: Patience) -> Generator[None, None, PipeEnd]:
    """A non-blocking open for reading succeeds alone; that a writer has come shows only in what a read says."""
    end = PipeEnd(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "receiver")
    end.met = False
    if patience.once:
        return end
    try:
        while not has_sender(end):
            yield
            patience.pause()
    except BaseException:
        end.close()
        raise
    end.met = True
    return end


def has_sender(end: PipeEnd) -> bool:
    """Nothing to read and no end either: a writer is there and silent."""
    try:
        end.ahead = os.read(end.fd, 1)
    except BlockingIOError:
        return True
    return bool(end.ahead)
