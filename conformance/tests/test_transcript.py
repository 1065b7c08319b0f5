"""A transcript as lines that a person can follow, and who is to blame."""

from __future__ import annotations

import pytest

from conformance.front.transcript import blame, lines
from conformance.tests.made import verdict

DATA = {"length": 4, "sha256": "0" * 64, "end": True, "base64": "dGFpbA=="}


def test_a_call_and_its_reply_are_one_line() -> None:
    told = lines([["call", 1, "server", "recv", {"on": "h1", "max": 10}], ["reply", 1, DATA, None, 0.3]])

    assert told == ["  1 server  recv on=h1 max=10  ->  4 bytes b'tail', the end  (0.3 ms)"]


def test_a_reply_that_comes_later_has_a_line_of_its_own() -> None:
    told = lines(
        [
            ["call", 1, "server", "accept", {"on": "l", "as": "s"}],
            ["blocked", 1, 50, True],
            ["call", 2, "client", "connect", {"as": "c", "name": {"kind": "path", "text": "/tmp/x/s"}, "wait": 8000}],
            ["reply", 2, {}, None, 0.2],
            ["reply", 1, {}, None, 51.0],
        ]
    )

    assert told == [
        "  1 server  accept on=l as=s",
        "  1 server  ... still no reply after 50 ms",
        "  2 client  connect as=c name=path:/tmp/x/s wait=8000  ->  done  (0.2 ms)",
        "  1 server  ... done  (51.0 ms)",
    ]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            ["reply", 1, None, {"kind": "broken_pipe", "native": "EPIPE", "code": 32, "message": "no reader"}, 1.0],
            "fails: broken_pipe (EPIPE), no reader  (1.0 ms)",
        ),
        (["reply", 1, None, {"kind": "end", "received": DATA}, 1.0], "fails: end, received="),
        (["hung", 1, "no reply to recv within 10 s"], "hung: no reply to recv within 10 s"),
        (["died", 1, "it ended with signal 13"], "died: it ended with signal 13"),
        (["broken", 1, "\x1b"], "broken: \\x1b"),
        (["declined", 1, "one at a time"], "declined: one at a time"),
        (["reply", 1, {"sent": 7}, None, 0.1], "sent=7  (0.1 ms)"),
    ],
)
def test_each_outcome_is_told(entry: list[object], told: str) -> None:
    (line,) = lines([["call", 1, "server", "send", {}], entry])

    assert line.startswith(f"  1 server  send  ->  {told}")


def test_the_end_of_a_process_is_told() -> None:
    told = lines([["call", 1, "client", "die", {"how": "kill"}], ["ended", "client", -9], ["ended", "server", 0]])

    assert told[1:] == [
        "    client  ... its process ended with signal 9",
        "    server  ... its process ended with exit status 0",
    ]


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ({"pattern": 12, "length": 4096, "offset": 0}, "<4096 bytes>"),
        ({"pattern": 12, "length": 10, "offset": 5}, "<10 bytes from 5>"),
        ({"base64": "AAE="}, "b'\\x00\\x01'"),
        ({"kind": "abstract", "base64": "/w=="}, "abstract:b'\\xff'"),
        ({"kind": "path", "text": "\x1b[0m"}, "path:\\x1b[0m"),
        ({"base64": "not base64!"}, "not base64!"),
        (["h1", "h2"], '["h1", "h2"]'),
        (None, "null"),
        ("x" * 100, "x" * 57 + "..."),
    ],
)
def test_each_argument_is_told(argument: object, told: str) -> None:
    assert lines([["call", 1, "server", "op", {"key": argument}]]) == [f"  1 server  op key={told}"]


def test_a_long_transcript_loses_its_middle() -> None:
    told = lines([["call", number, "server", "op", {}] for number in range(1, 101)])

    assert len(told) == 49
    assert told[8] == "    ... 52 lines left out ..."
    assert told[-1] == "100 server  op"


@pytest.mark.parametrize(
    ("cause", "party", "told"),
    [
        ("finding", "server", "the agent: seen by it, as server; it also plays client"),
        ("finding", "witness", "the agent: the harness's own party saw it from server and client"),
        ("hung", "client", "the agent, as client"),
        ("died", "server", "the agent, as server"),
        ("protocol", "server", "the agent's program, as server: it breaks the agent protocol"),
        ("refused", "", "the agent's program: it breaks the agent protocol"),
        ("prerequisite", "client", "cannot be told: what the case needs first went wrong, as client"),
        ("harness", "witness", "not the agent: the harness or this machine could not tell"),
        ("stale", "", "nobody: the evidence was taken with another version of the scenario; run the case again"),
        ("missing", "", "the agent: its claims do not fit together"),
    ],
)
def test_blame_goes_no_further_than_the_evidence(cause: str, party: str, told: str) -> None:
    transcript: list[list[object]] = [
        ["call", 1, "server", "op", {}],
        ["call", 2, "client", "op", {}],
        ["call", 3, "witness", "stat", {}],
    ]

    assert blame(verdict("violated", cause, party=party), transcript) == told


def test_a_lonely_party_is_blamed_alone() -> None:
    assert blame(verdict("violated", "finding"), [["call", 1, "server", "op", {}]]) == "the agent, as server"
