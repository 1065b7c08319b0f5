"""Run an operation by blocking the calling thread.

poll() and not select(): a descriptor may be larger than FD_SETSIZE (select(2), BUGS).
"""

from __future__ import annotations

import select
import sys
from math import ceil
from time import monotonic, sleep  # noqa: TID251 -- a Pause is by its definition a bounded sleep

from ipc._wait import Pause, Readable, Signalled, Turn, Writable, check_timeout, out_of_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipc._wait import Op, T, Wait

# poll() takes milliseconds in an int; longer waits go round again.
_LONGEST = 86_400.0


def run(op: Op[T], timeout: float | None) -> T:
    """The result of `op`, which may take `timeout` seconds (None: for ever).

    One deadline for the whole operation: neither a byte that trickles in nor a signal extends it
    (Python restarts an interrupted poll() with the time that is left, PEP 475).
    """
    check_timeout(timeout)
    try:
        wait = next(op)
        expiry = None if timeout is None else monotonic() + timeout
        while True:
            try:
                ready = _until(wait, expiry) if timeout or not isinstance(wait, Turn) else True
            except BaseException as error:  # noqa: BLE001 -- the operation cleans up and raises it again
                wait = op.throw(error)
                continue
            wait = next(op) if ready else op.throw(out_of_time(timeout))
    except StopIteration as done:
        result: T = done.value
        return result


def _until(wait: Wait, expiry: float | None) -> bool:
    """Wait; False if the time was over first."""
    if isinstance(wait, Turn):
        return expiry is None or monotonic() < expiry
    if isinstance(wait, Pause):
        return _pause(wait, None if expiry is None else max(0.0, expiry - monotonic()))
    if sys.platform == "win32":
        assert isinstance(wait, Signalled), "on Windows a descriptor cannot be waited for"
        return _wait_for_event(wait, expiry)
    else:
        assert not isinstance(wait, Signalled), "events are waited for on Windows only"
        return _poll(wait, expiry)


if sys.platform == "win32":
    # The one wait of the standard library that Ctrl-C ends: it looks at the interpreter's own event as well.
    from _winapi import WAIT_OBJECT_0, WaitForMultipleObjects

    def _wait_for_event(wait: Signalled, expiry: float | None) -> bool:
        while True:
            rest = _LONGEST if expiry is None else min(expiry - monotonic(), _LONGEST)
            try:
                # Rounded up: a tiny deadline is not none.
                if WaitForMultipleObjects((wait.handle,), False, max(0, ceil(rest * 1000))) == WAIT_OBJECT_0:
                    return True
            except InterruptedError:
                # Ctrl-C; its handler has run, and has raised if it wanted to.
                continue
            if expiry is not None and monotonic() >= expiry:
                return False

else:

    def _poll(wait: Readable | Writable, expiry: float | None) -> bool:
        poll = select.poll()
        poll.register(wait.fd, select.POLLOUT if isinstance(wait, Writable) else select.POLLIN)
        at_most = None if isinstance(wait, Writable) else wait.at_most
        look_again = None if at_most is None else monotonic() + at_most
        while True:
            now = monotonic()
            rest = min((moment - now for moment in (expiry, look_again) if moment is not None), default=_LONGEST)
            # poll() rounds up to a whole millisecond: a tiny deadline is not none.
            if poll.poll(max(0.0, min(rest, _LONGEST)) * 1000):
                return True
            now = monotonic()
            if expiry is not None and now >= expiry:
                return False
            if look_again is not None and now >= look_again:
                return True


def _pause(wait: Pause, left: float | None) -> bool:
    if left == 0.0:
        return False
    if wait.block is not None:
        wait.block(left)
    else:
        sleep(wait.seconds if left is None else min(wait.seconds, left))
    return True
