"""`ipc-conformance.toml`: which agent somebody's own pytest run judges, beside its own tests.

    agent-command = "./my-agent"            # or: agent = "stdlib"; it runs where pytest was started
    witness-command = "..."                 # only for agents on another machine
    cases = ["stream/*"]                    # without it: every case that applies
    strict = true                           # a violated `should` fails, too
    patience = 10                           # seconds to wait for a reply
    expectations = "known.toml"             # known violations, see expectations.py
    evidence = "evidence.jsonl"             # written anew by each run

Files named here are relative to the file's own folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance import shape
from conformance.front.bench import Order
from conformance.live.run import PATIENCE_MS
from conformance.requirements import SpecError

FILE = "ipc-conformance.toml"
_TEXTS = ("agent", "agent-command", "witness-command", "expectations", "evidence")
_KEYS = (*_TEXTS, "cases", "strict", "patience")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What such a file says."""

    order: Order
    evidence: Path | None


def read_embedded(path: Path) -> Embedded:
    """Read such a file; SpecError says what is wrong with it."""
    try:
        table: Mapping[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SpecError(f"{path.name}: cannot be read: {error}") from error
    unknown = sorted(set(table) - set(_KEYS))
    if unknown:
        raise SpecError(f"{path.name}: unknown key {unknown[0]!r}; known: {', '.join(_KEYS)}")
    texts = {key: _text(table, key, path.name) for key in _TEXTS}
    if (texts["agent"] is None) is (texts["agent-command"] is None):
        raise SpecError(f"{path.name}: give either agent, a name, or agent-command")
    cases, strict, patience = table.get("cases", []), table.get("strict", False), table.get("patience")
    globs, seconds = shape.texts(cases), PATIENCE_MS // 1000 if patience is None else shape.whole(patience)
    if globs is None or not isinstance(strict, bool) or not seconds or seconds < 0:
        raise SpecError(f"{path.name}: cases is a list of texts, strict true or false, patience whole seconds")
    known = None if texts["expectations"] is None else path.parent / texts["expectations"]
    order = Order(
        texts["agent"], texts["agent-command"], texts["witness-command"], seconds * 1000, globs,
        strict=strict, expectations=_content(known), expectations_source="" if known is None else known.name,
    )  # fmt: skip
    return Embedded(order, None if texts["evidence"] is None else (path.parent / texts["evidence"]).absolute())


def _text(table: Mapping[str, object], key: str, source: str) -> str | None:
    value = table.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise SpecError(f"{source}: {key} is to be a text that is not empty")
    return value


def _content(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SpecError(f"{path.name}: cannot be read: {error}") from error
