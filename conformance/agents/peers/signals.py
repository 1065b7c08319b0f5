"""Signals, counted by Python's own handlers on the thread of the loop."""

from __future__ import annotations

import sys

assert sys.platform != "win32", "these signals are POSIX"

import signal

from ..stdlib import sigpipe
from ..stdlib.failures import Failure
from ..stdlib.values import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..stdlib.session import Args, Reply, Session

NUMBERS = {"USR1": signal.SIGUSR1, "PIPE": signal.SIGPIPE}
counts: dict[int, int] = {}


def on_signal(_session: Session, args: Args) -> Reply:
    number, action = _number(args), text(args, "action")
    if action == "count":
        signal.signal(number, _count)
    elif action in ("default", "ignore"):
        signal.signal(number, signal.SIG_DFL if action == "default" else signal.SIG_IGN)
    else:
        raise Failure("invalid_input", f"action is count, default or ignore, not {action!r}")
    if number == signal.SIGPIPE:
        sigpipe.ignored = action == "ignore"
    return {}


def signal_count(_session: Session, args: Args) -> Reply:
    return {"count": counts.get(_number(args), 0)}


def _count(number: int, _frame: object) -> None:
    counts[number] = counts.get(number, 0) + 1


def _number(args: Args) -> int:
    name = text(args, "signal")
    if name not in NUMBERS:
        raise Failure("invalid_input", f"signal is USR1 or PIPE, not {name!r}")
    return NUMBERS[name]
