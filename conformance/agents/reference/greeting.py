"""What the agent says of itself."""

from __future__ import annotations

import os
import sys

assert sys.platform != "win32", "the reference agent needs a POSIX system"

import ipc
from ipc.names import has_abstract_namespace

from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply

VERSION = 1
_SYSTEMS = ("linux", "android", "freebsd", "openbsd", "netbsd", "dragonfly")
_CAPABILITIES = """
    local_socket local_socket.path local_socket.namespaced
    listener.backlog listener.mode listener.reclaim listener.overwrite
    unnamed_pipe fifo half_close duplicate split peer_credentials descriptor_passing set_blocking
    inheritance process signals wait.try wait.deadline
"""


def hello(agent: Agent, arguments: Arguments) -> Reply:
    greeting = answer(arguments, ipc.__name__, [*_CAPABILITIES.split(), "readiness", "wait.ready"])
    return {**greeting, **({"witness": True} if agent.witness else {})}


def hello_of_tasks(_agent: object, arguments: Arguments, api: str) -> Reply:
    return answer(arguments, api, [*_CAPABILITIES.split(), "async", "async.cancel", "async.end"])


def answer(arguments: Arguments, name: str, capabilities: list[str]) -> Reply:
    """What is said of an agent for the API `name` of the implementation."""
    offered = arguments.raw("protocol")
    match offered:
        case [int(lowest), int(highest)] if lowest <= VERSION <= highest:
            pass
        case _:
            raise Refused("unsupported", f"this agent speaks version {VERSION}, and was offered {offered!r}")
    return {
        "protocol": VERSION,
        "implementation": {"name": name, "version": ipc.__version__, "language": "Python"},
        "platform": _platform(),
        "capabilities": _as_found(capabilities),
        "concurrent": True,
        "warm": True,
    }


def _platform() -> Reply:
    machine = os.uname()
    name = str(sys.platform)
    system = "macos" if name == "darwin" else next((known for known in _SYSTEMS if name.startswith(known)), name)
    return {
        "system": "android" if hasattr(sys, "getandroidapilevel") else system,
        "release": machine.release,
        "machine": machine.machine,
        "runtime": f"{sys.implementation.name} {sys.version.split()[0]}",
    }


def _as_found(names: list[str]) -> Reply:
    found: Reply = dict.fromkeys(names, True)
    if has_abstract_namespace(sys.platform):
        found["local_socket.abstract"] = True
    if os.geteuid() == 0:
        found["process.users"] = True
    return found
