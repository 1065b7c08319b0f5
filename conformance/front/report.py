"""What a person reads after a run: only what is not as expected, then the support table. Pure.

The order is that of the plan, however many workers there were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from conformance.assessment import AS_EXPECTED, BELOW_LEVEL, INCOMPLETE, Assessment, Unexpected
from conformance.document import Judged, subject_name
from conformance.evidence import Record
from conformance.front import transcript
from conformance.judge import VERDICTS, Verdict
from conformance.plain import Paint, columns, paragraph, safe, shortened
from conformance.requirements import Requirement, Spec

# Every unexpected verdict is listed; so many are shown with everything that is known of them.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Words:
    """Lines to paste that only the front end knows: how to run a case again, and how to see a case in full."""

    again: Callable[[str], str]
    explain: Callable[[str], str]


def report(
    run: Judged, assessment: Assessment, spec: Spec, words: Words, paint: Paint, *, below: Sequence[str] = ()
) -> list[str]:
    """The whole report, line by line."""
    records = run.evidence.records
    lines: list[str] = []
    for item in assessment.unexpected[:SHOWN]:
        lines += [*unexpected(item, records.get(item.verdict.case), spec, words.again(item.verdict.case), paint), ""]
    rest = assessment.unexpected[SHOWN:]
    if rest:
        lines += [f"and {len(rest)} more:", *(f"  {_line(item.verdict)}" for item in rest)]
        lines += [f"see one in full: {words.explain(rest[0].verdict.case)}", ""]
    if assessment.faults:
        lines += ["expectations to mend:", *(f"  {safe(fault)}" for fault in assessment.faults), ""]
    lines += _tolerated(assessment.tolerated, spec, words)
    if assessment.expected:
        lines += ["known violations, as expected:"]
        lines += [f"  {_line(verdict)}  {safe(known.link)}" for verdict, known in assessment.expected]
        lines += [""]
    lines += [*support(run), ""]
    lines += [f"below the level asked for: {gate}" for gate in below]
    return [*lines, *summary(run, assessment, paint, below_level=bool(below))]


def unexpected(item: Unexpected, record: Record | None, spec: Spec, again: str, paint: Paint) -> Iterator[str]:
    """One unexpected verdict with everything that helps to understand it."""
    verdict = item.verdict
    style = "bad" if verdict.verdict == "violated" else "doubt"
    yield f"{paint(style, verdict.verdict)}  {paint('strong', safe(verdict.case))}"
    yield from requirement_lines(spec.requirement(verdict.requirement))
    yield from finding_lines(verdict, record, paint)
    if item.remark:
        yield from paragraph(item.remark, "  ")
    yield f"  Again: {again}"


def requirement_lines(requirement: Requirement) -> Iterator[str]:
    """A requirement's sentence and sources."""
    yield from paragraph(f"{requirement.id} ({requirement.level}): {requirement.sentence}", "  ")
    yield from paragraph(f"Sources: {'; '.join(requirement.sources)}", "  ")


def finding_lines(verdict: Verdict, record: Record | None, paint: Paint) -> Iterator[str]:
    """What was found, who is to blame, and the transcript."""
    who = f"{verdict.party}: " if verdict.party and not verdict.detail.startswith(f"{verdict.party}: ") else ""
    first, *log = verdict.detail.splitlines() or [""]
    yield from paragraph(f"Found ({verdict.cause}): {who}{first}", "  ")
    yield from (f"    {shortened(safe(line), 160)}" for line in log)
    entries: Sequence[Sequence[object]] = () if record is None else record.transcript
    yield f"  To blame: {transcript.blame(verdict, entries)}"
    yield from (paint("faint", f"    {line}") for line in transcript.lines(entries))
    if record is not None and record.note and record.note != verdict.detail:
        yield from (paint("faint", f"    {shortened(safe(line), 160)}") for line in record.note.splitlines())


def support(run: Judged) -> list[str]:
    """The support table: a level for each primitive, and the counts that it was computed from."""
    environment = run.evidence.header.environment
    place = " ".join(safe(str(environment[key])) for key in ("release", "machine") if key in environment)
    head = ("primitive", "support level", "must:", *_COLUMNS, "should:", "holds", "violated")
    rows: list[Sequence[str]] = [head]
    for primitive, (cell, level) in run.support.items():
        must = [str(cell.count("must", verdict)) for verdict in _COLUMNS]
        should = [str(cell.count("should", "holds")), str(cell.count("should", "violated"))]
        rows.append((primitive, level.name, "", *must, "", *should))
    title = f"{safe(subject_name(run.evidence))} on {run.platform} ({place})"
    return [title, *columns(rows)]


_COLUMNS = ("holds", "violated", "undetermined", "unsupported")


def summary(run: Judged, assessment: Assessment, paint: Paint, *, below_level: bool) -> list[str]:
    """The last lines: what the exit status means here, and the counts."""
    status = assessment.status(complete=run.complete, below_level=below_level)
    style, first = _first_line(status, run, assessment)
    told = [verdict for verdict in run.verdicts if verdict.case in run.evidence.records]
    counts = Counter(verdict.verdict for verdict in told)
    listed = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    out = len({planned.id for planned in run.plan if not planned.decides})
    more = f"; {out} more cases are not asked of this agent, see `plan`" if out else ""
    return [paint(style, first), f"{len({verdict.case for verdict in told})} cases: {listed or 'no verdicts'}{more}"]


def _first_line(status: int, run: Judged, assessment: Assessment) -> tuple[str, str]:
    match status:
        case _ if status == AS_EXPECTED:
            known = len(assessment.expected)
            return "good", "everything as expected" + (f", {known} known violations among it" if known else "")
        case _ if status == INCOMPLETE:
            missing = [case for case in run.evidence.header.planned if case not in run.evidence.records]
            gone = f"; {len(run.orphans)} are none that this suite knows" if run.orphans else ""
            return "doubt", f"incomplete: {len(missing)} of {len(run.evidence.header.planned)} cases were not run{gone}"
        case _ if status == BELOW_LEVEL:
            return "bad", "below the support level asked for"
        case _:
            by_kind = Counter(item.verdict.verdict for item in assessment.unexpected)
            parts = [f"{by_kind[kind]} {kind}" for kind in ("violated", "undetermined") if by_kind[kind]]
            parts += [f"{len(assessment.faults)} expectations to mend"] if assessment.faults else []
            return "bad", f"not as expected: {', '.join(parts)}"


def _tolerated(verdicts: Sequence[Verdict], spec: Spec, words: Words) -> list[str]:
    """Each requirement that should hold and does not, once, with its cases."""
    by_requirement: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_requirement.setdefault(verdict.requirement, []).append(verdict)
    lines: list[str] = []
    for requirement_id, found in by_requirement.items():
        requirement = spec.requirement(requirement_id)
        lines += paragraph(f"{requirement_id} ({requirement.level}): {requirement.sentence}", "  ")
        lines += [f"    {verdict.verdict} in {safe(verdict.case)}: {_short(verdict)}" for verdict in found[:3]]
        lines += [f"    and in {len(found) - 3} more cases"] if len(found) > 3 else []
        lines += [f"    again  {words.again(found[0].case)}"]
    return ["recommended, and not so (a failure only with --strict):", *lines, ""] if lines else []


def _line(verdict: Verdict) -> str:
    return f"{verdict.verdict}  {safe(verdict.case)}  {verdict.requirement}  {_short(verdict)}"


def _short(verdict: Verdict) -> str:
    return shortened(safe(verdict.detail.partition("\n")[0]), 100)
