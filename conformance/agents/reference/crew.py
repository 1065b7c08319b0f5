"""Who carries out which request.

One thread reads requests, and carries out what cannot wait. What can wait goes to the main thread, since
only there a signal interrupts it as it would a program of one thread; while that is taken, to a new thread.
"""

from __future__ import annotations

import signal
import sys
from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Job = Callable[[], "Callable[[], None]"]

if sys.platform != "win32":
    _FOR_MAIN = {signal.SIGUSR1, signal.SIGINT, signal.SIGTERM}


class Crew:
    """The threads of one agent."""

    def __init__(self) -> None:
        self._job: Job | None = None
        self._idle = True
        self._others = 0
        self._turn = allocate_lock()
        self._called = allocate_lock()
        self._called.acquire()

    def start(self, reading: Job) -> None:
        """Let another thread read, and work in this one, the main one, for ever.

        A job returns what is left to be done when its thread is free again.
        """
        self._start(reading)
        while True:
            self._called.acquire()
            job, self._job = self._job, None
            report = job() if job is not None else None
            # Before the report, or the next request could come back before this thread counts as idle.
            with self._turn:
                self._idle = True
            if report is not None:
                report()

    def give(self, job: Job) -> None:
        """Have `job` done by somebody else."""
        if not self.give_main(job):
            self._start(job)

    def give_main(self, job: Job) -> bool:
        """Have `job` done by the main thread, if it has nothing to do."""
        with self._turn:
            if not self._idle:
                return False
            self._idle = False
        self._job = job
        self._called.release()
        return True

    def threads(self) -> int:
        """How many threads there are."""
        return 1 + self._others

    def _start(self, job: Job) -> None:
        with self._turn:
            self._others += 1
        start_new_thread(self._aside, (job,))

    def _aside(self, job: Job) -> None:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_MAIN)
        report = job()
        with self._turn:
            self._others -= 1
        report()
