"""Files that deliver by platforms whose formats nobody reads: named, so that nobody takes silence for a clean bill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Fact, Scope, Unread
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.comments import remarks
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Platforms

NAME = "platforms"


class Document(Record):
    """A file of a platform, of which only the first line is told."""

    path: str
    platform: str
    first: Span
    comments: list[tuple[int, int]]


def claims(path: str, data: bytes) -> bool:
    """Whether a file is one of a platform that nobody reads; formats that read one are asked before."""
    return bool(_platform(path, data.decode("utf-8-sig", "replace")))


def parse(text: Text) -> Document:
    """Return which platform a file is of."""
    stretches, first = list[tuple[int, int]](), Span(0, 0)
    for number, start in enumerate(text.line_starts, 1):
        line = text.line(number)
        if line.lstrip().startswith("#"):
            stretches.append((start, start + len(line)))
        elif line.strip() and first == Span(0, 0):
            first = Span(start, start + len(line.rstrip()))
    return Document(text.path, _platform(text.path, text.value), first, stretches)


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments: those above the first line cover what is told of the file."""
    return remarks(text, document.comments, [(document.first.start, document.first.end)])


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact]:  # noqa: ARG001 (nothing around it is read)
    """Yield each file as something that nobody read."""
    return (fact for path, document in documents.items() for fact in _unread(path, document))


def _unread(path: str, document: Document) -> Iterator[Fact]:
    if document.platform:
        place = Place(path, document.first)
        yield Unread(
            used_at=place,
            extent=place,
            scope=Scope(owner=path, phase="start", deployed=True, manifest=path),
            subject=document.platform,
            reason=_reason(document.platform),
        )


def _reason(platform: str) -> str:
    if platform not in known(Platforms).convergent:
        return "its files are in a format that is not read"
    from immutable_delivery.effects.unanalysed import CONVERGENT  # noqa: PLC0415 (it loads the shell)

    return CONVERGENT


def _platform(path: str, text: str) -> str:
    patterns = known(Platforms).patterns.items()
    fitting = (name for name, (file, key) in patterns if file.search(path) and key.search(text))
    return next(fitting, "")
