"""What a condition may lose or turn round, so that the examples of its policy have to notice: texts of CEL, changed in one place."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MATCHES = re.compile(r'matches\("((?:[^"\\]|\\.)*)"\)')
_LIST = re.compile(r"\bin \[([^\]]*)\]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def changed(text: str) -> Iterator[str]:
    """Yield a condition without one of its parts, with a part turned round, or with one word less."""
    yield from _without_parts(text)
    yield from _without_members(text)
    yield from _without_alternatives(text)


def _without_parts(text: str) -> Iterator[str]:
    for start, end in _groups(text):
        inner = text[start:end]
        operator = "||" if len(split(inner, "||")) > 1 else "&&"
        parts = split(inner, operator)
        for index, part in enumerate(parts):
            rest = [*parts[:index], *parts[index + 1 :]]
            kept = [f" {operator} ".join(rest)] if rest else []
            for new in (*kept, f" {operator} ".join([*rest, f"!({part})"])):
                yield text[:start] + new + text[end:]


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """Yield the whole, and what stands in parentheses and joins several parts."""
    yield 0, len(text)
    opened: list[int] = []
    for index, char in _outside_strings(text):
        if char == "(":
            opened.append(index + 1)
        elif char == ")":
            start = opened.pop()
            if any(len(split(text[start:index], joint)) > 1 for joint in ("||", "&&")):
                yield start, index


def split(text: str, operator: str) -> list[str]:
    """Split an expression at an operator outside of parentheses and strings."""
    parts, depth, at = [], 0, 0
    for index, char in _outside_strings(text):
        depth += (char in "([") - (char in ")]")
        if depth == 0 and text.startswith(operator, index):
            parts.append(text[at:index].strip())
            at = index + len(operator)
    return [*parts, text[at:].strip()]


def _outside_strings(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for found in (*_STRING.finditer(text), None):
        end = found.start() if found else len(text)
        yield from ((index, text[index]) for index in range(at, end))
        at = found.end() if found else at


def _without_members(text: str) -> Iterator[str]:
    for found in _LIST.finditer(text):
        members = _STRING.findall(found[1])
        for member in members if len(members) > 1 else ():
            rest = ", ".join(other for other in members if other != member)
            yield text[: found.start(1)] + rest + text[found.end(1) :]


def _without_alternatives(text: str) -> Iterator[str]:
    for found in _MATCHES.finditer(text):
        for pattern in _patterns(found[1]):
            yield text[: found.start(1)] + pattern + text[found.end(1) :]


def _patterns(pattern: str) -> Iterator[str]:
    """Yield a pattern without one of its alternatives, or without an anchor."""
    for start, end in _alternations(pattern):
        parts = _alternatives(pattern[start:end])
        for index in range(len(parts) if len(parts) > 1 else 0):
            rest = "|".join([*parts[:index], *parts[index + 1 :]])
            yield pattern[:start] + rest + pattern[end:]
    for index in _bare(pattern):
        if pattern[index] in "^$":
            yield pattern[:index] + pattern[index + 1 :]


def _bare(pattern: str) -> Iterator[int]:
    """Yield where characters stand that are neither escaped nor in a class."""
    at, inside = 0, False
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 2 if pattern[at + 1 : at + 2] != "\\" else 3
            continue
        inside = pattern[at] == "[" or (inside and pattern[at] != "]")
        if not inside:
            yield at
        at += 1


def _alternations(pattern: str) -> Iterator[tuple[int, int]]:
    yield 0, len(pattern)
    opened: list[int] = []
    for index in _bare(pattern):
        if pattern[index] == "(":
            opened.append(index + 1)
        elif pattern[index] == ")":
            yield opened.pop(), index


def _alternatives(pattern: str) -> list[str]:
    parts, depth, at = [], 0, 0
    for index in _bare(pattern):
        depth += (pattern[index] == "(") - (pattern[index] == ")")
        if pattern[index] == "|" and depth == 0:
            parts.append(pattern[at:index])
            at = index + 1
    return [*parts, pattern[at:]]
