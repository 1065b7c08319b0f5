"""Markdown: the matrix for a README, and what a CI job has to say. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from conformance.plain import safe
from conformance.requirements import PRIMITIVES
from matrix.frame import PRIMITIVE_TITLES, counted, row_title
from matrix.table import Matrix, Row

# Everything that Markdown, HTML or a code host could take for more than a letter becomes a reference.
_PLAIN = re.compile(r"[^A-Za-z0-9 .,;()/-]")
# What a spreadsheet takes for the beginning of a formula (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST = 200


def markdown(words: str) -> str:
    """Text that is only text in Markdown: no link, no mention, no markup, no second line."""
    return _PLAIN.sub(lambda found: f"&#{ord(found[0])};", safe(words)).replace("://", "&#58;//")


def readme(matrix: Matrix) -> str:
    """The matrix of the implementation that is claimed for: claim, and evidence where it says something else."""
    rows = [row for row in matrix.rows if row.agent == matrix.claims.agent and not row.emulator]
    return _table(rows, named=False)


def summary(matrix: Matrix, refused: Sequence[str]) -> str:
    """What a CI job shows: every row that has evidence, and what is violated or undetermined."""
    rows = [row for row in matrix.rows if row.results]
    lines = ["# ipc-conformance", "", _table(rows[:_MOST], named=True) if rows else "No evidence.\n"]
    lines += [f"{len(rows) - _MOST} more rows are on the pages.", ""] if len(rows) > _MOST else []
    faults = [
        (row, result, requirement, fault)
        for row in rows
        for result in row.results
        for requirement, fault in result.faults.items()
    ]
    if faults:
        lines += ["## Violated and undetermined", ""]
        lines += [
            f"- {markdown(result.verdicts[requirement])}: {markdown(requirement)} by {markdown(row.agent)} on "
            f"{markdown(row_title(row))}: {markdown(fault.detail)} ({markdown(fault.case)})"
            for row, result, requirement, fault in faults[:_MOST]
        ]
        lines += [f"- and {len(faults) - _MOST} more"] if len(faults) > _MOST else []
        lines += [""]
    lines += [f"- refused: {markdown(reason)}" for reason in refused[:_MOST]]
    return "\n".join(lines).rstrip() + "\n"


def spreadsheet(matrix: Matrix) -> str:
    """Rows for a spreadsheet, as RFC 4180 has them; a text that a spreadsheet would compute gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ("implementation", "platform", "emulator", "primitive", "claim", "evidence carries", "must hold", "violated",
         "undetermined", "newest run")
    )  # fmt: skip
    for row in matrix.rows:
        for primitive, level in row.levels.items():
            claimed = "" if row.claim is None else row.claim.levels.get(primitive, "")
            cell = row.cells.get(primitive)
            counts = ["" if cell is None else str(cell.count("must", word)) for word in _COUNTED]
            words = (row.agent, row.platform, row.emulator, primitive, claimed, level.name, *counts, row.date)
            writer.writerow(_inert(word) for word in words)
    return out.getvalue()


_COUNTED = ("holds", "violated", "undetermined")


def _inert(words: str) -> str:
    words = safe(words)
    return f"'{words}" if words.startswith(_FORMULA) else words


def _table(rows: Sequence[Row], *, named: bool) -> str:
    shown = [primitive for primitive in PRIMITIVES if any(primitive in row.levels for row in rows)]
    heads = [*(["implementation"] if named else []), "platform", *(PRIMITIVE_TITLES[one] for one in shown)]
    lines = [_line(heads), _line("---" for _ in heads)]
    for row in rows:
        first = [markdown(row.agent)] if named else []
        lines.append(_line([*first, markdown(row_title(row)), *(_cell(row, one, counts=named) for one in shown)]))
    return "\n".join(lines) + "\n"


def _cell(row: Row, primitive: str, *, counts: bool) -> str:
    level = row.levels.get(primitive)
    if level is None:
        return "-"
    found = row.cells.get(primitive)
    claimed = None if row.claim is None else row.claim.levels.get(primitive)
    words = [level.name]
    words += [f"(claimed: {claimed})"] if claimed is not None and claimed != level.name else []
    words += [f"({counted(found)})"] if counts and found is not None else []
    return markdown(" ".join(words))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
