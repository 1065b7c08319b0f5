"""The published JSON Schemas: well formed, closed in themselves, and strict about unknown keys.

Whether they describe what is really written is tested with the modules that write it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from _checks import sources

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path("conformance", "spec", "schema")


def findings(root: Path) -> list[str]:
    """What is wrong with the schemas, one line each."""
    paths = [path for path in sources.tracked(root) if path.is_relative_to(root / FOLDER) and path.suffix == ".json"]
    if not paths:
        return [f"{FOLDER} has no schema; evidence, protocol messages and the report document each need one"]
    return [f"{path.relative_to(root)}: {problem}" for path in paths for problem in _problems(path)]


def _problems(path: Path) -> Iterator[str]:
    try:
        document: Json = json.loads(path.read_bytes())
    except ValueError as error:
        yield f"is no JSON: {error}"
        return
    if not isinstance(document, dict) or document.get("$schema") != DIALECT:
        yield f'does not name its dialect; begin with "$schema": "{DIALECT}"'
        return
    for key in ("$id", "title"):
        if key not in document:
            yield f"has no {key}"
    for pointer, node in _nodes(document, "#"):
        yield from _node_problems(document, path, pointer, node)


def _node_problems(document: Json, path: Path, pointer: str, node: dict[str, Json]) -> Iterator[str]:
    reference = node.get("$ref")
    if isinstance(reference, str) and not _resolves(document, path, reference):
        yield f"{pointer}: $ref {reference} leads nowhere"
    required, properties = node.get("required"), node.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        for name in required:
            if name not in properties:
                yield f"{pointer}: requires {name!r} but does not describe it"


def _nodes(value: Json, pointer: str) -> Iterator[tuple[str, dict[str, Json]]]:
    if isinstance(value, dict):
        yield pointer, value
        for key, inner in value.items():
            yield from _nodes(inner, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nodes(inner, f"{pointer}/{index}")


def _resolves(document: Json, path: Path, reference: str) -> bool:
    file, _, pointer = reference.partition("#")
    if file:
        target = path.parent / file
        if not target.is_file():
            return False
        document = json.loads(target.read_bytes())
    for step in pointer.split("/")[1:]:
        if not isinstance(document, dict) or step not in document:
            return False
        document = document[step]
    return True
