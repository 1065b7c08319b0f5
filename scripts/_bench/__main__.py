"""Measure everything beside its floor, in turns, in the same minutes, and print ratios.

Absolute numbers belong to a machine and its mood; a ratio of neighbours in time belongs to the code.
What cannot be measured here is reported as not run, with the reason, and makes the exit status 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from _bench import harness, loops, start, transport  # noqa: E402  # the path above makes them importable
from _bench.result import Result  # noqa: E402

SECTIONS = {"start": start.measure, "harness": harness.measure, "transport": transport.measure, "loops": loops.measure}


def environment() -> dict[str, str | int]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "cores": os.cpu_count() or 0,
        "load": f"{psutil.getloadavg()[0]:.2f}",
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.py", description="Measure everything beside its floor.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each thing is measured (5)")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("section", nargs="*", help=f"what to measure: {', '.join(SECTIONS)} (all)")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.section if name not in SECTIONS]
    if unknown or options.rounds < 1:
        parser.error(f"no such section: {', '.join(unknown)}" if unknown else "--rounds takes a number from 1")
    facts = environment()
    results: list[Result] = []
    if not options.json:
        print("  ".join(f"{key} {value}" for key, value in facts.items()), flush=True)
    for name in options.section or SECTIONS:
        for result in SECTIONS[name](options.rounds):
            results.append(result)
            if not options.json:
                print(result.line(), flush=True)
    if options.json:
        print(json.dumps({"environment": facts, "results": [asdict(result) for result in results]}, indent=1))
    return 1 if any(result.not_run for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
