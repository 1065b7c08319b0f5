"""What only POSIX systems have, on trio: FIFO files, half-close, credentials, descriptors that travel."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "ipc.trio.posix: Windows has no FIFO files, no half-close and no descriptors to pass"

from ipc._async.posix_calls import PosixCalls as _PosixCalls
from ipc.posix import PeerCredentials, ReceivedDescriptors, make_fifo
from ipc.trio import CALLS as _CALLS

__all__ = [
    "PeerCredentials",
    "ReceivedDescriptors",
    "adopt_listener",
    "adopt_receiver",
    "adopt_sender",
    "adopt_stream",
    "make_fifo",
    "open_fifo_receiver",
    "open_fifo_sender",
    "peer_credentials",
    "recv_descriptors",
    "send_descriptors",
    "shutdown",
]

_calls = _PosixCalls(_CALLS)
adopt_listener = _calls.adopt_listener
adopt_receiver = _calls.adopt_receiver
adopt_sender = _calls.adopt_sender
adopt_stream = _calls.adopt_stream
open_fifo_receiver = _calls.open_fifo_receiver
open_fifo_sender = _calls.open_fifo_sender
peer_credentials = _calls.peer_credentials
recv_descriptors = _calls.recv_descriptors
send_descriptors = _calls.send_descriptors
shutdown = _calls.shutdown
