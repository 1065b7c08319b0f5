"""Transcripts as lines that a person can follow, and who is to blame as far as they tell. Pure."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping, Sequence

from conformance import shape
from conformance.judge import Verdict
from conformance.plain import safe, shortened

_HEAD, _TAIL = 8, 40
_ARGUMENT, _REPLY = 60, 100


def lines(transcript: Sequence[Sequence[object]]) -> list[str]:
    """A line for each call, with its reply beside it where that came next, and below otherwise."""
    entries = [list(entry) for entry in transcript]
    roles: dict[object, str] = {entry[1]: str(entry[2]) for entry in entries if entry[0] == "call"}
    width = max((len(safe(role)) for role in roles.values()), default=0)
    found: list[str] = []
    position = 0
    while position < len(entries):
        entry = entries[position]
        position += 1
        if entry[0] != "call":
            who = roles.get(entry[1], str(entry[1]))
            found.append(f"{_number(entry)} {safe(who).ljust(width)}  ... {_outcome(entry)}")
            continue
        line = f"{_number(entry)} {safe(str(entry[2])).ljust(width)}  {_request(entry)}"
        if position < len(entries) and _answers(entries[position], entry):
            line += f"  ->  {_outcome(entries[position])}"
            position += 1
        found.append(line)
    return _middle_out(found)


def blame(verdict: Verdict, transcript: Sequence[Sequence[object]]) -> str:
    """Who is to blame, as far as it can be told."""
    party = f", as {safe(verdict.party)}" if verdict.party else ""
    if verdict.cause in _BLAME:
        return _BLAME[verdict.cause].format(party=party)
    roles = list(dict.fromkeys(str(entry[2]) for entry in transcript if entry[0] == "call" and entry[2] != "witness"))
    if verdict.party == "witness":
        return "the agent: the harness's own party saw it" + (f" from {_listed(roles)}" if roles else "")
    others = [role for role in roles if role != verdict.party]
    if others and verdict.cause == "finding":
        return f"the agent: seen by it{party}; it also plays {_listed(others)}"
    return f"the agent{party}"


_BLAME: Mapping[str, str] = {
    "harness": "not the agent: the harness or this machine could not tell",
    "scenario": "not the agent: the scenario does not decide what it says",
    "untold": "not the agent: what happened does not tell",
    "stale": "nobody: the evidence was taken with another version of the scenario; run the case again",
    "refused": "the agent's program{party}: it breaks the agent protocol",
    "protocol": "the agent's program{party}: it breaks the agent protocol",
    "prerequisite": "cannot be told: what the case needs first went wrong{party}",
    "declined": "nobody: the agent does not offer what this takes",
    "missing": "the agent: its claims do not fit together",
}


def _listed(roles: Sequence[str]) -> str:
    return " and ".join(map(safe, roles))


def _answers(entry: Sequence[object], call: Sequence[object]) -> bool:
    return entry[0] in ("reply", "hung", "died", "broken", "declined") and entry[1] == call[1]


def _number(entry: Sequence[object]) -> str:
    return (str(entry[1]) if isinstance(entry[1], int) else "").rjust(3)


def _request(entry: Sequence[object]) -> str:
    arguments = shape.table(entry[4]) or {} if len(entry) > 4 else {}
    words = [safe(str(entry[3])), *(f"{safe(key)}={_argument(value)}" for key, value in arguments.items())]
    return " ".join(words)


def _argument(value: object) -> str:
    table = shape.table(value)
    if table is None:
        return shortened(safe(value if isinstance(value, str) else json.dumps(value)), _ARGUMENT)
    if "pattern" in table:
        offset = table.get("offset")
        return f"<{table.get('length')} bytes{f' from {offset}' if offset else ''}>"
    text = table.get("text")
    named = safe(text) if isinstance(text, str) else _bytes(table.get("base64"))
    if "kind" in table and named is not None:
        return f"{safe(str(table['kind']))}:{shortened(named, _ARGUMENT)}"
    if set(table) == {"base64"} and named is not None:
        return shortened(named, _ARGUMENT)
    return shortened(safe(json.dumps(value)), _ARGUMENT)


def _outcome(entry: Sequence[object]) -> str:
    match list(entry):
        case ["reply", _, ok, None, elapsed]:
            return f"{_value(shape.table(ok) or {})}  ({elapsed} ms)"
        case ["reply", _, None, error, elapsed]:
            return f"{_error(shape.table(error) or {})}  ({elapsed} ms)"
        case ["blocked", _, within, waiting]:
            return f"still no reply after {within} ms" if waiting is True else f"the reply is there within {within} ms"
        case ["ended", _, int(status)]:
            return f"its process ended with {f'signal {-status}' if status < 0 else f'exit status {status}'}"
        case [kind, _, detail]:
            return f"{safe(str(kind))}: {shortened(safe(str(detail)), _REPLY)}"
        case _:
            return shortened(safe(json.dumps(entry)), _REPLY)


def _value(ok: Mapping[str, object]) -> str:
    if not ok:
        return "done"
    if {"length", "sha256", "end"} <= set(ok):
        content = _bytes(ok.get("base64"))
        what = f"{ok['length']} bytes" + (f" {shortened(content, _ARGUMENT)}" if content and ok["length"] else "")
        rest = {key: value for key, value in ok.items() if key not in ("length", "sha256", "end", "base64")}
        return ", ".join([what, *(["the end"] if ok["end"] is True else []), *_pairs(rest)])
    return shortened(", ".join(_pairs(ok)), _REPLY)


def _error(error: Mapping[str, object]) -> str:
    native = f" ({safe(str(error['native']))})" if error.get("native") else ""
    message = safe(str(error.get("message") or ""))
    rest = {key: value for key, value in error.items() if key not in ("kind", "native", "code", "message")}
    words = [f"fails: {safe(str(error.get('kind')))}{native}", *([message] if message else []), *_pairs(rest)]
    return shortened(", ".join(words), _REPLY)


def _pairs(table: Mapping[str, object]) -> Iterable[str]:
    return (f"{safe(key)}={_argument(value)}" for key, value in table.items())


def _bytes(base64: object) -> str | None:
    if not isinstance(base64, str):
        return None
    try:
        return repr(b64decode(base64, validate=True))
    except (Base64Error, ValueError):
        return safe(base64)


def _middle_out(found: list[str]) -> list[str]:
    """A long transcript without its middle: the start says what it is about, the end what went wrong."""
    if len(found) <= _HEAD + _TAIL:
        return found
    return [*found[:_HEAD], f"    ... {len(found) - _HEAD - _TAIL} lines left out ...", *found[-_TAIL:]]
