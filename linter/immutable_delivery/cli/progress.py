"""How far a run is, for a person who waits: one line on a terminal, once it takes longer than a moment."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_MOMENT = 1.0
_PAUSE = 0.1


class Progress:
    """Tells on ``stream``, else on the stderr of the moment, how much is done; nothing where nobody looks."""

    def __init__(self, stream: TextIO | None = None, doing: str = "reading") -> None:
        self._doing = doing
        self._stream = stream or sys.stderr
        self._watched = self._stream.isatty()
        self._next = time.monotonic() + _MOMENT
        self._width = 0

    def __call__(self, done: int, total: int) -> None:
        """Tell that ``done`` of ``total`` are done."""
        if not self._watched or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PAUSE
        self._write(f"imd: {self._doing}, {100 * done // total} %")

    def end(self) -> None:
        """Take the line away."""
        if self._width:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text:<{self._width}}")
        self._stream.flush()
        self._width = len(text)


@contextmanager
def progress(doing: str) -> Iterator[Progress]:
    """Give what tells of a piece of work; afterwards the line is free again."""
    one = Progress(doing=doing)
    try:
        yield one
    finally:
        one.end()
