"""Compose's interpolation of `$X` and `${X:-default}`, with the place that decides each part of the value.

The reference is the Compose specification and its Go library (compose-spec/compose-go, template).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText, Segment

MAX_NESTING = 20
"""Defaults inside defaults, deeper than this, are refused."""

MAX_LENGTH = 100_000
"""A value that variables make longer than this is taken for unknown: it doubles at every step."""

_REFERENCE = lazy(
    r"\$(?:(?P<escaped>\$)|(?P<name>[_a-z][_a-z0-9]*)"
    r"|\{(?P<braced>[_a-z][_a-z0-9]*)(?P<operator>:?[-+?])?|\{)",
    re.IGNORECASE,
)
_DEFAULTED = lazy(r"\$\{\w+:?[=-](?P<default>[^${}]+)\}")
_BRACE = lazy(r"[{}\n]")


class InvalidTemplateError(Exception):
    """A reference that Compose refuses; ``offset`` is where it begins in the text."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def interpolate(
    written: LocatedText, variables: Mapping[str, LocatedText], depth: int = 0
) -> LocatedText:
    """Return the value of a string; what nothing gives a value stays as it is, and is ``missing``."""
    if "$" not in written.text:
        return written
    if depth > MAX_NESTING:
        raise InvalidTemplateError(0)
    parts = list(_parts(written, variables, depth))
    if sum(len(part.text) for part in parts) > MAX_LENGTH + len(written.text):
        return replace(written, unresolved=("…",))
    return LocatedText.joined(parts, written.used_at)


def _parts(
    written: LocatedText, variables: Mapping[str, LocatedText], depth: int
) -> Iterator[LocatedText]:
    text, cutter, at = written.text, Cutter(written), 0
    while found := _REFERENCE.search(text, at):
        start = found.start()
        if start > at:
            yield cutter.cut(at, start)
        at = _end(text, found)
        if found["escaped"]:
            yield unaligned("$", cutter.cut(start, at))
            continue
        name = found["name"] or found["braced"]
        reference = cutter.cut(start, at)
        if not found["operator"]:
            yield variables.get(name) or _missing(reference, name)
            continue
        operand = reference.slice(found.end() - start, len(reference.text) - 1)
        yield from _operation(reference, name, found["operator"], operand, variables, depth)
    if at < len(text):
        yield cutter.cut(at, len(text))


def _operation(
    reference: LocatedText,
    name: str,
    operator: str,
    operand: LocatedText,
    variables: Mapping[str, LocatedText],
    depth: int,
) -> Iterator[LocatedText]:
    """Apply `-`, `+` or `?`; with a colon, an empty value counts as none."""
    value = variables.get(name)
    given = value is not None and not (operator[0] == ":" and value.known and not value.text)
    kind = operator[-1]
    if kind == "+":
        if given:
            yield interpolate(operand, variables, depth + 1)
    elif given and value is not None:
        yield value
    elif kind == "-":
        yield interpolate(operand, variables, depth + 1)
    else:
        yield _missing(reference, name)


def _end(text: str, found: re.Match[str]) -> int:
    """Return where a reference ends: at the brace that closes it, else at the last one of its line."""
    if found["escaped"] or found["name"]:
        return found.end()
    if not found["operator"]:
        if not found["braced"] or not text.startswith("}", found.end()):
            raise InvalidTemplateError(found.start())
        return found.end() + 1
    opened, last = 1, -1
    for brace in _BRACE.finditer(text, found.end()):
        opened += {"{": 1, "}": -1, "\n": 0}[brace[0]]
        if brace[0] == "\n":
            break
        if brace[0] == "}":
            last = brace.end()
        if not opened:
            return last
    if last < 0:
        raise InvalidTemplateError(found.start())
    return last


def _missing(reference: LocatedText, name: str) -> LocatedText:
    """Return a reference that stays: as it is written, without what its operator says."""
    bare = reference.text in {f"${name}", f"${{{name}}}"}
    kept = reference if bare else unaligned(f"${{{name}}}", reference)
    return replace(kept, unresolved=(name,))


def unaligned(text: str, at: LocatedText) -> LocatedText:
    """Return a text that is decided somewhere as a whole."""
    return LocatedText.unaligned(text, at.used_at)


class Cutter:
    """Cuts a string into slices from left to right, in time linear in its pieces."""

    def __init__(self, written: LocatedText) -> None:
        self._written = written
        self._index = 0
        self._start = 0

    def cut(self, start: int, end: int) -> LocatedText:
        """Return ``text[start:end]``; no slice may begin before an earlier one."""
        pieces = self._written.segments
        while self._index < len(pieces) - 1:
            stop = self._start + len(pieces[self._index].text)
            if stop > start:
                break
            self._start, self._index = stop, self._index + 1
        if self._index < len(pieces) and end <= self._start + len(pieces[self._index].text):
            part = _part(pieces[self._index], start - self._start, end - self._start)
            hidden = tuple(name for name in self._written.unresolved if name in part.text)
            return replace(part, unresolved=hidden) if hidden else part
        last, stop = self._index, self._start
        while last < len(pieces) and stop < end:
            stop += len(pieces[last].text)
            last += 1
        held = pieces[self._index : last]
        text = "".join(piece.text for piece in held)
        part = replace(self._written, text=text, segments=held)
        return part.slice(start - self._start, end - self._start)


def _part(piece: Segment, start: int, end: int) -> LocatedText:
    """Return a part of one piece."""
    place = piece.place
    if piece.aligned:
        place = place.at(place.span.start + start, place.span.start + end)
    text = piece.text[start:end]
    return LocatedText(text, (Segment(text, place, piece.aligned),) if text else (), place)


MAX_FILLED = 100_000
"""A text that its placeholders make longer than this is taken for unknown: it doubles at every step."""

Give = Callable[[re.Match[str], LocatedText], LocatedText | None]
"""Returns what stands for a placeholder, given as it is written; None where nobody knows."""


def filled(written: LocatedText, pattern: re.Pattern[str], give: Give) -> LocatedText:
    """Return a text with its placeholders filled in; those that stay are missing."""
    parts: list[LocatedText] = []
    cutter, at, length = Cutter(written), 0, 0
    for found in pattern.finditer(written.text):
        if found.start() > at:
            parts.append(cutter.cut(at, found.start()))
        own = cutter.cut(*found.span())
        parts.append(give(found, own) or replace(own, unresolved=(found[0],)))
        length += len(parts[-1].text)
        at = found.end()
    if not parts:
        return written
    if length > MAX_FILLED:
        return replace(written, unresolved=("…",))
    if at < len(written.text):
        parts.append(cutter.cut(at, len(written.text)))
    return LocatedText.joined(parts, written.used_at)


def with_defaults(written: LocatedText) -> LocatedText:
    """Return a text with the defaults that Flux and envsubst put in where nothing gives a variable a value."""
    return filled(written, _DEFAULTED, _default) if "$" in written.text else written


def _default(found: re.Match[str], written: LocatedText) -> LocatedText:
    start = found.start("default") - found.start()
    return written.slice(start, len(written.text) - 1)
