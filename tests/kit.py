"""What tests of formats and commands share: texts with places, and files read by a format."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from typing import Any

from immutable_delivery.context import ParseContext
from immutable_delivery.formats import Families, Format, implements
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text

Read = tuple[list[Any], ParseContext]

PATIENCE = 10 if sys.gettrace() else 4
"""How many times as long something may take in the whole suite: its memory is collected by the way, its lines may be counted."""


def located(text: str, file: str = "f", at: int = 0) -> LocatedText:
    """Return a text as it stands in a file that holds nothing else before it but ``at`` characters."""
    return LocatedText.literal(text, Place(file, Span(at, at + len(text))))


def text_at(content: str, place: Place) -> str:
    """Return what stands at a place."""
    return content[place.span.start : place.span.end]


def read_files(format_: Format, files: Mapping[str, str], ctx: ParseContext | None = None) -> Read:
    """Return what a format says of the files that it claims, by families; documents travel as they do between processes."""
    ctx = ctx or ParseContext(MemoryFiles(files))
    claimed = [path for path, content in files.items() if format_.claims(path, content.encode())]
    families = format_.families(claimed, ctx.files) if implements(format_, Families) else [claimed]
    facts: list[Any] = []
    for paths in families:
        texts = (Text(path, files[path]) for path in paths)
        held = {text.path: pickle.loads(pickle.dumps(format_.parse(text))) for text in texts}
        facts += format_.facts(held, ctx)
    return facts, ctx


def reader(format_: Format, path: str, **beside: str) -> Callable[..., Read]:
    """Return what reads one file of a format, with other files beside it."""

    def read(content: str, path: str = path, **more: str) -> Read:
        ctx = ParseContext(MemoryFiles({path: content, **beside, **more}))
        document = pickle.loads(pickle.dumps(format_.parse(Text(path, content))))
        return list(format_.facts({path: document}, ctx)), ctx

    return read
