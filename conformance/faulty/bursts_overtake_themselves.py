"""In a burst of short sends, one is kept back for a moment and goes out after the next."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import _thread
import select
import time

from conformance.agents.stdlib.endpoints import PipeEnd, Stream
from conformance.agents.stdlib.patience import poll
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

SHORT = 8
MOMENT = 0.05

lock = _thread.allocate_lock()
last: dict[Stream | PipeEnd, tuple[int, float]] = {}
kept: dict[Stream | PipeEnd, bytes] = {}


def let_go(right: Right[int], end: Stream | PipeEnd) -> None:
    with lock:
        data = kept.pop(end, b"")
        if data:
            right(end, memoryview(data))


def let_go_later(right: Right[int], end: Stream | PipeEnd) -> None:
    never = _thread.allocate_lock()
    never.acquire()
    never.acquire(timeout=MOMENT)
    try:
        let_go(right, end)
    except OSError:
        pass


for owner in (Stream, PipeEnd):

    @instead_of(owner, "try_send")
    def overtaking(right: Right[int], end: Stream | PipeEnd, data: memoryview) -> int:
        with lock:
            if end in kept:
                right(end, memoryview(bytes(data) + kept.pop(end)))
                return len(data)
            now = time.monotonic()
            length, before = last.get(end, (0, 0.0))
            last[end] = (len(data), now)
            burst = len(data) == length <= SHORT and now - before < MOMENT
            if not burst or poll(end.fileno(), select.POLLOUT, 0) != select.POLLOUT:
                return right(end, data)
            kept[end] = bytes(data)
        _thread.start_new_thread(let_go_later, (right, end))
        return len(data)

    @instead_of(owner, "close")
    def emptied(right: Right[None], end: Stream | PipeEnd) -> None:
        let_go(type(end).block_send, end)
        right(end)


main()
