"""Signals: what they do to this process, and how many came."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these signals are POSIX"

import _socket

from . import sigpipe
from .failures import Failure
from .values import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Reply, Session


class Signals:
    """Signals are counted where the interpreter's C handler reports them: that works on any thread.

    The main thread holds them back, so the kernel interrupts an operation that waits, if there is one.
    `import signal` costs milliseconds, so it waits until somebody asks.
    """

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._numbers: dict[int, int] = {}
        self.bell: tuple[_socket.socket, _socket.socket] | None = None

    def count(self, session: Session, number: int) -> None:
        import signal

        if self.bell is None:
            self.bell = _socket.socketpair()
            for end in self.bell:
                end.setblocking(False)
            signal.set_wakeup_fd(self.bell[1].fileno(), warn_on_full_buffer=False)
            session.on_thread_start.append(self._let_through)
        # Without SA_RESTART, as Python does it: system calls are interrupted.
        signal.signal(number, _nothing)
        self._held.add(number)
        signal.pthread_sigmask(signal.SIG_BLOCK, self._held)

    def leave(self, number: int, *, default: bool) -> None:
        import signal

        signal.signal(number, signal.SIG_DFL if default else signal.SIG_IGN)
        self._held.discard(number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})

    def counted(self, number: int) -> int:
        import signal

        if self.bell is None:
            return 0
        self._let_through()
        signal.pthread_sigmask(signal.SIG_BLOCK, self._held)
        try:
            while seen := self.bell[0].recv(4096):
                for each in seen:
                    self._numbers[each] = self._numbers.get(each, 0) + 1
        except BlockingIOError:
            pass
        return self._numbers.get(number, 0)

    def _let_through(self) -> None:
        import signal

        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._held)


def _nothing(_number: int, _frame: object) -> None:
    """What Python runs later on the main thread; by then the signal is counted."""


signals = Signals()


def on_signal(session: Session, args: Args) -> Reply:
    number, action = _number(args), text(args, "action")
    if action == "count":
        signals.count(session, number)
    elif action in ("default", "ignore"):
        signals.leave(number, default=action == "default")
    else:
        raise Failure("invalid_input", f"action is count, default or ignore, not {action!r}")
    if text(args, "signal") == "PIPE":
        sigpipe.ignored = action == "ignore"
    return {}


def signal_count(_session: Session, args: Args) -> Reply:
    return {"count": signals.counted(_number(args))}


def _number(args: Args) -> int:
    import signal

    name = text(args, "signal")
    if name not in ("USR1", "PIPE"):
        raise Failure("invalid_input", f"signal is USR1 or PIPE, not {name!r}")
    return signal.SIGUSR1 if name == "USR1" else signal.SIGPIPE
