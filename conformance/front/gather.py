"""Results of many evidence files: judged side by side in processes, or taken from a cache of what was judged before.

A cached result is found by the evidence's last seal, which covers every line, and by everything that judges. A file
that was changed and still ends with the seal of another is taken for that other: for the one that the seal names.
Without a cache every file is read and verified.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from itertools import chain
from pathlib import Path

from conformance import shape
from conformance.document import cases_left_out, plan_of
from conformance.evidence import Evidence, EvidenceError, place
from conformance.front.shards import together
from conformance.judge import judge
from conformance.live.ledger import load
from conformance.plan import Planned, claims, hidden, scenarios
from conformance.requirements import Spec, SpecError
from conformance.requirements import load as load_spec
from conformance.scenario import Scenario
from conformance.sequences.frozen import SCENARIO, with_named
from matrix import results
from matrix.results import Result

# So many files are judged before it pays to start processes for them.
_ALONE = 8
# A last line is a record at most; where the end of a longer one is not in so many bytes, the file is judged anew.
_TAIL = 1 << 16


_Unit = tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is no evidence and no result, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """Results in the order of their files, each once, and the files that were refused."""

    results: tuple[Result, ...]
    refused: tuple[Refused, ...]
    judged: int


def gather(paths: Iterable[Path], *, cache_in: Path | None = None, workers: int | None = None) -> Gathered:
    """The results of evidence files, of results that were kept, and of everything in folders of such.

    EvidenceError where a path does not exist or there is nothing at all; what is wrong with one file is told in
    `refused` and costs the others nothing. `workers` is how many processes judge, the processors if None.
    """
    files = list(dict.fromkeys(chain.from_iterable(map(_files, paths))))
    if not files:
        raise EvidenceError("no evidence: name files that `run --evidence` wrote, results, or folders of them")
    found: dict[int, Result] = {}
    refused: dict[int, Refused] = {}
    evidence: list[tuple[int, Path]] = []
    for number, path in enumerate(files):
        if path.suffix == ".json":
            try:
                found[number] = results.read(_text(path), str(path))
            except EvidenceError as error:
                refused[number] = Refused(str(path), str(error))
        else:
            evidence.append((number, path))
    keep = None if cache_in is None else cache_in / judging_digest()[:16]
    units = _units(evidence)
    work: list[tuple[int, tuple[Path, ...]]] = []
    for number, unit in units:
        known = _cached(keep, unit) if len(unit) == 1 else None
        if known is None:
            work.append((number, unit))
        else:
            found[number] = known
    judged = _judged(partial(_judge, keep), [unit for _, unit in work], workers)
    for (number, _), told in zip(work, judged, strict=True):
        if isinstance(told, Refused):
            refused[number] = told
        else:
            found[number] = told
    once = {found[number].seal: found[number] for number in sorted(found, reverse=True)}
    return Gathered(tuple(reversed(once.values())), tuple(refused[n] for n in sorted(refused)), len(work))


@cache
def judging_digest() -> str:
    """What identifies everything that judges: the sources of the suite, its spec and its policy."""
    digest = sha256()
    root = Path(__file__).parents[1]
    for folder in (root, root.parent / "matrix"):
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            judges = path.suffix in (".py", ".toml") and not {"agents", "faulty", "tests"} & set(inside.parts)
            if judges:
                digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def derived(evidence: Evidence, everything: Sequence[Planned], spec: Spec, catalogue: Mapping[str, Scenario]) -> Result:
    """The result of evidence whose plan is known."""
    verdicts = judge(evidence, spec, catalogue, everything)
    return results.result(evidence, verdicts, cases_left_out(evidence, everything))


def _files(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return sorted(found for found in path.rglob("*") if found.suffix in (".jsonl", ".json") and found.is_file())
    if not path.exists():
        raise EvidenceError(f"cannot read {path}: it does not exist")
    return [path]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise EvidenceError(f"cannot read {path}: {error}") from error


def _units(files: Sequence[tuple[int, Path]]) -> list[tuple[int, tuple[Path, ...]]]:
    """Files by run: the shards of one together, everything else alone."""
    units: dict[object, list[tuple[int, Path]]] = {}
    for number, path in files:
        units.setdefault(_run_of(path) or number, []).append((number, path))
    return [(unit[0][0], tuple(path for _, path in unit)) for unit in units.values()]


def _run_of(path: Path) -> str | None:
    """What the shards of one run have in common; None where the file is no shard, or cannot be read."""
    try:
        with path.open("rb") as file:
            first = file.readline()
        # Evidence is written without spaces, and inside of a JSON text a quote is never bare.
        if b'"shard":null' in first:
            return None
        header = shape.table(json.loads(first)) or {}
    except (OSError, ValueError, RecursionError):
        return None
    selection = shape.table(header.get("selection")) or {}
    if not isinstance(selection.get("shard"), str):
        return None
    environment = shape.table(header.get("environment")) or {}
    where = place(environment) if environment.get("source") else environment
    return json.dumps([where, header.get("agents"), header.get("suite"), header.get("spec")], sort_keys=True)


def _cached(folder: Path | None, unit: Sequence[Path]) -> Result | None:
    name = None if folder is None else _name(unit[0])
    if folder is None or name is None:
        return None
    try:
        return results.read((folder / name).read_text(encoding="ascii"), name)
    except (OSError, ValueError, EvidenceError):
        return None


def _keep(folder: Path | None, path: Path, told: Result) -> None:
    name = None if folder is None else _name(path)
    if folder is None or name is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}.{os.getpid()}"
    part.write_text(results.text(told), encoding="ascii")
    part.replace(folder / name)


def _name(path: Path) -> str | None:
    """The name in the cache, by the last seal and the length; None where the end does not show a seal."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - _TAIL))
            line = file.read().removesuffix(b"\n").rpartition(b"\n")[2]
        seal = (shape.table(json.loads(line)) or {}).get("seal")
    except (OSError, ValueError, RecursionError):
        return None
    return f"{seal}-{length}.json" if isinstance(seal, str) and len(seal) == 64 and seal.isalnum() else None


def _judged(
    judge_: Callable[[_Unit], Result | Refused], units: Sequence[_Unit], workers: int | None
) -> Iterable[Result | Refused]:
    processes = min(workers or os.cpu_count() or 1, len(units))
    if len(units) <= _ALONE or processes == 1:
        return map(judge_, units)
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(judge_, units, chunksize=max(1, min(64, len(units) // (4 * processes)))))


def _judge(keep: Path | None, unit: _Unit) -> Result | Refused:
    """Kept as soon as it is judged: whoever interrupts loses nothing."""
    try:
        spec, catalogue = _spec(), scenarios()
        evidence = load(unit[0]) if len(unit) == 1 else _whole(unit, spec, catalogue)
        found = derived(evidence, _plan(evidence, spec, catalogue), spec, catalogue)
    except (EvidenceError, SpecError) as error:
        return Refused(str(unit[0]), str(error))
    except RecursionError:
        return Refused(str(unit[0]), f"{unit[0]}: nested deeper than anything that a run writes")
    if len(unit) == 1:
        _keep(keep, unit[0], found)
    return found


def _whole(unit: _Unit, spec: Spec, catalogue: Mapping[str, Scenario]) -> Evidence:
    runs = together(unit, spec, catalogue)
    if len(runs) != 1:
        raise EvidenceError(f"{unit[0]}: its shards are not of one run")
    return runs[0][1]


@cache
def _spec() -> Spec:
    return load_spec()


_plans: dict[str, list[Planned]] = {}


def _plan(evidence: Evidence, spec: Spec, catalogue: Mapping[str, Scenario]) -> list[Planned]:
    """The plan, made once for all evidence that has the same."""
    subject = evidence.header.agents["subject"]
    # Sequences that only this evidence names are cases of its plan; those that every run replays are in every plan.
    sequences = with_named(catalogue, evidence.header.planned)[SCENARIO].params
    environment = evidence.header.environment
    key = repr((environment.get("platform"), sorted(claims(subject)), hidden(environment), sequences))
    if key not in _plans:
        if len(_plans) >= 16:
            _plans.clear()
        _plans[key] = plan_of(evidence, spec, catalogue)
    return _plans[key]
