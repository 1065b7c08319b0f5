"""Evidence of one run in several files: put together, and not complete unless together they are the plan."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from conformance import shape
from conformance.document import plan_of
from conformance.evidence import Evidence, merge, place
from conformance.live.ledger import load
from conformance.requirements import Spec
from conformance.scenario import Scenario
from conformance.selection import Shard, missing_shards, select


def together(paths: Sequence[Path], spec: Spec, catalogue: Mapping[str, Scenario]) -> list[tuple[Path, Evidence]]:
    """Evidence by run: shards put together, and not complete unless together they are the plan."""
    parts = {path: load(path) for path in paths}
    runs: list[tuple[Path, Evidence]] = []
    for evidence in merge(parts.values()):
        mine = {path: part for path, part in parts.items() if _same_run(part, evidence)}
        first = next(iter(mine))
        gaps = _gaps(list(mine.values()), evidence, spec, catalogue) if len(mine) > 1 else []
        for gap in gaps:
            sys.stderr.write(f"{first}: {gap}\n")
        runs.append((first, replace(evidence, ended=evidence.ended and not gaps)))
    return runs


def _gaps(parts: Sequence[Evidence], whole: Evidence, spec: Spec, catalogue: Mapping[str, Scenario]) -> list[str]:
    """Why parts are not one whole run."""
    selections = [part.header.selection for part in parts]
    shards = [selection.get("shard") for selection in selections]
    missing = missing_shards([Shard.parse(shard) if isinstance(shard, str) else None for shard in shards])
    if missing:
        return [f"shard {', '.join(map(str, missing))} is missing"]
    if any(selection.get(key) != selections[0].get(key) for selection in selections for key in ("cases", "keyword")):
        return ["the parts were selected by different --case or -k; judge them one at a time"]
    if selections[0].get("keyword") is not None or whole.header.spec != spec.digest:
        return []
    globs = shape.texts(selections[0].get("cases")) or ()
    wanted = [planned.id for planned in select(plan_of(whole, spec, catalogue), globs, None)]
    lost = [case for case in wanted if case not in whole.header.planned]
    return [f"{len(lost)} cases of the plan are in none of the shards, such as {lost[0]}"] if lost else []


def _same_run(part: Evidence, whole: Evidence) -> bool:
    ours, theirs = part.header, whole.header
    return (ours.suite, ours.spec, place(ours.environment), ours.agents) == (
        theirs.suite, theirs.spec, place(theirs.environment), theirs.agents,
    )  # fmt: skip
