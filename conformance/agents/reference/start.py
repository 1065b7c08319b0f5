"""How the agent comes to life: at once, or as the child of a warm parent."""

from __future__ import annotations

import os
import sys

from .serving import serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

WARM = "IPC_CONFORMANCE_WARM_FD"


def main(agent: Callable[[list[str]], None] = serve) -> None:
    """Run `agent`, which is told the command that runs this program and does not return."""
    program = this_program()
    warm = os.environ.pop(WARM, None)
    if sys.platform != "win32" and warm is not None:
        from .warm import Parent

        Parent(int(warm), lambda: agent(program)).run()
    else:
        agent(program)


def this_program() -> list[str]:
    """The command that runs this program again, from any working directory."""
    script = sys.argv[0]
    return [sys.executable, *(os.path.abspath(word) if word == script else word for word in sys.orig_argv[1:])]
