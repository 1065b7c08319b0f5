"""How a faulty agent is made: one function of a correct agent gives way to one that is wrong."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "faulty agents are made of a POSIX one"

from conformance.agents.stdlib.wire import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Concatenate, ParamSpec, TypeVar

    from conformance.agents.stdlib.session import Args, Later, Reply, Session

    P = ParamSpec("P")
    T = TypeVar("T")
    Right = Callable[..., T]
    Steps = Generator[None, None, T]
else:
    # Faulty agents name these in annotations only, which nobody evaluates.
    Args = Later = Reply = Right = Session = Steps = object

__all__ = ["Args", "Later", "Reply", "Right", "Session", "Steps", "instead_of"]


def instead_of(owner: object, name: str) -> Callable[[Callable[Concatenate[Right[T], P], T]], None]:
    """Put a function in the place of `owner`'s own of that name, and hand it the right one as its first argument.

    `owner` is a class, a module, or a table of operations.
    """

    def replace(wrong: Callable[Concatenate[Right[T], P], T]) -> None:
        table = _table(owner)
        right = cast("Right[T]", table[name] if table is not None else getattr(owner, name))

        def replacement(*args: P.args, **kwargs: P.kwargs) -> T:
            return wrong(right, *args, **kwargs)

        if table is not None:
            table[name] = replacement
        else:
            setattr(owner, name, replacement)

    return replace


def _table(owner: object) -> dict[str, object] | None:
    return cast("dict[str, object]", owner) if isinstance(owner, dict) else None
