"""A reset of a connection that has not carried anything yet is waited through, as if it would pass."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

import select

from conformance.agents.stdlib.endpoints import Stream, would_block
from conformance.agents.stdlib.serve import main
from conformance.faulty._wrong import Right, instead_of

used: set[Stream] = set()
broken: set[Stream] = set()


@instead_of(Stream, "try_send")
def sent(right: Right[int], stream: Stream, data: memoryview) -> int:
    used.add(stream)
    return right(stream, data)


@instead_of(Stream, "try_recv")
def received(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    if stream in broken:
        raise would_block()
    try:
        data = right(stream, limit)
    except ConnectionResetError:
        if stream in used:
            raise
        broken.add(stream)
        raise would_block() from None
    used.add(stream)
    return data


@instead_of(Stream, "block_recv")
def awaited(right: Right[bytes], stream: Stream, limit: int) -> bytes:
    if stream not in broken:
        try:
            return right(stream, limit)
        except ConnectionResetError:
            if stream in used:
                raise
    select.poll().poll()
    raise AssertionError("a poll of nothing without a deadline has no end")


main()
