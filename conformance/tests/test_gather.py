"""Results of many files: each once, what is no evidence is named, and nothing is judged twice."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

import json
from pathlib import Path

import pytest

from conformance.evidence import EvidenceError
from conformance.front.gather import gather
from conformance.tests.command_line import ipc_conformance
from matrix import results

CASES = ("--case", "stream/queued_bytes_arrive/*")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of a short run."""
    path = tmp_path_factory.mktemp("evidence") / "run.jsonl"
    assert ipc_conformance("run", "--agent", "stdlib", *CASES, "--evidence", path, "--source", "a test").status == 0
    return path


def test_evidence_is_judged_and_its_result_can_stand_for_it(evidence: Path, tmp_path: Path) -> None:
    (judged,) = gather([evidence]).results
    kept = tmp_path / "kept.json"
    kept.write_text(results.text(judged), encoding="ascii")

    assert judged.environment["source"] == "a test"
    assert set(judged.verdicts.values()) & {"holds"}
    assert judged.cells[0].left_out > 0
    assert gather([kept]).results == (judged,)
    assert gather([kept, evidence]).results == (judged,)


def test_a_folder_stands_for_what_is_in_it(evidence: Path) -> None:
    assert gather([evidence.parent]).results == gather([evidence]).results


def test_what_was_judged_is_not_judged_again(evidence: Path, tmp_path: Path) -> None:
    first = gather([evidence], cache_in=tmp_path)
    again = gather([evidence], cache_in=tmp_path)

    assert (first.judged, again.judged) == (1, 0)
    assert again.results == first.results


def test_a_broken_cache_is_no_obstacle(evidence: Path, tmp_path: Path) -> None:
    first = gather([evidence], cache_in=tmp_path)
    for path in tmp_path.rglob("*.json"):
        path.write_text("{}")

    again = gather([evidence], cache_in=tmp_path)

    assert again.judged == 1
    assert again.results == first.results


def test_other_files_do_not_suffer_from_one_that_is_no_evidence(evidence: Path, tmp_path: Path) -> None:
    lines = evidence.read_text().splitlines(keepends=True)
    bad = {
        "edited.jsonl": "".join([lines[0].replace("a test", "a king"), *lines[1:]]),
        "empty.jsonl": "",
        "deep.jsonl": "[" * 100_000 + "\n",
        "binary.jsonl": "\ud7ff",
        "odd.json": "[]",
        "strange.jsonl": _resealed(lines, "platform", "plan9"),
    }
    for name, content in bad.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    found = gather([tmp_path, evidence])

    assert len(found.results) == 1
    told = {Path(refused.path).name: refused.reason for refused in found.refused}
    assert set(told) == set(bad)
    assert "the seal does not fit" in told["edited.jsonl"]
    assert "nested deeper" in told["deep.jsonl"]
    assert "plan9" in told["strange.jsonl"]
    assert all(name in reason for name, reason in told.items() if name != "strange.jsonl")


def _resealed(lines: list[str], key: str, value: str) -> str:
    from conformance.evidence import Sealer

    sealer = Sealer()
    documents = [json.loads(line) for line in lines]
    documents[0]["environment"][key] = value
    return "".join(
        sealer.text({name: inner for name, inner in document.items() if name != "seal"}) for document in documents
    )


def test_many_files_are_judged_in_processes_in_the_order_of_their_names(evidence: Path, tmp_path: Path) -> None:
    lines = evidence.read_text().splitlines()
    for number in range(12):
        text = _resealed(lines, "source", f"run {number}")
        (tmp_path / f"{number:02}.jsonl").write_text(text)

    found = gather([tmp_path], workers=2)

    assert [result.environment["source"] for result in found.results] == [f"run {number}" for number in range(12)]


def test_shards_are_one_run(tmp_path: Path) -> None:
    for shard in ("1/2", "2/2"):
        path = tmp_path / f"{shard[0]}.jsonl"
        done = ipc_conformance("run", "--agent", "stdlib", *CASES, "--shard", shard, "--evidence", path)
        assert done.status == 0

    whole, part = gather([tmp_path]), gather([tmp_path / "1.jsonl"])

    assert len(whole.results) == 1
    assert whole.results[0].ended
    assert whole.results[0].cells[0].left_out < part.results[0].cells[0].left_out


def test_nothing_is_an_error() -> None:
    with pytest.raises(EvidenceError, match="does not exist"):
        gather([Path("/nowhere/at/all.jsonl")])


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no evidence: name files"):
        gather([tmp_path])
