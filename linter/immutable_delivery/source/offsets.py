"""Where a byte of UTF-8 stands in a text: for parsers that count bytes."""

from __future__ import annotations

from bisect import bisect_left


class Offsets:
    """The offsets of one text, which is given as its bytes."""

    def __init__(self, data: bytes) -> None:
        inside = range(0x80, 0xC0)  # the bytes of a character behind its first
        self._continued = (
            [] if data.isascii() else [at for at, byte in enumerate(data) if byte in inside]
        )

    def of(self, byte: int) -> int:
        """Return how many characters come before a byte."""
        return byte - bisect_left(self._continued, byte)
