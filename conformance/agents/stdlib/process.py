"""Operations on the process itself."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "users, umask and descriptor limits are POSIX"

import os

from .failures import Failure
from .values import count, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Args, Reply, Session

NOBODY = 65534
SIGKILL, SIGTERM = 9, 15  # `import signal` costs milliseconds, for two numbers that are the same everywhere
DESCRIPTOR_LISTS = ("/proc/self/fd", "/dev/fd")


def identity(_session: Session, _args: Args) -> Reply:
    return {"pid": os.getpid(), "uid": os.geteuid(), "gid": os.getegid()}


def resources(session: Session, _args: Args) -> Reply:
    return {"descriptors": len(open_descriptors()), "threads": _threads() or session.threads}


def _threads() -> int:
    """As Linux counts them (proc(5)); 0 where nobody does."""
    try:
        with open("/proc/self/status", "rb") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(b"Threads:"))
    except (OSError, StopIteration):
        return 0


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


def exhaust_descriptors(_session: Session, args: Args) -> Reply:
    hoard.release()
    hoard.take(count(args, "spare"))
    return {}


def release_descriptors(_session: Session, _args: Args) -> Reply:
    hoard.release()
    return {}


class _Hoard:
    """Descriptors held so that hardly any can be opened, under a limit low enough that this takes a moment only."""

    def __init__(self) -> None:
        self._held: list[int] = []
        self._limit: tuple[int, int] | None = None

    def take(self, spare: int) -> None:
        import resource

        self._limit = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = max(open_descriptors()) + 1 + spare
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, soft), hard))
        try:
            while True:
                self._held.append(os.dup(0))
        except OSError:
            pass
        if len(self._held) < spare:
            self.release()
            raise Failure("exhausted", f"not even {spare} more descriptors can be opened")
        for _ in range(spare):
            os.close(self._held.pop())

    def release(self) -> None:
        while self._held:
            os.close(self._held.pop())
        if self._limit is not None:
            import resource

            resource.setrlimit(resource.RLIMIT_NOFILE, self._limit)
            self._limit = None


hoard = _Hoard()


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
