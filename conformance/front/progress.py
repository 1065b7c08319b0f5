"""How far a run is: one line that is rewritten on a terminal, elsewhere a line every ten seconds at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from conformance.plain import Paint, safe, shortened

_REFRESH = 0.1
# Until the first case is done, so that the terminal shows it as soon as it is.
_WATCHFUL = 0.02
_QUIET = 10.0
# Only a case that takes this long is worth a reader's attention where nothing is rewritten.
_SLOW = 2.0

Running = Callable[[], Sequence[tuple[str, float]]]


class Progress:
    """Shows done, total, rate and the slowest running case, from a thread of its own, until it is closed."""

    def __init__(self, stream: TextIO, paint: Paint, title: str, *, width: int | None) -> None:
        """`width` is the terminal's, None where the stream is none."""
        self._stream = stream
        self._paint = paint
        self._title = title
        self._width = width
        self._began = time.monotonic()
        self._total = 0
        self._done: Callable[[], int] = int
        self._running: Running = list
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)

    def start(self, total: int, done: Callable[[], int], running: Running) -> None:
        """Begin to show; `done` and `running` are asked whenever the line is drawn."""
        self._total, self._done, self._running = total, done, running
        self._began = time.monotonic()
        self._thread.start()

    def close(self) -> None:
        """Take the line off the terminal; a second close does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._width is not None:
            self._write("\r\x1b[K")

    def _show(self) -> None:
        while not self._closed.is_set():
            pause = _QUIET if self._width is None else _REFRESH if self._done() else _WATCHFUL
            self._write(f"{self._line()}\n" if self._width is None else f"\r{self._line()}\x1b[K")
            self._closed.wait(pause)

    def _line(self) -> str:
        done, seconds = self._done(), time.monotonic() - self._began
        rate = f"  {done / seconds:.0f}/s" if done and seconds > _REFRESH else ""
        line = f"{self._title}  {done}/{self._total}{rate}"
        running = list(self._running())
        if not running or (self._width is None and running[0][1] < _SLOW):
            return line
        case, since = running[0]
        line += f"  {safe(case)} {since:.1f} s"
        return line if self._width is None else self._paint("faint", shortened(line, self._width - 1))

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the run is not
            self._closed.set()
