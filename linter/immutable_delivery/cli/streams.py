"""stdout and stderr as a broken machine gives them: closed, or on a disk that is full."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

_STANDARD = (0, 1, 2)


class _Closed(io.RawIOBase):
    """Stands for a stdout that is closed: who writes to it learns that."""

    def writable(self) -> bool:
        """Be asked to write."""
        return True

    def write(self, _data: object) -> int:
        """Refuse."""
        raise OSError(errno.EBADF, "it is closed")


def ready() -> None:
    """See that writing to a closed stdout is noticed, and that no other file takes the place of a closed stream."""
    for number in _STANDARD:
        _occupied(number)
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(_Closed(), encoding="utf-8", write_through=True)
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


def _occupied(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)


def abandon() -> None:
    """Give up what could not be written: it would be tried again, and fail again, at the very end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _sunk(stream)


def _sunk(stream: TextIO) -> None:
    """Let what is left in a stream go nowhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()
