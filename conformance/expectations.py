"""Known violations of an agent, as data. Pure: the day of judgement is an argument.

    [[expectation]]
    case = "fifo/*/fifo/deadline"        # a glob over case ids, see selection.py
    requirement = "FI-OPEN-003"
    platforms = ["bsd"]                  # platforms or groups of platforms.toml
    cause = "finding"                    # as in the verdict
    detail = "*ENXIO instead of*"        # a glob over the verdict's detail: another failure is not this one
    reason = "Opens before the reader."
    link = "https://..."
    owner = "..."
    expires = 2027-06-30                 # from the day after, the violation is unexpected again

An expectation says that every verdict it names is violated in just this way. As soon as one of them is not,
or it names none although their cases exist, it is stale, and the run fails: it was forgotten.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase

from conformance import shape
from conformance.judge import Verdict
from conformance.requirements import Spec, SpecError
from conformance.selection import UnknownName

WIDEST = 20
CAUSES = ("finding", "hung", "died", "missing")
_TEXTS = ("case", "requirement", "cause", "detail", "reason", "link", "owner")
_KEYS = (*_TEXTS, "platforms", "expires")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One known violation; `where` names its place in its file."""

    where: str
    case: str
    requirement: str
    platforms: frozenset[str]
    cause: str
    detail: str
    reason: str
    link: str
    owner: str
    expires: date

    def names(self, verdict: Verdict) -> bool:
        """Whether it speaks of this verdict."""
        return verdict.requirement == self.requirement and fnmatchcase(verdict.case, self.case)

    def is_met(self, verdict: Verdict) -> bool:
        """Whether the verdict is the violation that it describes."""
        return (
            verdict.verdict == "violated"
            and verdict.cause == self.cause
            and fnmatchcase(verdict.detail, self.detail)
        )  # fmt: skip


def parse(text: str, source: str, spec: Spec, plan: Mapping[str, Sequence[str]]) -> tuple[Expectation, ...]:
    """Read expectations; `plan` has the requirements of every case. SpecError names the entry and the remedy."""
    try:
        document: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{source}: not valid TOML: {error}") from error
    _only(document, ("expectation",), source)
    entries = shape.items(document.get("expectation", []))
    if entries is None:
        raise SpecError(f"{source}: expectation is to be a list of tables, [[expectation]]")
    found: list[Expectation] = []
    for number, entry in enumerate(entries, 1):
        where = f"{source}, expectation {number}"
        table = shape.table(entry)
        if table is None:
            raise SpecError(f"{where}: is to be a table")
        found.append(_expectation(table, where, spec))
    _check_width(found, plan)
    return tuple(found)


def applying(expectations: Iterable[Expectation], platform: str) -> tuple[Expectation, ...]:
    """Those whose platform condition is met."""
    return tuple(expectation for expectation in expectations if platform in expectation.platforms)


def unmatched(expectations: Iterable[Expectation], plan: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What to say of the expectations that name no case of the plan any more."""
    return tuple(
        f"{expectation.where}: stale: no case {expectation.case!r} is about {expectation.requirement}; "
        "remove the expectation or mend its glob"
        for expectation in expectations
        if not _named(expectation, plan)
    )


def stale(expectation: Expectation, verdicts: Iterable[Verdict]) -> str | None:
    """Why an expectation has to go or to be narrowed, if the verdicts say so; not run is not known."""
    for verdict in verdicts:
        if expectation.names(verdict) and verdict.verdict in ("holds", "observed", "unsupported", "inapplicable"):
            return (
                f"{expectation.where}: stale: {expectation.requirement} is {verdict.verdict} in {verdict.case}; "
                "remove the expectation or narrow its glob"
            )
    return None


def _expectation(entry: Mapping[str, object], where: str, spec: Spec) -> Expectation:
    _only(entry, _KEYS, where)
    texts = {key: _text(entry, key, where) for key in _TEXTS}
    if texts["requirement"] not in spec.requirements:
        raise SpecError(f"{where}: {UnknownName('requirement', texts['requirement'], spec.requirements)}")
    if texts["cause"] not in CAUSES:
        raise SpecError(f"{where}: cause {texts['cause']!r} is none of {', '.join(CAUSES)}")
    if len(texts["detail"].strip("*? ")) < 4:
        raise SpecError(f"{where}: detail {texts['detail']!r} fits any failure; pin words of the one that is known")
    if not texts["link"].startswith(("https://", "http://")):
        raise SpecError(f"{where}: link is to be a web address of the report of this defect")
    expires = entry.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise SpecError(f"{where}: expires is to be a day, such as 2027-06-30")
    platforms = _platforms(entry, where, spec)
    return Expectation(
        where, texts["case"], texts["requirement"], platforms, texts["cause"], texts["detail"],
        texts["reason"], texts["link"], texts["owner"], expires,
    )  # fmt: skip


def _check_width(expectations: Iterable[Expectation], plan: Mapping[str, Sequence[str]]) -> None:
    """No expectation excuses too much, and none excuses what another one does already."""
    taken: dict[tuple[str, str], Expectation] = {}
    for expectation in expectations:
        cases = _named(expectation, plan)
        if len(cases) > WIDEST:
            raise SpecError(
                f"{expectation.where}: the glob {expectation.case!r} excuses {len(cases)} cases, more than {WIDEST}; "
                "write narrower ones, so that a new failure among them is seen"
            )
        for case in cases:
            before = taken.setdefault((case, expectation.requirement), expectation)
            if before is not expectation and before.platforms & expectation.platforms:
                raise SpecError(f"{expectation.where}: {before.where} speaks of {case} already; keep one of them")


def _named(expectation: Expectation, plan: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        case
        for case, requirements in plan.items()
        if expectation.requirement in requirements and fnmatchcase(case, expectation.case)
    ]


def _platforms(entry: Mapping[str, object], where: str, spec: Spec) -> frozenset[str]:
    words = shape.texts(entry.get("platforms"))
    if not words:
        raise SpecError(f"{where}: platforms is to be a list of platforms or groups, such as ['bsd'] or ['all']")
    found: set[str] = set()
    for word in words:
        members = {name for name, platform in spec.platforms.items() if word == name or word in platform.groups}
        if not members:
            known = {*spec.platforms, *(group for p in spec.platforms.values() for group in p.groups)}
            raise SpecError(f"{where}: {UnknownName('platform or group', word, known)}")
        found |= members
    return frozenset(found)


def _only(table: Mapping[str, object], known: Sequence[str], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise SpecError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(known)}")


def _text(entry: Mapping[str, object], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise SpecError(f"{where}: {key} is to be a text that is not empty")
    return value
