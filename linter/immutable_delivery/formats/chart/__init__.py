"""Helm charts: what they would deploy, as they are released here or, where nothing here does that, by their defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.findings import Edit
from immutable_delivery.formats.chart.document import Document, read, remarked
from immutable_delivery.formats.chart.layout import enclosed, top_of
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import roots

__all__ = ["NAME", "claims", "comments", "enclosed", "facts", "families", "parse", "pin", "pinned"]

NAME = "chart"

_FILE = "Chart.yaml"


def claims(path: str, data: bytes) -> bool:
    """Whether a file is what a chart says of itself; the files around it are its own whatever they hold."""
    if path.rpartition("/")[2] != _FILE:
        return False
    return any({"name", "version"} <= root.entries.keys() for root in roots(path, data))


def parse(text: Text) -> Document:
    """Return a file of a chart."""
    return read(text)


def comments(document: Document, text: Text) -> list[Comment]:
    """Return the comments with what each covers."""
    return remarked(document, text)


def families(paths: Sequence[str], files: Files) -> Iterator[list[str]]:
    """Yield the files of each chart, those of the charts in it among them."""
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(top_of(path, files) or "", []).append(path)
    yield from found.values()


def facts(documents: Mapping[str, Document], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the chart of these files would deploy."""
    from immutable_delivery.formats.chart.deployed import deployed  # noqa: PLC0415 (it loads the interpreter of templates)

    return deployed(documents, ctx)


def pin(text: Text, place: Place, digest: str) -> Edit | str | None:
    """Return the edit that writes a digest in a field of its own, or why it cannot; None where it stands behind the tag."""
    from immutable_delivery.formats.chart.pinning import pin as entry  # noqa: PLC0415 (only who pins needs it)

    return entry(text, place, digest)


def pinned(text: Text, place: Place) -> Place | None:
    """Return what goes when a digest goes that has a field of its own; None where it stands behind a tag."""
    from immutable_delivery.formats.chart.pinning import pinned as entry  # noqa: PLC0415 (as above)

    return entry(text, place)
