"""One agent process: its handles, its output, its threads."""

from __future__ import annotations

from _thread import allocate_lock

from ipc import Listener, Receiver, Sender, Stream

from .crew import Crew
from .table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from .arguments import Arguments
    from .wire import Output, Reply

    Operation: TypeAlias = Callable[["Agent", Arguments], Reply]


class Process:
    """What operations on the process itself can reach."""

    def __init__(self, program: list[str], output: Output) -> None:
        self.program = program
        self.output = output
        self.spare: list[int] = []
        self.limit: tuple[int, int] | None = None
        self.counts: dict[str, int] = {}

    def threads(self) -> int:
        """How many threads it has."""
        raise NotImplementedError

    def exit_as_usual(self) -> None:
        """Leave the interpreter the way that a program does whose main function returns; return if that cannot be."""
        raise NotImplementedError


class Agent(Process):
    """What every operation can reach."""

    def __init__(self, program: list[str], output: Output, witness: bool) -> None:
        super().__init__(program, output)
        self.witness = witness
        self.table = Table(Stream, Receiver, Sender, Listener)
        self.crew = Crew()

    def threads(self) -> int:
        return self.crew.threads()

    def exit_as_usual(self) -> None:
        if self.crew.give_main(_exit):
            forever = allocate_lock()
            forever.acquire()
            forever.acquire()


def _exit() -> Callable[[], None]:
    raise SystemExit(0)
