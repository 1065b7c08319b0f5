"""All files of the site, by their names. Pure: what writes them is the command."""

from __future__ import annotations

from collections.abc import Sequence

from matrix import badges, details, markdown, overview
from matrix.frame import agent_page, platform_page, requirement_page
from matrix.markup import slug
from matrix.table import Matrix


def site(matrix: Matrix, refused: Sequence[str] = ()) -> dict[str, str]:
    """The pages, the Markdown, the badges and the table for spreadsheets, each complete in itself."""
    files = {
        "index.html": overview.index(matrix, refused),
        "requirements.html": overview.requirements(matrix),
        "runs.html": overview.runs(matrix),
        "matrix.md": markdown.readme(matrix),
        "summary.md": markdown.summary(matrix, refused),
        "matrix.csv": markdown.spreadsheet(matrix),
    }
    files |= {platform_page(name): details.platform(matrix, name) for name in matrix.platforms}
    files |= {agent_page(name): details.agent(matrix, name) for name in matrix.agents}
    files |= {requirement_page(one.id): details.requirement(matrix, one) for one in matrix.spec.requirements.values()}
    for row in matrix.rows:
        if row.levels and not row.emulator:
            worst = max(row.levels.values(), key=lambda level: level.rank)
            name, label = f"badges/{slug(row.agent)}-{slug(row.platform)}", f"{row.agent} on {row.title}"
            files[f"{name}.svg"] = badges.svg(label, worst)
            files[f"{name}.json"] = badges.endpoint(label, worst)
    return files
