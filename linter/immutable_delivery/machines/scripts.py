"""Scripts of the repository that are run on a machine: named by a provisioner."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Scope, Unread
from immutable_delivery.machines.boot import script
from immutable_delivery.source.files import read_text, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.yaml import Scalar


def runs(said: Scalar, folder: str, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what a script does; one that is not here is named."""
    path = resolve(folder, said.text)
    text = read_text(ctx.files, path)
    if text is None or path is None:
        yield Unread(
            used_at=said.place,
            extent=said.place,
            scope=scope,
            subject="script",
            reason="it is not in the repository",
        )
        return
    ctx.texts.setdefault(path, text)
    place = Place(path, Span(0, len(text.value)))
    yield from script(LocatedText.literal(text.value, place), scope, place, ctx)
