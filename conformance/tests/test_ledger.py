"""The evidence file: every line is in it at once, and whatever ends the run leaves a file to go on from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conformance.evidence import EvidenceError, Record
from conformance.live.ledger import Ledger, LedgerError, load
from conformance.tests.made import CASE, OTHER, header

RECORDS = [
    Record(CASE, "completed", [["call", 1, "server", "pipe", {"receiver": "h1"}], ["reply", 1, {}, None, 0.1]]),
    Record(OTHER, "harness-error", [], "a note"),
]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ledger = Ledger.new(path, header((CASE, OTHER)))
    for record in RECORDS:
        ledger.write(record)
    ledger.end(complete=True)
    ledger.close()

    found = load(path)

    assert found.complete
    assert found.header == header((CASE, OTHER))
    assert [found.records[record.case] for record in RECORDS] == RECORDS


def test_a_line_is_in_the_file_as_soon_as_it_is_written(tmp_path: Path) -> None:
    ledger = Ledger.new(tmp_path / "run.jsonl", header())
    ledger.write(RECORDS[0])

    found = load(tmp_path / "run.jsonl")
    ledger.close()

    assert list(found.records) == [CASE]
    assert not found.complete


@pytest.mark.parametrize("torn", [1, 40, -1])
def test_after_a_torn_line_a_run_goes_on(torn: int, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ledger = Ledger.new(path, header((CASE, OTHER)))
    ledger.write(RECORDS[0])
    whole = path.read_bytes()
    ledger.write(RECORDS[1])
    ledger.close()
    path.write_bytes(whole + path.read_bytes()[len(whole) :][:torn])

    ledger = Ledger.resume(path, load(path))
    ledger.write(RECORDS[1])
    ledger.end(complete=True)
    ledger.close()

    assert load(path).complete


def test_a_file_that_was_cut_off_before_its_first_line_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_bytes(b'{"evidence":1')

    with pytest.raises(EvidenceError, match="no evidence in this file"):
        load(tmp_path / "run.jsonl")


def test_a_byte_that_no_run_writes_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_bytes(b"{\xff}\n")

    with pytest.raises(EvidenceError, match="byte 1 is not ASCII"):
        load(tmp_path / "run.jsonl")


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("precious")

    with pytest.raises(EvidenceError, match="go on with it by --resume"):
        Ledger.new(path, header())

    assert path.read_text() == "precious"


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"cannot make the evidence file .*: No such file or directory"):
        Ledger.new(tmp_path / "none" / "run.jsonl", header())


# A limit of file sizes is POSIX's.
if sys.platform != "win32":

    def test_a_write_that_fails_says_where_to_go_on(tmp_path: Path) -> None:
        import resource

        path = tmp_path / "run.jsonl"
        ledger = Ledger.new(path, header())
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, before[1]))
        try:
            with pytest.raises(LedgerError, match=f"File too large; what is in it is valid, go on by --resume {path}"):
                ledger.write(RECORDS[0])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            ledger.close()

        assert load(path).header == header()
        assert path.stat().st_size > load(path).length
