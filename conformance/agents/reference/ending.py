"""The end of this process, on Windows."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "other systems end processes by signals"

import os
import signal

from .trouble import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .agent import Agent
    from .arguments import Arguments
    from .wire import Reply


def die(_agent: Agent, arguments: Arguments) -> Reply:
    """End at once: nothing is flushed, closed or told. TerminateProcess is what Windows has for SIGKILL."""
    how = arguments.text("how")
    if how == "exit":
        os._exit(0)
    if how not in ("kill", "abort", "terminate"):
        raise Refused("invalid_input", f"'how' is to be kill, abort, terminate or exit, not {how!r}")
    os.kill(os.getpid(), signal.SIGTERM)
    return {}
