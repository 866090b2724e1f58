"""One file of a chart: settings and values are YAML, templates become it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import Comment
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.comments import Stretch, remarks

_TEMPLATE = lazy(r"(?:^|/)templates/")
_COMMENT = lazy(r"\{\{-?\s*/\*[\s\S]*?\*/\s*-?\}\}|(?:(?<=\s)|^)#[^\r\n]*", 8)
_LINE = lazy(r"^([ \t]*)(?:- )?[^\s#].*$", 8)
_MARKS = "{}-#/* \t"


class Document(Record):
    """A file of a chart."""

    path: str
    documents: list[yaml.Document] = field(default_factory=list)
    """Empty for a template."""
    template: bool = False


def read(text: Text) -> Document:
    """Return a file."""
    if _TEMPLATE.search(text.path):
        return Document(text.path, template=True)
    return Document(text.path, yaml.documents(text))


def remarked(document: Document, text: Text) -> list[Comment]:
    """Return the comments with what each covers; in a template the lines that are indented below one belong to it."""
    if not document.template:
        return yaml.comments(text, document.documents)
    found = (one.span() for one in _COMMENT.finditer(text.value))
    return remarks(text, found, _blocks(text.value), _MARKS)


def _blocks(value: str) -> Iterator[Stretch]:
    """Yield every line with those that are indented below it."""
    open_: list[tuple[int, int, int]] = []
    last = 0
    for line in _LINE.finditer(value):
        indent = line.end(1) - line.start()
        while open_ and open_[-1][0] >= indent:
            _, start, _ = open_.pop()
            yield start, last
        open_.append((indent, line.end(1), line.end()))
        last = line.end()
    yield from ((start, last) for _, start, _ in open_)
