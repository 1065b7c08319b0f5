"""The model of a byte stream: what it allows, what it refuses, and what it leaves open."""

from __future__ import annotations

import base64
import hashlib

import pytest

from conformance.payload import Data
from conformance.sequences.model import ROOM, Flow
from conformance.transport import Failed


def flow(
    *, sent: int = 0, taken: int = 0, atomic: bool = False, open_: bool = True, heard: bool = True, torn: bool = False
) -> Flow:
    """A direction in some state."""
    return Flow(7, atomic, sent=sent, taken=taken, sending=open_, receiving=heard, torn=torn)


def came(model: Flow, length: int, *, end: bool = False, skip: int = 0, flip: bool = False) -> Data:
    """The next bytes as an agent reports them, or others."""
    content = bytearray(model.waiting(length + skip).bytes()[skip:])
    if flip:
        content[-1] ^= 1
    text = base64.b64encode(content).decode() if length <= 256 else None
    return Data(length, hashlib.sha256(content).hexdigest(), end, text, 0.1)


def failed(kind: str, **fields: object) -> Failed:
    """An error of an agent."""
    return Failed("server", "an operation", kind, None, 0.1, fields)


def before(model: Flow, length: int) -> dict[str, object]:
    """The data that an error of a longer receive carries."""
    data = came(model, length)
    return {"length": data.length, "sha256": data.sha256, "end": False, "base64": data.base64}


def must(problem: str | None, word: str) -> None:
    """A judgement that is against the model, for this reason."""
    assert problem is not None
    assert word in problem


# sending


def test_a_send_may_be_partial_and_the_next_one_goes_on_there() -> None:
    model = flow()
    assert model.payload(100).offset == 0
    assert model.after_send(10_000, 4_000) is None
    assert model.queued == 4_000
    assert model.payload(100).offset == 4_000


@pytest.mark.parametrize("count", [-1, 0, 11])
def test_a_send_moves_between_one_byte_and_all_of_them(count: int) -> None:
    must(flow().after_send(10, count), "1 to 10 bytes")


def test_a_pipe_takes_up_to_pipe_buf_whole_or_not_at_all() -> None:
    must(flow(atomic=True).after_send(ROOM, ROOM - 1), "whole or not at all")
    assert flow(atomic=True).after_send(ROOM + 1, 1) is None
    assert flow(atomic=False).after_send(ROOM, ROOM - 1) is None


def test_a_send_would_block_only_on_a_channel_that_may_be_full() -> None:
    assert flow(sent=ROOM).after_send(1, failed("would_block")) is None
    must(flow().after_send(100_000, failed("would_block")), "only while the channel is full")
    must(flow(sent=ROOM - 1).after_send(1, failed("would_block")), "only while the channel is full")


@pytest.mark.parametrize("kind", ["broken_pipe", "reset", "timed_out", "other"])
def test_a_send_does_not_fail_while_both_sides_are_there(kind: str) -> None:
    must(flow(sent=ROOM).after_send(1, failed(kind)), "both sides are open")


@pytest.mark.parametrize("state", [{"heard": False}, {"open_": False}])
def test_a_send_that_nobody_can_receive_fails(state: dict[str, bool]) -> None:
    must(flow(**state).after_send(5, 5), "sending fails where")
    assert flow(**state).after_send(5, failed("broken_pipe")) is None
    assert flow(**state).after_send(5, failed("reset")) is None
    must(flow(**state, atomic=True).after_send(5, failed("reset")), "fails with broken_pipe")
    must(flow(**state).after_send(5, failed("would_block")), "broken_pipe or reset")


def test_what_sending_nothing_does_is_left_open() -> None:
    for model in (flow(), flow(heard=False), flow(open_=False), flow(sent=ROOM)):
        assert model.after_send(0, 0) is None
        assert model.after_send(0, failed("broken_pipe")) is None
    must(flow().after_send(0, 1), "0 bytes")


def test_send_all_says_how_far_it_came() -> None:
    model = flow()
    assert model.after_send_all(10_000, failed("would_block", sent=4_000)) is None
    assert model.queued == 4_000
    assert model.after_send_all(5, 5) is None
    assert model.queued == 4_005
    must(flow().after_send_all(10, 9), "all 10 bytes")
    must(flow().after_send_all(10, failed("would_block", sent=0)), "only while the channel is full")
    for sent in (None, -1, 10_000, True, "4"):
        must(flow().after_send_all(10_000, failed("would_block", sent=sent)), "how many bytes were sent")


# receiving


def test_a_receive_gives_the_next_bytes_in_order() -> None:
    model = flow(sent=100)
    assert model.after_receive(30, came(model, 30)) is None
    assert model.after_receive(100, came(model, 20)) is None
    assert model.queued == 50


@pytest.mark.parametrize(
    ("made", "word"),
    [
        ({"length": 3, "skip": 1}, "in order and unchanged"),
        ({"length": 3, "flip": True}, "in order and unchanged"),
        ({"length": 6}, "at most the 5 bytes that were asked for"),
        ({"length": 0}, "at least one byte, or the end"),
        ({"length": 3, "end": True}, "only after the last sender has closed"),
    ],
)
def test_other_bytes_more_bytes_no_bytes_and_early_ends_are_refused(made: dict[str, int | bool], word: str) -> None:
    model = flow(sent=10)
    data = came(
        model,
        int(made["length"]),
        end=bool(made.get("end")),
        skip=int(made.get("skip", 0)),
        flip=bool(made.get("flip")),
    )
    must(model.after_receive(5, data), word)


def test_no_more_arrives_than_was_sent() -> None:
    model = flow(sent=10, taken=8)
    must(model.after_receive(5, came(model, 3)), "no more arrives than the 2 bytes")


def test_a_receive_would_block_only_while_nothing_is_there_and_somebody_may_send() -> None:
    assert flow().after_receive(5, failed("would_block")) is None
    must(flow(sent=1).after_receive(5, failed("would_block")), "would block only while nothing has arrived")
    must(flow(open_=False).after_receive(5, failed("would_block")), "would block only while nothing has arrived")


def test_the_end_comes_after_the_last_byte_and_stays() -> None:
    model = flow(sent=3, open_=False)
    must(flow(sent=3, open_=False).after_receive(5, came(model, 0, end=True)), "3 more were sent")
    assert model.after_receive(5, came(model, 3)) is None
    assert model.after_receive(5, came(model, 0, end=True)) is None
    assert model.after_receive(5, came(model, 0, end=True)) is None


def test_the_last_bytes_and_the_end_may_come_together() -> None:
    model = flow(sent=3, open_=False)
    assert model.after_receive(5, came(model, 3, end=True)) is None


def test_a_receive_of_nothing_takes_nothing() -> None:
    for model in (flow(), flow(sent=3), flow(sent=3, open_=False), flow(open_=False)):
        assert model.after_receive(0, came(model, 0)) is None
        assert model.after_receive(0, failed("would_block")) is None
    must(flow().after_receive(0, came(flow(), 0, end=True)), "only after the last sender")
    assert flow(open_=False).after_receive(0, came(flow(), 0, end=True)) is None


def test_a_close_with_unread_data_may_reset_the_other_side_and_nothing_else_may() -> None:
    assert flow(sent=3, open_=False, torn=True).after_receive(5, failed("reset")) is None
    assert flow(sent=3, open_=False, torn=True).after_receive(5, came(flow(), 0, end=True)) is None
    must(flow(sent=3, open_=False).after_receive(5, failed("reset")), "receiving does not fail")
    torn = flow(sent=3, open_=False, torn=True)
    must(torn.after_receive(5, came(torn, 3, flip=True)), "in order and unchanged")


def test_an_exact_receive_gives_all_or_keeps_what_it_got() -> None:
    model = flow(sent=10)
    assert model.after_receive_exactly(4, came(model, 4), tried=False) is None
    must(flow(sent=10).after_receive_exactly(4, came(model, 3), tried=False), "success means 4 bytes")
    assert model.after_receive_exactly(9, failed("would_block", received=before(model, 6)), tried=True) is None
    assert model.queued == 0
    must(
        flow(sent=3).after_receive_exactly(9, failed("would_block"), tried=True), "carries what was received before it"
    )


def test_an_exact_receive_that_may_wait_does_not_say_that_it_would_block() -> None:
    model = flow(sent=10)
    problem = model.after_receive_exactly(10, failed("would_block", received=before(model, 6)), tried=False)
    must(problem, "would block only while nothing has arrived")


def test_an_exact_receive_meets_the_end_only_where_it_is() -> None:
    for open_, sent, good in ((False, 5, True), (True, 5, False), (False, 9, False)):
        model = flow(sent=sent, open_=open_)
        problem = model.after_receive_exactly(9, failed("end", received=before(model, 5)), tried=False)
        assert (problem is None) == good


def test_a_receive_to_the_end_gives_everything_and_the_end() -> None:
    closed, open_ = flow(sent=300, open_=False), flow(sent=300)
    assert closed.after_receive_to_end(came(closed, 300, end=True), tried=False) is None
    must(flow(sent=300, open_=False).after_receive_to_end(came(closed, 300), tried=False), "the stream ended")
    assert open_.after_receive_to_end(failed("would_block", received=before(open_, 300)), tried=True) is None
    must(
        flow(sent=3).after_receive_to_end(failed("would_block", received=before(flow(sent=3), 0)), tried=True),
        "would block",
    )
    must(flow(sent=3).after_receive_to_end(failed("would_block"), tried=True), "carries what was received")


# when a call may wait


def test_a_call_waits_only_where_it_cannot_have_to() -> None:
    assert flow().surely_sends(ROOM)
    assert not flow(sent=1).surely_sends(ROOM)
    assert flow(sent=10_000, heard=False).surely_sends(10_000)
    assert not flow().surely_sends(0)
    assert flow(sent=5).surely_receives(5)
    assert not flow(sent=5).surely_receives(6)
    assert flow(sent=5, open_=False).surely_receives(6)
    assert not flow(sent=5).surely_receives(0)
