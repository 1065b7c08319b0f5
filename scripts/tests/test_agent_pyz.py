"""The reference agent in one file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import agent_pyz

DEADLINE = 30.0
REQUESTS = (
    {"id": 1, "op": "hello", "args": {"protocol": [1, 1], "role": "subject"}},
    {"id": 2, "op": "pipe", "args": {"receiver": "r", "sender": "s"}},
    {"id": 3, "op": "bye", "args": {}},
)


@pytest.mark.skipif(sys.platform == "win32", reason="the reference agent needs a POSIX system")
def test_the_file_alone_is_an_agent(tmp_path: Path) -> None:
    program = tmp_path / "agent.pyz"
    agent_pyz.build(program)
    requests = "".join(json.dumps(request) + "\n" for request in REQUESTS)
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(program)],
        cwd="/",
        input=requests,
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    replies = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {reply["id"]: "ok" in reply for reply in replies} == {1: True, 2: True, 3: True}, ended
    assert ended.returncode == 0
    assert ended.stderr == ""


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.pyz", tmp_path / "second.pyz"
    agent_pyz.build(first)
    agent_pyz.build(second)
    assert first.read_bytes() == second.read_bytes()
