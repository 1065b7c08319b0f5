"""Cells: what the judged evidence of one run says of one primitive on one platform. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance import shape
from conformance.evidence import Evidence
from conformance.judge import Verdict
from conformance.requirements import PRIMITIVES


@dataclass(frozen=True, slots=True)
class Cell:
    """Counts of verdicts by requirement level and verdict, and the facts of the run that weigh them.

    `agent` is the implementation as it calls itself, however its program was started.
    `left_out` is how many cases of the primitive the run could have decided and did not. `emulator` is what stood in
    for the real system, empty where nothing did; `source` who vouches for the run; `date` its day, ISO 8601;
    `version` that of the implementation. Each is empty where the evidence does not say.
    """

    agent: str
    platform: str
    primitive: str
    counts: Mapping[tuple[str, str], int]
    left_out: int
    ended: bool
    ci: bool
    emulator: str = ""
    source: str = ""
    date: str = ""
    version: str = ""

    def count(self, level: str, *verdicts: str) -> int:
        """How many verdicts on requirements of a level are one of these."""
        return sum(self.counts.get((level, verdict), 0) for verdict in verdicts)

    @property
    def applies(self) -> bool:
        """Whether the primitive exists on the platform at all, by the spec."""
        return any(verdict != "inapplicable" for _, verdict in self.counts)

    @property
    def offered(self) -> bool:
        """Whether the agent claims the primitive: something of it was asked, or could have been."""
        return self.left_out > 0 or any(verdict not in ("unsupported", "inapplicable") for _, verdict in self.counts)

    @property
    def complete(self) -> bool:
        """Whether the run came to its end and left nothing out."""
        return self.ended and self.left_out == 0

    @property
    def native(self) -> bool:
        """Whether nothing stood in for the real system."""
        return not self.emulator


def cells(evidence: Evidence, verdicts: Sequence[Verdict], left_out: Mapping[str, int]) -> list[Cell]:
    """One cell for each primitive that exists on the platform; `left_out` counts unselected cases by primitive."""
    environment, subject = evidence.header.environment, evidence.header.agents["subject"]
    implementation = shape.table(subject.get("implementation")) or {}
    by_primitive: dict[str, list[Verdict]] = {primitive: [] for primitive in PRIMITIVES}
    for verdict in verdicts:
        by_primitive[primitive_of(verdict.case)].append(verdict)
    found: list[Cell] = []
    for primitive, mine in by_primitive.items():
        not_run = {verdict.case for verdict in mine if verdict.cause == "not run"}
        cell = Cell(
            agent=str(implementation.get("name") or subject.get("name")),
            platform=str(environment.get("platform")),
            primitive=primitive,
            counts=Counter((verdict.level, verdict.verdict) for verdict in mine),
            left_out=left_out.get(primitive, 0) + len(not_run),
            ended=evidence.ended,
            ci=environment.get("ci") is True,
            emulator=str(environment.get("emulator") or ""),
            source=str(environment.get("source") or ""),
            date=str(environment.get("date") or ""),
            version=str(implementation.get("version") or ""),
        )
        if cell.applies:
            found.append(cell)
    return found


def primitive_of(case: str) -> str:
    """The primitive in a case's id, `theme/name/primitive/mode...`."""
    return case.split("/")[2]
