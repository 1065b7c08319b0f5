"""What of the verdicts is as expected, and with which exit status a run ends. Pure.

A `must` has to hold; a `should` has to only where the run is strict, and is shown otherwise.
What cannot be told (`undetermined`) is never as expected. `observed`, `unsupported` and `inapplicable` are no failures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from conformance.expectations import Expectation, applying, stale
from conformance.judge import Verdict

AS_EXPECTED, UNEXPECTED, USAGE, INCOMPLETE, COULD_NOT_START, BELOW_LEVEL, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
NOT_RUN = "not run"
# What the system below the agent cannot show is no fault of the agent, and it is shown with the run.
EMULATOR = "emulator"


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a run is measured: known violations, whether a `should` counts, and which day it is."""

    expectations: tuple[Expectation, ...]
    unmatched: tuple[str, ...]
    strict: bool
    today: date


@dataclass(frozen=True, slots=True)
class Unexpected:
    """A verdict that fails the run, and a remark where an expectation was meant for it."""

    verdict: Verdict
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdicts sorted by what they mean for the run."""

    unexpected: tuple[Unexpected, ...]
    expected: tuple[tuple[Verdict, Expectation], ...]
    tolerated: tuple[Verdict, ...]
    missing: tuple[Verdict, ...]
    faults: tuple[str, ...]

    def status(self, *, complete: bool, below_level: bool = False) -> int:
        """The exit status; what was seen to be wrong comes before what was not seen at all."""
        if self.unexpected or self.faults:
            return UNEXPECTED
        if self.missing or not complete:
            return INCOMPLETE
        return BELOW_LEVEL if below_level else AS_EXPECTED


def assess(verdicts: Sequence[Verdict], platform: str, rules: Rules) -> Assessment:
    """Sort the verdicts of one run."""
    expectations = applying(rules.expectations, platform)
    unexpected: list[Unexpected] = []
    expected: list[tuple[Verdict, Expectation]] = []
    tolerated: list[Verdict] = []
    missing: list[Verdict] = []
    for verdict in verdicts:
        if verdict.verdict == "undetermined" and verdict.cause == NOT_RUN:
            missing.append(verdict)
        elif verdict.verdict in ("violated", "undetermined"):
            known, remark = _known(verdict, expectations, rules.today)
            if known is not None:
                expected.append((verdict, known))
            elif verdict.cause == EMULATOR:
                tolerated.append(verdict)
            elif _counts(verdict, strict=rules.strict):
                unexpected.append(Unexpected(verdict, remark))
            else:
                tolerated.append(verdict)
    faults = (*rules.unmatched, *_faults(verdicts, expectations, rules.today))
    return Assessment(tuple(unexpected), tuple(expected), tuple(tolerated), tuple(missing), faults)


def _counts(verdict: Verdict, *, strict: bool) -> bool:
    if verdict.verdict == "undetermined":
        return verdict.level != "may"
    return verdict.level == "must" or (strict and verdict.level == "should")


def _known(verdict: Verdict, expectations: Iterable[Expectation], today: date) -> tuple[Expectation | None, str]:
    """The expectation that excuses a verdict, or a remark why the one that speaks of it does not."""
    for expectation in expectations:
        if expectation.names(verdict):
            if not expectation.is_met(verdict):
                wanted = f"{expectation.cause}, {expectation.detail}"
                return None, f"{expectation.where} expects another violation here: {wanted}"
            if today > expectation.expires:
                return None, f"{expectation.where} expected this until {expectation.expires}"
            return expectation, ""
    return None, ""


def _faults(verdicts: Sequence[Verdict], expectations: Iterable[Expectation], today: date) -> tuple[str, ...]:
    """Expectations that are stale or expired."""
    faults: list[str] = []
    for expectation in expectations:
        reason = stale(expectation, verdicts)
        if reason is not None:
            faults.append(reason)
        if today > expectation.expires and any(map(expectation.names, verdicts)):
            whom = f"ask {expectation.owner}, see {expectation.link}"
            faults.append(f"{expectation.where}: expired on {expectation.expires}; {whom}")
    return tuple(faults)
