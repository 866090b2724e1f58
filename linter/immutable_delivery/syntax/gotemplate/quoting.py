"""Go's `strconv.Quote`."""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy

SPECIAL = lazy(r'["\\]|[^ -~]')
_ASCII, _SHORT = 0x7F, 0xFFFF
_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    '"': '\\"', "\\": "\\\\",
}  # fmt: skip


def quoted(text: str, *, ascii_only: bool = False) -> str:
    """Return a text in double quotes, as Go writes it in source."""
    return f'"{escaped(text, ascii_only=ascii_only)}"'


def plain(text: str) -> bool:
    """Whether quoting changes nothing but the quotes."""
    return SPECIAL.search(text) is None


def escaped(text: str, *, ascii_only: bool = False) -> str:
    """Return what stands between the quotes."""

    def replace(found: re.Match[str]) -> str:
        char = found[0]
        if (simple := _ESCAPES.get(char)) is not None:
            return simple
        if char.isprintable() and not ascii_only:
            return char
        code = ord(char)
        if code <= _ASCII:
            return f"\\x{code:02x}"
        return f"\\u{code:04x}" if code <= _SHORT else f"\\U{code:08x}"

    return SPECIAL.sub(replace, text)
