"""Evidence, plans and verdicts of a test's own, without any process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from conformance.evidence import Evidence, Header, Record
from conformance.judge import Verdict
from conformance.plan import Planned, plan, scenarios
from conformance.requirements import Spec, load
from conformance.scenario import Scenario

CASE = "stream/queued_bytes_arrive/unnamed_pipe/blocking/size=256"
OTHER = "stream/queued_bytes_arrive/unnamed_pipe/blocking/size=1"


@cache
def spec() -> Spec:
    """The real spec, read once."""
    return load()


@cache
def catalogue() -> Mapping[str, Scenario]:
    """The real scenarios, loaded once, but those of event loops, messages and Windows, not asked here."""
    return {
        name: replace(scenario, modes=modes)
        for name, scenario in scenarios().items()
        if (modes := tuple(mode for mode in scenario.modes if mode != "async"))
        and scenario.theme not in ("framing", "named_pipe")
    }


@cache
def all_claims() -> Sequence[str]:
    """What an agent in blocking use can claim at most."""
    return [name for name in spec().capabilities if name.partition(".")[0] not in ("async", "framing")]


@cache
def everything(platform: str = "linux") -> Sequence[Planned]:
    """The plan of an agent that claims everything but an event loop and messages."""
    return plan(spec(), catalogue().values(), platform, all_claims())


def header(
    planned: Iterable[str] = (CASE,), *, claims: Iterable[str] | None = None,
    selection: Mapping[str, object] | None = None, **environment: object,
) -> Header:  # fmt: skip
    """A first line of evidence, about an agent that claims all that blocking use can unless told otherwise."""
    hello: dict[str, object] = {
        "name": "made",
        "protocol": 1,
        "implementation": {"name": "made", "version": "1", "language": "Python"},
        "platform": {"system": "linux"},
        "capabilities": dict.fromkeys(all_claims() if claims is None else claims, True),
        "concurrent": True,
    }
    where: dict[str, object] = {"platform": "linux", "harness": "Python", "ci": False, **environment}
    chosen: dict[str, object] = {
        "agent": "made",
        "witness": "brought",
        "cases": [],
        "keyword": None,
        "shard": None,
        **(selection or {}),
    }
    return Header(
        "1", spec().digest, where, {"subject": hello, "witness": hello}, {**chosen, **(selection or {})}, tuple(planned)
    )


def evidence(first: Header, records: Iterable[Record] = (), *, ended: bool = True) -> Evidence:
    """Evidence as if read from a file."""
    return Evidence(first, {record.case: record for record in records}, ended, "", 0)


def verdict(
    word: str, cause: str = "", detail: str = "", *, case: str = CASE, requirement: str = "LS-IO-001",
    level: str = "must", party: str = "server",
) -> Verdict:  # fmt: skip
    """A verdict."""
    return Verdict(case, requirement, level, word, cause, detail, party)
