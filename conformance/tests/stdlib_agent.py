"""The second opinion as a process, for tests: as subject, as witness, and a place for its files."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "agents are processes of a POSIX system here"

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.tests.driver import Agent

AGENT = Path(__file__).parents[1] / "agents" / "stdlib"
COMMAND = (sys.executable, "-I", "-S", str(AGENT))


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(*COMMAND) as running:
        yield running


@pytest.fixture
def witness() -> Iterator[Agent]:
    with Agent(*COMMAND, role="witness") as running:
        yield running


@pytest.fixture
def workspace(witness: Agent) -> Iterator[Path]:
    place = Path(str(witness.call("make_workspace")["path"]))
    yield place
    witness.call("remove_workspace", path=str(place))


def streams(agent: Agent, name: object) -> tuple[str, str, str]:
    """A listener and both ends of a connection to it."""
    listener = agent.make("listen", name=name)
    client = agent.make("connect", name=name)
    return listener, client, agent.make("accept", on=listener)
