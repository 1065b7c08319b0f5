"""The published schemas describe what is really written, and nothing looser."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance import schema, shape
from conformance.requirements import SpecError
from conformance.tests.command_line import ipc_conformance, lines

jsonschema = pytest.importorskip("jsonschema", reason="a development tool: `scripts/check` installs it")

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="agents are started through POSIX pipes")
# A case of every theme there is, few enough to be quick; `hello`, `die` and the witness's operations are among them.
CASES = ("*/unnamed_pipe/blocking", "*/local_socket/blocking", "crash/*/fifo/blocking", "stream/queued*/deadline/*")


def complaints(name: str, value: object, part: str = "") -> list[str]:
    """What a schema says against a value."""
    whole = schema.load(name)
    wanted: dict[str, object] = dict(whole) if not part else {"$defs": whole["$defs"], "$ref": f"#/$defs/{part}"}
    return [f"{list(error.absolute_path)}: {error.message}" for error in _errors(wanted, value)]


def _errors(wanted: dict[str, object], value: object) -> Iterator[Any]:
    found: Iterator[Any] = jsonschema.Draft202012Validator(wanted).iter_errors(value)
    return found


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, object]]:
    """The lines of a real run."""
    path = tmp_path_factory.mktemp("run") / "run.jsonl"
    globs = [word for glob in CASES for word in ("--case", glob)]
    assert ipc_conformance("run", "--agent", "stdlib", *globs, "--evidence", path).status in (0, 1)
    return list(lines(path))


@pytest.mark.parametrize("name", schema.NAMES)
def test_a_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.load(name))

    assert schema.load(name)["$id"] == schema.uri(name)


def test_an_unknown_schema_is_named() -> None:
    with pytest.raises(SpecError, match="there are: document-1, evidence-1, protocol-1"):
        schema.load("document-2")


@POSIX
def test_every_line_of_evidence_fits(evidence: list[Mapping[str, object]]) -> None:
    assert complaints(schema.EVIDENCE, evidence[0], "header") == []
    assert [text for line in evidence[1:-1] for text in complaints(schema.EVIDENCE, line, "record")] == []
    assert complaints(schema.EVIDENCE, evidence[-1], "end") == []
    assert [text for line in evidence[:5] for text in complaints(schema.EVIDENCE, line)] == []


@POSIX
def test_every_request_and_reply_fits(evidence: list[Mapping[str, object]]) -> None:
    found: list[str] = []
    asked: set[str] = set()
    for op, request, reply in _exchanges(evidence):
        asked.add(op)
        found += complaints(schema.PROTOCOL, request, "request")
        found += complaints(schema.PROTOCOL, reply, "reply")
        if "ok" in reply:
            found += complaints(schema.PROTOCOL, reply["ok"], f"ok_{op}")

    assert found == []
    assert {"listen", "connect", "send_all", "recv_exact", "make_workspace", "stat"} <= asked


@POSIX
def test_every_hello_fits(evidence: list[Mapping[str, object]]) -> None:
    agents = shape.table(evidence[0]["agents"])
    assert agents is not None

    assert complaints(schema.PROTOCOL, agents["subject"], "hello") == []
    assert complaints(schema.PROTOCOL, agents["witness"], "hello") == []


@POSIX
def test_the_document_fits(tmp_path: Path, evidence: list[Mapping[str, object]]) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("".join(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n" for line in evidence))

    judged = json.loads(ipc_conformance("judge", path, "--json").out)
    planned = json.loads(ipc_conformance("plan", "--agent", "perl", "--json").out)

    assert complaints(schema.DOCUMENT, judged) == []
    assert complaints(schema.DOCUMENT, planned) == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("request", {"id": 0, "op": "recv", "args": {"on": "h", "max": 1}}),
        ("request", {"id": 1, "op": "recv", "args": {"on": "h"}}),
        ("request", {"id": 1, "op": "recv", "args": {"on": "h", "max": 1, "wait": "soon"}}),
        ("request", {"id": 1, "op": "recv", "args": {"on": "h", "max": 1, "peek": True}}),
        ("request", {"id": 1, "op": "send", "args": {"on": "h", "data": {"pattern": 1}}}),
        ("request", {"id": 1, "op": "listen", "args": {"as": "h", "name": {"kind": "path"}}}),
        ("request", {"id": 1, "op": "recv"}),
        ("reply", {"id": 1}),
        ("reply", {"id": 1, "ok": {}, "error": {"kind": "end"}}),
        ("reply", {"id": 1, "error": {"kind": "EPIPE"}}),
        ("reply", {"id": 1, "error": {}}),
        ("reply", {"id": "1", "ok": {}}),
        ("received", {"length": 4, "sha256": "0" * 64, "end": False}),
        ("received", {"length": 4, "sha256": "0", "end": False, "base64": "dGFpbA=="}),
        ("hello", {"protocol": 1}),
    ],
)
def test_a_message_that_breaks_the_protocol_does_not_fit(part: str, value: object) -> None:
    assert complaints(schema.PROTOCOL, value, part) != []


@pytest.mark.parametrize(
    "value",
    [
        {"case": "a/b/fifo/blocking", "ending": "fine", "transcript": [], "seal": "0" * 64},
        {"case": "a/b/fifo/blocking", "ending": "hung", "transcript": [["call", 1]], "seal": "0" * 64},
        {"case": "a/b/fifo/blocking", "ending": "hung", "transcript": [], "seal": "0" * 64, "user": "somebody"},
        {"case": "a/b/fifo/blocking", "ending": "hung", "transcript": []},
        {"end": False, "complete": True, "seal": "0" * 64},
    ],
)
def test_a_line_that_no_run_writes_does_not_fit(value: object) -> None:
    assert complaints(schema.EVIDENCE, value) != []


def test_what_the_schemas_share_is_the_same() -> None:
    parts = {name: schema.load(name)["$defs"] for name in schema.NAMES}
    evidence, document = parts[schema.EVIDENCE], parts[schema.DOCUMENT]
    assert isinstance(evidence, dict)
    assert isinstance(document, dict)

    assert evidence["environment"] == document["environment"]
    assert evidence["agent"] == document["agent"]


def _exchanges(evidence: list[Mapping[str, object]]) -> Iterator[tuple[str, object, Mapping[str, object]]]:
    """Operation, request and reply of every call, as they went over the wire."""
    for line in evidence:
        asked: dict[object, tuple[str, object]] = {}
        for entry in map(shape.items, shape.items(line.get("transcript")) or ()):
            assert entry is not None
            if entry[0] == "call":
                asked[entry[1]] = str(entry[3]), {"id": entry[1], "op": entry[3], "args": entry[4]}
            elif entry[0] == "reply":
                op, request = asked[entry[1]]
                yield op, request, {"id": entry[1], **({"ok": entry[2]} if entry[3] is None else {"error": entry[3]})}
