"""Evidence files: sealed line by line, whole or cut off, in one part or several."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest

from conformance.evidence import Evidence, EvidenceError, Header, Record, Sealer, end_line, merge, read

PLANNED = ("theme/first/fifo/blocking", "theme/second/fifo/blocking", "theme/third/fifo/blocking")
AGENTS: dict[str, dict[str, object]] = {
    "subject": {"name": "tiny", "capabilities": {"fifo": True}},
    "witness": {"name": "stdlib"},
}
Edit = Callable[[list[str]], list[str]]
HEADER = Header("0.1.0", "digest", {"platform": "linux"}, AGENTS, {"agent": "tiny"}, PLANNED)
TRANSCRIPT: list[list[object]] = [
    ["call", 1, "server", "identity", {}],
    ["reply", 1, {"pid": 7, "word": "\ud800 €"}, None, 0.1],
]
RECORDS = tuple(Record(case, "completed", TRANSCRIPT) for case in PLANNED)


def written(records: Sequence[Record] = RECORDS, header: Header = HEADER, *, end: bool = True) -> str:
    """The text of a file."""
    sealer = Sealer()
    lines = [header.line(), *(record.line() for record in records), *([end_line(complete=True)] if end else [])]
    return "".join(map(sealer.text, lines))


def noticed(text: str) -> bool:
    """Whether a file is refused, or at least not taken for a whole one."""
    try:
        return not read(text, "file").complete
    except EvidenceError:
        return True


def test_what_was_written_is_read() -> None:
    evidence = read(written(), "file")
    assert evidence.header == HEADER
    assert tuple(evidence.records.values()) == RECORDS
    assert evidence.complete
    assert evidence.length == len(written())


def test_a_file_is_ascii_whatever_it_holds() -> None:
    assert written().isascii()


def test_every_single_character_that_is_changed_is_noticed() -> None:
    text = written()
    unnoticed = [
        (index, character)
        for index, character in enumerate(text)
        for other in (chr(ord(character) ^ 1), " ")
        if other != character and not noticed(text[:index] + other + text[index + 1 :])
    ]
    assert unnoticed == []


def test_every_single_character_that_is_lost_or_added_is_noticed() -> None:
    text = written()
    for index in range(len(text)):
        assert noticed(text[:index] + text[index + 1 :]), index
        assert noticed(f"{text[:index]} {text[index:]}"), index


def test_a_file_that_is_cut_off_anywhere_is_valid_and_not_whole() -> None:
    text = written()
    first = text.index("\n") + 1
    for length in range(first, len(text)):
        evidence = read(text[:length], "file")
        assert not evidence.complete
        assert text[: evidence.length].endswith("\n")
        assert text[: evidence.length] == text[: text.rindex("\n", 0, length) + 1]


EDITS: dict[str, Edit] = {
    "lost": lambda lines: lines[:1] + lines[2:],
    "moved": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "twice": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "headless": lambda lines: lines[1:],
    "the end twice": lambda lines: [*lines, lines[-1]],
    "a case after the end": lambda lines: [*lines, lines[1]],
    "a torn line after the end": lambda lines: [*lines, "x"],
    "endless": lambda lines: lines[:3],
}


@pytest.mark.parametrize("edit", EDITS)
def test_lines_that_are_lost_moved_or_repeated_are_noticed(edit: str) -> None:
    lines = written().splitlines(keepends=True)
    assert noticed("".join(EDITS[edit](lines)))


def test_a_key_that_stands_there_twice_is_noticed() -> None:
    line = '"ending":"completed"'
    text = written().replace(line, f'"ending":"died",{line}', 1)
    with pytest.raises(EvidenceError, match="line 2: the seal does not fit"):
        read(text, "file")


def test_a_seal_says_which_line_and_what_to_do() -> None:
    text = written().replace('"pid":7', '"pid":8', 1)
    with pytest.raises(EvidenceError, match=r"^file, line 2: the seal does not fit.*use the file as the run wrote it$"):
        read(text, "file")


def sealed(*lines: dict[str, object]) -> str:
    """Lines with seals that fit, whatever they are."""
    sealer = Sealer()
    return "".join(map(sealer.text, lines))


NONSENSE: dict[str, list[dict[str, object]]] = {
    "no evidence in this file": [],
    "not evidence of version 1": [{"evidence": 2}],
    "are to be objects": [{**HEADER.line(), "agents": []}],
    "planned is to be a list of cases": [{**HEADER.line(), "planned": [1]}],
    "line 2: neither a case nor the end": [HEADER.line(), {"word": 1}],
    "ending 'well' is none of": [HEADER.line(), {**RECORDS[0].line(), "ending": "well"}],
    "transcript is to be a list of lists": [HEADER.line(), {**RECORDS[0].line(), "transcript": [7]}],
    "another was not planned": [HEADER.line(), {**RECORDS[0].line(), "case": "another"}],
    "is there twice": [HEADER.line(), RECORDS[0].line(), RECORDS[0].line()],
    "line 3: something after the end": [HEADER.line(), end_line(complete=True), RECORDS[0].line()],
}


@pytest.mark.parametrize("message", NONSENSE)
def test_what_is_sealed_and_nonsense_is_refused(message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        read(sealed(*NONSENSE[message]), "file")


def test_a_whole_file_is_complete_only_with_every_planned_case() -> None:
    evidence = read(written(RECORDS[:2]), "file")
    assert evidence.ended
    assert not evidence.complete


def test_a_note_comes_back() -> None:
    record = Record(PLANNED[0], "died", [], "its last words\nin two lines")
    assert read(written([record]), "file").records[PLANNED[0]] == record


def part(*records: Record, header: Header = HEADER) -> Evidence:
    """One of several files."""
    return read(written(records, header), "part")


def shard(*cases: str) -> Header:
    """The header of a shard."""
    return Header(HEADER.suite, HEADER.spec, HEADER.environment, HEADER.agents, {"shard": "1/2"}, cases)


def test_the_shards_of_a_run_make_one() -> None:
    halves = part(RECORDS[0], header=shard(PLANNED[0])), part(*RECORDS[1:], header=shard(*PLANNED[1:]))
    (whole,) = merge(halves)
    assert whole.complete
    assert whole.header.planned == PLANNED
    assert set(whole.records) == set(PLANNED)


def test_a_part_that_is_not_whole_makes_the_run_no_whole_one() -> None:
    torn = read(written([], shard(PLANNED[0]), end=False), "torn")
    (joined,) = merge([torn, part(*RECORDS[1:], header=shard(*PLANNED[1:]))])
    assert not joined.complete


def test_another_agent_or_another_machine_is_another_run() -> None:
    other = Header(HEADER.suite, HEADER.spec, {"platform": "macos"}, HEADER.agents, HEADER.selection, PLANNED)
    assert len(merge([part(*RECORDS), part(*RECORDS, header=other)])) == 2


def test_two_runs_of_the_same_case_are_not_mixed() -> None:
    with pytest.raises(EvidenceError, match=f"{PLANNED[0]} was run twice"):
        merge([part(*RECORDS), part(RECORDS[0])])


def test_seals_are_plain_digests_that_anybody_can_check() -> None:
    first = json.loads(written().splitlines()[0])
    assert len(first["seal"]) == 64
    assert written() == written()
