"""The progress line, on a terminal and elsewhere."""

from __future__ import annotations

import io
import threading

from conformance.front.progress import Progress
from conformance.plain import Paint


class Screen(io.StringIO):
    """What was written, and a way to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def flush(self) -> None:
        self.written.set()


def shown(width: int | None, running: list[tuple[str, float]]) -> str:
    screen = Screen()
    progress = Progress(screen, Paint(on=False), "judging stdlib", width=width)
    progress.start(12, lambda: 3, lambda: running)
    assert screen.written.wait(10)
    assert "progress" in [thread.name for thread in threading.enumerate()]
    progress.close()
    progress.close()
    return screen.getvalue()


def test_a_terminal_sees_done_total_and_the_slowest_case_and_is_left_clean() -> None:
    text = shown(60, [("slow/case", 1.25), ("other/case", 0.1)])

    assert text.startswith("\r")
    assert "judging stdlib  3/12" in text.split("\x1b[K")[0]
    assert text.split("\x1b[K")[0].endswith("slow/case 1.2 s")
    assert text.endswith("\r\x1b[K")


def test_a_line_never_wraps() -> None:
    first = shown(30, [("x" * 100, 1.0)]).split("\x1b[K")[0]

    assert len(first) == 1 + 29


def test_elsewhere_there_are_whole_lines_without_escapes() -> None:
    assert shown(None, [("quick/case", 0.5)]) == "judging stdlib  3/12\n"
    assert shown(None, [("slow/case", 2.5)]) == "judging stdlib  3/12  slow/case 2.5 s\n"


def test_a_case_with_an_evil_name_commands_nothing() -> None:
    assert "\x1b]" not in shown(60, [("\x1b]0;title\x07", 3.0)])


def test_a_terminal_that_goes_away_does_not_stop_the_run() -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError("gone")

    progress = Progress(Gone(), Paint(on=False), "judging", width=80)
    progress.start(1, int, list)
    progress.close()

    assert "progress" not in [thread.name for thread in threading.enumerate()]


def test_one_that_was_never_started_can_be_closed() -> None:
    screen = Screen()

    Progress(screen, Paint(on=False), "judging", width=None).close()

    assert screen.getvalue() == ""
