"""Look for sequences of operations that an agent answers otherwise than a byte stream does.

hypothesis chooses modes, operations and sizes, each sequence runs as one case with fresh processes, and what is found
is shrunk by running shorter ones. Each sequence runs once: while shrinking, the first answer counts. What is left
runs again, with all the patience of an ordinary run, to say whether it happens every time.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import hypothesis
from hypothesis import strategies
from hypothesis.configuration import set_hypothesis_home_dir

from conformance.evidence import Record
from conformance.judge import judge_case
from conformance.live import run
from conformance.live.engine import Keeper
from conformance.live.probe import Prepared
from conformance.live.search_outcome import AGAIN, Found, Hunt
from conformance.plan import Planned, hidden, plan
from conformance.requirements import SpecError
from conformance.scenario import Finding, Scenario
from conformance.sequences import sequence
from conformance.sequences.model import ROOM
from conformance.sequences.sequence import Step

EXAMPLES = 500
PATIENCE_MS = 2_000
"""Enough patience while searching: a sequence waits only where it cannot have to, and what is found runs again."""
SHRINK_SECONDS = 60.0
LONGEST = 24
GIVE_UP = 10
"""When so many sequences could not be judged, more of them tell nothing."""
_FLOOD = 250_000
"""More than fits: Linux holds about 200 KiB in a socket and 64 KiB in a pipe by default, others less."""
_MOST_EXCHANGED = 100_000


def search(
    prepared: Prepared, scenario: Scenario, primitive: str, *, examples: int = EXAMPLES, seed: int | str | None = None
) -> Hunt:
    """Search one primitive. `seed`: None is the same search every time, "random" another one every time."""
    start = time.monotonic()
    modes, reason = _modes(prepared, scenario, primitive)
    if not modes:
        return Hunt(primitive, (), 0, 0, {}, 0.0, None, reason)
    players = _Players(prepared, scenario, primitive)
    try:
        worst = _drive(players, modes, _alphabet(primitive, prepared.claims), examples, seed)
        found = None if worst is None else players.confirmed(*worst)
    finally:
        players.close()
    seconds = time.monotonic() - start
    return Hunt(primitive, modes, len(players.told), players.operations, players.untold, seconds, found)


class _Disagrees(Exception):
    """Tells hypothesis that an example is what it looks for."""


@dataclass(slots=True)
class _Players:
    """Plays sequences of one primitive, each once."""

    prepared: Prepared
    scenario: Scenario
    primitive: str
    told: dict[tuple[str, str], tuple[Planned, Finding, Record]] = field(
        default_factory=dict[tuple[str, str], tuple[Planned, Finding, Record]]
    )
    operations: int = 0
    untold: dict[str, str] = field(default_factory=dict[str, str])
    _keeper: Keeper = field(init=False)
    _shrunk_by: float | None = None

    def __post_init__(self) -> None:
        self._keeper = Keeper(self.prepared.setting, self.prepared.witness)

    def violated(self, mode: str, word: str) -> bool:
        """Whether a sequence violates the requirement; false for a new one when it is time to stop."""
        if (mode, word) not in self.told:
            too_late = self._shrunk_by is not None and time.monotonic() > self._shrunk_by
            if too_late or len(self.untold) >= GIVE_UP:
                return False
            self._play(mode, word)
        violated = self.told[mode, word][1].verdict == "violated"
        if violated and self._shrunk_by is None:
            self._shrunk_by = time.monotonic() + SHRINK_SECONDS
        return violated

    def confirmed(self, mode: str, word: str) -> Found:
        """What was found, and whether it happens again."""
        planned, finding, record = self.told[mode, word]
        patient = replace(self.prepared.setting, patience_ms=max(run.PATIENCE_MS, self.prepared.setting.patience_ms))
        keeper = Keeper(patient, self.prepared.witness)
        try:
            verdicts = [self._judged(planned, keeper.run(planned)).verdict for _ in range(AGAIN)]
        finally:
            keeper.close()
        return Found(planned, finding, record, verdicts.count("violated"))

    def close(self) -> None:
        """End the witness."""
        self._keeper.close()

    def _play(self, mode: str, word: str) -> None:
        planned = planned_for(self.prepared, self.scenario, self.primitive, mode, word)
        record = self._keeper.run(planned)
        finding = self._judged(planned, record)
        self.told[mode, word] = planned, finding, record
        self.operations += Counter(entry[0] for entry in record.transcript)["call"]
        if finding.verdict not in ("holds", "violated"):
            self.untold[planned.id] = f"{finding.verdict} ({finding.cause}): {finding.detail}"

    def _judged(self, planned: Planned, record: Record) -> Finding:
        setting = self.prepared.setting
        (finding,) = judge_case(planned, record, setting.spec, setting.platform).values()
        return finding


def planned_for(prepared: Prepared, scenario: Scenario, primitive: str, mode: str, word: str) -> Planned:
    """The case of one sequence, as any run would plan it."""
    narrowed = replace(scenario, primitives=(primitive,), modes=(mode,), params={"steps": (word,)})
    unseen = hidden(prepared.environment)
    (planned,) = plan(prepared.setting.spec, (narrowed,), prepared.setting.platform, prepared.claims, unseen)
    return planned


def _modes(prepared: Prepared, scenario: Scenario, primitive: str) -> tuple[tuple[str, ...], str]:
    """The modes in which an agent can be searched, or why it cannot."""
    known = {mode for name in scenario.requirements for mode in prepared.setting.spec.requirement(name).modes}
    plans = {mode: planned_for(prepared, scenario, primitive, mode, "s1") for mode in scenario.modes if mode in known}
    reasons = [finding.detail for planned in plans.values() for finding in planned.out.values()]
    return tuple(mode for mode, planned in plans.items() if planned.decides), reasons[0] if reasons else ""


def _drive(
    players: _Players,
    modes: Sequence[str],
    steps: strategies.SearchStrategy[Step],
    examples: int,
    seed: int | str | None,
) -> tuple[str, str] | None:
    """Let hypothesis choose; the mode and the word of the shortest sequence that it found."""
    last: tuple[str, str] | None = None

    @hypothesis.settings(
        max_examples=examples,
        derandomize=seed is None,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=_SUPPRESSED,
        report_multiple_bugs=False,
        print_blob=False,
    )
    @hypothesis.given(strategies.sampled_from(modes), _some(steps))
    def agrees(mode: str, chosen: list[Step]) -> None:
        nonlocal last
        word = sequence.word(chosen)
        if players.violated(mode, word):
            last = mode, word
            raise _Disagrees

    looking: Callable[[], None] = hypothesis.seed(seed)(agrees) if isinstance(seed, int) else agrees
    with tempfile.TemporaryDirectory(prefix="ipc-conformance-") as elsewhere:
        # hypothesis keeps caches; they are not to appear in the directory from which somebody searches.
        set_hypothesis_home_dir(elsewhere)
        try:
            looking()
        except _Disagrees:
            return last
        finally:
            set_hypothesis_home_dir(None)
    return None


def _some(steps: strategies.SearchStrategy[Step]) -> strategies.SearchStrategy[list[Step]]:
    """Sequences that can shrink to a single step; left alone, hypothesis would hardly try longer ones."""
    return strategies.one_of(
        strategies.lists(steps, min_size=1, max_size=LONGEST // 2),
        strategies.lists(steps, min_size=LONGEST // 2, max_size=LONGEST),
    )


# A sequence costs what its processes cost; hypothesis need not wonder.
_SUPPRESSED = (
    hypothesis.HealthCheck.data_too_large,
    hypothesis.HealthCheck.filter_too_much,
    hypothesis.HealthCheck.large_base_example,
    hypothesis.HealthCheck.too_slow,
)


def _alphabet(primitive: str, claims: Sequence[str]) -> strategies.SearchStrategy[Step]:
    """The steps that an agent with these claims can be asked for; simpler ones first, which is where shrinking goes."""
    letters = [letter for letter in _LETTERS if _playable(letter, primitive, claims)]
    both_ways = primitive == "local_socket"

    @strategies.composite
    def step(draw: strategies.DrawFn) -> Step:
        letter = draw(strategies.sampled_from(letters))
        back = draw(strategies.booleans()) if both_ways or letter in "cd" else False
        return Step(letter, draw(_sizes(letter)) if letter in sequence.SIZED else 0, back)

    return step()


def _sizes(letter: str) -> strategies.SearchStrategy[int]:
    if letter in "sa":
        return strategies.one_of(_FEW, strategies.integers(0, ROOM))
    if letter == "x":
        return strategies.one_of(_FEW, strategies.integers(0, _MOST_EXCHANGED))
    return strategies.one_of(_FEW, _FEW, _BORDERS, strategies.integers(0, _FLOOD), strategies.just(_FLOOD))


# More often what moves data: a sequence that has closed its ends has not much more to tell.
_LETTERS = "srrtuursaatevvxzuuddch"
_FEW = strategies.integers(0, 9)
_BORDERS = strategies.sampled_from([size + more for size in (512, 4096, 8192, 65536) for more in (-1, 0, 1)])


def _playable(letter: str, primitive: str, claims: Sequence[str]) -> bool:
    text = f"{letter}1" if letter in sequence.SIZED else letter
    try:
        return set(sequence.needs(text, primitive)) <= set(claims)
    except SpecError:
        return False
