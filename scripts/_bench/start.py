"""From the command line to the first case on the screen, for a start that has nothing to set up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from _bench.result import Result

RUN = str(Path(__file__).resolve().parents[1] / "run.py")
PROMISED = 0.5
# The progress line says how many cases are done of how many.
FIRST_CASE = re.compile(rb"(?<![\d/])[1-9]\d*/\d+")


def measure(rounds: int) -> Iterator[Result]:
    """Yield the bare interpreter's start and that of `scripts/run.py` up to its first case."""
    # The interpreter that a user would start the script with is the one below the environment.
    python = os.path.realpath(sys.executable)
    bare: list[float] = []
    first: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        subprocess.run([python, "-c", "pass"], check=True, stdin=subprocess.DEVNULL)
        bare.append(time.perf_counter() - begin)
        outcome = _until_first_case(python)
        if isinstance(outcome, str):
            yield Result("start to first case", not_run=outcome)
            return
        first.append(outcome)
    yield Result("bare interpreter", median(bare), "s")
    yield Result("start to first case", median(first), "s", {f"the promised {PROMISED} s": median(first) / PROMISED})


def _until_first_case(python: str) -> float | str:
    if sys.platform == "win32":
        return "the progress line needs a pseudo terminal, which Windows lacks"
    else:
        from _bench import terminal

        return terminal.seconds_until(FIRST_CASE, [python, RUN])
