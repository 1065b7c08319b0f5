"""Evidence: what a run keeps, one JSON object a line, each line sealed by the one before.

    {"evidence": 1, "suite": ..., "spec": ..., "environment": {...}, "agents": {...}, "planned": [...], "seal": ...}
    {"case": id, "ending": ..., "transcript": [...], "seal": ...}
    {"end": true, "complete": ..., "seal": ...}

A seal is the SHA-256 of the seal before and of the line without its seal: an edited, lost or moved line is noticed.
A file whose last line is torn, or that has no end line, is valid and incomplete; a run can go on from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from conformance import shape

VERSION = 1
_AS_WRITTEN = "use the file as the run wrote it"
ENDINGS = ("completed", "hung", "died", "refused", "harness-error")


class EvidenceError(Exception):
    """An evidence file cannot be used; says which line and why."""


@dataclass(frozen=True, slots=True)
class Header:
    """Under what circumstances the cases were run, and which cases were to be run."""

    suite: str
    spec: str
    environment: Mapping[str, object]
    agents: Mapping[str, Mapping[str, object]]
    selection: Mapping[str, object]
    planned: tuple[str, ...]

    def line(self) -> dict[str, object]:
        """As it is written, without its seal."""
        return {
            "evidence": VERSION,
            "suite": self.suite,
            "spec": self.spec,
            "environment": self.environment,
            "agents": self.agents,
            "selection": self.selection,
            "planned": list(self.planned),
        }


@dataclass(frozen=True, slots=True)
class Record:
    """What one case did: how it ended and the transcript of calls and observations."""

    case: str
    ending: str
    transcript: Sequence[Sequence[object]]
    note: str = ""

    def line(self) -> dict[str, object]:
        """As it is written, without its seal."""
        line: dict[str, object] = {"case": self.case, "ending": self.ending, "transcript": self.transcript}
        return {**line, "note": self.note} if self.note else line


@dataclass(frozen=True, slots=True)
class Evidence:
    """A whole evidence file."""

    header: Header
    records: Mapping[str, Record]
    ended: bool
    seal: str
    length: int

    @property
    def complete(self) -> bool:
        """Whether every planned case has a record."""
        return self.ended and all(case in self.records for case in self.header.planned)


class Sealer:
    """Turns lines into sealed text, in order."""

    def __init__(self, seal: str = "") -> None:
        self._seal = seal

    def text(self, line: Mapping[str, object]) -> str:
        """The line with its seal, ready to be written."""
        self._seal = _seal(self._seal, line)
        return _plain({**line, "seal": self._seal}) + "\n"


def end_line(complete: bool) -> dict[str, object]:
    """The last line of a file whose run was not cut off."""
    return {"end": True, "complete": complete}


def read(text: str, source: str) -> Evidence:
    """Parse and verify evidence; `source` names it in errors."""
    lines = text.split("\n")
    seal, length, ended = "", 0, False
    header: Header | None = None
    records: dict[str, Record] = {}
    planned: frozenset[str] = frozenset()
    for number, raw in enumerate(lines[:-1], 1):
        where = f"{source}, line {number}"
        if ended:
            raise EvidenceError(f"{where}: something after the end; {_AS_WRITTEN}")
        line = _parsed(raw, where)
        given = line.pop("seal", None)
        seal = _seal(seal, line)
        # The text, too: a key that stands there twice would be read by others otherwise than here.
        if given != seal or raw != _plain({**line, "seal": seal}):
            raise EvidenceError(
                f"{where}: the seal does not fit: this line or the one before was changed, lost or moved; {_AS_WRITTEN}"
            )
        length += len(raw.encode()) + 1
        if header is None:
            header = _header(line, where)
            planned = frozenset(header.planned)
        elif "case" in line:
            record = _record(line, where)
            if record.case in records or record.case not in planned:
                raise EvidenceError(f"{where}: {record.case} was not planned, or is there twice; {_AS_WRITTEN}")
            records[record.case] = record
        elif line.get("end") is True:
            ended = True
        else:
            raise EvidenceError(f"{where}: neither a case nor the end")
    if ended and lines[-1]:
        raise EvidenceError(f"{source}: something after the end; {_AS_WRITTEN}")
    if header is None:
        raise EvidenceError(f"{source}: no evidence in this file; was the run cut off before its first line?")
    return Evidence(header, records, ended, seal, length)


def merge(parts: Iterable[Evidence]) -> list[Evidence]:
    """Evidence of one run in several files (shards, a resumed run) put together, one for each agent and machine."""
    merged: dict[str, Evidence] = {}
    for part in parts:
        header = part.header
        key = _plain({"suite": header.suite, "spec": header.spec, "environment": place(header.environment),
                      "agents": header.agents})  # fmt: skip
        before = merged.get(key)
        if before is None:
            merged[key] = part
            continue
        twice = next((case for case in part.records if case in before.records), None)
        if twice is not None:
            raise EvidenceError(
                f"{twice} was run twice by the same agent; judge the files of the two runs one at a time"
            )
        planned = dict.fromkeys((*before.header.planned, *header.planned))
        # As old as its oldest part.
        environment = min(before.header.environment, header.environment, key=lambda found: str(found.get("date", "")))
        joined = Header(header.suite, header.spec, environment, header.agents, before.header.selection, tuple(planned))
        records = {**before.records, **part.records}
        merged[key] = Evidence(joined, records, before.ended and part.ended, part.seal, 0)
    return list(merged.values())


def place(environment: Mapping[str, object]) -> Mapping[str, object]:
    """An environment without the day: the parts of one run can be made on several."""
    return {key: value for key, value in environment.items() if key != "date"}


def _plain(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _seal(before: str, line: Mapping[str, object]) -> str:
    return sha256((before + _plain(line)).encode()).hexdigest()


def _parsed(raw: str, where: str) -> dict[str, object]:
    try:
        line = shape.table(json.loads(raw))
    except ValueError as error:
        raise EvidenceError(f"{where}: not JSON ({error}); {_AS_WRITTEN}") from error
    if line is None:
        raise EvidenceError(f"{where}: not a JSON object")
    return dict(line)


def _header(line: Mapping[str, object], where: str) -> Header:
    if line.get("evidence") != VERSION:
        raise EvidenceError(f"{where}: not evidence of version {VERSION}; this suite cannot read it")
    environment, selection = shape.table(line.get("environment")), shape.table(line.get("selection"))
    agents = {name: shape.table(agent) for name, agent in (shape.table(line.get("agents")) or {}).items()}
    identities = {name: agent for name, agent in agents.items() if agent is not None}
    if environment is None or selection is None or "subject" not in identities or len(identities) != len(agents):
        raise EvidenceError(f"{where}: environment, selection and agents (with a subject) are to be objects")
    planned = shape.texts(line.get("planned"))
    if planned is None:
        raise EvidenceError(f"{where}: planned is to be a list of cases")
    return Header(str(line.get("suite")), str(line.get("spec")), environment, identities, selection, planned)


def _record(line: Mapping[str, object], where: str) -> Record:
    ending = line.get("ending")
    if ending not in ENDINGS:
        raise EvidenceError(f"{where}: ending {ending!r} is none of {', '.join(ENDINGS)}")
    entries = shape.items(line.get("transcript"))
    transcript = [found for entry in entries or () if (found := shape.items(entry))]
    if entries is None or len(transcript) != len(entries):
        raise EvidenceError(f"{where}: transcript is to be a list of lists")
    return Record(str(line["case"]), str(ending), transcript, str(line.get("note", "")))
