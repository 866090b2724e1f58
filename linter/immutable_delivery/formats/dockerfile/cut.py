"""Text to instructions: directives, comments, continuations and here-documents as BuildKit reads them.

Its parser is the reference (github.com/moby/buildkit, frontend/dockerfile/parser); the tests compare with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats import Comment
from immutable_delivery.formats.dockerfile import words
from immutable_delivery.formats.dockerfile.heredocs import Opener, openers
from immutable_delivery.formats.dockerfile.lines import SPACE, Line
from immutable_delivery.text import Place, Span, Text
from immutable_delivery.written import Piece, Written

MAX_LINE = 65_536
"""BuildKit refuses longer lines, in bytes."""
MAX_LINES = 100_000
MAX_INSTRUCTIONS = 20_000
"""No delivery has more: larger files are refused, so that none of them takes minutes."""

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(\S.*?)[\t\n\f\r ]*\Z")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_WITH_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document: its opener, and its lines as they are written."""

    opener: Opener
    body: Written
    terminator: Written


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; ``words`` is what BuildKit's parser makes of its arguments."""

    name: str
    """Upper case."""
    line: str
    """The whole logical line."""
    place: Place
    """Its extent, with continuations and here-documents."""
    flags: tuple[Written, ...] = ()
    rest: Written | None = None
    """The arguments after the flags as one string."""
    words: tuple[Written, ...] = ()
    json: bool = False
    json_error: str = ""
    """Why JSON that was meant is none."""
    heredocs: tuple[Heredoc, ...] = ()
    script: Written | None = None
    """What the shell gets: the arguments with the here-documents."""
    trigger: Instruction | None = None
    """The instruction of an ONBUILD."""


@dataclass(slots=True)
class Document:
    """One Dockerfile."""

    path: str
    instructions: list[Instruction] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    syntax: Written | None = None
    escape: str = "\\"
    template: str = ""
    """Why it is a template and no Dockerfile yet; empty where it is none."""


def cut(text: Text) -> Document:
    """Cut a Dockerfile into instructions; raise UnreadableError where BuildKit's parser gives up."""
    return _Cutter(text).document()


class _Cutter:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._value = text.value
        self._lines = _line_ranges(text.value)
        self._next = 0
        self._seen: set[str] | None = set()
        self._waiting: list[tuple[int, int]] = []
        self._document = Document(text.path)

    def document(self) -> Document:
        if len(self._lines) > MAX_LINES:
            raise UnreadableError(f"has more than {MAX_LINES} lines", self._lines[MAX_LINES][0])
        while self._next < len(self._lines):
            start, end = self._take()
            start = _indented(self._value, start, end)
            if self._value.startswith("#", start, end):
                self._comment(start, end)
                continue
            self._seen = None
            stop, more = self._continued(start, end)
            if more or start < stop:
                self._instruction(start, stop, more=more)
        if not self._document.instructions:
            raise UnreadableError("holds no instruction", len(self._value))
        return self._document

    def _take(self) -> tuple[int, int]:
        start, end = self._lines[self._next]
        self._next += 1
        if end - start >= MAX_LINE // 4 and len(self._value[start:end].encode()) >= MAX_LINE:
            raise UnreadableError(f"has a line of more than {MAX_LINE - 1} bytes", start)
        return start, end

    def _comment(self, start: int, end: int) -> None:
        found = _DIRECTIVE.match(self._value, start, end) if self._seen is not None else None
        name = found[1].lower() if found else ""
        if found is None or self._seen is None or name not in _DIRECTIVES:
            self._seen = None
            self._waiting.append((start, end))
            return
        if name in self._seen:
            raise UnreadableError(f"has two '{name}' directives", start)
        self._seen.add(name)
        self._directive(name, found)

    def _directive(self, name: str, found: re.Match[str]) -> None:
        if name == "escape":
            if found[2] not in {"\\", "`"}:
                raise UnreadableError(
                    f"'{found[2]}' cannot be the escape character", found.start(2)
                )
            self._document.escape = found[2]
        elif name == "syntax":
            value = found[2].partition(" ")[0]
            self._document.syntax = self._written(found.start(2), found.start(2) + len(value))

    def _written(self, start: int, end: int) -> Written:
        return Written.literal(self._value[start:end], self._place(start, end))

    def _place(self, start: int, end: int) -> Place:
        return Place(self._text.path, Span(start, end))

    def _continued(self, start: int, end: int) -> tuple[int, bool]:
        """Return where the line ends without its continuation character, and whether it has one."""
        stop = end
        while stop > start and self._value[stop - 1] in " \t":
            stop -= 1
        escape = self._document.escape
        if self._value.endswith(escape, start, stop) and not self._value.endswith(
            escape, start, stop - 1
        ):
            return stop - 1, True
        return end, False

    def _instruction(self, start: int, stop: int, *, more: bool) -> None:
        inside: list[tuple[int, int]] = []
        ranges = [(start, stop)]
        while more and self._next < len(self._lines):
            low, high = self._take()
            indented = _indented(self._value, low, high)
            if self._value.startswith("#", indented, high):
                inside.append((indented, high))
            elif indented < high:
                self._cover(inside, (low, high))
                inside = []
                high, more = self._continued(low, high)
                ranges.append((low, high))
        place = self._place(start, max(start, ranges[-1][1]))
        self._cover(inside, (place.span.start, place.span.end))
        self._finish(ranges, place)

    def _finish(self, ranges: list[tuple[int, int]], place: Place) -> None:
        file = self._text.path
        pieces = [Piece(self._value[a:b], Place(file, Span(a, b))) for a, b in ranges if a < b]
        line = Line(pieces, place)
        bodies = self._heredocs(line, place) if "<<" in line.text else []
        if bodies:
            place = self._place(place.span.start, self._lines[self._next - 1][1])
        one = _node(line, 0, len(line.text), place, self._document.escape, tuple(bodies))
        self._document.instructions.append(one)
        if len(self._document.instructions) > MAX_INSTRUCTIONS:
            raise UnreadableError(
                f"has more than {MAX_INSTRUCTIONS} instructions", place.span.start
            )
        self._cover(self._waiting, (place.span.start, place.span.end))
        self._waiting = []

    def _heredocs(self, line: Line, place: Place) -> list[Heredoc]:
        if not _may_hold_heredocs(line, self._document.escape):
            return []
        found = openers(line.text)
        return [self._heredoc(one, place) for one in found]

    def _heredoc(self, opener: Opener, place: Place) -> Heredoc:
        comments: list[tuple[int, int]] = []
        begin = self._lines[self._next][0] if self._next < len(self._lines) else len(self._value)
        while self._next < len(self._lines):
            start, end = self._take()
            line = self._value[start:end]
            if (line.lstrip("\t") if opener.strips else line) == opener.name:
                terminator = self._written(end - len(opener.name), end)
                return Heredoc(opener, self._written(begin, start), terminator)
            indented = _indented(self._value, start, end)
            if self._value.startswith("#", indented, end):
                comments.append((indented, end))
            else:
                self._cover(comments, (start, end))
                comments = []
        raise UnreadableError(f"the here-document '{opener.name}' has no end", place.span.start)

    def _cover(self, comments: list[tuple[int, int]], covers: tuple[int, int]) -> None:
        for start, end in comments:
            text = self._value[start + 1 : end].strip()
            self._document.comments.append(Comment(text, start, end, covers))


def _line_ranges(value: str) -> list[tuple[int, int]]:
    """Return where the lines are, without what ends them; only LF does, as in BuildKit."""
    ranges, at = [], 0
    while at < len(value):
        end = value.find("\n", at)
        end = len(value) if end < 0 else end
        stop = end
        while stop > at and value[stop - 1] == "\r":
            stop -= 1
        ranges.append((at, stop))
        at = end + 1
    return ranges


def _indented(value: str, start: int, end: int) -> int:
    while start < end and value[start] in SPACE:
        start += 1
    return start


def _may_hold_heredocs(line: Line, escape: str) -> bool:
    keyword, rest = words.command(line, 0, len(line.text))
    name = line.text[slice(*keyword)].upper()
    if name == "ONBUILD":
        keyword, rest = words.command(line, *words.flags(line, *rest, escape)[1])
        name = line.text[slice(*keyword)].upper()
    if name not in _WITH_HEREDOCS:
        return False
    return isinstance(words.json_words(line, *words.flags(line, *rest, escape)[1]), str)


def _node(
    line: Line, start: int, end: int, place: Place, escape: str, heredocs: tuple[Heredoc, ...] = ()
) -> Instruction:
    keyword, rest = words.command(line, start, end)
    flags, rest = words.flags(line, *rest, escape)
    name = line.text[slice(*keyword)].upper()
    written = line.written(*rest) if rest[0] < rest[1] else None
    trigger = None
    if name == "ONBUILD" and written:
        if line.text[slice(*words.command(line, *rest)[0])].upper() == "ONBUILD":
            raise UnreadableError("ONBUILD cannot trigger ONBUILD", place.span.start)
        trigger = _node(line, *rest, place, escape, heredocs)
    arguments, json, error = _arguments(name, line, rest, place, escape)
    return Instruction(
        name, line.text[start:end], place, flags, written, arguments, json, error, heredocs,
        script=written and _script(written, heredocs), trigger=trigger,
    )  # fmt: skip


def _arguments(
    name: str, line: Line, rest: words.Range, place: Place, escape: str
) -> tuple[tuple[Written, ...], bool, str]:
    """Return the words of an instruction, whether they are JSON, and why not where that was meant."""
    if rest[0] == rest[1] or name == "ONBUILD":
        return (), False, ""
    if name in {"ENV", "LABEL"}:
        pairs = words.names_and_values(line, *rest, escape)
        if pairs is None:
            raise UnreadableError(f"{name} needs names with values", line.offset(rest[0]))
        return pairs, False, ""
    if name == "ARG":
        ranges = words.quoted_words(line.text, *rest, escape)
        return tuple(line.written(*one) for one in ranges), False, ""
    if name in {"FROM", "EXPOSE"}:
        return words.blank_words(line, *rest), False, ""
    if name == "HEALTHCHECK":
        end = next((at for at in range(*rest) if line.text[at] in SPACE), rest[1])
        kind, rest = line.written(rest[0], end), words.stripped(line.text, end, rest[1])
        found, json, error = _maybe_json(name, line, rest, place)
        return (kind, *found), json, error
    return _maybe_json(name, line, rest, place)


def _maybe_json(
    name: str, line: Line, rest: words.Range, place: Place
) -> tuple[tuple[Written, ...], bool, str]:
    takes_json = name in _TAKES_JSON or name in _TAKES_JSON_LIST
    found = words.json_words(line, *rest) if takes_json else ""
    if not isinstance(found, str):
        return found, True, ""
    if found == words.NOT_STRINGS:
        raise UnreadableError("a JSON array of an instruction holds strings only", place.span.start)
    if rest[0] == rest[1]:
        return (), False, ""
    if name in _TAKES_JSON_LIST:
        return words.blank_words(line, *rest), False, found
    return (line.written(*rest),), False, found


_TAKES_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK"})
_TAKES_JSON_LIST = frozenset({"ADD", "COPY", "VOLUME"})


def _script(rest: Written, heredocs: tuple[Heredoc, ...]) -> Written:
    return Written.joined(_script_parts(rest, heredocs), rest.whole) if heredocs else rest


def _script_parts(rest: Written, heredocs: tuple[Heredoc, ...]) -> Iterator[Written]:
    yield rest
    for heredoc in heredocs:
        at = heredoc.body.whole.at(heredoc.body.whole.span.start, heredoc.body.whole.span.start)
        yield Written("\n", (Piece("\n", at, aligned=False),), at)
        yield heredoc.body
        yield heredoc.terminator
