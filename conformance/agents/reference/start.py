"""How the agent comes to life: at once, or as the child of a warm parent."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "the reference agent needs a POSIX system: ipc does not support Windows yet"

import os

from .serving import serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

WARM = "IPC_CONFORMANCE_WARM_FD"


def main(agent: Callable[[list[str]], None] = serve) -> None:
    """Run `agent`, which is told the command that runs this program and does not return."""
    program = this_program()
    warm = os.environ.pop(WARM, None)
    if warm is None:
        agent(program)
        return
    from .warm import Parent

    Parent(int(warm), lambda: agent(program)).run()


def this_program() -> list[str]:
    """The command that runs this program again, from any working directory."""
    script = sys.argv[0]
    return [sys.executable, *(os.path.abspath(word) if word == script else word for word in sys.orig_argv[1:])]
