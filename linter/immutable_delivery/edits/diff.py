"""Changes as a unified diff that `git apply` takes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from immutable_delivery.edits.write import Change

_ESCAPES = {
    7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\",
}  # fmt: skip


def patch(changes: Iterable[Change]) -> bytes:
    """Return the diff of all changes, byte for byte: line ends and byte order marks too."""
    return b"".join(line for change in changes for line in _lines(change))


def _lines(change: Change) -> Iterator[bytes]:
    from difflib import diff_bytes, unified_diff  # noqa: PLC0415 (only where a diff is shown)

    names = _name(f"a/{change.path}"), _name(f"b/{change.path}")
    before, after = change.before.split(b"\n"), change.after.split(b"\n")
    for line in diff_bytes(unified_diff, _ended(before), _ended(after), *names):
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _ended(lines: list[bytes]) -> list[bytes]:
    """Return the lines with their line feeds; git knows no other line end."""
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _name(path: str) -> bytes:
    """Return a name for a header, quoted like C where git would quote it."""
    data = os.fsencode(path)
    quoted = "".join(_ESCAPES.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data)  # noqa: PLR2004 (ASCII)
    if quoted != path:
        return f'"{quoted}"'.encode()
    return data + (b"\t" if b" " in data else b"")
