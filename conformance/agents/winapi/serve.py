"""The loop: requests in, replies out, one at a time, until `bye` or the end of input."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this agent is for Windows"

import os

from ..stdlib.failures import Failure, describe
from ..stdlib.values import mapping, numbers, text
from ..stdlib.wire import Replies, decode, lines
from . import files, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Args = dict[str, object]
    Reply = dict[str, object]

PROTOCOL = 1


def main() -> None:
    replies = Replies(1)
    for line in lines(0):
        try:
            request = decode(line)
        except (ValueError, RecursionError) as problem:
            os.write(2, f"a request that cannot be read: {problem}\n".encode())
            continue
        outcome: Reply
        try:
            args = mapping(request, "args") if "args" in request else {}
            outcome = {"ok": _operation(text(request, "op"))(args)}
        except Exception as problem:  # noqa: BLE001 -- whatever went wrong is what the reply says
            outcome = {"error": describe(problem)}
        replies.write({"id": request.get("id"), **outcome})
        if request.get("op") == "bye":
            break
    files.remove_what_is_left()


def _operation(name: str) -> Callable[[Args], Reply]:
    operation = OPERATIONS.get(name)
    if operation is None:
        raise Failure("unsupported", f"this agent has no operation {name!r}")
    return operation


def hello(args: Args) -> Reply:
    lowest, highest = numbers(args, "protocol", 2)
    if not lowest <= PROTOCOL <= highest:
        raise Failure("unsupported", f"this agent speaks version {PROTOCOL} only")
    version = ".".join(map(str, sys.version_info[:3]))
    system = sys.getwindowsversion()
    place: Reply = {
        "system": "windows",
        "release": f"{system.major}.{system.minor}.{system.build}",
        "machine": os.environ.get("PROCESSOR_ARCHITECTURE", "unknown"),
        "runtime": f"{sys.implementation.name} {version}",
    }
    emulator = shown.emulator()
    if emulator is not None:
        place["emulator"] = emulator
    if text(args, "role", "subject") == "witness":
        place["cannot_show"] = shown.cannot_show()
    return {
        "protocol": PROTOCOL,
        "implementation": {"name": "winapi", "version": version, "language": "Python"},
        "platform": place,
        "capabilities": {},
        "concurrent": False,
        "witness": True,
    }


def nothing(_args: Args) -> Reply:
    return {}


OPERATIONS: dict[str, Callable[[Args], Reply]] = {"hello": hello, "bye": nothing, "reset": nothing, **files.OPERATIONS}
