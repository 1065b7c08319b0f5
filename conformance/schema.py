"""The published JSON Schemas (draft 2020-12) in `spec/schema/`, by which anybody can check what is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from conformance.requirements import SpecError

DOCUMENT = "document-1"
EVIDENCE = "evidence-1"
PROTOCOL = "protocol-1"
NAMES = (DOCUMENT, EVIDENCE, PROTOCOL)


def uri(name: str) -> str:
    """The `$id` of a schema: a name, not a place to fetch it from."""
    return f"urn:ipc-conformance:schema:{name}"


def load(name: str) -> Mapping[str, object]:
    """A schema by its name."""
    if name not in NAMES:
        raise SpecError(f"no schema {name!r}; there are: {', '.join(NAMES)}")
    found: Mapping[str, object] = json.loads((files("conformance") / "spec" / "schema" / f"{name}.json").read_bytes())
    return found
