"""One agent's end of the protocol: requests out, replies in, and precise words for what an agent gets wrong."""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from math import isfinite

from conformance import shape
from conformance.live.agent import Process, StartError
from conformance.transport import Reply

LINE_LIMIT = 1 << 20
_LOG_LIMIT = 1 << 16
_READ = 1 << 16
TICK = 0.25
if sys.platform != "win32":
    _IN, _OUT = select.POLLIN, select.POLLOUT
else:
    _IN, _OUT = 1, 4
_encode = json.JSONEncoder(separators=(",", ":")).encode


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number


# Python's own reading takes NaN and 1e999, which no evidence could hold.
_decode = json.JSONDecoder(parse_float=_finite, parse_constant=_finite).decode


class Channel:
    """Requests to and replies from one process. Never blocks but in `poll`, which the transport does for many."""

    def __init__(self, process: Process, kinds: frozenset[str]) -> None:
        self.process = process
        self.fault: str | None = None
        self.ended = False
        self.log = bytearray()
        self.concurrent = False
        self.hello: Mapping[str, object] = {}
        self._kinds = kinds
        self._next = 0
        self._out = bytearray()
        self._in = bytearray()
        self._sent: dict[int, float] = {}
        self._replies: dict[int, Reply] = {}
        self._dropped: set[int] = set()
        for descriptor in (process.stdin, process.stdout, process.stderr):
            if sys.platform != "win32":
                os.set_blocking(descriptor, False)

    def request(self, op: str, args: Mapping[str, object]) -> int:
        """Queue a request; returns its id."""
        self._next += 1
        self._out += _encode({"id": self._next, "op": op, "args": args}).encode() + b"\n"
        self._sent[self._next] = time.monotonic()
        self.flush()
        return self._next

    def drop(self, request: int) -> None:
        """Nobody will ask for this reply."""
        self._dropped.add(request)
        self._replies.pop(request, None)

    @property
    def busy(self) -> bool:
        """Whether a reply is outstanding."""
        return bool(self._sent)

    @property
    def over(self) -> bool:
        """Whether no reply can come any more: the output has ended, or is not to be trusted."""
        return self.ended or self.fault is not None

    def watched(self) -> Mapping[int, tuple[int, Callable[[], bool]]]:
        """What there is to wait for: descriptor, events, and what to do then, false when that is done with."""
        if self.over:
            return {}
        process = self.process
        both = {
            process.stdout: (_IN, self.read_replies),
            process.stderr: (_IN, self.read_log),
        }
        return {**both, process.stdin: (_OUT, self.flush)} if self._out else both

    def reply(self, request: int) -> Reply | None:
        """The reply to a request, if it is here."""
        return self._replies.pop(request, None)

    def has(self, request: int) -> bool:
        """Whether the reply to a request is here."""
        return request in self._replies

    def flush(self) -> bool:
        """Write what the agent takes; whether there is more to write."""
        while self._out:
            try:
                written = os.write(self.process.stdin, self._out)
            except BlockingIOError:
                return True
            except OSError:
                self._out.clear()
                return False
            del self._out[:written]
        return False

    def read_replies(self) -> bool:
        """Read what is there on standard output, see `fault` and `ended`; whether there can be more."""
        while not self.over:
            try:
                more = os.read(self.process.stdout, _READ)
            except BlockingIOError:
                return True
            if not more:
                self.ended = True
                if self._in:
                    self.fault = f"its output ends in the middle of a line: {_shown(self._in)}"
                return False
            self._in += more
            self._take_lines()
            if len(more) < _READ:
                return not self.over
        return False

    def read_log(self) -> bool:
        """Read what is there on standard error, keeping the end; whether there can be more."""
        with contextlib.suppress(BlockingIOError):
            more = os.read(self.process.stderr, _READ)
            self.log += more
            del self.log[:-_LOG_LIMIT]
            return bool(more)
        return True

    def close(self) -> None:
        """End the process and let go of it."""
        self.process.close()

    def _take_lines(self) -> None:
        while self.fault is None:
            end = self._in.find(b"\n")
            if end < 0:
                if len(self._in) > LINE_LIMIT:
                    self.fault = f"a line of its output is longer than {LINE_LIMIT} bytes: {_shown(self._in)}"
                return
            line = bytes(self._in[:end])
            del self._in[: end + 1]
            self.fault = self._take(line)

    def _take(self, line: bytes) -> str | None:
        """File one reply; returns what is wrong with it."""
        if len(line) > LINE_LIMIT:
            return f"a line of its output is longer than {LINE_LIMIT} bytes: {_shown(line)}"
        try:
            message = shape.table(_decode(line.decode("utf-8")))
        except (ValueError, RecursionError):
            return f"a line of its output is not JSON: {_shown(line)}"
        if message is None:
            return f"a line of its output is not a JSON object: {_shown(line)}"
        request = shape.whole(message.get("id"))
        if request is None or not 1 <= request <= self._next:
            return f"a reply carries the id {_shown(message.get('id'))}, which no request had"
        if request not in self._sent:
            return f"request {request} was answered twice"
        return self._file(request, message)

    def _file(self, request: int, message: Mapping[str, object]) -> str | None:
        given = [message.get(key) for key in ("ok", "error")]
        ok, error = map(shape.table, given)
        if given.count(None) != 1 or (ok is None and error is None):
            return f"the reply to request {request} is to have either ok or error, an object: {_shown(message)}"
        if error is not None and not (isinstance(kind := error.get("kind"), str) and kind in self._kinds):
            return f"the error kind {_shown(error.get('kind'))} is none of PROTOCOL.md's; use `other` with the code"
        elapsed = round((time.monotonic() - self._sent.pop(request)) * 1000, 1)
        if request in self._dropped:
            self._dropped.discard(request)
        else:
            self._replies[request] = Reply(ok, error, elapsed)
        return None


def serve(channels: Iterable[Channel], done: Callable[[], bool], seconds: float, tick: Callable[[], None]) -> None:
    """Pass requests and replies until `done`, for at most so many seconds; `tick` is called now and then."""
    if sys.platform != "win32":
        _serve(channels, done, seconds, tick)
    else:
        raise StartError("the harness waits for agents with poll(), which Windows does not have; run it elsewhere")


if sys.platform != "win32":

    def _serve(channels: Iterable[Channel], done: Callable[[], bool], seconds: float, tick: Callable[[], None]) -> None:
        deadline = time.monotonic() + seconds
        poll = select.poll()
        actions: dict[int, Callable[[], bool]] = {}
        for channel in channels:
            for descriptor, (events, action) in channel.watched().items():
                poll.register(descriptor, events)
                actions[descriptor] = action
        next_tick = deadline - seconds + TICK
        while not done():
            now = time.monotonic()
            if now >= deadline:
                return
            if now >= next_tick:
                next_tick = now + TICK
                tick()
            # Less than nothing would mean for ever to poll().
            left = max(0.0, min(deadline, next_tick) - time.monotonic())
            for descriptor, _ in poll.poll(left * 1000):
                if not actions[descriptor]():
                    poll.unregister(descriptor)


def _shown(value: object) -> str:
    text = bytes(value[:80]).decode("utf-8", "replace") if isinstance(value, (bytes, bytearray)) else repr(value)[:80]
    return ascii(text)
