"""Keep several cases in flight, so that their bounded waits overlap. Cases marked `alone` come last, singly.

Each flight has a witness of its own, which looks after the workspaces of the cases that pass through.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence

from conformance import shape
from conformance.evidence import Record
from conformance.live.agent import Launcher, StartError
from conformance.live.channel import Channel
from conformance.live.probe import ask
from conformance.live.run import Setting, open_channel, run_case
from conformance.plan import Planned

FLIGHT = 8


class Engine:
    """Runs planned cases on threads and hands out their records as they come."""

    def __init__(self, setting: Setting, witness: Launcher, *, flight: int = FLIGHT) -> None:
        self._setting = setting
        self._witness = witness
        self._flight = flight
        self._lock = threading.Lock()
        self._done = threading.Condition(self._lock)
        self._waiting: list[Planned] = []
        self._alone: list[Planned] = []
        self._records: dict[str, Record] = {}
        self._started: dict[str, float] = {}
        self._threads: list[threading.Thread] = []
        self._stopping = False
        self._lonely = False

    def start(self, cases: Sequence[Planned]) -> None:
        """Take more cases; returns at once."""
        with self._lock:
            self._waiting += [case for case in cases if not case.scenario.alone]
            self._alone += [case for case in cases if case.scenario.alone]
            missing = min(self._flight, len(self._waiting) + len(self._alone)) - len(self._threads)
            threads = [threading.Thread(target=self._fly, daemon=True) for _ in range(missing)]
            self._threads += threads
            self._done.notify_all()
        for thread in threads:
            thread.start()

    def record(self, case_id: str, within: float | None = None) -> Record | None:
        """The record of a case that was started, when it is there; None: not in `within` seconds, or never."""
        with self._lock:
            self._done.wait_for(lambda: case_id in self._records or self._never(case_id), within)
            return self._records.get(case_id)

    def _never(self, case_id: str) -> bool:
        return self._stopping and case_id not in self._started

    def done(self) -> int:
        """How many cases have their record."""
        return len(self._records)

    def running(self) -> list[tuple[str, float]]:
        """The cases in flight and for how many seconds, longest first."""
        now = time.monotonic()
        with self._lock:
            return sorted(((case, now - since) for case, since in self._started.items()), key=lambda item: -item[1])

    def close(self) -> None:
        """Start nothing more, and wait for what is in flight."""
        with self._lock:
            self._stopping = True
            self._done.notify_all()
        for thread in self._threads:
            thread.join()

    def _fly(self) -> None:
        keeper = Keeper(self._setting, self._witness)
        try:
            while True:
                planned = self._next()
                if planned is None:
                    return
                try:
                    record = keeper.run(planned)
                except Exception as error:  # noqa: BLE001 - whoever waits for this record must not wait for ever
                    record = Record(planned.id, "harness-error", [], f"{type(error).__name__}: {error}")
                with self._lock:
                    self._records[planned.id] = record
                    del self._started[planned.id]
                    self._done.notify_all()
        finally:
            keeper.close()

    def _next(self) -> Planned | None:
        with self._lock:
            while not self._stopping:
                chosen = self._choose()
                if chosen is not None:
                    self._started[chosen.id] = time.monotonic()
                    self._lonely = chosen.scenario.alone
                    return chosen
                self._done.wait()
        return None

    def _choose(self) -> Planned | None:
        """The next case that may start now."""
        if self._waiting and not (self._started and self._lonely):
            return self._waiting.pop(0)
        if self._alone and not self._waiting and not self._started:
            return self._alone.pop(0)
        return None


class Keeper:
    """The witness of one flight: fresh when needed, cleaned up after each case."""

    def __init__(self, setting: Setting, launcher: Launcher) -> None:
        self._setting = setting
        self._launcher = launcher
        self._channel: Channel | None = None

    def run(self, planned: Planned) -> Record:
        """Run one case with a witness that holds nothing of the case before."""
        try:
            channel = self._ready()
        except (StartError, OSError) as error:
            return Record(planned.id, "harness-error", [], f"the witness cannot be started: {error}")
        record = run_case(planned, self._setting, channel)
        with contextlib.suppress(StartError, OSError):
            self._clean(channel, record)
        return record

    def close(self) -> None:
        """End the witness."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _ready(self) -> Channel:
        """The witness; another one when it has ended since the last case."""
        if self._channel is not None:
            self._channel.read_replies()
            if not self._channel.over:
                return self._channel
            self.close()
        return self._open()

    def _open(self) -> Channel:
        channel, request = open_channel(self._launcher, self._setting.spec, "witness")
        if ask(channel, request, self._setting.patience_ms / 1000) is None:
            channel.close()
            raise StartError("no reply to its hello")
        self._channel = channel
        return channel

    def _clean(self, channel: Channel, record: Record) -> None:
        """Remove what the case left; a witness that cannot is replaced, and its successor removes it."""
        paths = [path for path in _workspaces(record) if isinstance(path, str)]
        used = any(entry[0] == "call" and entry[2] == "witness" for entry in record.transcript)
        if not self._tidy(channel, paths, reset=used):
            self.close()
            if paths:
                self._tidy(self._open(), paths, reset=False)

    def _tidy(self, channel: Channel, paths: list[str], *, reset: bool) -> bool:
        """Whether a witness has removed the workspaces, holds nothing any more, and owes no reply."""
        asked = [channel.request("remove_workspace", {"path": path}) for path in paths]
        asked += [channel.request("reset", {})] if reset else []
        replies = [ask(channel, request, self._setting.patience_ms / 1000) for request in asked]
        return (
            not channel.busy
            and not channel.over
            and all(reply is not None and reply.ok is not None for reply in replies)
        )


def _workspaces(record: Record) -> list[object]:
    """The paths that `make_workspace` returned in a case."""
    calls = {entry[1] for entry in record.transcript if entry[0] == "call" and entry[3] == "make_workspace"}
    replies = [entry for entry in record.transcript if entry[0] == "reply" and entry[1] in calls]
    return [(shape.table(entry[2]) or {}).get("path") for entry in replies]
