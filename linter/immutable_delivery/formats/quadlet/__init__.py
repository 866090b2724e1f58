"""Quadlet: systemd units out of which Podman makes services that run containers.

The reference is podman-systemd.unit(5), and systemd.syntax(7) for the files themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.quadlet.dropins import dropped_in
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import remarks, stretches
from immutable_delivery.syntax.systemd import Unit, read

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "quadlet"

_PATH = lazy(r"\.(container|image|build|kube|volume)\Z")
_SECTION = lazy(
    rb"^(?:\xef\xbb\xbf)?[ \t]*\[(Container|Image|Build|Kube|Volume)\][ \t]*\r?$", re.MULTILINE
)


def claims(path: str, data: bytes) -> bool:
    """Whether a file is named as a unit and has the section that goes with the name."""
    named = _PATH.search(path)
    return named is not None and any(
        found[1].decode().lower() == named[1] for found in _SECTION.finditer(data)
    )


def parse(text: Text) -> Unit:
    """Return the entries of the unit; raise UnreadableError where systemd would refuse it."""
    return read(text)


def comments(document: Unit, text: Text) -> list[Comment]:
    """Return the comments: each covers the entry below."""
    return remarks(text, document.remarks, stretches(entry.extent for entry in document.entries))


def facts(documents: Mapping[str, Unit], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the units say of containers, images and builds."""
    from immutable_delivery.formats.quadlet.lowering import lower  # noqa: PLC0415 (it loads the shell)

    whole = {path: dropped_in(unit, ctx) for path, unit in documents.items()}
    for unit in whole.values():
        ctx.troubles += (ParseProblem(unit.path, at, "is no `Key=value`") for at in unit.broken)
        yield from lower(unit, whole, ctx)
