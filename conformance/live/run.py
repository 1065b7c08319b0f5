"""Run one case live: its agents as processes, its transcript kept.

The verdict is not derived here but from the record, by the judge, exactly as it can be derived again later.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.evidence import Record
from conformance.live.agent import Launcher, StartError
from conformance.live.channel import Channel, serve
from conformance.plan import Planned
from conformance.requirements import Spec
from conformance.scenario import play
from conformance.transport import Broken, Declined, Died, Hung, Reply, Stopped

PATIENCE_MS = 10_000
CASE_PATIENCES = 30
"""A case as a whole may take so many times what one reply may, however promptly each reply comes."""
MEMORY_LIMIT = 1 << 30
_LOG_TAIL = 2000


@dataclass(frozen=True, slots=True)
class Setting:
    """What all cases of a run share."""

    spec: Spec
    platform: str
    subject: Launcher
    hello: Mapping[str, object]
    patience_ms: int = PATIENCE_MS


def run_case(planned: Planned, setting: Setting, witness: Channel) -> Record:
    """Run a case; whatever its agents do, there is a record and nothing of them is left."""
    transport = Live(setting, witness)
    note = ""
    try:
        play(planned.scenario, planned.case(setting.spec, setting.platform, transport))
        fault = transport.last_fault()
        if fault is not None:
            transport.ending = "harness-error" if fault.startswith("witness:") else "refused"
            note = fault
    except StartError as error:
        transport.ending, note = "refused", str(error)
    except Exception as error:  # noqa: BLE001 - a scenario's own mistake is evidence too, and must not end the run
        transport.ending, note = "harness-error", f"{type(error).__name__}: {error}"
    finally:
        logs = transport.close()
    if transport.ending != "completed" and logs:
        note = f"{note}\n{logs}".strip()
    return Record(planned.id, transport.ending, transport.transcript, note)


def open_channel(launcher: Launcher, spec: Spec, role: str) -> tuple[Channel, int]:
    """A fresh agent that has been sent its `hello`; the request's number."""
    channel = Channel(launcher.launch(), spec.error_kinds)
    return channel, channel.request("hello", {"protocol": [1, 1], "role": role})


@dataclass(frozen=True, slots=True)
class _Call:
    """A request on its way; its process may have been told to end since."""

    role: str
    op: str
    channel: Channel
    request: int
    patience_ms: int

    def settled(self) -> bool:
        """Whether there is a reply, or will be none."""
        return self.channel.has(self.request) or self.channel.over


class Live:
    """A transport to running agents, which writes down what passes."""

    def __init__(self, setting: Setting, witness: Channel) -> None:
        self.transcript: list[list[object]] = []
        self.ending = "completed"
        self._setting = setting
        self._channels: dict[str, Channel] = {"witness": witness}
        self._gone: list[tuple[str, Channel]] = []
        self._hellos: dict[str, int] = {}
        self._calls: list[_Call] = []
        self._ends = time.monotonic() + CASE_PATIENCES * setting.patience_ms / 1000

    def start(self, role: str, op: str, args: Mapping[str, object]) -> int:
        channel = self._channels.get(role) or self._launch(role)
        call = len(self._calls) + 1
        self.transcript.append(["call", call, role, op, args])
        one_at_a_time = not self._setting.hello.get("concurrent") and role != "witness"
        # An agent that has not even greeted declines nothing: it is waited for, and then it hung or died.
        if channel.busy and one_at_a_time and role not in self._hellos:
            detail = "one more request while another waits; that takes a concurrent agent"
            self.transcript.append(["declined", call, detail])
            raise Declined(role, detail)
        patience = _patience(args, self._setting.patience_ms)
        self._calls.append(_Call(role, op, channel, channel.request(op, args), patience))
        return call

    def finish(self, call: int) -> Reply:
        asked = self._calls[call - 1]
        left = self._ends - time.monotonic()
        self._pump(asked.settled, min(asked.patience_ms / 1000, max(0.0, left)))
        reply = asked.channel.reply(asked.request)
        if reply is not None:
            self.transcript.append(["reply", call, reply.ok, reply.error, reply.elapsed_ms])
            return reply
        stop = _stop(asked, in_time=time.monotonic() < self._ends, patience_ms=self._setting.patience_ms)
        self.transcript.append([_ENTRY[type(stop)], call, stop.detail])
        self.ending = "harness-error" if asked.role == "witness" else _ENDING[type(stop)]
        raise stop

    def blocked(self, call: int, within_ms: int) -> bool:
        asked = self._calls[call - 1]
        self._pump(asked.settled, within_ms / 1000)
        blocked = not asked.channel.has(asked.request)
        self.transcript.append(["blocked", call, within_ms, blocked])
        return blocked

    def ended(self, role: str) -> int:
        channel = self._channels[role]
        seconds = self._setting.patience_ms / 1000
        status = channel.process.status(seconds)
        if status is None:
            detail = f"asked to end, it still runs after {seconds:g} s"
            self.transcript.append(["ended", role, detail])
            self.ending = "hung"
            raise Hung(role, detail)
        self.transcript.append(["ended", role, status])
        channel.read_replies()
        channel.ended = True
        self._gone.append((role, self._channels.pop(role)))
        return status

    def last_fault(self) -> str | None:
        """What an agent got wrong that no call has noticed."""
        for role, channel in (*self._channels.items(), *self._gone):
            channel.read_replies()
            if channel.fault is not None:
                return f"{role}: {channel.fault}"
        return None

    def close(self) -> str:
        """End the case's agents; the ends of their logs."""
        logs: list[str] = []
        home = os.path.expanduser("~")
        for role, channel in (*self._channels.items(), *self._gone):
            if role == "witness":
                continue
            with contextlib.suppress(OSError):
                channel.read_log()
            if channel.log:
                text = bytes(channel.log[-_LOG_TAIL:]).decode("utf-8", "replace")
                logs.append(f"standard error of {role}: {text.replace(home, '~')}")
            channel.close()
        return "\n".join(logs)

    def _launch(self, role: str) -> Channel:
        channel, hello = open_channel(self._setting.subject, self._setting.spec, "subject")
        self._channels[role] = channel
        self._hellos[role] = hello
        if not self._setting.hello.get("concurrent"):
            self._pump(lambda: role not in self._hellos or channel.over, self._setting.patience_ms / 1000)
        return channel

    def _pump(self, done: Callable[[], bool], seconds: float) -> None:
        """Pass requests and replies until `done`, for at most so many seconds."""

        def greeted() -> bool:
            if self._hellos:
                self._greet()
            return done()

        serve(self._channels.values(), greeted, seconds, self._watch)

    def _greet(self) -> None:
        """Take the replies to `hello` that have come."""
        for role, request in list(self._hellos.items()):
            channel = self._channels.get(role)
            if channel is None:
                del self._hellos[role]
                continue
            reply = channel.reply(request)
            if reply is not None:
                del self._hellos[role]
                if reply.ok != self._setting.hello:
                    channel.fault = "its hello is not the one that it gave when it was probed"

    def _watch(self) -> None:
        """Notice what no reply tells: a process that ended with its pipes held open, or that eats the memory."""
        for role, channel in self._channels.items():
            if not channel.ended and channel.process.status(0) is not None:
                channel.read_replies()
                channel.ended = True
            elif role != "witness" and _memory(channel.process.pid) > MEMORY_LIMIT:
                channel.fault = f"it uses more than {MEMORY_LIMIT >> 20} MiB of memory"


def _stop(asked: _Call, *, in_time: bool, patience_ms: int) -> Stopped:
    """Why there is no reply."""
    channel, op = asked.channel, asked.op
    if channel.fault is not None:
        return Broken(asked.role, channel.fault)
    if channel.ended:
        status = channel.process.status(1.0)
        how = "closed its output" if status is None else f"ended with {_status(status)}"
        return Died(asked.role, f"it {how} while {op} was asked of it")
    if not in_time:
        return Hung(
            asked.role, f"no reply to {op}, and the case as a whole took {CASE_PATIENCES * patience_ms / 1000:g} s"
        )
    return Hung(asked.role, f"no reply to {op} within {asked.patience_ms / 1000:g} s")


_ENTRY: Mapping[type[Stopped], str] = {Hung: "hung", Died: "died", Broken: "broken"}
_ENDING: Mapping[type[Stopped], str] = {Hung: "hung", Died: "died", Broken: "refused"}


def _patience(args: Mapping[str, object], patience_ms: int) -> int:
    wait = args.get("wait")
    return patience_ms + (wait if isinstance(wait, int) and wait < 10 * patience_ms else 0)


def _status(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {-status}"


def _memory(pid: int) -> int:
    """How many bytes of memory a process has; 0 where it is gone, or psutil is not installed."""
    try:
        import psutil
    except ImportError:
        return 0
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
