"""Nothing sleeps to synchronise: a wait is for an observation, under a deadline.

ruff's banned-api says the same, but a file that may import subprocess or pytest is exempt from that rule as a whole.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from _checks import sources

EXEMPT = (
    # Agents do what they are told, and one that is faulty on purpose may be slow on purpose.
    Path("conformance/agents"),
    Path("conformance/faulty"),
    # A driver's Pause: the one way to come back to a name when the system has no event to wait for.
    Path("ipc/_drive/blocking.py"),
)


def findings(root: Path) -> list[str]:
    """Every use of time.sleep outside the agents."""
    return [
        f"{path.relative_to(root)}:{line}: time.sleep; wait for an observation under a deadline"
        for path in sources.python(root)
        if not any(path.is_relative_to(root / exempt) for exempt in EXEMPT)
        for line in _sleeps(ast.parse(path.read_bytes(), str(path)))
    ]


def _sleeps(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="time"), attr="sleep"):
                yield node.lineno
            case ast.ImportFrom(module="time", names=names) if any(alias.name == "sleep" for alias in names):
                yield node.lineno
            case _:
                pass
