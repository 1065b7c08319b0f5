"""Results of a test's own, without any evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from conformance.requirements import load
from matrix.cells import Cell
from matrix.claims import Claims, parse_claims
from matrix.levels import load_policy
from matrix.results import Fault, Result
from matrix.table import Matrix, matrix

TODAY = date(2026, 6, 1)
PLATFORM = '[[platform]]\ntitle = "Linux"\nname = "linux"\nrelies_on = "A run."\n'


def claims(text: str = PLATFORM + 'claim = "assumed"', *, agent: str = "made") -> Claims:
    """Claims for `made` on Linux, unless told otherwise."""
    return parse_claims(f'agent = "{agent}"\n{text}', "claims.toml", load().platforms)


def result(
    *, agent: str = "made", version: str = "1.0", platform: str = "linux", emulator: str = "", machine: str = "x86_64",
    runtime: str = "cpython 3.11", day: str = "2026-05-01", ci: bool = True, source: str = "somebody",
    holds: int = 9, violated: int = 0, primitives: tuple[str, ...] = ("unnamed_pipe",), seal: str = "",
    verdicts: Mapping[str, str] | None = None, faults: Mapping[str, Fault] | None = None,
    observed: Mapping[str, Mapping[str, str]] | None = None, homepage: str = "",
) -> Result:  # fmt: skip
    """A complete run by CI in which everything holds, unless told otherwise."""
    counts = {("must", "holds"): holds, **({("must", "violated"): violated} if violated else {})}
    return Result(
        seal=seal or sha256(repr((agent, version, platform, emulator, machine, runtime, day)).encode()).hexdigest(),
        suite="1",
        spec="0" * 64,
        environment={
            "platform": platform, "release": "6.1", "machine": machine, "emulator": emulator,
            "harness": "Python 3.11", "source": source, "date": day,
        },
        implementation={
            "name": agent, "version": version, "language": "Python", "homepage": homepage, "runtime": runtime,
        },
        ci=ci,
        ended=True,
        cells=tuple(
            Cell(agent, platform, primitive, counts, 0, True, ci, emulator, source, day, version)
            for primitive in primitives
        ),
        verdicts={"LS-IO-001": "violated" if violated else "holds"} if verdicts is None else verdicts,
        faults=faults or {},
        observed=observed or {},
    )  # fmt: skip


def seen(*results: Result, claimed: Claims | None = None, today: date = TODAY) -> Matrix:
    """The matrix of these results."""
    return matrix(results, load(), load_policy(), claims() if claimed is None else claimed, today)
