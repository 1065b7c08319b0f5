"""Find out what an agent is before anything is judged: its hello, its claims, its canary; and where it runs.

What is wrong here stops the run before it starts: one clear error, no case loses its verdict over it.
"""

from __future__ import annotations

import os
import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from conformance import shape
from conformance.live.agent import Command, Launcher, StartError
from conformance.live.channel import Channel, serve
from conformance.live.run import PATIENCE_MS, Setting, open_channel
from conformance.plan import claims
from conformance.requirements import Spec
from conformance.transport import Reply


class ProbeError(StartError):
    """An agent answers, but cannot be judged; says what it did and what PROTOCOL.md asks for."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a run needs: how to start agents, and what the evidence says of them."""

    setting: Setting
    subject: Launcher
    witness: Launcher
    environment: Mapping[str, object]
    agents: Mapping[str, Mapping[str, object]]

    @property
    def claims(self) -> tuple[str, ...]:
        """What the subject claims."""
        return claims(self.setting.hello)

    def close(self) -> None:
        """End the warm parents."""
        self.subject.close()
        self.witness.close()


def prepare(
    subject: Command,
    witness: Command | None,
    spec: Spec,
    run_mark: str,
    *,
    patience_ms: int = PATIENCE_MS,
    source: str | None = None,
) -> Prepared:
    """Probe both agents; `witness` None means that the subject's command has to serve as witness too.

    `source` says who vouches for the run; in CI that is the CI run, unless it is given.
    """
    hello = _probe(subject, "subject", spec, run_mark, patience_ms)
    witness_hello = _probe(witness or subject, "witness", spec, run_mark, patience_ms)
    if witness_hello.get("witness") is not True:
        raise ProbeError(
            f"agent {(witness or subject).name}: it does not offer to be a witness; "
            "name one on the same machine with --witness-command"
        )
    place, seen = _system(hello, subject), _system(witness_hello, witness or subject)
    if place != seen:
        raise ProbeError(f"the agent runs on {place}, the witness on {seen}; both have to be on one machine")
    if place not in spec.platforms:
        raise ProbeError(
            f"agent {subject.name}: platform {place!r} is not in the spec; known: {', '.join(spec.platforms)}"
        )
    launcher = Launcher(subject, run_mark, warm=hello.get("warm") is True)
    witness_launcher = Launcher(witness or subject, run_mark, warm=witness_hello.get("warm") is True)
    return Prepared(
        Setting(spec, place, launcher, hello, patience_ms),
        launcher,
        witness_launcher,
        _environment(place, (witness_hello, hello), source),
        {"subject": {"name": subject.name, **hello}, "witness": {"name": (witness or subject).name, **witness_hello}},
    )


def ask(channel: Channel, request: int, seconds: float) -> Reply | None:
    """Wait for one reply; None when there is none in time or the agent is at fault."""
    serve((channel,), lambda: channel.has(request) or channel.over, seconds, lambda: None)
    return channel.reply(request)


def _probe(command: Command, role: str, spec: Spec, run_mark: str, patience_ms: int) -> Mapping[str, object]:
    """The hello of a cold agent, and its canary."""
    seconds = patience_ms / 1000
    launcher = Launcher(command, run_mark, warm=False)
    channel, request = open_channel(launcher, spec, role)
    try:
        reply = ask(channel, request, seconds)
        if reply is None:
            raise ProbeError(f"agent {command.name}: {_silence(channel, 'hello', seconds)}")
        hello = hello_of(command, reply)
        canary = f"canary_{secrets.token_hex(4)}"
        reply = ask(channel, channel.request(canary, {}), seconds)
        if reply is None:
            raise ProbeError(f"agent {command.name}: {_silence(channel, 'an unknown operation', seconds)}")
        if reply.error is None or reply.error.get("kind") != "unsupported":
            raise ProbeError(
                f"agent {command.name}: it was asked for {canary!r}, which nobody has, and did not decline it as "
                "unsupported; an agent that says yes to anything cannot be judged"
            )
        return hello
    finally:
        channel.close()


def hello_of(command: Command, reply: Reply) -> Mapping[str, object]:
    """The hello in a reply, checked; ProbeError says what is missing."""
    name = f"agent {command.name}: hello"
    if reply.ok is None:
        error = reply.error or {}
        raise ProbeError(f"{name} failed with {error.get('kind')}: {error.get('message')}")
    if reply.ok.get("protocol") != 1:
        raise ProbeError(f"{name} speaks protocol {reply.ok.get('protocol')!r}; this suite speaks 1")
    for key, inner in (("implementation", ("name", "version", "language")), ("platform", ("system",))):
        table = shape.table(reply.ok.get(key)) or {}
        if not all(isinstance(table.get(word), str) for word in inner):
            raise ProbeError(f"{name} is to have {key} with {', '.join(inner)} as texts")
    if shape.table(reply.ok.get("capabilities")) is None:
        raise ProbeError(f"{name} is to have capabilities, an object")
    if not isinstance(reply.ok.get("concurrent"), bool):
        raise ProbeError(f"{name} is to have concurrent, true or false")
    return reply.ok


def _system(hello: Mapping[str, object], command: Command) -> str:
    system = (shape.table(hello.get("platform")) or {}).get("system")
    if not isinstance(system, str):
        raise ProbeError(f"agent {command.name}: hello does not name its platform's system")
    return system


def _silence(channel: Channel, what: str, seconds: float) -> str:
    if channel.fault is not None:
        return channel.fault
    log = bytes(channel.log[-500:]).decode("utf-8", "replace").strip()
    said = f"; its standard error: {log!a}" if log else ""
    if channel.ended:
        status = channel.process.status(1.0)
        return f"it ended (status {status}) without a reply to {what}{said}"
    return f"no reply to {what} within {seconds:g} s{said}"


def _environment(system: str, hellos: Sequence[Mapping[str, object]], source: str | None) -> Mapping[str, object]:
    """Where and when this evidence comes from; no names of users or hosts, no variables but what CI says of its run.

    The witness comes first among the `hellos`: it is the suite's own, and believed where the two differ.
    """
    places = [shape.table(hello.get("platform")) or {} for hello in hellos]
    facts = {key: str(places[0].get(key, "unknown")) for key in ("release", "machine")}
    emulator = next((str(place["emulator"]) for place in places if place.get("emulator")), None)
    # What a system shows is for its witness alone to say.
    hidden = shape.texts(places[0].get("cannot_show"))
    vouched = source or ci_run(os.environ)
    return {
        "platform": system,
        **facts,
        **({} if emulator is None else {"emulator": emulator}),
        "harness": f"Python {platform.python_version()}",
        "ci": bool(os.environ.get("CI")),
        **({} if vouched is None else {"source": vouched}),
        "date": datetime.now(UTC).date().isoformat(),
        **({} if hidden is None else {"cannot_show": list(hidden)}),
    }


# The variables that name a project and a run of its CI, as each of them documents:
# https://docs.github.com/actions/reference/workflows-and-actions/variables
# https://docs.gitlab.com/ci/variables/predefined_variables/
# https://cirrus-ci.org/guide/writing-tasks/#environment-variables
_CI_RUNS = (
    ("GitHub", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"),
    ("GitLab", "CI_PROJECT_PATH", "CI_PIPELINE_ID"),
    ("Cirrus", "CIRRUS_REPO_FULL_NAME", "CIRRUS_BUILD_ID"),
)


def ci_run(environment: Mapping[str, str]) -> str | None:
    """The CI run that this is part of, the same for all jobs of it; None outside of CI or in one that is not known."""
    for title, project, run in _CI_RUNS:
        if environment.get("CI") and environment.get(project) and environment.get(run):
            return f"{title} {environment[project]} run {environment[run]}"
    return None
