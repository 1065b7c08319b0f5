"""`matrix`: from evidence of many runs to support levels: pages, badges, and the gate."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.assessment import AS_EXPECTED, BELOW_LEVEL, INCOMPLETE
from conformance.front.gather import Gathered, gather
from conformance.front.history import checked_out
from conformance.front.options import read_text
from conformance.plain import columns, safe
from conformance.requirements import PRIMITIVES, Spec, SpecError, load
from matrix import results
from matrix.claims import Claims, load_claims, parse_claims
from matrix.gate import Finding, check
from matrix.levels import load_policy
from matrix.site import site
from matrix.table import Matrix, matrix


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    commands = parser.add_subparsers(metavar="WHAT", required=True, dest="what")
    build = commands.add_parser("build", help="write the pages, the Markdown and the badges", allow_abbrev=False)
    build.add_argument("--out", metavar="DIR", required=True, help="where to; files of an earlier build are replaced")
    _add_evidence(build)
    table = commands.add_parser("table", help="print claim and evidence side by side", allow_abbrev=False)
    _add_evidence(table)
    gate = commands.add_parser("check", help="the gate: demotions, claims above their evidence", allow_abbrev=False)
    gate.add_argument("--baseline", metavar="REF", help="a commit of this repository, or evidence: what was before")
    _add_evidence(gate)
    judge = commands.add_parser("judge", help="keep the result of each run, small and textual", allow_abbrev=False)
    judge.add_argument("--out", metavar="DIR", required=True, help="where to; one file for each run")
    _add_evidence(judge)


def _add_evidence(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("evidence", nargs="+", metavar="EVIDENCE", help="evidence, results, or folders of them")
    parser.add_argument("--claims", metavar="FILE", help="what is claimed (default: this project's platforms.toml)")
    parser.add_argument("--cache", metavar="DIR", help="keep results here, and judge nothing twice")
    parser.add_argument(
        "--date", metavar="DAY", type=_day, help="the day on which evidence is looked at (default: today)"
    )


def main(options: argparse.Namespace) -> int:
    """Do what is asked for; 5 where the gate closes, 3 where a file was refused."""
    spec, cache = load(), None if options.cache is None else Path(options.cache)
    gathered = gather(map(Path, options.evidence), cache_in=cache)
    for refused in gathered.refused:
        sys.stderr.write(f"refused: {safe(refused.reason)}\n")
    status = INCOMPLETE if gathered.refused else AS_EXPECTED
    match options.what:
        case "build":
            _write(site(_matrix(gathered, spec, options), [one.reason for one in gathered.refused]), Path(options.out))
        case "table":
            _print(_matrix(gathered, spec, options))
        case "judge":
            _write({_file_name(one): results.text(one) for one in gathered.results}, Path(options.out))
        case _:
            status = _gate(_matrix(gathered, spec, options), spec, options) or status
    return status


def _matrix(gathered: Gathered, spec: Spec, options: argparse.Namespace, claims: Claims | None = None) -> Matrix:
    today = options.date or datetime.now(UTC).date()
    made = matrix(gathered.results, spec, load_policy(), claims or _claims(options.claims, spec), today)
    for claim in made.claims.platforms.values():
        for name in claim.levels.values():
            made.policy.level(name)
    return made


def _claims(path: str | None, spec: Spec) -> Claims:
    if path is None:
        return load_claims(spec.platforms)
    return parse_claims(read_text(path, "--claims"), Path(path).name, spec.platforms)


def _gate(now: Matrix, spec: Spec, options: argparse.Namespace) -> int:
    found = check(now, None if options.baseline is None else _baseline(spec, options))
    for finding in found:
        sys.stdout.write(f"{finding.kind}: {safe(finding.text)}\n")
    sys.stdout.write(f"{_told(found)}\n")
    return BELOW_LEVEL if any(finding.fails for finding in found) else AS_EXPECTED


def _told(found: Sequence[Finding]) -> str:
    failing = sum(finding.fails for finding in found)
    return f"the gate is closed by {failing} finding{'s'[: failing > 1]}" if failing else "the gate is open"


def _baseline(spec: Spec, options: argparse.Namespace) -> Matrix:
    """What was before: evidence at that path; or the same files, and the same claims, as of that commit."""
    where = Path(options.baseline)
    if where.exists():
        return _matrix(gather([where]), spec, options)
    with TemporaryDirectory(prefix="ipc-conformance-baseline-") as name:
        paths = [_inside(Path(path)) for path in options.evidence]
        found = list(checked_out(options.baseline, paths, Path(name) / "evidence"))
        own = Path("matrix", "platforms.toml") if options.claims is None else _inside(Path(options.claims))
        then = list(checked_out(options.baseline, [own], Path(name) / "claims")) if own.exists() else []
        claims = parse_claims(read_text(str(then[0]), "--claims"), then[0].name, spec.platforms) if then else None
        if not found:
            raise SpecError(f"--baseline {options.baseline}: that commit has none of {', '.join(map(str, paths))}")
        return _matrix(gather(found), spec, options, claims)


def _inside(path: Path) -> Path:
    """A path as git has it: relative to the working directory."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve())
    except ValueError:
        raise SpecError(f"--baseline: {path} is not below the working directory, where git could look for it") from None


_HEADS = ("implementation", "platform", "primitive", "claim", "evidence", "must hold", "violated", "newest")


def _print(found: Matrix) -> None:
    rows: list[tuple[str, ...]] = [
        ("agent", "platform", "primitive", "claim", "evidence", "must hold", "violated", "newest")
    ]
    for row in found.rows:
        for primitive in PRIMITIVES:
            level, cell = row.levels.get(primitive), row.cells.get(primitive)
            if level is None:
                continue
            claimed = "" if row.claim is None else row.claim.levels.get(primitive, "")
            counts = (
                ("", "") if cell is None else (str(cell.count("must", "holds")), str(cell.count("must", "violated")))
            )
            title = row.title + (f" ({row.emulator})" if row.emulator else "")
            rows.append((row.agent, title, primitive, claimed, level.name, *counts, row.date))
    for line in columns([[safe(word) for word in line] for line in rows], ""):
        sys.stdout.write(f"{line}\n")


def _write(pages: dict[str, str], out: Path) -> None:
    try:
        for name, content in pages.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise SpecError(f"--out {out}: cannot write {error.filename}: {error.strerror}") from error
    sys.stdout.write(f"{len(pages)} files in {safe(str(out))}\n")


def _file_name(one: results.Result) -> str:
    """A name of letters, digits and dashes that says where a result is from; the seal keeps two apart."""
    words = (
        one.agent,
        one.version,
        one.platform,
        one.emulator,
        one.environment["machine"],
        one.implementation["runtime"],
    )
    plain = "-".join(
        filter(None, ("".join(c if c.isascii() and c.isalnum() else "-" for c in word).strip("-") for word in words))
    )
    return f"{plain.lower()[:100]}-{one.seal[:8]}.json"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is to be a day, such as 2026-01-31") from None
