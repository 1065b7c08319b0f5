"""Agents by name, from `agents/agents.toml`, and the commands that run them."""

from __future__ import annotations

import shlex
import shutil
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from os.path import basename, expanduser

from conformance import shape
from conformance.live.agent import Command, StartError
from conformance.requirements import SpecError
from conformance.selection import UnknownName

DEFAULT = "reference"
WITNESS = "stdlib"
# Programs that run their last words on another machine or in another root: what they start sees other files.
_ELSEWHERE = frozenset({"ssh", "docker", "podman", "kubectl", "lxc", "wsl", "adb", "chroot", "nsenter"})


@dataclass(frozen=True, slots=True)
class Named:
    """An agent that the suite brings; `program` and `package` are what has to be installed for it."""

    name: str
    argv: tuple[str, ...]
    homepage: str | None
    program: str | None
    package: str | None


def roster() -> Mapping[str, Named]:
    """The agents that can be named."""
    source = files("conformance") / "agents" / "agents.toml"
    entries = shape.items(tomllib.loads(source.read_text(encoding="utf-8")).get("agent")) or []
    named = [_named(shape.table(entry) or {}) for entry in entries]
    return {agent.name: agent for agent in named}


def named_command(name: str) -> Command:
    """How to run a named agent; UnknownName, or StartError when what it needs is not installed."""
    agents = roster()
    if name not in agents:
        raise UnknownName("agent", name, agents)
    agent = agents[name]
    if agent.program is not None and shutil.which(agent.program) is None:
        raise StartError(
            f"agent {name}: it needs the program {agent.program!r}, which is not on the PATH; "
            "install it or choose another agent"
        )
    if agent.package is not None and find_spec(agent.package) is None:
        raise StartError(
            f"agent {name}: it needs the Python package {agent.package!r}, which this Python does not have; "
            "`pip install 'ipc-conformance[peers]'`, or start with scripts/run.py, or choose another agent"
        )
    return Command(name, tuple(word for part in agent.argv for word in _words(part)))


def own_command(text: str, option: str) -> Command:
    """A command line as a shell would split it; SpecError when it is none."""
    try:
        argv = tuple(expanduser(word) for word in shlex.split(text))
    except ValueError as error:
        raise SpecError(f"{option} {text!r}: {error}; quote it as for a shell") from error
    if not argv:
        raise SpecError(f"{option} is empty; give the command that runs the agent")
    return Command(basename(argv[0]), argv)


def runs_elsewhere(command: Command) -> bool:
    """Whether the command hands over to another machine or root, where a witness from here would see nothing."""
    return basename(command.argv[0]) in _ELSEWHERE


def _named(entry: Mapping[str, object]) -> Named:
    name, argv = entry.get("name"), shape.texts(entry.get("command"))
    homepage, program = _maybe_text(entry, "homepage"), _maybe_text(entry, "program")
    package = _maybe_text(entry, "package")
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise SpecError(f"agents.toml: unknown key {unknown[0]!r}; known: {', '.join(sorted(_KEYS))}")
    if not isinstance(name, str) or not argv:
        raise SpecError(f"agents.toml: agent {name!r} is to have a name and a command, a list of texts")
    return Named(name, argv, homepage, program, package)


_KEYS = {"name", "command", "homepage", "program", "package"}


def _maybe_text(entry: Mapping[str, object], key: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise SpecError(f"agents.toml: agent {entry.get('name')!r}: {key} is to be a text")
    return value


def _words(part: str) -> list[str]:
    """`{python}` is this Python, kept apart from the user's packages and variables, `{python+packages}` the same with
    the packages that are installed for it; `{agents}` is the agents' folder."""
    if part == "{python}":
        return [sys.executable, "-I", "-S"]
    if part == "{python+packages}":
        return [sys.executable, "-I"]
    return [part.replace("{agents}", str(files("conformance") / "agents"))]
