"""An agent on the bench: probed, its cases planned, an engine that runs them. What every front end works with."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

from conformance import shape
from conformance.assessment import Assessment, Rules, assess
from conformance.document import requirements_by_case
from conformance.evidence import Header, Record
from conformance.expectations import parse, unmatched
from conformance.judge import Verdict, judge_case
from conformance.live.agent import Command, Launcher
from conformance.live.engine import Engine
from conformance.live.probe import Prepared, prepare
from conformance.live.roster import named_command, own_command, runs_elsewhere, witness_of
from conformance.live.run import PATIENCE_MS, Setting
from conformance.live.strays import end_strays
from conformance.plan import Planned, hidden, plan, scenarios
from conformance.requirements import Spec, SpecError, load
from conformance.selection import Shard, select
from conformance.sequences.frozen import read, steps, with_named, with_sequences

# A case in flight may start one more agent after all were ended, so ending them is repeated so often, in seconds.
_LANDING = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """Which agent to judge, by which cases and rules: text only, so that it reaches workers on other machines.

    Either `agent` names one or `agent_command` runs one. `only` lists cases by their ids and overrules globs and shard.
    `expectations` is the text of a file and `expectations_source` its name; `frozen` has sequences to replay as well.
    `source` says who vouches for the run.
    """

    agent: str | None
    agent_command: str | None = None
    witness_command: str | None = None
    patience_ms: int = PATIENCE_MS
    cases: tuple[str, ...] = ()
    shard: str | None = None
    only: tuple[str, ...] | None = None
    strict: bool = False
    expectations: str = ""
    expectations_source: str = "expectations"
    frozen: str = ""
    source: str | None = None

    def text(self) -> str:
        """As it travels."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Order:
        """From `text`."""
        fields: dict[str, object] = json.loads(text)
        lists = {name: shape.texts(fields.pop(name)) for name in ("cases", "only")}
        return cls(**fields, cases=lists["cases"] or (), only=lists["only"])  # type: ignore[arg-type]

    @property
    def subject(self) -> Command:
        """How to run the agent."""
        if self.agent_command is not None:
            return own_command(self.agent_command, "--agent-command")
        return named_command(self.agent or "")

    @property
    def witness(self) -> tuple[Command | None, str]:
        """How to run the witness, None for the agent itself; and the word for it in evidence."""
        if self.witness_command is not None:
            return own_command(self.witness_command, "--witness-command"), "own"
        if self.agent_command is not None and runs_elsewhere(self.subject):
            return None, "agent"
        return named_command(witness_of(self.agent)), "brought"


@dataclass(frozen=True, slots=True)
class Probed:
    """What probing found out, as it stands in evidence."""

    environment: Mapping[str, object]
    agents: Mapping[str, Mapping[str, object]]

    def text(self) -> str:
        """As it travels."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Probed:
        """From `text`."""
        fields: dict[str, dict[str, dict[str, object]]] = json.loads(text)
        return cls(fields["environment"], fields["agents"])


class Bench:
    """One agent, ready to be judged in this process. `close` it: whatever happened, nothing of it is left then."""

    def __init__(self, order: Order, probed: Probed | None = None, run_mark: str = "") -> None:
        """Probe the agents, or believe `probed`: a hello that differs from it costs each case its verdict.

        SpecError: what the order asks for does not exist. StartError: an agent cannot be started or judged.
        """
        self.order = order
        self.spec: Spec = load()
        self.catalogue = scenarios()
        self.run_mark = run_mark or secrets.token_hex(8)
        self.witness_word = order.witness[1]
        self.prepared = self._prepare() if probed is None else self._believe(probed)
        self._engine: Engine | None = None
        self._started: set[str] = set()

    @cached_property
    def plan(self) -> list[Planned]:
        """Every case there is for this agent on its platform."""
        more = steps(read(self.order.frozen, "--frozen"))
        catalogue = with_named(with_sequences(self.catalogue, more), self.order.only or self.order.cases)
        unseen = hidden(self.prepared.environment)
        return plan(self.spec, catalogue.values(), self.platform, self.prepared.claims, unseen)

    @cached_property
    def selected(self) -> list[Planned]:
        """The cases to run, those that need the machine to themselves last."""
        shard = None if self.order.shard is None else Shard.parse(self.order.shard)
        chosen = select(self.plan, self.order.cases, shard) if self.order.only is None else self._only(self.order.only)
        return sorted(chosen, key=lambda planned: planned.scenario.alone)

    @cached_property
    def rules(self) -> Rules:
        """By what the verdicts are measured."""
        cases = requirements_by_case(self.plan)
        known = parse(self.order.expectations, self.order.expectations_source, self.spec, cases)
        return Rules(known, unmatched(known, cases), self.order.strict, datetime.now(UTC).date())

    @property
    def platform(self) -> str:
        """The agent's platform."""
        return self.prepared.setting.platform

    @property
    def implementation(self) -> str:
        """The implementation that the agent drives, as it calls it."""
        return str((shape.table(self.prepared.setting.hello.get("implementation")) or {}).get("name"))

    @property
    def probed(self) -> Probed:
        """What probing found out."""
        return Probed(self.prepared.environment, self.prepared.agents)

    def header(self, planned: Sequence[str], keyword: str | None = None) -> Header:
        """The first line of this run's evidence."""
        selection: dict[str, object] = {
            "agent": self.order.agent,
            "witness": self.witness_word,
            "cases": list(self.order.cases),
            "keyword": keyword,
            "shard": self.order.shard,
        }
        probed = self.probed
        return Header(suite_version(), self.spec.digest, probed.environment, probed.agents, selection, tuple(planned))

    def start(self, cases: Sequence[Planned]) -> None:
        """Let the engine run these cases, ahead of whoever asks for their records; each of them once."""
        new = [planned for planned in cases if planned.id not in self._started]
        self._started |= {planned.id for planned in new}
        if self._engine is None:
            self._engine = Engine(self.prepared.setting, self.prepared.witness)
        if new:
            self._engine.start(new)

    def record(self, case: str) -> Record:
        """The record of a case that was started; waits for it."""
        record = None if self._engine is None else self._engine.record(case)
        assert record is not None, f"{case} was not started"
        return record

    def done(self) -> int:
        """How many cases have their record."""
        return 0 if self._engine is None else self._engine.done()

    def running(self) -> list[tuple[str, float]]:
        """The cases in flight and for how many seconds, longest first."""
        return [] if self._engine is None else self._engine.running()

    def assess_case(self, planned: Planned, record: Record) -> tuple[list[Verdict], Assessment]:
        """The verdicts of one case, and what they mean."""
        findings = judge_case(planned, record, self.spec, self.platform)
        verdicts = [
            Verdict(planned.id, found.requirement, level, found.verdict, found.cause, found.detail, found.party)
            for found in findings.values()
            for level in (self.spec.requirement(found.requirement).level,)
        ]
        return verdicts, assess(verdicts, self.platform, replace(self.rules, unmatched=()))

    def close(self) -> list[str]:
        """End everything that was started, cases in flight too; what had left its agent's session and was found."""
        if self._engine is not None:
            landing = threading.Thread(target=self._engine.close)
            landing.start()
            while landing.is_alive():
                # With its agents gone a case in flight is over at once, instead of after its patience.
                self.prepared.subject.close()
                landing.join(_LANDING)
        self.prepared.close()
        return end_strays(self.run_mark)

    def _prepare(self) -> Prepared:
        order = self.order
        return prepare(
            order.subject,
            order.witness[0],
            self.spec,
            self.run_mark,
            patience_ms=order.patience_ms,
            source=order.source,
        )

    def _believe(self, probed: Probed) -> Prepared:
        subject, witness = self.order.subject, self.order.witness[0] or self.order.subject
        hello = {key: value for key, value in probed.agents["subject"].items() if key != "name"}
        warm = {role: probed.agents[role].get("warm") is True for role in ("subject", "witness")}
        launcher = Launcher(subject, self.run_mark, warm=warm["subject"])
        setting = Setting(
            self.spec, str(probed.environment["platform"]), launcher, hello, self.order.patience_ms
        )  # fmt: skip
        witnesses = Launcher(witness, self.run_mark, warm=warm["witness"])
        return Prepared(setting, launcher, witnesses, probed.environment, probed.agents)

    def _only(self, cases: Sequence[str]) -> list[Planned]:
        by_id = {planned.id: planned for planned in self.plan if planned.decides}
        lost = [case for case in cases if case not in by_id]
        if lost:
            raise SpecError(
                f"{len(lost)} of the cases to run are not in the plan here, such as {lost[0]}; "
                "the suite is another one than where the plan was made"
            )
        return [by_id[case] for case in cases]


def suite_version() -> str:
    """The version of this suite."""
    try:
        return version("ipc-conformance")
    except PackageNotFoundError:
        return "unpackaged"
