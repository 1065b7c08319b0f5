"""Cases a second of a whole run beside the plain loop that only isolates its cases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from _bench.result import Result

HERE = Path(__file__).resolve().parent
FLOOR_CASES = 300
LIMIT = 900.0
# The promise of the README, for fresh processes a case on two cores of Linux.
PROMISED = 100.0


def measure(rounds: int) -> Iterator[Result]:
    """Yield the floor with one loop and with one loop a core, the harness with all its cores, and the ratios."""
    one: list[float] = []
    all_cores: list[float] = []
    runs: list[float] = []
    starts: list[float] = []
    cases = 0
    for _ in range(rounds):
        one.append(floor(1))
        all_cores.append(floor(os.cpu_count() or 1))
        outcome = run()
        if isinstance(outcome, str):
            yield Result("plain loop", median(one), "cases/s")
            yield Result("harness", not_run=outcome)
            return
        seconds, verdicts = outcome
        cases = len(verdicts)
        first = run("--case", verdicts[0])
        if isinstance(first, str):
            yield Result("harness, one case", not_run=first)
            return
        runs.append(seconds)
        starts.append(first[0])
    yield Result("plain loop", median(one), "cases/s")
    yield Result("plain loop on each core", median(all_cores), "cases/s")
    whole = [cases / seconds for seconds in runs]
    yield Result(f"harness, {cases} cases with start and end", median(whole), "cases/s", _ratios(whole, one, all_cores))
    flowing = [(cases - 1) / (seconds - first) for seconds, first in zip(runs, starts, strict=True) if seconds > first]
    if len(flowing) == len(runs):
        yield Result("harness, without start and end", median(flowing), "cases/s", _ratios(flowing, one, all_cores))
    yield Result("harness, one case with start and end", median(starts), "s")
    yield Result("harness against its promise", ratios={f"{PROMISED:.0f} cases/s": median(whole) / PROMISED})


def _ratios(rates: list[float], one: list[float], all_cores: list[float]) -> dict[str, float]:
    return {
        "the plain loop": median(rate / floor for rate, floor in zip(rates, one, strict=True)),
        "the plain loop on each core": median(rate / floor for rate, floor in zip(rates, all_cores, strict=True)),
    }


def floor(loops: int) -> float:
    """Cases a second of `loops` plain loops side by side."""
    with TemporaryDirectory(prefix="ipc-conformance-bench-") as scratch:
        running: list[subprocess.Popen[str]] = []
        try:
            for number in range(loops):
                directory = Path(scratch, str(number))
                directory.mkdir()
                command = [sys.executable, "-I", "-S", str(HERE / "plain_loop.py"), str(FLOOR_CASES), str(directory)]
                running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            outputs = [process.communicate(timeout=LIMIT)[0] for process in running]
        finally:
            for process in running:
                process.kill()
                process.wait()
    return loops * FLOOR_CASES / max(map(float, outputs))


def run(*selection: str) -> tuple[float, list[str]] | str:
    """Seconds of a run and the cases it judged, or why there was none."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-I", "-m", "conformance", "run", "--json", *selection],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    seconds = time.perf_counter() - begin
    try:
        document: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = next(reversed(done.stderr.splitlines()), "nothing on standard error")
        return f"`ipc-conformance run --json` ended with status {done.returncode} and no document: {last}"
    if not document["complete"]:
        return f"`ipc-conformance run --json` was incomplete (exit status {done.returncode})"
    cases = list(dict.fromkeys(verdict["case"] for verdict in document["verdicts"]))
    return (seconds, cases) if cases else "no case ran"
