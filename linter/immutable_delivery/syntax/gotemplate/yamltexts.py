"""A text as a YAML scalar: plain where it can be, else quoted or a block, as libyaml's emitter decides."""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.traced import Hole, Partial, derived, part
from immutable_delivery.syntax.gotemplate.yamlscalars import needs_quotes

WIDTH = 80
LONGEST_KEY = 128
_BYTE, _FOUR = 0xFF, 0xFFFF

_BREAK = "\n\r\x85\u2028\u2029"
_UNPRINTABLE = lazy("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_BLOCK_START = lazy(r"[#,\[\]{}&*!|>'\"%@`]|[?:-](?:[ \t\n\r\x85\u2028\u2029]|\Z)|---|\.\.\.")
_BLOCK_INSIDE = lazy(r".:(?:[ \t\n\r\x85\u2028\u2029]|\Z)|[ \t\n\r\x85\u2028\u2029]#", re.DOTALL)
_BREAK_SPACE = lazy(r"[\n\r\x85\u2028\u2029] ")
_SPACE_BREAK = lazy(r" [\n\r\x85\u2028\u2029]")
_LINE = lazy(r"[^\n]*\n|[^\n]+")
_SHORT = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip


def complex_key(text: str) -> bool:
    """Whether a key needs `?`: it is long, or has lines."""
    return len(text.encode("utf-8", "replace")) > LONGEST_KEY or any(
        char in text for char in _BREAK
    )


def written(text: str, indent: int, column: int, *, key: bool) -> list[str]:
    """Return a text as a scalar that begins in a column; its further lines are indented."""
    if not text:
        return ['""']
    wish = "|" if "\n" in text else '"' if needs_quotes(text) else ""
    style = _style(text, wish, key=key)
    if style == "|":
        return _literal(text, indent)
    if style == '"':
        return _double(text, indent, column, fold=not key)
    pieces = _folded(text, indent, column + bool(style), quoted=bool(style)) if not key else [text]
    if not style:
        return pieces
    return ["'", *(_doubled(piece) for piece in pieces), "'"]


def _doubled(piece: str) -> str:
    return derived(piece.replace("'", "''"), piece) if "'" in piece else piece


def _style(text: str, wish: str, *, key: bool) -> str:
    special = bool(_UNPRINTABLE.search(text) or _SPACE_BREAK.search(text))
    if wish == "|":
        return '"' if key or special or text.endswith(" ") else "|"
    if wish or special or _BREAK_SPACE.search(text):
        return '"'
    plain = text[0] not in f" {_BREAK}" and text[-1] not in f" {_BREAK}"
    plain = plain and not any(char in text for char in _BREAK)
    if not plain or _BLOCK_START.match(text) or _BLOCK_INSIDE.search(text):
        return "'"
    return ""


def _folded(text: str, indent: int, column: int, *, quoted: bool) -> list[str]:
    """Break a line at a blank, where it has become longer than it should be."""
    if column + len(text) <= WIDTH or " " not in text:
        return [text]
    parts, begin, at = [], 0, 0
    while (at := text.find(" ", at)) >= 0:
        single = text[at + 1 : at + 2] != " " and (not at or text[at - 1] != " ")
        inner = not quoted or 0 < at < len(text) - 1
        if single and inner and column + at - begin > WIDTH:
            parts += [part(text, begin, at), f"\n{' ' * indent}"]
            begin, column = at + 1, indent
        at += 1
    return [*parts, part(text, begin)]


def _literal(text: str, indent: int) -> list[str]:
    hint = "2" if text[0] in f" {_BREAK}" else ""
    chomp = "" if text[-1] in _BREAK else "-"
    if not chomp and (len(text) == 1 or text[-2] in _BREAK):
        chomp = "+"
    parts, pad = [f"|{hint}{chomp}\n"], " " * indent
    for found in _LINE.finditer(text):
        if found[0] != "\n":
            parts.append(pad)
        parts.append(part(text, *found.span()))
    if text[-1] == "\n":
        parts[-1] = part(parts[-1], 0, len(parts[-1]) - 1)
    return parts


def _double(text: str, indent: int, column: int, *, fold: bool) -> list[str]:
    parts, begin, spaces, column = ['"'], 0, False, column + 1
    for at, char in enumerate(text):
        space = char == " "
        if char in '"\\\ufeff' or char in _BREAK or _UNPRINTABLE.match(char):
            escape = _escape(char)
            parts += [part(text, begin, at), derived(escape, part(text, at, at + 1))]
            begin, column = at + 1, column + len(escape)
        elif space and fold and not spaces and column > WIDTH and 0 < at < len(text) - 1:
            again = "\\" if text[at + 1] == " " else ""
            parts += [part(text, begin, at), f"\n{' ' * indent}{again}"]
            begin, column = at + 1, indent + len(again)
        else:
            column += 1
        spaces = space
    found = [*parts, part(text, begin), '"']
    return [Partial("".join(found), Hole())] if isinstance(text, Partial) else found


def _escape(char: str) -> str:
    if (short := _SHORT.get(char)) is not None:
        return f"\\{short}"
    code = ord(char)
    if code <= _BYTE:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= _FOUR else f"\\U{code:08X}"
