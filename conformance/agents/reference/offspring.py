"""Children: this program once more, by a real exec, spoken to in the same protocol."""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock, start_new_thread

from .starting import start
from .trouble import Refused
from .wire import Malformed, Output, from_line, requests

if sys.platform != "win32":
    import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType

    from .wire import Reply

# For a child that has been told to go, in seconds.
_PATIENCE = 3.0


class Child:
    """A running child. Its replies are sorted out by a thread of their own, as they may overtake each other."""

    def __init__(self, program: list[str], inherited: list[int]) -> None:
        """`inherited`: the handles that are to be inherited, on Windows; elsewhere their own flags say so."""
        self._process, ours_in, ours_out = start(program, inherited)
        self.pid = self._process.pid
        self._ours = (ours_in, ours_out)
        self._output = Output(ours_out)
        self._turn = allocate_lock()
        self._next = 1
        self._waiting: dict[int, LockType] = {}
        self._answers: dict[int, Reply] = {}
        self._open = True
        self._over = allocate_lock()
        self._over.acquire()
        start_new_thread(self._sort, ())

    def ask(self, op: str, args: object) -> Reply:
        """What the child replies."""
        told = allocate_lock()
        told.acquire()
        with self._turn:
            if not self._open:
                raise Refused("invalid_handle", "the child has ended, or its handle was closed")
            number, self._next = self._next, self._next + 1
            self._waiting[number] = told
        try:
            self._output.put({"id": number, "op": op, "args": args})
        except OSError:
            # It has just ended, and _sort is about to say so.
            pass
        told.acquire()
        answer = self._answers.pop(number, None)
        if answer is None:
            raise Refused("end", "the child ended before it replied")
        return answer

    def close(self) -> None:
        """End its input, which means that it is to exit; after some patience, kill it. Either way, reap it."""
        with self._turn:
            if self._ours == (-1, -1):
                return
            self._open = False
            (ours_in, ours_out), self._ours = self._ours, (-1, -1)
        os.close(ours_out)
        if not self._over.acquire(timeout=_PATIENCE):
            self._process.kill()
            self._over.acquire(timeout=_PATIENCE)
        os.close(ours_in)
        self._process.reap()

    def _sort(self) -> None:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGUSR1,))
        try:
            for line in requests(self._ours[0]):
                reply = from_line(line)
                number = reply.pop("id", None)
                told = self._waiting.pop(number, None) if isinstance(number, int) else None
                if told is not None and isinstance(number, int):
                    self._answers[number] = reply
                    told.release()
        except (OSError, Malformed) as error:
            os.write(2, f"child {self.pid}: {error}\n".encode())
        with self._turn:
            self._open = False
            left = list(self._waiting.values())
            self._waiting.clear()
        for told in left:
            told.release()
        self._over.release()
