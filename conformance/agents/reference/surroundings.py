"""The process that the agent is: identity, directory, limits, signals, and its end."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "the reference agent needs a POSIX system"

import os
import resource
import signal
from _thread import allocate_lock

from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .agent import Process
    from .arguments import Arguments
    from .wire import Reply

_NOBODY = 65_534
_SIGNALS = {"USR1": signal.SIGUSR1, "PIPE": signal.SIGPIPE}
_FATAL = {"kill": signal.SIGKILL, "abort": signal.SIGABRT, "terminate": signal.SIGTERM}


def die(agent: Process, arguments: Arguments) -> Reply:
    how = arguments.text("how")
    if how == "exit":
        agent.exit_as_usual()
        os._exit(0)
    number = _FATAL.get(how)
    if number is None:
        raise Refused("invalid_input", f"'how' is to be kill, abort, terminate or exit, not {how!r}")
    if number != signal.SIGKILL:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    _wait_for_the_end()
    return {}


def _wait_for_the_end() -> None:
    forever = allocate_lock()
    forever.acquire()
    forever.acquire()


def identity(_agent: Process, _arguments: Arguments) -> Reply:
    return {"pid": os.getpid(), "uid": os.geteuid(), "gid": os.getegid()}


def resources(agent: Process, _arguments: Arguments) -> Reply:
    return {"descriptors": len(_descriptors()), "threads": agent.threads()}


def _descriptors() -> list[int]:
    """The open descriptors, without the one that the look itself takes."""
    found: list[int] = []
    for name in os.listdir("/dev/fd"):
        try:
            os.fstat(int(name))
        except OSError:
            continue
        found.append(int(name))
    return found


def chdir(_agent: Process, arguments: Arguments) -> Reply:
    os.chdir(arguments.text("path"))
    return {}


def set_umask(_agent: Process, arguments: Arguments) -> Reply:
    return {"previous": os.umask(arguments.whole("mask"))}


def drop_privileges(_agent: Process, _arguments: Arguments) -> Reply:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    return {"uid": os.geteuid(), "gid": os.getegid()}


def exhaust_descriptors(agent: Process, arguments: Arguments) -> Reply:
    """Lower the limit to just above what is open, so that few descriptors have to be filled."""
    spare = arguments.whole("spare")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = max(_descriptors()) + 1 + spare
    if before[0] != resource.RLIM_INFINITY:
        soft = min(soft, before[0])
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
    agent.limit = agent.limit or before
    try:
        while True:
            agent.spare.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        pass
    for _ in range(spare):
        os.close(agent.spare.pop())
    return {}


def release_descriptors(agent: Process, _arguments: Arguments) -> Reply:
    while agent.spare:
        os.close(agent.spare.pop())
    if agent.limit is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, agent.limit)
        agent.limit = None
    return {}


def on_signal(agent: Process, arguments: Arguments) -> Reply:
    """Only the main thread may do this (signal.signal). A Python handler does not restart system calls."""
    name, action = arguments.text("signal"), arguments.text("action")
    number = _SIGNALS.get(name)
    if number is None:
        raise Refused("unsupported", f"this agent knows no signal {name!r}")
    match action:
        case "count":
            agent.counts[name] = 0
            signal.signal(number, lambda _number, _frame: _count(agent, name))
        case "default":
            signal.signal(number, signal.SIG_DFL)
        case "ignore":
            signal.signal(number, signal.SIG_IGN)
        case _:
            raise Refused("invalid_input", f"'action' is to be count, default or ignore, not {action!r}")
    return {}


def _count(agent: Process, name: str) -> None:
    agent.counts[name] += 1


def signal_count(agent: Process, arguments: Arguments) -> Reply:
    return {"count": agent.counts.get(arguments.text("signal"), 0)}
