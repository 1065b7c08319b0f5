"""Requests in, replies out."""

from __future__ import annotations

import os
import sys
from itertools import chain

from . import greeting, inheriting, meeting, owning, piping, transfer
from .agent import Agent
from .arguments import Arguments
from .trouble import Refused, to_error
from .wire import Malformed, Output, from_line, requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .agent import Operation
    from .wire import Reply


def _bye(agent: Agent, _arguments: Arguments) -> Reply:
    agent.table.close_all()
    return {}


# What is done at once, by the thread that reads.
AT_ONCE: dict[str, Operation] = {
    "hello": greeting.hello,
    "bye": _bye,
    "listen": meeting.listen,
    "pipe": piping.pipe,
    "close": owning.close,
    "duplicate": owning.duplicate,
    "split": owning.split,
    "unsplit": owning.unsplit,
    "inheritable": inheriting.inheritable,
    "adopt": inheriting.adopt,
}

# What may wait, and must not keep others from being read.
PATIENT: dict[str, Operation] = {
    "accept": meeting.accept,
    "connect": meeting.connect,
    "send": transfer.send,
    "send_all": transfer.send_all,
    "recv": transfer.recv,
    "recv_exact": transfer.recv_exact,
    "recv_to_end": transfer.recv_to_end,
    "spawn": inheriting.spawn,
    "ask": inheriting.ask,
}

# What only the main thread can do.
IN_MAIN: dict[str, Operation] = {}

if sys.platform == "win32":
    from . import ending, named_pipes

    AT_ONCE.update(
        {
            "die": ending.die,
            "listen_pipe": named_pipes.listen_pipe,
            "peek": named_pipes.peek,
            "disconnect": named_pipes.disconnect,
            "who": named_pipes.who,
        }
    )
    PATIENT.update(
        {
            "connect_pipe": named_pipes.connect_pipe,
            "send_message": named_pipes.send_message,
            "recv_message": named_pipes.recv_message,
            "flush": named_pipes.flush,
        }
    )
else:
    from . import fifo, posix_streams, surroundings

    AT_ONCE.update(
        {
            "die": surroundings.die,
            "make_fifo": fifo.make_fifo,
            "set_blocking": owning.set_blocking,
            "get_blocking": owning.get_blocking,
            "shutdown": posix_streams.shutdown,
            "peer_credentials": posix_streams.peer_credentials,
            "identity": surroundings.identity,
            "resources": surroundings.resources,
            "chdir": surroundings.chdir,
            "set_umask": surroundings.set_umask,
            "drop_privileges": surroundings.drop_privileges,
            "exhaust_descriptors": surroundings.exhaust_descriptors,
            "release_descriptors": surroundings.release_descriptors,
            "signal_count": surroundings.signal_count,
        }
    )
    PATIENT.update(
        {
            "open_fifo": fifo.open_fifo,
            "ready": posix_streams.ready,
            "send_descriptors": posix_streams.send_descriptors,
            "recv_descriptors": posix_streams.recv_descriptors,
        }
    )
    IN_MAIN.update({"on_signal": surroundings.on_signal})


def serve(program: list[str], first: tuple[bytes, ...] = (), witness: bool = False) -> None:
    """Serve standard input and output until their end; does not return.

    `first`: lines of standard input that somebody has read already. `witness`: whether this program, asked in
    the first line to be a witness, is one.
    """
    agent = Agent(program, Output(1), witness)
    agent.crew.start(lambda: _read(agent, first))


def _read(agent: Agent, first: tuple[bytes, ...]) -> Callable[[], None]:
    for line in chain(first, requests(0)):
        try:
            request = from_line(line)
        except Malformed as error:
            os.write(2, f"reference agent: not a request, ignored: {error}\n".encode())
            continue
        _dispatch(agent, request)
    agent.table.close_all()
    return lambda: os._exit(0)


def _dispatch(agent: Agent, request: Reply) -> None:
    op = request.get("op")
    name = op if isinstance(op, str) else ""
    if (patient := PATIENT.get(name)) is not None:
        agent.crew.give(lambda: _carry_out(agent, request, patient))
    elif (in_main := IN_MAIN.get(name)) is not None:
        if not agent.crew.give_main(lambda: _carry_out(agent, request, in_main)):
            _carry_out(agent, request, _too_busy)()
    else:
        _carry_out(agent, request, AT_ONCE.get(name, _declined))()
        if name == "bye":
            os._exit(0)


def _declined(_agent: Agent, _arguments: Arguments) -> Reply:
    raise Refused("unsupported", "this agent has no such operation")


def _too_busy(_agent: Agent, _arguments: Arguments) -> Reply:
    raise Refused("busy", "the main thread, which alone can do this, is waiting in another operation")


def _carry_out(agent: Agent, request: Reply, operation: Operation) -> Callable[[], None]:
    """Do it; what is returned sends the reply."""
    reply: Reply = {"id": request.get("id")}
    try:
        reply["ok"] = operation(agent, Arguments(request.get("args")))
    except Malformed as problem:
        reply["error"] = to_error(Refused("invalid_input", f"args: {problem}"))
    except Exception as problem:  # noqa: BLE001 -- whatever it is, the harness is to hear of it
        reply["error"] = to_error(problem)
    return lambda: _send(agent, reply)


def _send(agent: Agent, reply: Reply) -> None:
    try:
        agent.output.put(reply)
    except OSError:
        # Nobody listens any more.
        os._exit(0)
