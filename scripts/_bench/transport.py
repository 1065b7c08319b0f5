"""`ipc` beside raw sockets and pipes in Python, and both beside a C program.

What is compared is processor time, of both processes of a pair: a machine that does something else at the same time
changes it little. They share one core, or the wake-up of the other core would hide what the software costs.
The contenders take turns in a shuffled order; a ratio is the median of the ratios within a round.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from _bench.result import Result

HERE = Path(__file__).resolve().parent
PRIMITIVES = ("local_socket", "unnamed_pipe", "fifo")
# Round trips of 64 bytes, and chunks of 64 KiB: some tens of milliseconds of C each.
COUNTS = {"ping": 4000, "stream": 2000}
CHUNK = 65536
LIMIT = 60.0


def measure(rounds: int) -> Iterator[Result]:
    """Yield a result for each contender, primitive and direction of use."""
    with TemporaryDirectory(prefix="ipc-conformance-bench-") as name, on_one_core():
        scratch = Path(name)
        contenders: dict[str, list[str]] = {
            "raw": [sys.executable, "-I", "-S", str(HERE / "talk.py"), "raw"],
            "ipc": [sys.executable, "-I", "-S", str(HERE / "talk.py"), "ipc"],
            "deadlines": [sys.executable, "-I", "-S", str(HERE / "talk.py"), "deadlines"],
        }
        floor = compiled(scratch)
        if isinstance(floor, Path):
            contenders["C"] = [str(floor)]
        else:
            yield Result("floor in C", not_run=floor)
        for primitive in PRIMITIVES:
            for kind in COUNTS:
                yield from _compare(f"{primitive} {kind}", contenders, [kind, primitive], rounds, scratch)


class on_one_core:  # noqa: N801  # reads as a phrase in a with statement
    """Keep this process and what it starts on one core, where the system has a call for that."""

    def __enter__(self) -> None:
        if sys.platform == "linux":
            self._before = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {max(self._before)})

    def __exit__(self, *_: object) -> None:
        if sys.platform == "linux":
            os.sched_setaffinity(0, self._before)


def compiled(scratch: Path) -> Path | str:
    """The compiled floor, or why there is none."""
    compiler = shutil.which("cc")
    if compiler is None:
        return "no C compiler called cc on the path"
    program = scratch / "floor"
    done = subprocess.run(
        [compiler, "-O2", "-o", str(program), str(HERE / "floor.c")],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return program if done.returncode == 0 else f"cc could not compile floor.c: {_first_line(done.stderr)}"


def _compare(
    name: str, contenders: Mapping[str, list[str]], arguments: list[str], rounds: int, scratch: Path
) -> Iterator[Result]:
    kind = arguments[0]
    seconds: dict[str, list[float]] = {who: [] for who in contenders}
    reasons: dict[str, str] = {}
    for _ in range(rounds):
        for who in random.sample(list(contenders), len(contenders)):
            if who not in reasons:
                outcome = seconds_of([*contenders[who], *arguments, str(COUNTS[kind]), str(scratch)])
                if isinstance(outcome, str):
                    reasons[who] = outcome
                else:
                    seconds[who].append(outcome)
    for who in sorted(contenders):
        if who in reasons:
            yield Result(f"{name} {who}", not_run=reasons[who])
            continue
        ratios = {
            other: median(mine / theirs for mine, theirs in zip(seconds[who], seconds[other], strict=True))
            for other in sorted(contenders)
            if other != who and other not in reasons and (who, other) != ("raw", "ipc") and who != "C"
        }
        each = median(seconds[who]) / COUNTS[kind]
        value, unit = (each * 1e6, "us a round trip") if kind == "ping" else (CHUNK / each / 1e9, "GB/s")
        yield Result(f"{name} {who}", value, unit, {f"the time of {other}": ratio for other, ratio in ratios.items()})


def seconds_of(command: list[str]) -> float | str:
    """What a program prints, or why it printed nothing."""
    try:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return f"no end after {LIMIT:.0f} s"
    if done.returncode != 0:
        return f"ended with status {done.returncode}: {_last_line(done.stderr)}"
    return float(done.stdout)


def _first_line(text: str) -> str:
    return next(iter(text.splitlines()), "no message")


def _last_line(text: str) -> str:
    return next(reversed(text.splitlines()), "no message")
