"""File names and foreign words as a person may safely read them in a message."""

from __future__ import annotations

from collections.abc import Iterable


def shown(text: str) -> str:
    r"""Return ``text`` on one line, with control characters and undecodable bytes as ``\x…`` or ``\u…``."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte that is not UTF-8, as os.fsdecode keeps it
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like ``name``, empty where none is."""
    from difflib import get_close_matches  # noqa: PLC0415 (only to word an error)

    return next(iter(get_close_matches(name, sorted(known), 1)), "")
