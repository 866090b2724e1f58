"""Justfiles: what their recipes do to images, containers, clusters and hosts, as just puts them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import outer_first
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import remarks, stretches
from immutable_delivery.syntax.just import Justfile, parse

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "justfile"

_NAMED = lazy(r"(?:^|/)(?i:\.?justfile)\Z|\.just\Z")
_MAIN = lazy(r"(?:^|/)(?i:\.?justfile)\Z")


def claims(path: str, data: bytes) -> bool:
    """Whether a file is a justfile by its name, and names a program that delivers, or takes in others."""
    from immutable_delivery.jobs.delivering import delivers  # noqa: PLC0415 (it reads a table)

    if _NAMED.search(path) is None:
        return False
    return b"import" in data or b"mod" in data or delivers(data)


def comments(document: Justfile, text: Text) -> list[Comment]:
    """Return the comments: each covers the line of a recipe or the recipe below."""
    places = [line.used_at for recipe in document.recipes for line in recipe.lines]
    places += [recipe.extent for recipe in document.recipes]
    return remarks(text, document.comments, stretches(places))


def facts(documents: Mapping[str, Justfile], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the recipes of every justfile do, those that it takes in with it."""
    from immutable_delivery.jobs.justfiles import load  # noqa: PLC0415 (it loads the shell)
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415

    included: set[str] = set()
    for path in outer_first(documents, _MAIN):
        if path not in included:
            project = load(path, ctx, known=documents)
            included.update(project.paths)
            yield from told(project.recipes, ctx)
