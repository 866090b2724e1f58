"""Drop-ins: what the `*.conf` files of `web.container.d/` and `container.d/` add to a unit, as systemd lays them over it."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.errors import UnreadableError
from immutable_delivery.records import replace
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.systemd import Unit, read


def dropped_in(unit: Unit, ctx: ParseContext) -> Unit:
    """Return a unit with the entries of its drop-ins behind its own; what cannot be read of them is said."""
    entries = list(unit.entries)
    for path in _paths(unit, ctx):
        try:
            text = ctx.texts[path] = Text.decode(path, ctx.files.read(path))
            entries += read(text).entries
        except UnreadableError as error:
            ctx.troubles.append(ParseProblem(path, error.offset, error.reason))
    return replace(unit, entries=entries)


def _paths(unit: Unit, ctx: ParseContext) -> Iterator[str]:
    """Yield the drop-ins of a unit: sorted by name, one of its own in place of one for all units of its kind."""
    shared = f"{folder_of(unit.path)}/{unit.kind.lower()}.d".lstrip("/")
    found: dict[str, str] = {}
    for folder in (shared, f"{unit.path}.d"):
        for path in ctx.files.paths:
            if path.endswith(".conf") and folder_of(path) == folder:
                found[path.rpartition("/")[2]] = path
    yield from (path for _, path in sorted(found.items()))
