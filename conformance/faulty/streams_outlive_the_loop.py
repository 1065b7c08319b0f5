"""Streams that are open when the loop ends stay open, and nobody can close them."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

sys.path.insert(0, __file__.rpartition("/conformance/")[0])

from conformance.agents.stdlib import endpoints
from conformance.faulty._loop import Stream, main
from conformance.faulty._wrong import Right, instead_of

kept: list[endpoints.Endpoint] = []


@instead_of(Stream, "__init__")
def kept_alive(right: Right[None], stream: Stream, endpoint: endpoints.Endpoint) -> None:
    kept.append(endpoint)
    right(stream, endpoint)


main()
