"""The command line as a process of its own, and an agent that is crooked on purpose, for tests of what a user sees."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.evidence import Sealer

ROOT = Path(__file__).parents[2]
STDLIB = ROOT / "conformance" / "agents" / "stdlib"
# Few, quick, and of two primitives.
CASES = ("--case", "stream/queued_bytes_arrive/unnamed_pipe/*", "--case", "stream/queued_bytes_arrive/fifo/blocking/*")
ONE_CASE = "stream/queued_bytes_arrive/unnamed_pipe/blocking/size=256"
DEADLINE = 120.0


@dataclass(frozen=True, slots=True)
class Done:
    """A finished command."""

    status: int
    out: str
    err: str


def command(*arguments: str | Path) -> list[str]:
    """The command line that runs `ipc-conformance` from this checkout, wherever it is started."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from conformance.cli import main; sys.exit(main())"
    return [sys.executable, "-I", "-W", "error", "-c", code, *map(str, arguments)]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, without what its own pytest has put there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CI"))}
    return {**kept, **(more or {})}


def ipc_conformance(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
    """Run a command to its end; what it leaves in its directory for temporary files goes with it."""
    with tempfile.TemporaryDirectory(prefix="ic-") as temporary:
        done = subprocess.run(
            command(*arguments), cwd=cwd, env=environment({"TMPDIR": temporary, **(env or {})}),
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=DEADLINE, check=False,
        )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def crooked(directory: Path, alteration: str) -> str:
    """The command of an agent that does what stdlib does, but for `alteration`: statements about `op` and `reply`."""
    program = directory / "crooked.py"
    program.write_text(_RELAY.format(stdlib=str(STDLIB), alteration=alteration), encoding="utf-8")
    return shlex.join([sys.executable, "-I", "-S", str(program)])


_RELAY = """
import json, subprocess, sys

inner = subprocess.Popen([sys.executable, "-I", "-S", {stdlib!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for line in sys.stdin.buffer:
    op = json.loads(line)["op"]
    if op == "die":
        break
    inner.stdin.write(line)
    inner.stdin.flush()
    reply = json.loads(inner.stdout.readline())
    if op == "hello":
        reply["ok"].update(concurrent=False, warm=False)
        reply["ok"]["implementation"].update(name="crooked", version="1")
    {alteration}
    sys.stdout.write(json.dumps(reply) + "\\n")
    sys.stdout.flush()
inner.stdin.close()
inner.wait()
"""

BENT = 'if op == "recv_exact" and "ok" in reply: reply["ok"]["sha256"] = "0" * 64'


def lines(path: Path) -> list[dict[str, object]]:
    """The lines of an evidence file."""
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def resealed(found: Sequence[Mapping[str, object]]) -> str:
    """Evidence with seals that fit, whatever was done to its lines."""
    sealer = Sealer()
    return "".join(sealer.text({key: value for key, value in line.items() if key != "seal"}) for line in found)
