"""A named pipe of messages is made as one of bytes, and what comes in one receive counts as a message."""

from __future__ import annotations

import sys

assert sys.platform == "win32", "this faulty agent is for Windows"

sys.path.insert(0, __file__.replace("\\", "/").rpartition("/conformance/")[0])

from conformance.agents.reference.payload import Received, outgoing
from conformance.faulty.windows._wrong import Agent, Arguments, Reply, Right, instead_of, main, pipe, without


@instead_of("listen_pipe", "connect_pipe")
def of_bytes(right: Right, agent: Agent, arguments: Arguments) -> Reply:
    return right(agent, without(arguments, "mode", "receive_mode"))


@instead_of("send_message")
def send(_right: Right, agent: Agent, arguments: Arguments) -> Reply:
    data = outgoing(arguments)
    pipe(agent, arguments).send_all(data)
    return {"sent": len(data)}


@instead_of("recv_message")
def receive(_right: Right, agent: Agent, arguments: Arguments) -> Reply:
    data = pipe(agent, arguments).recv(timeout=5)
    return Received(data).report(end=not data)


main()
