"""Where in a half-written YAML file something is being written: no parser reads what is not there yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.records import Record

_LINE = re.compile(
    r"(?P<indent> *)(?P<dashes>(?:- +)*)(?:(?P<key>[^\s:#'\"{}\[\],-][^\s:#'\"{}\[\],]*|'[^'\n]*'|\"[^\"\n]*\") *:(?= |$))?(?P<rest>.*)\Z"
)
_WORD = re.compile(r"[\w./*:-]*\Z")
_FLOW = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|[\[\]{},]|:(?=\s)|[^\[\]{},:'\"]+|.")


class Cursor(Record, frozen=True):
    """The keys that hold what is being written, the outermost first; of a value its own key is the last."""

    keys: tuple[str, ...]
    is_key: bool
    """Whether a key may be written here."""
    value: str = ""
    """What of the value stands before."""


def cursor(before: str) -> Cursor:
    """Return where the text after ``before`` belongs."""
    *above, last = before.split("\n")
    line = _parsed(last)
    holders = list(_above(above, line))
    if flow := _open_flow(above, holders, last):
        return flow
    keys = tuple(key for key, _ in reversed(holders))
    if line["key"]:
        return _valued((*keys, line["key"].strip("'\"")), line["rest"].lstrip())
    if line["rest"][:1] in {"[", "{"}:
        return _valued(keys, line["rest"])
    return Cursor(keys, _WORD.fullmatch(line["rest"]) is not None, line["rest"])


def _parsed(line: str) -> re.Match[str]:
    found = _LINE.match(line)
    if found is None:  # every line without a line break fits
        raise ValueError(line)
    return found


def _above(lines: list[str], line: re.Match[str]) -> Iterator[tuple[str, int]]:
    """Yield the keys that hold a line and the numbers of their lines, the innermost first."""
    column = _column(line)
    start = len(line["indent"]) + 1 if line["dashes"] else column
    for number in range(len(lines) - 1, -1, -1):
        one = _parsed(lines[number])
        if not one["key"] and not one["dashes"]:
            continue
        if one["key"] and _column(one) < start:
            yield one["key"].strip("'\""), number
            start = _column(one)
        if one["dashes"] and len(one["indent"]) < start:
            start = len(one["indent"]) + 1


def _column(line: re.Match[str]) -> int:
    return len(line["indent"]) + len(line["dashes"])


def _open_flow(above: list[str], holders: list[tuple[str, int]], last: str) -> Cursor | None:
    """Return where a list or mapping in brackets goes on that an earlier line has begun; None where none does."""
    if not holders:
        return None
    number = holders[0][1]
    first = _parsed(above[number])["rest"].lstrip()
    if not first.startswith(("[", "{")):
        return None
    keys = tuple(key for key, _ in reversed(holders))
    found = _valued(keys, "\n".join([first, *above[number + 1 :], last]))
    return found if found.keys != keys or found.value != "" or first[-1:] in "[{," else None


def _valued(keys: tuple[str, ...], text: str) -> Cursor:
    """Return where the end of a value is that may be a list or mapping in brackets."""
    if not text.startswith(("[", "{")):
        return Cursor(keys, is_key=False, value=text)
    inside: list[tuple[str, str]] = []
    """The brackets that are open, and the key that was last written in each."""
    word = ""
    for part in _FLOW.findall(text):
        if part in {"[", "{"}:
            inside.append((part, ""))
            word = ""
        elif part in {"]", "}"} and inside:
            inside.pop()
            word = ""
        elif part == "," and inside:
            inside[-1] = (inside[-1][0], "")
            word = ""
        elif part == ":" and inside:
            inside[-1] = (inside[-1][0], word.strip(" \n'\""))
            word = ""
        else:
            word += part
    held = tuple(key for _, key in inside if key)
    is_key = bool(inside) and inside[-1] == ("{", "")
    return Cursor((*keys, *held), is_key, word.lstrip())
