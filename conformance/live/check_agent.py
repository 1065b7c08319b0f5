"""Try an agent against the agent protocol itself, and tell its author in plain language what to mend.

Nothing here judges the implementation that the agent drives; that is what the requirements are for.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.live.agent import Command, Launcher, StartError
from conformance.live.channel import Channel
from conformance.live.probe import ProbeError, ask, hello_of
from conformance.live.strays import end_strays
from conformance.payload import Pattern, received
from conformance.plan import claims
from conformance.requirements import Spec
from conformance.transport import Reply

_OPERATIONS: Mapping[str, str] = {
    "shutdown": "half_close",
    "duplicate": "duplicate",
    "split": "split",
    "ready": "readiness",
    "peer_credentials": "peer_credentials",
    "recv_descriptors": "descriptor_passing",
    "get_blocking": "set_blocking",
    "inheritable": "inheritance",
    "identity": "process",
    "resources": "process",
    "signal_count": "signals",
    "cancel": "async.cancel",
    "end_loop": "async.end",
    "listen": "local_socket",
    "make_fifo": "fifo",
    "pipe": "unnamed_pipe",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: what the protocol asks, and what is wrong, if anything is."""

    asks: str
    wrong: str | None


class _Wrong(Exception):
    """The agent did not do what this step asks."""


def check_agent(command: Command, spec: Spec, *, seconds: float = 10.0) -> Iterator[Step]:
    """Try every rule of PROTOCOL.md that can be tried without knowing the implementation."""
    mark = f"check-{secrets.token_hex(4)}"
    launcher = Launcher(command, mark, warm=False)
    checks = _Checks(launcher, spec, seconds)
    try:
        asks = "`hello` is answered with protocol, implementation, platform, capabilities, concurrent"
        first = _try(asks, checks.hello)
        yield first
        if first.wrong is None:
            for asks, check in checks.rest():
                yield _try(asks, check)
    finally:
        launcher.close()
        end_strays(mark)


def _try(asks: str, check: Callable[[], None]) -> Step:
    try:
        check()
    except (_Wrong, StartError) as wrong:
        return Step(asks, str(wrong))
    return Step(asks, None)


class _Checks:
    """The steps, each with a fresh process."""

    def __init__(self, launcher: Launcher, spec: Spec, seconds: float) -> None:
        self._launcher = launcher
        self._spec = spec
        self._seconds = seconds
        self._hello: Mapping[str, object] = {}

    def rest(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Every step after the first."""
        yield "an operation that nobody has is declined as `unsupported`", self.canary
        yield "a handle that was never made is `invalid_handle`", self.unknown_handle
        yield "keys that the agent does not know are ignored", self.unknown_keys
        yield "a version range without a common version is an `unsupported` error", self.no_common_version
        yield "the highest common version is chosen from a wider range", self.wider_range
        yield "an operation is declined as `unsupported` exactly when its capability is not claimed", self.claims
        concurrent = self._hello.get("concurrent") is True
        if concurrent:
            yield "requests that arrive in one write are all answered, each once", self.batch
        if "unnamed_pipe" in claims(self._hello):
            yield "data to send are made from a pattern, and data received are described, as the page says", self.data
            if concurrent:
                yield "a concurrent agent answers while another request waits", self.concurrent
        yield "`bye` is answered, then the process exits with status 0", self.bye
        yield "the end of input makes the process exit", self.end_of_input
        yield "`die` with how=kill ends the process by SIGKILL, without a reply", self.die
        yield "`die` with how=exit ends the process with status 0, without a reply", self.die_by_exit
        if self._hello.get("warm") is True:
            yield "a warm parent forks agents that serve as if freshly started, and tells how they end", self.warm
        if self._hello.get("witness") is True:
            yield "a witness makes a workspace, and removes it with what is in it", self.witness

    def hello(self) -> None:
        with self._agent() as channel:
            reply = self._ask(channel, "hello", {"protocol": [1, 1], "role": "subject"})
            try:
                self._hello = hello_of(self._launcher.command, reply)
            except ProbeError as error:
                raise _Wrong(str(error)) from error
        unknown = [name for name in claims(self._hello) if name not in self._spec.capabilities]
        if unknown:
            raise _Wrong(
                f"capability {unknown[0]!r} is none that the spec knows; known: {', '.join(self._spec.capabilities)}"
            )

    def canary(self) -> None:
        with self._greeted() as channel:
            name = f"canary_{secrets.token_hex(4)}"
            _kind(self._ask(channel, name, {}), "unsupported", name)

    def unknown_handle(self) -> None:
        with self._greeted() as channel:
            _kind(self._ask(channel, "close", {"on": "never-made"}), "invalid_handle", "close of a handle never made")
            _kind(
                self._ask(channel, "recv", {"on": "never-made", "max": 1}),
                "invalid_handle",
                "recv on a handle never made",
            )

    def unknown_keys(self) -> None:
        with self._agent() as channel:
            args = {"protocol": [1, 1], "role": "subject", "a_key_of_tomorrow": {"x": [1]}}
            if self._ask(channel, "hello", args).ok is None:
                raise _Wrong("hello with one more key failed; ignore keys that you do not know")

    def no_common_version(self) -> None:
        with self._agent() as channel:
            reply = self._ask(channel, "hello", {"protocol": [1000, 1001], "role": "subject"})
            _kind(reply, "unsupported", "hello that offers versions 1000 to 1001 only")

    def wider_range(self) -> None:
        with self._agent() as channel:
            reply = self._ask(channel, "hello", {"protocol": [1, 7], "role": "subject"})
            if reply.ok is None or reply.ok.get("protocol") != 1:
                raise _Wrong(f"offered versions 1 to 7, it is to answer 1, not {_answer(reply)}")

    def claims(self) -> None:
        claimed = claims(self._hello)
        with self._greeted() as channel:
            for op, capability in _OPERATIONS.items():
                reply = self._ask(channel, op, {"on": "never-made", "path": {"kind": "path", "text": ""},
                                                "name": {"kind": "path", "text": ""}, "signal": "USR1",
                                                "for": "recv", "how": "send", "as": "x", "max": 1, "wait": "try",
                                                "receiver": "r", "sender": "s", "task": "never-begun"})  # fmt: skip
                declined = reply.error is not None and reply.error.get("kind") == "unsupported"
                if declined and capability in claimed:
                    raise _Wrong(f"{capability} is claimed in hello, yet {op} is declined as unsupported")
                if not declined and capability not in claimed:
                    raise _Wrong(f"{op} is answered with {_answer(reply)}, yet {capability} is not claimed in hello")

    def batch(self) -> None:
        with self._greeted() as channel:
            requests = [channel.request("close", {"on": f"never-made-{number}"}) for number in range(50)]
            for request in requests:
                if ask(channel, request, self._seconds) is None:
                    raise _Wrong(self._why(channel, "close"))

    def data(self) -> None:
        pattern = Pattern(20260102, 1000, 7)
        with self._greeted() as channel:
            self._ask(channel, "pipe", {"receiver": "r", "sender": "s"})
            sent = self._ask(channel, "send_all", {"on": "s", "data": pattern.wire()})
            if sent.ok is None or sent.ok.get("sent") != pattern.length:
                raise _Wrong(f"send_all of {pattern.length} bytes answered {_answer(sent)}")
            for part in (pattern.part(0, 256), pattern.part(256, 744)):
                reply = self._ask(channel, "recv_exact", {"on": "r", "length": part.length})
                if reply.ok is None:
                    raise _Wrong(f"recv_exact of what was sent failed: {reply.error}")
                try:
                    data = received(reply.ok, reply.elapsed_ms)
                except (KeyError, TypeError, ValueError) as error:
                    raise _Wrong(f"data received are not described as the page says: {error}") from error
                if not data.is_(part):
                    raise _Wrong(f"{part.wire()} was sent, something else arrived: {reply.ok}")

    def concurrent(self) -> None:
        with self._greeted() as channel:
            self._ask(channel, "pipe", {"receiver": "r", "sender": "s"})
            waiting = channel.request("recv", {"on": "r", "max": 1})
            sent = self._ask(channel, "send", {"on": "s", "data": {"base64": "eA=="}})
            if sent.ok is None:
                raise _Wrong(f"send while recv waits on the other end failed: {sent.error}")
            if ask(channel, waiting, self._seconds) is None:
                raise _Wrong("recv on a pipe was not answered although a byte was sent while it waited")

    def bye(self) -> None:
        with self._greeted() as channel:
            if self._ask(channel, "bye", {}).ok is None:
                raise _Wrong("bye failed")
            self._ends(channel, 0, "bye")

    def end_of_input(self) -> None:
        with self._greeted() as channel:
            channel.process.close_input()
            if channel.process.status(self._seconds) is None:
                raise _Wrong(f"its input has ended, and it still runs after {self._seconds:g} s")

    def die(self) -> None:
        with self._greeted() as channel:
            self._dies(channel, "kill", -9)

    def die_by_exit(self) -> None:
        with self._greeted() as channel:
            self._dies(channel, "exit", 0)

    def warm(self) -> None:
        warm = Launcher(self._launcher.command, self._launcher.run_mark, warm=True)
        try:
            for _ in range(2):
                with self._agent(warm) as channel:
                    reply = self._ask(channel, "hello", {"protocol": [1, 1], "role": "subject"})
                    if not warm.warm:
                        raise _Wrong("started with IPC_CONFORMANCE_WARM_FD it is no warm parent, or does not fork")
                    if reply.ok != self._hello:
                        raise _Wrong(f"a forked agent's hello is another one: {_answer(reply)}")
                    self._dies(channel, "exit", 0)
        finally:
            warm.close()

    def witness(self) -> None:
        with self._agent() as channel:
            self._ask(channel, "hello", {"protocol": [1, 1], "role": "witness"})
            made = self._ask(channel, "make_workspace", {})
            path = (made.ok or {}).get("path")
            if not isinstance(path, str):
                raise _Wrong(f"make_workspace answered {_answer(made)}; it is to answer the path of a new directory")
            written = self._ask(channel, "write_file", {"path": f"{path}/word", "text": "x"})
            removed = self._ask(channel, "remove_workspace", {"path": path})
            seen = self._ask(channel, "stat", {"path": path})
            if written.ok is None or removed.ok != {"left": ["word"]} or (seen.ok or {}).get("type") != "none":
                raise _Wrong(
                    f"a file was written ({_answer(written)}) and the workspace removed "
                    f"({_answer(removed)}); then stat says {_answer(seen)}"
                )

    def _dies(self, channel: Channel, how: str, status: int) -> None:
        request = channel.request("die", {"how": how})
        self._ends(channel, status, f"die with how={how}")
        channel.read_replies()
        if channel.has(request):
            raise _Wrong(f"die with how={how} was answered; it is to end the process without a reply")

    def _ends(self, channel: Channel, wanted: int, after: str) -> None:
        status = channel.process.status(self._seconds)
        if status is None:
            raise _Wrong(f"it still runs {self._seconds:g} s after {after}")
        if status != wanted:
            raise _Wrong(f"after {after} it ended with status {status} instead of {wanted}")

    @contextmanager
    def _agent(self, launcher: Launcher | None = None) -> Generator[Channel]:
        channel = Channel((launcher or self._launcher).launch(), self._spec.error_kinds)
        try:
            yield channel
            channel.read_replies()
            if channel.fault is not None:
                raise _Wrong(channel.fault)
        finally:
            channel.close()

    @contextmanager
    def _greeted(self) -> Generator[Channel]:
        with self._agent() as channel:
            self._ask(channel, "hello", {"protocol": [1, 1], "role": "subject"})
            yield channel

    def _ask(self, channel: Channel, op: str, args: Mapping[str, object]) -> Reply:
        reply = ask(channel, channel.request(op, args), self._seconds)
        if reply is None:
            raise _Wrong(self._why(channel, op))
        return reply

    def _why(self, channel: Channel, op: str) -> str:
        if channel.fault is not None:
            return channel.fault
        log = bytes(channel.log[-500:]).decode("utf-8", "replace").strip()
        said = f"; its standard error: {log!a}" if log else ""
        if channel.ended:
            return f"it ended (status {channel.process.status(1.0)}) while {op} was asked of it{said}"
        return f"no reply to {op} within {self._seconds:g} s{said}"


def _answer(reply: Reply) -> object:
    return reply.error if reply.ok is None else reply.ok


def _kind(reply: Reply, wanted: str, what: str) -> None:
    if reply.error is None:
        raise _Wrong(f"{what} succeeded; it is to fail with {wanted}")
    if reply.error.get("kind") != wanted:
        raise _Wrong(f"{what} failed with {reply.error.get('kind')} instead of {wanted}")
