"""Makefiles: what their recipes do to images, containers, clusters and hosts, as GNU make puts them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.comments import remarks, stretches
from immutable_delivery.syntax.make import Makefile, Rule, parse

if TYPE_CHECKING:
    from immutable_delivery.jobs.makefiles import Project
    from immutable_delivery.jobs.spec import Recipe

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "makefile"

_NAMED = lazy(r"(?:^|/)(?:(?:GNU)?[Mm]akefile(?:\.[\w.-]+)?|[^/]+\.(?:mk|make))\Z")


def claims(path: str, data: bytes) -> bool:
    """Whether a file is a Makefile by its name, and names a program that delivers, or includes others."""
    from immutable_delivery.jobs.delivering import delivers  # noqa: PLC0415 (it reads a table)

    return _NAMED.search(path) is not None and (b"include" in data or delivers(data))


def comments(document: Makefile, text: Text) -> list[Comment]:
    """Return the comments: each covers the line of a recipe or the rule below."""
    places = [line.used_at for rule in document.rules for line in rule.lines]
    places += [rule.extent for rule in document.rules]
    return remarks(text, document.comments, stretches(places))


def facts(documents: Mapping[str, Makefile], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the rules of every Makefile do, those that it includes with it."""
    from immutable_delivery.jobs.makefiles import load  # noqa: PLC0415 (it loads the shell)
    from immutable_delivery.jobs.recipes import told  # noqa: PLC0415

    included: set[str] = set()
    for path in sorted(documents, key=lambda path: (path.endswith((".mk", ".make")), path)):
        if path not in included:
            project = load(path, ctx, known=documents)
            new = [file for file in project.files if file.path not in included]
            included |= {file.path for file in new[1:]}
            yield from told([*_recipes(new, project)], ctx)


def _recipes(files: Iterable[Makefile], project: Project) -> Iterator[Recipe]:
    for file in files:
        yield from (_recipe(rule, project) for rule in file.rules if rule.targets)


def _recipe(rule: Rule, project: Project) -> Recipe:
    from immutable_delivery.jobs.makefiles import builtin  # noqa: PLC0415
    from immutable_delivery.jobs.spec import Recipe, scope_of  # noqa: PLC0415

    path = rule.extent.file
    given = builtin(path)
    target = rule.targets[0].text
    return Recipe(
        target,
        tuple(project.script(line, given) for line in rule.lines),
        scope_of(path, target),
        project.folder,
        needs=rule.needs,
    )
