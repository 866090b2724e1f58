"""Platforms that run containers from one file: Fly.io, Render, DigitalOcean, App Engine, Heroku, App Runner, Railway and their kin.

The reference of each is its own documentation; ``shapes`` has one row for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.apps.shapes import shape_of
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.comments import remarks, statements
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import Mapping as Tree

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "apps"


class App(Record):
    """One file."""

    root: Tree | None
    comments: list[Comment] = field(default_factory=list)
    problem: tuple[int, str] | None = None


def claims(path: str, data: bytes) -> bool:
    """Whether a path is one of a platform, and the file has the keys of it."""
    shape = shape_of(path)
    if shape is None:
        return False
    if path.endswith(".toml"):
        return any(key.encode() in data for key in shape.keys)
    return any(shape.keys & root.entries.keys() for root in yaml.roots(path, data))


def parse(text: Text) -> App:
    """Return the file as a tree; raise UnreadableError for what is no TOML."""
    if text.path.endswith(".toml"):
        from immutable_delivery.syntax.toml import read_toml  # noqa: PLC0415 (few files are TOML)

        held = read_toml(text)
        return App(held.root, remarks(text, held.remarks, [*statements(held.root)]))
    found = yaml.documents(text)
    root = next((one.root for one in found if isinstance(one.root, Tree)), None)
    return App(root, yaml.comments(text, found), _problem(found))


def _problem(found: list[Document]) -> tuple[int, str] | None:
    return next(((one.problem_at, one.problem) for one in found if one.problem), None)


def comments(document: App, text: Text) -> list[Comment]:  # noqa: ARG001 (they were read with the file)
    """Return the comments with what each covers."""
    return document.comments


def facts(documents: Mapping[str, App], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every file makes its platform run."""
    from immutable_delivery.formats.apps.containers import containers  # noqa: PLC0415 (it loads the shell)

    for path, app in documents.items():
        if app.problem is not None:
            ctx.troubles.append(ParseProblem(path, *app.problem))
        shape = shape_of(path)
        if app.root is not None and shape is not None:
            yield from containers(app.root, path, shape, ctx)
