"""Services of systemd: what a machine runs when they start, and before and after that; the reference is systemd.service(5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import Comment, ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import remarks, stretches
from immutable_delivery.syntax.systemd import Unit
from immutable_delivery.syntax.systemd import read as parse

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "systemd"

_PATH = lazy(r"\.service\Z")
_COMMANDS = lazy(
    rb"^[ \t]*Exec(?:StartPre|Start|StartPost|Reload|Stop|StopPost)[ \t]*=", re.MULTILINE
)


def claims(path: str, data: bytes) -> bool:
    """Whether a file is named as a service and says what to run."""
    return _PATH.search(path) is not None and _COMMANDS.search(data) is not None


def comments(document: Unit, text: Text) -> list[Comment]:
    """Return the comments: each covers the entry below."""
    return remarks(text, document.remarks, stretches(entry.extent for entry in document.entries))


def facts(documents: Mapping[str, Unit], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the commands of services do."""
    for path, unit in documents.items():
        ctx.troubles += (ParseProblem(path, at, "is no `Key=value`") for at in unit.broken)
        yield from _facts(unit, ctx)


def _facts(unit: Unit, ctx: ParseContext) -> Iterator[Fact]:
    from immutable_delivery.jobs.scripts import Scripts  # noqa: PLC0415 (it loads the shell)
    from immutable_delivery.machines.units import commands, environment  # noqa: PLC0415

    scope = Scope(owner=unit.name, phase="boot", layer="os", manifest=unit.path)
    scripts = Scripts(ctx, dict(environment(unit)), checked_out=False)
    for command, extent in commands(unit):
        scripts.script(command, scope, extent)
    yield from scripts.finish()
