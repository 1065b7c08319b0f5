"""Run the checks two at a time and tell which ones failed, each with its output.

A check is a command that has to end with status 0 or a function that returns findings.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from _checks import gates, schemas, sleeps, texts, workflows  # noqa: E402  # the path above makes them importable

ROOMS = ("ipc", "conformance", "matrix", "scripts")
# mypy knows FreeBSD by its name; what pyright calls a platform ends with these three.
MYPY_PLATFORMS = ("linux", "darwin", "win32", "freebsd")
PYRIGHT_PLATFORMS = ("Linux", "Darwin", "Windows")


@dataclass(frozen=True, slots=True)
class Check:
    """A named check; `run` returns what is wrong, one text for each finding."""

    name: str
    run: Callable[[], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found and how long it took."""

    name: str
    findings: Sequence[str]
    seconds: float


def command(name: str, *arguments: str) -> Check:
    """A check that runs the environment's Python; its output is the finding."""

    def run() -> Sequence[str]:
        done = subprocess.run(
            [sys.executable, "-I", *arguments],
            cwd=ROOT,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return [] if done.returncode == 0 else [f"{done.stdout.rstrip()}\n(exit status {done.returncode})"]

    return Check(name, run)


def mypy(platform: str) -> Check:
    cache = ROOT / ".mypy_cache" / platform
    return command(f"mypy-{platform}", "-m", "mypy", "--platform", platform, "--cache-dir", str(cache), *ROOMS)


def pyright(platform: str) -> Check:
    return command(f"pyright-{platform.lower()}", "-m", "pyright", "--warnings", "--pythonplatform", platform)


CHECKS = (
    command("format", "-m", "ruff", "format", "--check", "."),
    command("lint", "-m", "ruff", "check", "."),
    *(mypy(platform) for platform in MYPY_PLATFORMS),
    *(pyright(platform) for platform in PYRIGHT_PLATFORMS),
    command("imports", "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    Check("gates", lambda: gates.findings(ROOT)),
    Check("sleeps", lambda: sleeps.findings(ROOT)),
    Check("schemas", lambda: schemas.findings(ROOT)),
    Check("texts", lambda: texts.findings(ROOT)),
    Check("workflows", lambda: workflows.findings(ROOT)),
    command("checks-themselves", "-m", "pytest", "-q", "scripts/tests"),
    command("trace", "-W", "error", "-m", "conformance", "trace", "--strict"),
)


def outcome(check: Check) -> Outcome:
    start = time.monotonic()
    findings = check.run()
    return Outcome(check.name, findings, time.monotonic() - start)


def main(words: Sequence[str]) -> int:
    checks = [check for check in CHECKS if not words or any(word in check.name for word in words)]
    if not checks:
        sys.stderr.write(
            f"no check has {' or '.join(words)} in its name; there are: {', '.join(c.name for c in CHECKS)}\n"
        )
        return 2
    failed: list[str] = []
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for done in pool.map(outcome, checks):
            print(f"{'FAIL' if done.findings else 'ok  '} {done.seconds:6.1f} s  {done.name}", flush=True)
            for finding in done.findings:
                print("  " + finding.replace("\n", "\n  "), flush=True)
            if done.findings:
                failed.append(done.name)
    print(f"checks that failed: {', '.join(failed)}" if failed else f"all {len(checks)} checks are content")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
