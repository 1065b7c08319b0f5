"""What agents leave behind is found by the mark that a run puts into their environment, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psutil

RUN_MARK = "IPC_CONFORMANCE_RUN"


def end_strays(run_mark: str) -> list[str]:
    """End every process that still carries the mark of this run; what they were. Without psutil none is looked for.

    A process that left its agent's session keeps the environment that the agent was started with.
    """
    ended: list[str] = []
    for process in _marked(run_mark):
        import psutil

        with contextlib.suppress(psutil.Error):
            ended.append(" ".join(process.cmdline()))
            process.kill()
    return ended


def end_group(pid: int, run_mark: str) -> None:
    """End what an agent that has ended left in its process group.

    Once a process is reaped and its group is empty, the system may give its number to anybody: only marked ones end.
    """
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, 0)
            if any(_group(process.pid) == pid for process in _marked(run_mark)):
                os.killpg(pid, signal.SIGKILL)


def _marked(run_mark: str) -> Iterator[psutil.Process]:
    try:
        import psutil
    except ImportError:
        return
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(RUN_MARK) == run_mark:
                yield process


def _group(pid: int) -> int | None:
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            return os.getpgid(pid)
    return None
