"""Operations that may wait, written once for every library."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "mkfifo is POSIX"

import os
import stat

from ..stdlib.failures import Failure
from ..stdlib.values import Payload, Received, count, flag, mapping, number, raw_text, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ..stdlib.session import Args, Reply
    from .library import How, Library, Progress
    from .table import Table

    Play = Callable[[Library, Table, Args, Progress], Awaitable[Reply]]

CHUNK = 65536
DEFAULT_MODE = 0o666


class Patient:
    """An operation, the capability that a library needs for it, and whether it takes a `wait`."""

    def __init__(self, play: Play, needs: str = "", *, waits: bool = False) -> None:
        self.play = play
        self.needs = needs
        self.waits = waits


def _name(args: Args) -> str:
    """As the library is given it; what is wrong with it, the library has to find."""
    name = mapping(args, "name")
    kind, raw = text(name, "kind"), os.fsdecode(raw_text(name))
    if kind == "path":
        return raw
    if kind == "abstract":
        return "\0" + raw
    raise Failure("unsupported", f"no names of the kind {kind!r}")


def _options(library: Library, args: Args) -> Mapping[str, int]:
    for option in ("backlog", "mode"):
        if option in args and f"listener.{option}" not in library.capabilities:
            raise Failure("unsupported", f"{library.name} has no option {option}")
    if flag(args, "overwrite", False):
        raise Failure("unsupported", f"{library.name} has no option overwrite")
    return {option: number(args, option) for option in ("backlog", "mode") if option in args}


async def listen(library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    name = table.fresh(args)
    table.add(name, await library.listen(_name(args), _options(library, args)))
    return {}


async def accept(_library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    name = table.fresh(args)
    table.add(name, await table.listener(args).accept())
    return {}


async def connect(library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    name = table.fresh(args)
    table.add(name, await library.connect(_name(args)))
    return {}


async def pipe(library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    names = table.fresh(args, "receiver"), table.fresh(args, "sender")
    receiver, sender = await library.pipe()
    table.add(names[0], receiver)
    table.add(names[1], sender)
    return {}


async def make_fifo(_library: Library, _table: Table, args: Args, _progress: Progress) -> Reply:
    os.mkfifo(raw_text(args.get("path")), count(args, "mode", DEFAULT_MODE))
    return {}


async def open_fifo(library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    name, end = table.fresh(args), text(args, "end")
    if end not in ("receiver", "sender"):
        raise Failure("invalid_input", f"end is receiver or sender, not {end!r}")
    path = os.fsdecode(raw_text(args.get("path")))
    # The libraries open no FIFO files; their users do, and look first, as opening some files does things.
    if not stat.S_ISFIFO(os.stat(path).st_mode):
        raise Failure("wrong_type", "the path is not a FIFO")
    table.add(name, await library.open_fifo(path, end))
    return {}


async def send(_library: Library, table: Table, args: Args, progress: Progress) -> Reply:
    """The libraries have no send that takes a part: whatever is given goes, and nobody says how far it came."""
    channel, payload = table.channel(args), Payload(mapping(args, "data"))
    await channel.send_all(payload.materialise(), progress)
    return {"sent": payload.length}


async def recv(_library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    channel, limit = table.channel(args), count(args, "max")
    received = Received()
    data = await channel.recv(limit)
    received.add(data)
    received.end = not data and limit > 0
    return received.report()


async def recv_exact(_library: Library, table: Table, args: Args, progress: Progress) -> Reply:
    channel, length = table.channel(args), count(args, "length")
    received = Received()
    progress["received"] = received.report()
    while received.length < length:
        data = await channel.recv(min(length - received.length, CHUNK))
        received.add(data)
        received.end = not data
        progress["received"] = received.report()
        if not data:
            raise Failure("end", f"the stream ended after {received.length} of {length} bytes")
    return received.report()


async def recv_to_end(_library: Library, table: Table, args: Args, progress: Progress) -> Reply:
    channel = table.channel(args)
    received = Received()
    progress["received"] = received.report()
    while data := await channel.recv(CHUNK):
        received.add(data)
        progress["received"] = received.report()
    received.end = True
    return received.report()


async def close(_library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    name = text(args, "on")
    again = flag(args, "again", False)
    before = table.retired(name) if again else None
    endpoint = before or table.retire(name)
    await endpoint.close()
    if again and before is None:
        await endpoint.close()
    return {}


async def shutdown(_library: Library, table: Table, args: Args, _progress: Progress) -> Reply:
    given = text(args, "how")
    hows: Mapping[str, How] = {"send": "send", "recv": "recv", "both": "both"}
    if given not in hows:
        raise Failure("invalid_input", f"how is {', '.join(hows)}, not {given!r}")
    await table.channel(args).shutdown(hows[given])
    return {}


OPERATIONS: Mapping[str, Patient] = {
    "listen": Patient(listen),
    "accept": Patient(accept, waits=True),
    "connect": Patient(connect, waits=True),
    "pipe": Patient(pipe, "unnamed_pipe"),
    "make_fifo": Patient(make_fifo, "fifo"),
    "open_fifo": Patient(open_fifo, "fifo", waits=True),
    "send": Patient(send, waits=True),
    "send_all": Patient(send, waits=True),
    "recv": Patient(recv, waits=True),
    "recv_exact": Patient(recv_exact, waits=True),
    "recv_to_end": Patient(recv_to_end, waits=True),
    "close": Patient(close),
    "shutdown": Patient(shutdown, "half_close"),
}
