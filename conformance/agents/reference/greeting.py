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
    unnamed_pipe fifo half_close duplicate split readiness peer_credentials descriptor_passing set_blocking
    inheritance process signals wait.try wait.deadline wait.ready
"""


def hello(agent: Agent, arguments: Arguments) -> Reply:
    offered = arguments.raw("protocol")
    match offered:
        case [int(lowest), int(highest)] if lowest <= VERSION <= highest:
            pass
        case _:
            raise Refused("unsupported", f"this agent speaks version {VERSION}, and was offered {offered!r}")
    return {
        "protocol": VERSION,
        "implementation": {"name": "ipc", "version": ipc.__version__, "language": "Python"},
        "platform": _platform(),
        "capabilities": _capabilities(),
        "concurrent": True,
        "warm": True,
        **({"witness": True} if agent.witness else {}),
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


def _capabilities() -> Reply:
    found: Reply = dict.fromkeys(_CAPABILITIES.split(), True)
    if has_abstract_namespace(sys.platform):
        found["local_socket.abstract"] = True
    if os.geteuid() == 0:
        found["process.users"] = True
    return found
