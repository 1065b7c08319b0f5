"""How many signals have come since they are counted, for agents that handle an interruption wrongly."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

import _socket

from conformance.agents.stdlib.signals import signals


def arrived() -> int:
    if signals.bell is None:
        return 0
    try:
        return len(signals.bell[0].recv(65536, _socket.MSG_PEEK | _socket.MSG_DONTWAIT))
    except BlockingIOError:
        return 0
