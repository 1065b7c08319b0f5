"""Agents of a few lines, each wrong in one way, as programs of their own: `sys.executable -I -S program.py`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from conformance.live.agent import Command

HELLO: Mapping[str, object] = {
    "protocol": 1,
    "implementation": {"name": "tiny", "version": "1", "language": "Python"},
    "platform": {"system": "linux"},
    "capabilities": {"process": True, "signals": True, "unnamed_pipe": True},
    "concurrent": True,
}

# `misbehave` is called when the count of SIGPIPE is asked for; everything else is answered as the protocol says.
_PROGRAM = """
import json, os, signal, sys, time

HELLO = {hello!r}

def write(text):
    data = memoryview(text.encode("utf-8", "surrogateescape"))
    while data:
        data = data[os.write(1, data):]

def reply(number, **what):
    write(json.dumps({{"id": number, **what}}) + "\\n")

def requests():
    rest = b""
    while more := os.read(0, 65536):
        *lines, rest = (rest + more).split(b"\\n")
        yield from map(json.loads, lines)

def hang():
    while True:
        signal.pause()

{prelude}

def misbehave(number, args):
{misbehave}

for request in requests():
    number, op, args = request["id"], request["op"], request["args"]
    if op == "hello":
        reply(number, ok=HELLO)
    elif op == "signal_count" and args["signal"] == "PIPE":
        misbehave(number, args)
    elif op == "signal_count":
        reply(number, ok={{"count": 7}})
    elif op == "identity":
        reply(number, ok={{"pid": os.getpid(), "uid": 1, "gid": 1}})
    elif op == "die":
        os._exit(0)
    else:
        reply(number, error={{"kind": "unsupported"}})
"""


def tiny(
    directory: Path, misbehave: str = "reply(number, ok={'count': 7})", *, prelude: str = "", hello: object = None
) -> Command:
    """An agent that does `misbehave` when it is asked for the count of SIGPIPE; `prelude` runs before it reads."""
    body = "\n".join("    " + line for line in misbehave.strip().splitlines())
    return program(directory, _PROGRAM.format(hello=hello or dict(HELLO), prelude=prelude, misbehave=body))


def program(directory: Path, text: str) -> Command:
    """A Python program as an agent's command."""
    path = directory / "tiny_agent.py"
    path.write_text(text, encoding="utf-8")
    return Command("tiny", (sys.executable, "-I", "-S", str(path)))
