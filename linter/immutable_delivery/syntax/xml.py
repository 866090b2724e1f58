"""XML as a tree of elements with their places, by the expat of Python; documents that declare entities are refused."""

from __future__ import annotations

from typing import Any, NoReturn

from immutable_delivery.errors import UnreadableError
from immutable_delivery.records import Record, field
from immutable_delivery.source.offsets import Offsets
from immutable_delivery.source.text import Span, Text

_DEEPEST = 200


class Element(Record):
    """An element; names are without the prefix of their namespace."""

    name: str
    span: Span
    """From `<` to behind the closing tag."""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    content: Span = Span(0, 0)
    """What stands between its tags, as it is written."""
    text: str = ""
    """The text in it, without that of its children."""


def parse(text: Text) -> Element:
    """Return the root; raise UnreadableError for what is no XML."""
    return _Builder(text).root()


class _Builder:
    def __init__(self, text: Text) -> None:
        from xml.parsers import expat  # noqa: PLC0415 (few files are XML)

        self._text = text
        self._data = text.value.encode("utf-8", "surrogatepass")
        self._offsets = Offsets(self._data)
        self._open: list[Element] = []
        self._roots: list[Element] = []
        self._error = expat.ExpatError
        self._parser: Any = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._refuse

    def root(self) -> Element:
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 (its only form)
        except self._error as error:
            reason = str(error).partition(":")[0]
            raise UnreadableError(
                f"is no XML: {reason}", self._at(self._parser.ErrorByteIndex), self._text.value
            ) from error
        return self._roots[0]

    def _at(self, byte: int) -> int:
        return min(self._offsets.of(max(byte, 0)), len(self._text.value))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise UnreadableError(
                f"nests deeper than {_DEEPEST} elements",
                self._at(self._parser.CurrentByteIndex),
                self._text.value,
            )
        start = self._at(self._parser.CurrentByteIndex)
        inner = _closing(self._text.value, start)
        one = Element(
            name.rpartition(":")[2], Span(start, inner), attributes, content=Span(inner, inner)
        )
        (self._open[-1].children if self._open else self._roots).append(one)
        self._open.append(one)

    def _end(self, _: str) -> None:
        one, end = self._open.pop(), self._at(self._parser.CurrentByteIndex)
        if end > one.span.start and self._text.value.startswith("</", end):
            one.content = Span(one.content.start, max(one.content.start, end))
            one.span = Span(one.span.start, _closing(self._text.value, end))

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _refuse(self, *_: object) -> NoReturn:
        raise UnreadableError(
            "declares entities", self._at(self._parser.CurrentByteIndex), self._text.value
        )


def _closing(value: str, start: int) -> int:
    """Return where the tag ends that begins there; a `>` may stand in its quotes."""
    quote = ""
    for at in range(start, len(value)):
        char = value[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == ">":
            return at + 1
    return len(value)
