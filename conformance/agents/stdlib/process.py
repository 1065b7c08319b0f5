"""Operations on the process itself."""

from __future__ import annotations

import _socket
import os
import sys

from . import sigpipe
from .failures import Failure
from .values import count, text

assert sys.platform != "win32", "users, umask and descriptor limits are POSIX"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Reply, Session

NOBODY = 65534
SIGKILL, SIGTERM = 9, 15  # `import signal` costs milliseconds, for two numbers that are the same everywhere
DESCRIPTOR_LISTS = ("/proc/self/fd", "/dev/fd")

_hoard: list[int] = []
_limit_before: tuple[int, int] | None = None


def identity(_session: Session, _args: Args) -> Reply:
    return {"pid": os.getpid(), "uid": os.geteuid(), "gid": os.getegid()}


def resources(session: Session, _args: Args) -> Reply:
    return {"descriptors": len(open_descriptors()), "threads": session.threads}


def open_descriptors() -> list[int]:
    for place in DESCRIPTOR_LISTS:
        try:
            return [fd for fd in map(int, os.listdir(place)) if _is_open(fd)]
        except OSError:
            continue
    return [fd for fd in range(os.sysconf("SC_OPEN_MAX")) if _is_open(fd)]


def _is_open(fd: int) -> bool:
    """The list of descriptors holds the one it was read with, which is closed by now."""
    try:
        os.get_inheritable(fd)
    except OSError:
        return False
    return True


def chdir(_session: Session, args: Args) -> Reply:
    os.chdir(text(args, "path"))
    return {}


def set_umask(_session: Session, args: Args) -> Reply:
    return {"previous": os.umask(count(args, "mask"))}


def drop_privileges(_session: Session, _args: Args) -> Reply:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    return {"uid": os.geteuid(), "gid": os.getegid()}


def exhaust_descriptors(session: Session, args: Args) -> Reply:
    """A low limit first, so that filling the table takes a moment and not a million descriptors."""
    global _limit_before
    import resource

    spare = count(args, "spare")
    release_descriptors(session, {})
    _limit_before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(open_descriptors()) + 1 + spare
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, _limit_before[0]), _limit_before[1]))
    try:
        while True:
            _hoard.append(os.dup(0))
    except OSError:
        pass
    if len(_hoard) < spare:
        release_descriptors(session, {})
        raise Failure("exhausted", f"not even {spare} more descriptors can be opened")
    for _ in range(spare):
        os.close(_hoard.pop())
    return {}


def release_descriptors(_session: Session, _args: Args) -> Reply:
    global _limit_before
    while _hoard:
        os.close(_hoard.pop())
    if _limit_before is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, _limit_before)
        _limit_before = None
    return {}


def die(_session: Session, args: Args) -> Reply:
    how = text(args, "how")
    if how == "kill":
        os.kill(os.getpid(), SIGKILL)
    elif how == "terminate":
        os.kill(os.getpid(), SIGTERM)
    elif how == "abort":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        os.abort()
    elif how == "exit":
        raise SystemExit(0)
    raise Failure("invalid_input", f"how is kill, abort, terminate or exit, not {how!r}")


class _Counting:
    """Signals are counted where the interpreter's C handler reports them, since that works on whichever thread they arrive.

    The main thread holds them back: the kernel then interrupts an operation that waits, if there is one. That is the point.
    """

    def __init__(self, session: Session) -> None:
        import signal

        self.held: set[int] = set()
        self._numbers: dict[int, int] = {}
        self._reader, self._writer = _socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        session.on_thread_start.append(self._let_through)

    def _let_through(self) -> None:
        import signal

        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.held)

    def count(self, number: int) -> int:
        import signal

        self._let_through()
        signal.pthread_sigmask(signal.SIG_BLOCK, self.held)
        try:
            while seen := self._reader.recv(4096):
                for each in seen:
                    self._numbers[each] = self._numbers.get(each, 0) + 1
        except BlockingIOError:
            pass
        return self._numbers.get(number, 0)


_counting: _Counting | None = None


def on_signal(session: Session, args: Args) -> Reply:
    global _counting
    import signal

    number = _signal(args)
    action = text(args, "action")
    if action == "count":
        _counting = _counting or _Counting(session)
        _counting.held.add(number)
        signal.signal(number, lambda *_: None)  # without SA_RESTART, as Python does it: system calls are interrupted
        signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    elif action in ("default", "ignore"):
        signal.signal(number, signal.SIG_DFL if action == "default" else signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        if _counting is not None:
            _counting.held.discard(number)
    else:
        raise Failure("invalid_input", f"action is count, default or ignore, not {action!r}")
    if number == signal.SIGPIPE:
        sigpipe.ignored = action == "ignore"
    return {}


def signal_count(_session: Session, args: Args) -> Reply:
    if _counting is None:
        return {"count": 0}
    return {"count": _counting.count(_signal(args))}


def _signal(args: Args) -> int:
    import signal

    name = text(args, "signal")
    if name not in ("USR1", "PIPE"):
        raise Failure("invalid_input", f"signal is USR1 or PIPE, not {name!r}")
    return signal.SIGUSR1 if name == "USR1" else signal.SIGPIPE
