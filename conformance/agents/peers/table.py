"""The handles: what the harness calls by which name."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these agents need a POSIX system"

from ..stdlib.failures import Failure
from ..stdlib.values import text
from .library import Channel, Endpoint, Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from ..stdlib.session import Args

    E = TypeVar("E", bound=Endpoint)


class Table:
    """Open endpoints by name; closed ones are remembered for those who close twice."""

    def __init__(self) -> None:
        self._open: dict[str, Endpoint] = {}
        self._closed: dict[str, Endpoint] = {}

    def fresh(self, args: Args, key: str = "as") -> str:
        name = text(args, key)
        if name in self._open:
            raise Failure("invalid_input", f"the handle {name!r} exists already; close it first")
        return name

    def add(self, name: str, endpoint: Endpoint) -> None:
        self._open[name] = endpoint
        self._closed.pop(name, None)

    def channel(self, args: Args) -> Channel:
        return self._fit(args, Channel, "carries data")

    def listener(self, args: Args) -> Listener:
        return self._fit(args, Listener, "accepts")

    def retire(self, name: str) -> Endpoint:
        self._closed[name] = endpoint = self._named(name)
        del self._open[name]
        return endpoint

    def retired(self, name: str) -> Endpoint | None:
        return self._closed.get(name)

    async def close_all(self) -> None:
        for name in list(self._open):
            try:
                await self.retire(name).close()
            except Exception:  # noqa: BLE001 - whatever it says, the others are to be closed too
                continue

    def _named(self, name: str) -> Endpoint:
        if name not in self._open:
            raise Failure("invalid_handle", f"no open handle is called {name!r}")
        return self._open[name]

    def _fit(self, args: Args, wanted: type[E], what: str) -> E:
        endpoint = self._named(text(args, "on"))
        if not isinstance(endpoint, wanted):
            raise Failure("wrong_type", f"a {endpoint.kind} is nothing that {what}")
        return endpoint
