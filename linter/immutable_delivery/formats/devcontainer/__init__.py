"""Development containers: the image, the features and the commands that make somebody's workplace.

The reference is the Development Container specification, https://containers.dev.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping

from immutable_delivery.context import Comment, ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.comments import Stretch, remarks, statements
from immutable_delivery.syntax.yaml import Document, Mapping

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "devcontainer"

_PATH = lazy(r"(?:^|/)(?:\.devcontainer/(?:[^/]+/)?devcontainer\.json|\.devcontainer\.json)\Z")
_TOKEN = lazy(r'"(?:\\.|[^"\\])*+"?|//[^\r\n]*+|/\*.*?(?:\*/|\Z)', re.DOTALL)
_UNSEEN = lazy(r"[^\r\n]")


class Parsed(Record):
    """The JSON without its comments, every character at its place; YAML takes its trailing commas."""

    document: Document
    remarks: list[Stretch] = field(default_factory=list)


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which tools look for the configuration."""
    return _PATH.search(path) is not None


def parse(text: Text) -> Parsed:
    """Return the configuration."""
    found: list[Stretch] = []
    parts: list[str] = []
    at = 0
    for token in _TOKEN.finditer(text.value):
        if token[0].startswith('"'):
            continue
        found.append(token.span())
        parts += (text.value[at : token.start()], _UNSEEN.sub(" ", token[0]))
        at = token.end()
    bare = "".join([*parts, text.value[at:]])
    documents = yaml.documents(Text(text.path, bare))
    broken = next((document for document in documents if document.problem), None)
    return Parsed(broken or documents[0] if documents else _empty(text), found)


def comments(document: Parsed, text: Text) -> list[Comment]:
    """Return the comments with what each covers."""
    return remarks(text, document.remarks, statements(document.document.root))


def facts(documents: AnyMapping[str, Parsed], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every configuration says; all of it is for development."""
    from immutable_delivery.formats.devcontainer.workplace import (  # noqa: PLC0415 (it loads the shell)
        Workplace,
    )

    for path, parsed in documents.items():
        one = parsed.document
        if one.problem:
            ctx.troubles.append(ParseProblem(path, one.problem_at, one.problem))
        elif isinstance(one.root, Mapping):
            yield from Workplace(one.root, path, ctx).facts()


def _empty(text: Text) -> Document:
    place = yaml.documents(Text(text.path, "{}"))[0].place
    return Document(None, place, problem="is empty")
