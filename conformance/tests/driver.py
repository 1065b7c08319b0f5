"""A tiny driver of agents, for tests of agents: one process, its requests, its replies under a deadline."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import base64
import json
import os
import select
import subprocess
import time
from collections.abc import Mapping
from types import TracebackType

from conformance import shape

DEADLINE = 10.0


class Refused(Exception):
    """The agent answered with an error."""

    def __init__(self, op: str, error: Mapping[str, object]) -> None:
        super().__init__(f"{op}: {error}")
        self.kind = error["kind"]
        self.error = error


class Agent:
    """A running agent; use it as a context manager, so that it is reaped whatever happens."""

    def __init__(self, *command: str, role: str = "subject", greet: bool = True) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._ids = 0
        self._handles = 0
        self._rest = b""
        self._replies: dict[object, Mapping[str, object]] = {}
        self.hello: Mapping[str, object] = self.call("hello", protocol=[1, 1], role=role) if greet else {}

    def __enter__(self) -> Agent:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def start(self, op: str, **args: object) -> int:
        """Send a request; `as_` stands for the argument `as`, `for_` for `for`."""
        assert self.process.stdin is not None
        self._ids += 1
        clean = {key.rstrip("_"): value for key, value in args.items()}
        self.process.stdin.write(json.dumps({"id": self._ids, "op": op, "args": clean}).encode() + b"\n")
        return self._ids

    def reply(self, number: int, within: float = DEADLINE) -> Mapping[str, object] | None:
        """The reply to a request, None if it does not come in time."""
        deadline = time.monotonic() + within
        while number not in self._replies:
            if not self._read(max(0.0, deadline - time.monotonic())):
                return None
        return self._replies.pop(number)

    def finish(self, number: int, op: str = "the operation") -> Mapping[str, object]:
        """The `ok` of a request."""
        reply = self.reply(number)
        assert reply is not None, f"no reply to {op}"
        if "error" in reply:
            raise Refused(op, table(reply["error"]))
        return table(reply["ok"])

    def call(self, op: str, **args: object) -> Mapping[str, object]:
        """One operation and its `ok`."""
        return self.finish(self.start(op, **args), op)

    def make(self, op: str, **args: object) -> str:
        """One operation that makes a handle; its name."""
        self._handles += 1
        self.call(op, as_=f"h{self._handles}", **args)
        return f"h{self._handles}"

    def refuses(self, op: str, **args: object) -> Mapping[str, object]:
        """The error of an operation that has to fail."""
        try:
            ok = self.call(op, **args)
        except Refused as refused:
            return refused.error
        raise AssertionError(f"{op} succeeded: {ok}")

    def blocked(self, number: int, seconds: float = 0.05) -> bool:
        """Whether there is no reply for so long."""
        reply = self.reply(number, seconds)
        if reply is not None:
            self._replies[number] = reply
        return reply is None

    def recv(self, on: str, maximum: int = 256, **args: object) -> bytes:
        """One receive of little data."""
        return bytes_of(self.call("recv", on=on, max=maximum, **args))

    def status(self) -> int:
        """How the process ended, minus the signal if it was one."""
        return self.process.wait(DEADLINE)

    def _read(self, seconds: float) -> bool:
        assert self.process.stdout is not None
        poll = select.poll()
        poll.register(self.process.stdout, select.POLLIN)
        if not poll.poll(seconds * 1000):
            return False
        data = os.read(self.process.stdout.fileno(), 65536)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            reply = json.loads(line)
            assert reply["id"] not in self._replies, f"two replies to one request: {line!r}"
            self._replies[reply["id"]] = reply
        return bool(data)


def table(value: object) -> Mapping[str, object]:
    """A JSON object."""
    found = shape.table(value)
    assert found is not None, f"{value!r} is to be an object"
    return found


def bytes_of(reply: Mapping[str, object]) -> bytes:
    """The data that a short reply carries."""
    return base64.b64decode(str(reply["base64"]))


def data(content: bytes) -> dict[str, str]:
    """Data to send, as bytes."""
    return {"base64": base64.b64encode(content).decode()}


def path(text: object) -> dict[str, str]:
    """A name of kind path."""
    return {"kind": "path", "text": str(text)}
