"""Start this program once more, by a real exec, with pipes of ours."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt
    import subprocess

    class Process:
        """A running child."""

        def __init__(self, child: subprocess.Popen[bytes]) -> None:
            self._child = child
            self.pid = child.pid

        def kill(self) -> None:
            self._child.kill()

        def reap(self) -> None:
            self._child.wait()

    def start(program: list[str], inherited: list[int]) -> tuple[Process, int, int]:
        """The child, and our ends of its output and its input. It inherits exactly `inherited` and its own ends."""
        # Absent a list, a child gets every handle that happens to be inheritable at that moment, of all threads.
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": list(inherited)})
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        try:
            child = subprocess.Popen(program, stdin=theirs_in, stdout=theirs_out, startupinfo=startup)
        except BaseException:
            os.close(ours_out)
            os.close(ours_in)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        for number in (ours_in, ours_out):
            msvcrt.setmode(number, os.O_BINARY)
        return Process(child), ours_in, ours_out

else:
    import signal

    class Process:
        """A running child."""

        def __init__(self, pid: int) -> None:
            self.pid = pid

        def kill(self) -> None:
            os.kill(self.pid, signal.SIGKILL)

        def reap(self) -> None:
            os.waitpid(self.pid, 0)

    def start(program: list[str], _inherited: list[int]) -> tuple[Process, int, int]:
        """The child, and our ends of its output and its input."""
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        try:
            # posix_spawn closes nothing: what the child must not have, has to be close-on-exec.
            pid = os.posix_spawn(
                program[0],
                program,
                os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, theirs_in, 0), (os.POSIX_SPAWN_DUP2, theirs_out, 1)],
                setsigmask=(),
                setsigdef=(signal.SIGPIPE,),
            )
        except BaseException:
            os.close(ours_out)
            os.close(ours_in)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        return Process(pid), ours_in, ours_out
