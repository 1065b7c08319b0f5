"""`ipc.aio` and `ipc.trio` beside other event loops' streams, each between two runs of the C floor.

Local sockets only, as all of the contenders have those. What is compared is processor time, as in `transport`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from _bench.result import Result
from _bench.transport import CHUNK, COUNTS, HERE, compiled, on_one_core, seconds_of

# The names that loops_talk.py knows, which only POSIX systems can load.
CONTENDERS = (
    "ipc.aio",
    "ipc.aio-uvloop",
    "ipc.trio",
    "asyncio-streams",
    "uvloop-streams",
    "trio-streams",
    "anyio-asyncio",
    "anyio-trio",
    "multiprocessing",
)
# Whose own streams a driver of ipc is compared with, too.
RIVALS = {"ipc.aio": "asyncio-streams", "ipc.aio-uvloop": "uvloop-streams", "ipc.trio": "trio-streams"}


def measure(rounds: int) -> Iterator[Result]:
    """Yield a result for each contender and direction of use."""
    with TemporaryDirectory(prefix="ipc-conformance-bench-") as name, on_one_core():
        scratch = Path(name)
        floor = compiled(scratch)
        if isinstance(floor, str):
            yield Result("event loops", not_run=floor)
            return
        for kind in COUNTS:
            yield from _compare(kind, [str(floor), kind, "local_socket", str(COUNTS[kind]), name], rounds)


def _compare(kind: str, floor: list[str], rounds: int) -> Iterator[Result]:
    seconds: dict[str, list[float]] = {who: [] for who in CONTENDERS}
    ratios: dict[str, list[float]] = {who: [] for who in CONTENDERS}
    reasons: dict[str, str] = {}
    directory = floor[-1]
    for _ in range(rounds):
        for who in random.sample(list(CONTENDERS), len(CONTENDERS)):
            if who in reasons:
                continue
            program = [sys.executable, "-I", str(HERE / "loops_talk.py"), who, kind, str(COUNTS[kind]), directory]
            before, took, after = (seconds_of(command) for command in (floor, program, floor))
            if isinstance(before, float) and isinstance(took, float) and isinstance(after, float):
                seconds[who].append(took)
                ratios[who].append(took / ((before + after) / 2))
            else:
                reasons[who] = next(outcome for outcome in (took, before, after) if isinstance(outcome, str))
    for who in CONTENDERS:
        if who in reasons:
            yield Result(f"loop {kind} {who}", not_run=reasons[who])
            continue
        each = median(seconds[who]) / COUNTS[kind]
        value, unit = (each * 1e6, "us a round trip") if kind == "ping" else (CHUNK / each / 1e9, "GB/s")
        shown = {"the time of C": median(ratios[who])}
        rival = RIVALS.get(who)
        if rival is not None and rival not in reasons:
            shown[f"the time of {rival}"] = median(
                mine / theirs for mine, theirs in zip(seconds[who], seconds[rival], strict=True)
            )
        yield Result(f"loop {kind} {who}", value, unit, shown)
