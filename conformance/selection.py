"""Which of the planned cases are wanted: globs over case ids, and shards. Pure.

A glob is a shell pattern over the whole id; `*` also crosses `/`, so `stream/*` is a theme and `*/fifo/*` a primitive.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256

from conformance.plan import Planned
from conformance.requirements import SpecError


class UnknownName(SpecError):
    """Nobody has this name; the message has the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
        hint = f"; near it: {', '.join(near)}" if near else ""
        super().__init__(f"no {kind} {name!r}{hint}")


class NothingSelected(SpecError):
    """No case is left to run; the message says what kept the last ones out."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `count` parts, counted from 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From `I/N`; SpecError when it is none."""
        number, _, count = text.partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            raise SpecError(f"shard {text!r} is to be I/N with I from 1 to N, such as 2/4")
        return cls(int(number), int(count))

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, case: str) -> bool:
        """Whether a case belongs to this shard: decided by its id alone, so the other cases do not matter."""
        return int.from_bytes(sha256(case.encode()).digest()[:8]) % self.count == self.number - 1


def select(plan: Sequence[Planned], globs: Iterable[str], shard: Shard | None) -> list[Planned]:
    """The cases to run: those that decide something, fit one of the globs (or there are none), and are in the shard."""
    chosen = list(plan)
    globs = list(globs)
    if globs:
        wanted = {case for pattern in globs for case in matching(pattern, [planned.id for planned in plan])}
        chosen = [planned for planned in plan if planned.id in wanted]
    deciding = [planned for planned in chosen if planned.decides]
    if not deciding:
        raise NothingSelected(f"nothing to run: {_why_out(chosen)}")
    if shard is not None:
        deciding = [planned for planned in deciding if shard.holds(planned.id)]
        if not deciding:
            raise NothingSelected(f"nothing to run: no case falls into shard {shard}; use fewer shards")
    return deciding


def matching(pattern: str, cases: Sequence[str]) -> list[str]:
    """The cases that a glob names; UnknownName when it names none."""
    found = [case for case in cases if fnmatchcase(case, pattern)]
    if not found:
        # A theme or a scenario without its wildcard is the commonest slip.
        steps = {"/".join(case.split("/")[:depth]) + "/*" for case in cases for depth in (1, 2)}
        raise UnknownName("case", pattern, [*steps, *cases])
    return found


def missing_shards(shards: Iterable[Shard | None]) -> list[Shard]:
    """The shards that are not among those given, when they are parts of one whole."""
    given = [shard for shard in shards if shard is not None]
    if not given:
        return []
    count = max(shard.count for shard in given)
    return [Shard(number, count) for number in range(1, count + 1) if Shard(number, count) not in given]


def _why_out(chosen: Sequence[Planned]) -> str:
    reasons = sorted({finding.detail for planned in chosen for finding in planned.out.values()})
    if not reasons:
        return "the plan is empty"
    more = f" (and {len(reasons) - 1} more reasons; `ipc-conformance plan` has them all)" if len(reasons) > 1 else ""
    return f"{len(chosen)} cases fit, and each of them is out: {reasons[0]}{more}"
