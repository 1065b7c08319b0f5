"""The pages that show everything at once: the matrix, the requirements, the runs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from conformance.requirements import PRIMITIVES
from matrix.frame import (
    PRIMITIVE_TITLES,
    Column,
    absent,
    agent_page,
    capital,
    cell,
    counted,
    heading,
    level_mark,
    page,
    platform_page,
    requirement_page,
    row_title,
    table,
)  # fmt: skip
from matrix.markup import Html, joined, link, tag, text
from matrix.results import WORST_FIRST, Result
from matrix.table import Matrix, Row

# A page that lists more than so many runs helps nobody; the rest is counted.
MOST = 400


def index(matrix: Matrix, refused: Sequence[str]) -> str:
    """The matrix: first what is claimed and carried, then other implementations, then what ran through an emulator."""
    ours = [row for row in matrix.rows if row.agent == matrix.claims.agent and not row.emulator]
    others = [row for row in matrix.rows if row.agent != matrix.claims.agent and not row.emulator]
    emulated = [row for row in matrix.rows if row.emulator]
    main: list[Html] = [
        tag("h1", "What works where, and how we know"),
        tag(
            "p",
            "Local sockets, unnamed pipes, FIFO files and named pipes, judged by running implementations as real "
            "processes. A level is computed from what was observed, never typed.",
            class_="lead",
        ),
        *_refused(refused),
    ]
    if ours:
        main += [
            tag("h2", "Reference implementation ", link(agent_page(matrix.claims.agent), matrix.claims.agent)),
            _levels(f"Support levels of {matrix.claims.agent} by platform", ours, named=False),
        ]
    main += [_legend(matrix)]
    if others:
        main += [
            tag("h2", "Other implementations"),
            _levels("Support levels of other implementations by platform", others, named=True),
        ]
    if emulated:
        main += [
            tag("h2", "Through an emulator"),
            tag("p", "What such a run shows is worth knowing. It proves nothing of the real system, nor refutes it."),
            _levels("What runs through an emulator show", emulated, named=True),
        ]
    return page("ipc-conformance matrix", main, matrix, here="index.html")


def requirements(matrix: Matrix) -> str:
    """Every requirement, with how many places hold it."""
    counts: dict[str, Counter[str]] = {}
    for result in matrix.current:
        for requirement, word in result.verdicts.items():
            counts.setdefault(requirement, Counter())[word] += 1
    rows = [
        [
            heading(link(requirement_page(one.id), one.id)),
            cell(one.level),
            cell(one.sentence, class_="wide"),
            cell(_tally(counts.get(one.id, Counter()))),
        ]
        for one in matrix.spec.requirements.values()
    ]
    main = [
        tag("h1", "Requirements"),
        tag("p", f"{len(rows)} sentences that implementations are judged by, each with its sources.", class_="lead"),
        table(
            "Requirements and in how many places they hold",
            [Column("Requirement"), Column("Level"), Column("Sentence"), Column("Places")],
            rows,
        ),
    ]
    return page("Requirements", main, matrix, here="requirements.html")


def runs(matrix: Matrix) -> str:
    """The runs that the levels are computed from."""
    shown = sorted(matrix.current, key=lambda result: (result.date, result.seal), reverse=True)
    main = [
        tag("h1", "Runs"),
        tag("p", "The newest run of each place, and what its evidence is known by.", class_="lead"),
        *more(len(shown), "runs", "evidence"),
        runs_table("The newest run of each place", shown[:MOST]),
        tag("p", f"{len(matrix.earlier)} earlier runs are in the trends of their implementations.")
        if matrix.earlier
        else Html(""),
    ]
    return page("Runs", main, matrix, here="runs.html")


def runs_table(caption: str, found: Sequence[Result]) -> Html:
    """Runs with where, when and by whom."""
    columns = [
        Column("Implementation"), Column("Platform"), Column("Machine and runtime"), Column("Day"),
        Column("Vouched for by"), Column("Evidence", "SHA-256 of its last line"),
    ]  # fmt: skip
    return table(caption, columns, [_run(result) for result in found])


def more(length: int, things: str, where: str) -> Iterator[Html]:
    """The sentence that says what is not listed."""
    if length > MOST:
        yield tag("p", f"Only {MOST} of {length:,} {things} are listed; the rest is in the {where}.", class_="note")


def _run(result: Result) -> list[Html]:
    where = result.environment
    vouched = where["source"] or "nobody"
    return [
        heading(link(agent_page(result.agent), result.agent), tag("small", result.version)),
        cell(
            link(platform_page(result.platform), result.platform),
            tag("small", " ".join(filter(None, (where["release"], result.emulator and f"through {result.emulator}")))),
        ),
        cell(where["machine"], tag("small", result.implementation["runtime"])),
        cell(result.date or "not said"),
        cell(vouched, tag("small", "in CI" if result.ci else "by hand")),
        cell(tag("span", f"{result.seal[:12]}", class_="id"), "" if result.ended else tag("small", "cut off")),
    ]


def _levels(caption: str, rows: Sequence[Row], *, named: bool) -> Html:
    shown = [primitive for primitive in PRIMITIVES if any(primitive in row.levels for row in rows)]
    columns = [Column("Implementation")] if named else []
    columns += [Column("Platform"), *([] if named else [Column("Claimed")])]
    columns += [Column(capital(PRIMITIVE_TITLES[primitive])) for primitive in shown]
    lines: list[list[Html]] = []
    for row in rows:
        platform = (link(platform_page(row.platform), row_title(row)), tag("small", _when(row)))
        first = (
            [heading(link(agent_page(row.agent), row.agent)), cell(*platform)]
            if named
            else [heading(*platform), _claim(row)]
        )
        lines.append([*first, *(_level(row, primitive) for primitive in shown)])
    return table(caption, columns, lines)


def _when(row: Row) -> str:
    if not row.results:
        return "no run"
    count = f"{len(row.results):,} {'run' if len(row.results) == 1 else 'runs'}"
    return f"{count}, newest {row.date}" if row.date else count


def _level(row: Row, primitive: str) -> Html:
    level = row.levels.get(primitive)
    if level is None:
        return cell(absent("does not exist here" if row.claim is not None else "no evidence"))
    claimed = None if row.claim is None else row.claim.levels.get(primitive)
    differs = claimed is not None and claimed != level.name
    found = row.cells.get(primitive)
    return cell(
        level_mark(level),
        tag("small", f"claimed: {claimed}") if differs else "",
        tag("small", counted(found)) if found is not None else "",
    )


def _claim(row: Row) -> Html:
    claimed = [] if row.claim is None else list(dict.fromkeys(row.claim.levels.values()))
    return cell(*(tag("span", name, class_="line") for name in claimed), class_="quiet")


def _legend(matrix: Matrix) -> Html:
    items = (tag("li", level_mark(level), tag("span", level.promise)) for level in matrix.policy.levels)
    return joined([tag("h2", "What the levels mean"), tag("ul", items, class_="legend")])


def _refused(refused: Sequence[str]) -> Iterator[Html]:
    if refused:
        items = (tag("li", text(reason)) for reason in refused[:MOST])
        yield tag(
            "section",
            tag("h2", f"{len(refused):,} files were refused"),
            tag("p", "They are no evidence and no result, and nothing here rests on them."),
            tag("ul", items),
            class_="note",
        )


def _tally(counts: Counter[str]) -> Html:
    if not counts:
        return text("nobody yet")
    words = [word for word in WORST_FIRST if counts[word]]
    return joined(
        part
        for number, word in enumerate(words)
        for part in ("" if number == 0 else ", ", tag("span", f"{counts[word]:,} {word}", class_=word))
    )
