"""Unit files of systemd: sections of `Key=value` lines, each value with its place."""

from __future__ import annotations

import re

from immutable_delivery.errors import UnreadableError
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import Stretch
from immutable_delivery.syntax.interpolation import Cutter, filled, unaligned

_SECTION = lazy(r"\[([^\]\[]+)\]\Z")
_SPECIFIER = lazy(r"%(?:%|[A-Za-z])")
_TRUE = frozenset({"1", "yes", "true", "on"})
_FALSE = frozenset({"0", "no", "false", "off"})


class Entry(Record, frozen=True):
    """One assignment; what specifiers such as `%h` stand for is missing in its value."""

    section: str
    key: str
    value: LocatedText
    extent: Place


class Unit(Record):
    """A unit file."""

    path: str
    entries: list[Entry] = field(default_factory=list)
    remarks: list[Stretch] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    """Where lines begin that are no assignment."""

    @property
    def name(self) -> str:
        """The name without its ending, and without the `@` of a template."""
        return self.path.rpartition("/")[2].rpartition(".")[0].rstrip("@")

    @property
    def kind(self) -> str:
        """The section that its ending stands for: Container, Image, Build, Kube or Volume."""
        return self.path.rpartition(".")[2].capitalize()

    def all(self, key: str) -> list[Entry]:
        """Return the assignments to a key; an empty one takes back those before it."""
        found: list[Entry] = []
        for entry in self.entries:
            if entry.section == self.kind and entry.key == key:
                if entry.value.text:
                    found.append(entry)
                else:
                    found.clear()
        return found

    def last(self, key: str) -> Entry | None:
        """Return the assignment to a key that counts."""
        found = self.all(key)
        return found[-1] if found else None

    def text(self, key: str) -> str | None:
        """Return a value: "" where nothing stands, None where it is not known."""
        found = self.last(key)
        return found.value.value if found else ""

    def truth(self, key: str) -> bool | None:
        """Return a truth value: False where nothing stands, None where it is not known."""
        found = self.text(key)
        if not found:
            return None if found is None else False
        return True if found.lower() in _TRUE else False if found.lower() in _FALSE else None


def read(text: Text) -> Unit:
    """Read a unit; raise UnreadableError for a line before the first section."""
    unit = Unit(text.path)
    section, held = "", _Held(text.path)
    for number, start in enumerate(text.line_starts, 1):
        line = text.line(number)
        bare = line.strip()
        if bare.startswith(("#", ";")):
            unit.remarks.append((start, start + len(line)))
        elif held.open or (bare and not _SECTION.match(bare)):
            if not section:
                raise UnreadableError("stands before the first section", start)
            if held.take(line, start):
                _assign(unit, section, held)
        elif bare:
            section = bare[1:-1]
    if held.open:
        _assign(unit, section, held)
    return unit


def read_inner(written: LocatedText, name: str) -> Unit:
    """Read a unit that stands in another file; what it says is placed there."""
    held, cutter = read(Text(name, written.text)), Cutter(written)
    entries = []
    for one in held.entries:
        span = one.extent.span
        whole = cutter.cut(span.start, span.end)
        value = _placed(one.value, whole, span.start)
        entries.append(replace(one, value=value, extent=whole.used_at))
    return replace(held, entries=entries)


def _placed(value: LocatedText, whole: LocatedText, start: int) -> LocatedText:
    """Return a value where the entry that it is cut from stands."""
    pieces: list[Segment] = []
    for piece in value.segments:
        begin, end = piece.place.span.start - start, piece.place.span.end - start
        if piece.aligned:
            pieces += whole.slice(begin, end).segments
        else:
            pieces.append(replace(piece, place=whole.place(begin, end)))
    at = pieces[0].place if pieces else whole.used_at
    return LocatedText(value.text, tuple(pieces), at, value.unresolved)


class _Held:
    """A line together with those that continue it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.segments: list[Segment] = []
        self.open = False

    def take(self, line: str, start: int) -> bool:
        """Take a line; return whether it is the last one."""
        content = line.rstrip()
        self.open = content.endswith("\\")
        end = len(content) - self.open
        if end:
            self.segments.append(self._piece(line[:end], start))
        if self.open:
            self.segments.append(self._piece(" ", start + end))
        return not self.open

    def finish(self) -> LocatedText:
        """Return the whole line, and begin another."""
        pieces, self.segments, self.open = tuple(self.segments), [], False
        first, last = pieces[0].place, pieces[-1].place
        whole = first.at(first.span.start, last.span.end)
        return LocatedText("".join(piece.text for piece in pieces), pieces, whole)

    def _piece(self, text: str, start: int) -> Segment:
        return Segment(text, Place(self._path, Span(start, start + len(text))))


def _assign(unit: Unit, section: str, held: _Held) -> None:
    line = held.finish()
    extent = stripped(line).used_at
    key, separator, _ = line.text.partition("=")
    if not separator or not key.strip():
        unit.broken.append(extent.span.start)
        return
    value = stripped(line.slice(len(key) + 1))
    known = filled(value, _SPECIFIER, _given)
    unit.entries.append(Entry(section, key.strip(), known, extent))


def stripped(written: LocatedText) -> LocatedText:
    """Return a text without the blanks around it."""
    text = written.text
    start = len(text) - len(text.lstrip())
    return written.slice(start, max(start, len(text.rstrip())))


def _given(found: re.Match[str], own: LocatedText) -> LocatedText | None:
    return unaligned("%", own) if found[0] == "%%" else None
