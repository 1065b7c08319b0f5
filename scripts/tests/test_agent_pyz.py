"""The reference agent in one file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import agent_pyz

DEADLINE = 30.0
REQUESTS: tuple[dict[str, object], ...] = (
    {"id": 1, "op": "hello", "args": {"protocol": [1, 1], "role": "subject"}},
    {"id": 2, "op": "pipe", "args": {"receiver": "r", "sender": "s"}},
    {"id": 3, "op": "bye", "args": {}},
)


WITNESS: tuple[dict[str, object], ...] = (
    {"id": 1, "op": "hello", "args": {"protocol": [1, 1], "role": "witness"}},
    {"id": 2, "op": "make_workspace", "args": {}},
    {"id": 3, "op": "bye", "args": {}},
)


def asked(
    program: Path, requests: tuple[dict[str, object], ...]
) -> tuple[subprocess.CompletedProcess[str], dict[int, dict[str, object]]]:
    """How the agent ended, and its `ok` replies by their id."""
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(program)],
        cwd="/",
        input="".join(json.dumps(request) + "\n" for request in requests),
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    return ended, {reply["id"]: reply["ok"] for reply in map(json.loads, ended.stdout.splitlines()) if "ok" in reply}


@pytest.mark.skipif(sys.platform == "win32", reason="the reference agent needs a POSIX system")
def test_the_file_alone_is_an_agent(tmp_path: Path) -> None:
    program = tmp_path / "agent.pyz"
    agent_pyz.build(program)
    ended, replies = asked(program, REQUESTS)
    assert sorted(replies) == [1, 2, 3], ended
    assert ended.returncode == 0
    assert ended.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="the witness needs a POSIX system")
def test_the_file_is_also_the_witness_of_its_machine(tmp_path: Path) -> None:
    program = tmp_path / "agent.pyz"
    agent_pyz.build(program)
    _, subject = asked(program, REQUESTS)
    _, witness = asked(program, WITNESS)
    assert not Path(str(witness[2]["path"])).exists()
    assert subject[1]["witness"] is True
    assert "stdlib" in str(witness[1]["implementation"])


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.pyz", tmp_path / "second.pyz"
    agent_pyz.build(first)
    agent_pyz.build(second)
    assert first.read_bytes() == second.read_bytes()
