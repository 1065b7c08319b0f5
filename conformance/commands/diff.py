"""`diff`: what changed from one run to another."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from conformance.assessment import AS_EXPECTED, BELOW_LEVEL
from conformance.document import plan_of
from conformance.evidence import EvidenceError
from conformance.front.options import read_text
from conformance.judge import judge
from conformance.live.ledger import load
from conformance.plain import safe
from conformance.plan import scenarios
from conformance.requirements import load as load_spec
from matrix import results
from matrix.gate import Change, Word, compare

KINDS = ("added", "deleted", "changed", "unchanged")


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("before", metavar="BEFORE", help="evidence of a run, or a result of `matrix judge`")
    parser.add_argument("after", metavar="AFTER", help="the same kind of file")
    parser.add_argument("--gate", action="store_true", help="exit status 5 where something that passed is lost")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output and nothing else")


def main(options: argparse.Namespace) -> int:
    """Compare case by case; results, which hold no cases, requirement by requirement."""
    paths = (Path(options.before), Path(options.after))
    if len({path.suffix == ".json" for path in paths}) > 1:
        raise EvidenceError(f"{paths[0]} and {paths[1]}: compare evidence with evidence, or a result with a result")
    before, after = map(_words, paths)
    changes = compare(before, after)
    _print_json(changes) if options.json else _print(changes)
    lost = any(change.regression for change in changes)
    return BELOW_LEVEL if options.gate and lost else AS_EXPECTED


def _words(path: Path) -> Mapping[str, Word]:
    if path.suffix == ".json":
        found = results.read(read_text(str(path), "the result"), str(path))
        return {
            requirement: Word(verdict, ", ".join(found.observed.get(requirement, {}).values()))
            for requirement, verdict in found.verdicts.items()
        }
    spec, catalogue, evidence = load_spec(), scenarios(), load(path)
    return {
        f"{verdict.case} {verdict.requirement}": Word(
            verdict.verdict, verdict.detail if verdict.verdict == "observed" else ""
        )
        for verdict in judge(evidence, spec, catalogue, plan_of(evidence, spec, catalogue))
    }


def _print(changes: list[Change]) -> None:
    for change in changes:
        if change.kind != "unchanged":
            mark = "LOST  " if change.regression else "      "
            sys.stdout.write(f"{mark}{change.kind:<8} {safe(change.what)}  {_told(change)}\n")
    counts = Counter(change.kind for change in changes)
    lost = sum(change.regression for change in changes)
    listed = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)
    sys.stdout.write(f"{listed}; {lost} that passed {'is' if lost == 1 else 'are'} lost\n")


def _told(change: Change) -> str:
    words = [safe(" ".join(filter(None, word))) for word in (change.before, change.after) if word is not None]
    return " -> ".join(words)


def _print_json(changes: list[Change]) -> None:
    document = {
        kind: [
            {
                "what": change.what,
                "before": None if change.before is None else change.before.verdict,
                "after": None if change.after is None else change.after.verdict,
                "regression": change.regression,
            }
            for change in changes
            if change.kind == kind
        ]
        for kind in KINDS
    }
    sys.stdout.write(json.dumps(document, indent=1) + "\n")
