"""What the agent says of itself."""

from __future__ import annotations

import os
import sys

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
_EVERYWHERE = """
    local_socket local_socket.path local_socket.namespaced listener.backlog
    unnamed_pipe duplicate split inheritance wait.try wait.deadline
"""
_POSIX = """
    listener.mode listener.reclaim listener.overwrite fifo half_close peer_credentials descriptor_passing
    set_blocking process signals
"""
_WINDOWS = """
    named_pipe named_pipe.message named_pipe.direction named_pipe.instances named_pipe.peek named_pipe.flush
    named_pipe.disconnect named_pipe.who
"""


def hello(agent: Agent, arguments: Arguments) -> Reply:
    # Readiness is asked of a descriptor; Windows has none to ask.
    greeting = answer(arguments, ipc.__name__, [] if sys.platform == "win32" else ["readiness", "wait.ready"])
    return {**greeting, **({"witness": True} if agent.witness else {})}


def hello_of_tasks(_agent: object, arguments: Arguments, api: str) -> Reply:
    return answer(arguments, api, ["async", "async.cancel", "async.end"])


def answer(arguments: Arguments, name: str, capabilities: list[str]) -> Reply:
    """What is said of an agent for the API `name`, which has these `capabilities` beside those of all APIs."""
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
        **({"warm": True} if sys.platform != "win32" else {}),
    }


if sys.platform == "win32":

    def _platform() -> Reply:
        version = sys.getwindowsversion()
        return {
            "system": "windows",
            "release": f"{version.major}.{version.minor}.{version.build}",
            # Not platform.machine(), which asks WMI and waits for it.
            "machine": os.environ.get("PROCESSOR_ARCHITECTURE", "unknown"),
            "runtime": f"{sys.implementation.name} {sys.version.split()[0]}",
        }

    def _as_found(names: list[str]) -> Reply:
        return dict.fromkeys([*_EVERYWHERE.split(), *_WINDOWS.split(), *names], True)

else:

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
        found: Reply = dict.fromkeys([*_EVERYWHERE.split(), *_POSIX.split(), *names], True)
        if has_abstract_namespace(sys.platform):
            found["local_socket.abstract"] = True
        if os.geteuid() == 0:
            found["process.users"] = True
        return found
