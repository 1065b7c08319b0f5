"""One agent process: its handles, its output, its threads."""

from __future__ import annotations

from .crew import Crew
from .table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from .arguments import Arguments
    from .wire import Output, Reply

    Operation: TypeAlias = Callable[["Agent", Arguments], Reply]


class Agent:
    """What every operation can reach."""

    def __init__(self, program: list[str], output: Output, witness: bool) -> None:
        self.program = program
        self.output = output
        self.witness = witness
        self.table = Table()
        self.crew = Crew()
        self.spare: list[int] = []
        self.limit: tuple[int, int] | None = None
        self.counts: dict[str, int] = {}
