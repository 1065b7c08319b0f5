"""The way of cases through one process: started ahead of the item that pytest is at, judged, packed for the report.

A record travels in its report as JSON text, whose escapes bear every text that an agent may send.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from conformance import shape
from conformance.assessment import Assessment
from conformance.document import reproduce
from conformance.evidence import Header, Record, Sealer, read
from conformance.front.bench import Bench
from conformance.front.embedded import Embedded
from conformance.front.report import unexpected
from conformance.judge import Verdict
from conformance.plain import Paint, safe
from conformance.plan import Planned


class Turns(Protocol):
    """A worker's hold on the machine, see turns.py."""

    def share(self) -> None:
        """Wait until no lonely case runs."""

    def alone(self) -> None:
        """Wait until no other worker runs a case."""

    def leave(self) -> None:
        """Let go: this worker runs nothing."""

    def close(self) -> None:
        """Let go for good."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one case came to: its verdicts, what they mean, and what there is to say where they are not as expected."""

    record: Record
    verdicts: Sequence[Verdict]
    assessment: Assessment
    complaint: str


@dataclass(frozen=True, slots=True)
class Cargo:
    """A record on its way to the process that writes evidence; for an embedded run with file and first line."""

    record: Record
    file: str | None
    header: Header | None

    @classmethod
    def unpack(cls, text: str) -> Cargo:
        """From `Lane.pack`."""
        fields: Mapping[str, object] = json.loads(text)
        line = shape.table(fields["record"]) or {}
        transcript = [shape.items(entry) or [] for entry in shape.items(line["transcript"]) or []]
        record = Record(str(line["case"]), str(line["ending"]), transcript, str(line.get("note", "")))
        file, header = fields.get("file"), fields.get("header")
        return cls(
            record,
            file if isinstance(file, str) else None,
            read(header, "a worker's evidence").header if isinstance(header, str) else None,
        )


class Lane:
    """Cases of one bench in this process."""

    def __init__(self, bench: Bench, *, embedded: Embedded | None = None, turns: Turns | None = None) -> None:
        self.bench = bench
        self._evidence = None if embedded is None else embedded.evidence
        self._turns = turns
        self._introduced = False

    def enter(self, planned: Planned, following: Planned | None) -> None:
        """Start a case, and the one after it where the two may overlap."""
        alone = planned.scenario.alone
        if self._turns is not None:
            (self._turns.alone if alone else self._turns.share)()
        overlapping = following is not None and not (alone or following.scenario.alone)
        self.bench.start([planned, following] if overlapping and following else [planned])

    def leave(self, planned: Planned, following: Planned | None) -> None:
        """Let other workers have the machine, if nothing runs here now."""
        if self._turns is not None and (following is None or planned.scenario.alone or following.scenario.alone):
            self._turns.leave()

    def judge(self, planned: Planned, record: Record) -> Judgement:
        """What a case came to."""
        verdicts, assessment = self.bench.assess_case(planned, record)
        again = self._again(planned.id)
        lines = [
            line
            for item in assessment.unexpected
            for line in unexpected(item, record, self.bench.spec, again, Paint(on=False))
        ]
        lines += [safe(fault) for fault in assessment.faults]
        return Judgement(record, verdicts, assessment, "\n".join(lines))

    def pack(self, record: Record, cases: Callable[[], Sequence[str]]) -> str:
        """A record for its report; `cases` are all that this lane runs."""
        cargo: dict[str, object] = {"record": record.line()}
        if self._evidence is not None:
            cargo["file"] = str(self._evidence)
            if not self._introduced:
                cargo["header"] = Sealer().text(self.bench.header(cases()).line())
                self._introduced = True
        return json.dumps(cargo)

    def close(self) -> None:
        """End all agents."""
        self.bench.close()
        if self._turns is not None:
            self._turns.close()

    def _again(self, case: str) -> str:
        order = self.bench.order
        arguments = reproduce(
            self.bench.header(()).selection, case,
            agent_command=order.agent_command, witness_command=order.witness_command,
        )  # fmt: skip
        return f"ipc-conformance {arguments}"
