"""Cells: what the judged evidence of one run says of one primitive on one platform. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.evidence import Evidence
from conformance.judge import Verdict
from conformance.requirements import PRIMITIVES


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts of verdicts by requirement level and verdict, and the facts of the run that weigh them.

    `left_out` is how many cases of the primitive the run could have decided and did not.
    """

    agent: str
    platform: str
    primitive: str
    counts: Mapping[tuple[str, str], int]
    left_out: int
    ended: bool
    native: bool
    ci: bool

    def count(self, level: str, *verdicts: str) -> int:
        """How many requirements of a level got one of these verdicts."""
        return sum(self.counts.get((level, verdict), 0) for verdict in verdicts)

    @property
    def applies(self) -> bool:
        """Whether the primitive exists on the platform at all, by the spec."""
        return any(verdict != "inapplicable" for _, verdict in self.counts)

    @property
    def offered(self) -> bool:
        """Whether the agent claims the primitive."""
        return any(verdict not in ("unsupported", "inapplicable") for _, verdict in self.counts)

    @property
    def complete(self) -> bool:
        """Whether the run came to its end and left nothing out."""
        return self.ended and self.left_out == 0


def cells(evidence: Evidence, verdicts: Sequence[Verdict], left_out: Mapping[str, int]) -> list[Cell]:
    """One cell for each primitive that exists on the platform; `left_out` counts unselected cases by primitive."""
    environment = evidence.header.environment
    found: list[Cell] = []
    for primitive in PRIMITIVES:
        mine = [verdict for verdict in verdicts if primitive_of(verdict.case) == primitive]
        not_run = {verdict.case for verdict in mine if verdict.cause == "not run"}
        cell = Cell(
            agent=str(evidence.header.agents["subject"].get("name")),
            platform=str(environment.get("platform")),
            primitive=primitive,
            counts=Counter((verdict.level, verdict.verdict) for verdict in mine),
            left_out=left_out.get(primitive, 0) + len(not_run),
            ended=evidence.ended,
            native=environment.get("emulator") is None,
            ci=environment.get("ci") is True,
        )
        if cell.applies:
            found.append(cell)
    return found


def primitive_of(case: str) -> str:
    """The primitive in a case's id, `theme/name/primitive/mode...`."""
    return case.split("/")[2]
