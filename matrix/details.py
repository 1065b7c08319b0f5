"""A page for each platform, implementation and requirement. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from conformance.requirements import PRIMITIVES, Requirement
from matrix.frame import (
    PRIMITIVE_TITLES,
    Column,
    absent,
    agent_page,
    capital,
    cell,
    counted,
    facts,
    heading,
    level_mark,
    page,
    platform_page,
    requirement_page,
    row_title,
    table,
    verdict,
)  # fmt: skip
from matrix.markup import Html, joined, link, tag, web
from matrix.overview import MOST, more, runs_table
from matrix.results import WORST_FIRST, Result
from matrix.table import Matrix, Release, Row

_BAD = ("violated", "undetermined")


def platform(matrix: Matrix, name: str) -> str:
    """What is claimed and known of a platform."""
    rows = [row for row in matrix.rows if row.platform == name]
    claim = matrix.claims.platforms.get(name)
    known = matrix.spec.platforms.get(name)
    main: list[Html] = [tag("h1", matrix.title(name))]
    if claim is not None:
        main += [
            tag("p", f"The claim for {matrix.claims.agent} relies on this: {claim.relies_on}", class_="lead"),
            facts(
                [
                    ("Claimed", _claimed(claim.levels)),
                    ("Type-checked in CI by", ", ".join(claim.static)),
                    ("Alike", f"{matrix.title(claim.relative)} in {', '.join(claim.alike)}" if claim.relative else ""),
                ]
            ),
        ]
    if known is not None:
        main += [facts((fact.replace("_", " "), str(value)) for fact, value in known.facts.items())]
    main += [
        tag("h2", "Claim and evidence"),
        _levels("Claim and evidence of each implementation here", rows, by_platform=False),
        *_evidence([result for row in rows for result in row.results], by_platform=False),
    ]
    return page(matrix.title(name), main, matrix)


def agent(matrix: Matrix, name: str) -> str:
    """What is known of an implementation: where it works, what it violates, how that changed over releases."""
    rows = [row for row in matrix.rows if row.agent == name]
    results = [result for row in rows for result in row.results]
    newest = max(results, key=lambda result: result.date, default=None)
    main: list[Html] = [tag("h1", name)]
    if newest is not None:
        about = newest.implementation
        main += [
            facts(
                [
                    ("Version", about["version"]),
                    ("Language", about["language"]),
                    ("Homepage", web(about["homepage"]) if about["homepage"] else ""),
                ]
            )
        ]
    main += [
        tag("h2", "Where it works"),
        _levels(f"Support levels of {name} by platform", rows, by_platform=True),
        *_trends(matrix.releases(name), name),
        *_evidence(results, by_platform=True),
    ]
    return page(name, main, matrix)


def requirement(matrix: Matrix, one: Requirement) -> str:
    """A sentence, where it is from, who holds it and who does not, and the values observed, side by side."""
    found = [(result, result.verdicts[one.id]) for result in matrix.current if one.id in result.verdicts]
    found.sort(key=lambda pair: (WORST_FIRST.index(pair[1]), pair[0].place))
    counts = Counter(word for _, word in found)
    listed = ", ".join(f"{counts[word]:,} {word}" for word in WORST_FIRST if counts[word])
    outcomes = "; ".join(f"{name}: {', '.join(words)}" for name, words in one.outcomes.items())
    main = [
        tag("h1", one.id),
        tag("p", one.sentence, class_="lead"),
        facts(
            [
                ("Level", one.level),
                ("Primitives", ", ".join(PRIMITIVE_TITLES[primitive] for primitive in one.primitives)),
                ("Ways to wait", ", ".join(one.modes)),
                ("Platforms", ", ".join(sorted(map(matrix.title, one.platforms), key=str.lower))),
                ("Takes the claims", ", ".join(one.needs)),
                ("Allowed outcomes", outcomes),
                ("Not tested", one.untested or ""),
                ("Sources", tag("ul", (tag("li", web(source)) for source in one.sources))),
            ]
        ),
        tag("h2", "Who holds it"),
        tag("p", listed or "Nobody has been judged by it yet."),
        *more(len(found), "places", "evidence"),
    ]
    if found:
        columns = [Column("Implementation"), Column("Platform"), Column("Machine and runtime"), Column("Verdict"),
                   Column("Value or reason")]  # fmt: skip
        rows = [[*_place(result), cell(verdict(word)), _seen(result, one.id)] for result, word in found[:MOST]]
        main.append(table(f"{one.id} in each place, the worst first", columns, rows))
    return page(one.id, main, matrix, here="")


def _place(result: Result) -> list[Html]:
    through = tag("small", f"through {result.emulator}") if result.emulator else ""
    return [
        heading(link(agent_page(result.agent), result.agent), tag("small", result.version)),
        cell(link(platform_page(result.platform), result.platform), through),
        cell(result.environment["machine"], tag("small", result.implementation["runtime"])),
    ]


def _who(result: Result) -> Html:
    through = tag("small", f"through {result.emulator}") if result.emulator else ""
    return cell(link(agent_page(result.agent), result.agent), through)


def _seen(result: Result, requirement: str) -> Html:
    """The observed values by what distinguishes their cases, or what was wrong."""
    fault = result.faults.get(requirement)
    if fault is not None:
        return cell(fault.detail, tag("small", fault.case), class_="wide")
    values: dict[str, list[str]] = {}
    for case, value in result.observed.get(requirement, {}).items():
        # theme/name/primitive/mode/parameters: what differs from case to case.
        values.setdefault(value, []).append(case.split("/", 2)[-1])
    return cell(
        joined(
            joined([value, tag("small", ", ".join(cases[:4]) + (f" and {len(cases) - 4} more" if cases[4:] else ""))])
            for value, cases in values.items()
        ),
        class_="wide",
    )


def _levels(caption: str, rows: Sequence[Row], *, by_platform: bool) -> Html:
    columns = [Column("Platform" if by_platform else "Implementation"), Column("Primitive"), Column("Claim"),
               Column("Evidence carries"), Column("Musts")]  # fmt: skip
    lines: list[list[Html]] = []
    for row in rows[:MOST]:
        through = tag("small", f"through {row.emulator}") if row.emulator else ""
        first = (link(platform_page(row.platform), row_title(row)) if by_platform
                 else joined([link(agent_page(row.agent), row.agent), through]))  # fmt: skip
        for primitive, level in row.levels.items():
            claimed = "" if row.claim is None else row.claim.levels.get(primitive, "")
            counts = row.cells.get(primitive)
            lines.append(
                [
                    heading(first),
                    cell(capital(PRIMITIVE_TITLES[primitive])),
                    cell(claimed) if claimed else cell(absent("nothing is claimed")),
                    cell(level_mark(level)),
                    cell(absent("no run")) if counts is None else cell(counted(counts)),
                ]
            )
    return joined([*more(len(rows), "rows", "evidence"), table(caption, columns, lines)])


def _trends(releases: Sequence[Release], name: str) -> Iterable[Html]:
    if not releases:
        return
    platforms = list(dict.fromkeys(row_title(row) for release in releases for row in release.rows))
    rows: list[list[Html]] = []
    for release in releases[:MOST]:
        by_title = {row_title(row): row for row in release.rows}
        rows.append([heading(release.version or "no version"), *(_trend(by_title.get(title)) for title in platforms)])
    yield tag("h2", "Over releases")
    yield table(f"Musts that {name} holds, by release and platform", [Column("Version"), *map(Column, platforms)], rows)


def _trend(row: Row | None) -> Html:
    if row is None:
        return cell(absent("no run"))
    lines = [
        tag("small", f"{PRIMITIVE_TITLES[primitive]}: {counted(row.cells[primitive])}")
        for primitive in PRIMITIVES
        if primitive in row.cells
    ]
    worst = max(row.levels.values(), key=lambda level: level.rank)
    return cell(level_mark(worst), joined(lines))


def _evidence(results: Sequence[Result], *, by_platform: bool) -> Iterable[Html]:
    faults = [(result, id_, word) for result in results for id_, word in result.verdicts.items() if word in _BAD]
    faults.sort(key=lambda found: (WORST_FIRST.index(found[2]), found[1], found[0].place))
    if faults:
        yield tag("h2", "Violated and undetermined")
        yield from more(len(faults), "verdicts", "evidence")
        columns = [Column("Requirement"), Column("Platform" if by_platform else "Implementation"), Column("Verdict"),
                   Column("What happened")]  # fmt: skip
        lines = [
            [
                heading(link(requirement_page(id_), id_)),
                _place(result)[1] if by_platform else _who(result),
                cell(verdict(word)),
                _seen(result, id_),
            ]
            for result, id_, word in faults[:MOST]
        ]
        yield table("Violated and undetermined requirements, the worst first", columns, lines)
    if results:
        yield tag("h2", "Runs")
        yield from more(len(results), "runs", "evidence")
        yield runs_table("The newest run of each place", results[:MOST])


def _claimed(levels: Mapping[str, str]) -> str:
    if len(set(levels.values())) == 1:
        return next(iter(levels.values()))
    return "; ".join(f"{PRIMITIVE_TITLES[primitive]}: {level}" for primitive, level in levels.items())
