"""One agent's end of the protocol, over bare pipes: nothing blocks, nothing piles up, every fault has its words."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import json
import os
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from conformance.live.channel import LINE_LIMIT, TICK, Channel, serve
from conformance.transport import Reply

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes that poll(2) watches are POSIX")

KINDS = frozenset({"end", "other", "unsupported"})


class Pipes:
    """Stands for a process: the test holds the other ends."""

    pid = 0

    def __init__(self) -> None:
        self.asked, self.stdin = os.pipe()
        self.stdout, self.answers = os.pipe()
        self.stderr, self.log = os.pipe()
        for descriptor in (self.asked, self.answers, self.log):
            os.set_blocking(descriptor, False)

    def read(self) -> bytes:
        """What the agent finds on its input now."""
        try:
            return os.read(self.asked, 10_000)
        except BlockingIOError:
            return b""

    def write(self, descriptor: int, data: bytes) -> int:
        """What fits now of what the agent writes."""
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            return 0

    def status(self, within: float) -> int | None:  # noqa: ARG002
        """It never ends by itself."""
        return None

    def close_input(self) -> None:
        """Not asked for here."""
        raise NotImplementedError

    def kill(self) -> None:
        """Not asked for here."""
        raise NotImplementedError

    def close(self) -> None:
        """Close every end."""
        for descriptor in (self.asked, self.stdin, self.stdout, self.answers, self.stderr, self.log):
            try:
                os.close(descriptor)
            except OSError:
                continue


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    made = Pipes()
    yield made
    made.close()


@pytest.fixture
def channel(pipes: Pipes) -> Channel:
    return Channel(pipes, KINDS)


def answer(pipes: Pipes, text: str) -> None:
    """Let the agent write."""
    os.write(pipes.answers, text.encode())


def ok(number: int, **fields: object) -> str:
    """The line of a reply."""
    return json.dumps({"id": number, "ok": fields}) + "\n"


def wait(channel: Channel, request: int, seconds: float = 5.0) -> Reply | None:
    """What comes of a request."""
    serve((channel,), lambda: channel.has(request) or channel.over, seconds, lambda: None)
    return channel.reply(request)


def test_requests_are_numbered_lines(pipes: Pipes, channel: Channel) -> None:
    assert [channel.request("identity", {}), channel.request("close", {"on": "h€"})] == [1, 2]
    assert os.read(pipes.asked, 1000) == (
        b'{"id":1,"op":"identity","args":{}}\n{"id":2,"op":"close","args":{"on":"h\\u20ac"}}\n'
    )


def test_each_reply_is_handed_out_once_and_to_whom_it_belongs(pipes: Pipes, channel: Channel) -> None:
    first, second = channel.request("identity", {}), channel.request("resources", {})
    answer(pipes, ok(2, pid=2) + ok(1, pid=1))
    assert wait(channel, second) is not None
    reply = wait(channel, first)
    assert reply is not None
    assert (reply.ok, reply.error) == ({"pid": 1}, None)
    assert channel.reply(first) is None
    assert not channel.busy


def test_a_reply_nobody_wants_any_more_is_dropped(pipes: Pipes, channel: Channel) -> None:
    early, late, wanted = (channel.request("identity", {}) for _ in range(3))
    answer(pipes, ok(early))
    assert wait(channel, early, 1) is not None
    channel.drop(late)
    answer(pipes, ok(late) + ok(wanted))
    assert wait(channel, wanted) is not None
    assert channel.reply(late) is None
    assert not channel.busy


def test_how_long_a_reply_took_is_measured(pipes: Pipes, channel: Channel) -> None:
    request = channel.request("identity", {})
    assert wait(channel, request, 0.1) is None
    answer(pipes, ok(request))
    reply = wait(channel, request)
    assert reply is not None
    assert 100 <= reply.elapsed_ms < 5000


def test_a_request_larger_than_the_pipe_goes_as_the_agent_reads(pipes: Pipes, channel: Channel) -> None:
    request = channel.request("send", {"data": "x" * 300_000})
    length = len('{"id":1,"op":"send","args":{"data":""}}\n') + 300_000
    read = 0

    def reading() -> bool:
        nonlocal read
        read += len(pipes.read())
        if read == length:
            answer(pipes, ok(request))
            read += 1
        return channel.has(request)

    serve((channel,), reading, 10, lambda: None)
    assert channel.reply(request) is not None


def test_an_agent_that_does_not_read_blocks_nobody(channel: Channel) -> None:
    start = time.monotonic()
    request = channel.request("send", {"data": "x" * 1_000_000})
    assert wait(channel, request, 0.2) is None
    assert 0.2 <= time.monotonic() - start < 5
    assert not channel.over


def test_a_closed_input_is_not_the_harness_s_end(pipes: Pipes, channel: Channel) -> None:
    os.close(pipes.asked)
    request = channel.request("identity", {})
    os.close(pipes.answers)
    assert wait(channel, request) is None
    assert channel.ended
    assert channel.fault is None


def test_waiting_longer_than_a_tick_ends_in_time(channel: Channel) -> None:
    ticks: list[float] = []
    start = time.monotonic()
    serve((channel,), lambda: False, 2.5 * TICK, lambda: ticks.append(time.monotonic() - start))
    assert 2.5 * TICK <= time.monotonic() - start < 10 * TICK
    assert len(ticks) == 2


def test_what_is_done_already_is_not_waited_for(channel: Channel) -> None:
    start = time.monotonic()
    serve((channel,), lambda: True, 60, lambda: None)
    assert time.monotonic() - start < 5


def test_several_agents_are_served_at_once() -> None:
    both = Pipes(), Pipes()
    try:
        channels = [Channel(each, KINDS) for each in both]
        requests = [channel.request("identity", {}) for channel in channels]
        for each in both:
            answer(each, ok(1))
        pairs = list(zip(channels, requests, strict=True))
        serve(channels, lambda: all(channel.has(request) for channel, request in pairs), 5, lambda: None)
        assert all(channel.reply(request) is not None for channel, request in pairs)
    finally:
        for each in both:
            each.close()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hello\n", "a line of its output is not JSON: 'hello'"),
        ("\n", "a line of its output is not JSON: ''"),
        ("[]\n", "a line of its output is not a JSON object: '[]'"),
        ('{"id": 7, "ok": {}}\n', "a reply carries the id '7', which no request had"),
        ('{"id": 1.0, "ok": {}}\n', "a reply carries the id '1.0', which no request had"),
        (ok(1) + ok(1), "request 1 was answered twice"),
        ('{"id": 1}\n', "the reply to request 1 is to have either ok or error, an object"),
        ('{"id": 1, "ok": {}, "error": {"kind": "end"}}\n', "is to have either ok or error, an object"),
        ('{"id": 1, "error": {}}\n', "the error kind 'None' is none of PROTOCOL.md's; use `other` with the code"),
        ('{"id": 1, "error": {"kind": {}}}\n', "the error kind '{}' is none of PROTOCOL.md's"),
        ('{"id": 1, "ok": {"n": NaN}}\n', "a line of its output is not JSON"),
        ('{"id": 1, "ok": {"n": -Infinity}}\n', "a line of its output is not JSON"),
        ('{"id": 1, "ok": {"n": 1e999}}\n', "a line of its output is not JSON"),
        ("\x1b[2J\n", "a line of its output is not JSON: '\\x1b[2J'"),
    ],
)
def test_every_fault_has_its_words(text: str, fault: str, pipes: Pipes, channel: Channel) -> None:
    request = channel.request("identity", {})
    answer(pipes, text)
    serve((channel,), lambda: channel.over, 5, lambda: None)
    assert channel.fault is not None
    assert channel.fault.startswith(fault) or fault in channel.fault
    assert channel.fault.isascii()
    assert channel.fault.isprintable()
    channel.reply(request)
    assert channel.watched() == {}, "nobody listens to an agent that is at fault"


def test_nothing_after_a_fault_is_believed(pipes: Pipes, channel: Channel) -> None:
    request = channel.request("identity", {})
    answer(pipes, "garbage\n" + ok(request))
    assert wait(channel, request) is None


def test_an_end_in_the_middle_of_a_line_is_a_fault_and_between_lines_is_none(pipes: Pipes, channel: Channel) -> None:
    channel.request("identity", {})
    answer(pipes, '{"id": 1, "ok')
    os.close(pipes.answers)
    serve((channel,), lambda: channel.over, 5, lambda: None)
    assert channel.fault == 'its output ends in the middle of a line: \'{"id": 1, "ok\''


def test_a_line_as_long_as_allowed_is_read_and_one_longer_is_not(pipes: Pipes, channel: Channel) -> None:
    for length, good in ((LINE_LIMIT, True), (LINE_LIMIT + 1, False)):
        request = channel.request("identity", {})
        line = ok(request, word="").encode().rstrip()
        line = line.replace(b'""', b'"%s"' % (b"x" * (length - len(line)))) + b"\n"
        rest = line

        def writing(request: int = request) -> bool:
            nonlocal rest
            rest = rest[pipes.write(pipes.answers, rest[:30_000]) :]
            return channel.has(request) or channel.over

        serve((channel,), writing, 10, lambda: None)
        assert (channel.reply(request) is not None) == good
        assert (channel.fault is None) == good


def test_an_endless_line_is_given_up_early_and_holds_little_memory(pipes: Pipes, channel: Channel) -> None:
    written = 0

    def flooding() -> bool:
        nonlocal written
        written += pipes.write(pipes.answers, b"x" * 60_000)
        return channel.over

    tracemalloc.start()
    try:
        serve((channel,), flooding, 10, lambda: None)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert channel.fault is not None
    assert f"longer than {LINE_LIMIT} bytes: 'xxx" in channel.fault
    assert len(channel.fault) < 200
    assert written < 2 * LINE_LIMIT
    assert most < 8 * LINE_LIMIT


def test_of_a_flood_on_standard_error_the_end_is_kept(pipes: Pipes, channel: Channel) -> None:
    written = 0

    def flooding() -> bool:
        nonlocal written
        written += pipes.write(pipes.log, b"x" * 60_000) if written < 3_000_000 else 0
        return written >= 3_000_000 and bool(pipes.write(pipes.log, b"the end"))

    serve((channel,), flooding, 10, lambda: None)
    serve((channel,), lambda: channel.log.endswith(b"the end"), 10, lambda: None)
    assert channel.log.endswith(b"xthe end")
    assert len(channel.log) <= 1 << 16


def test_a_closed_standard_error_is_not_the_end(pipes: Pipes, channel: Channel) -> None:
    request = channel.request("identity", {})
    os.close(pipes.log)
    assert wait(channel, request, 0.05) is None
    answer(pipes, ok(request))
    assert wait(channel, request) is not None
