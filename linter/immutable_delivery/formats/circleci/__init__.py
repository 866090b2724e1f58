"""Pipelines of CircleCI.

The reference is https://circleci.com/docs/reference/configuration-reference/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml.query import roots

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "circleci"

_PATH = lazy(r"(?:^|/)\.circleci/[^/]+(?:/[^/]+)*\.ya?ml\Z")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path lies where CircleCI looks."""
    return _PATH.search(path) is not None


def parse(text: Text) -> list[Document]:
    """Return the documents of the file; there should be one."""
    return yaml.documents(text)


def comments(document: list[Document], text: Text) -> list[Comment]:
    """Return the comments with what each covers."""
    return yaml.comments(text, document)


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every configuration says."""
    from immutable_delivery.formats.circleci.jobs import jobs  # noqa: PLC0415
    from immutable_delivery.jobs.lower import lower  # noqa: PLC0415 (it loads the shell)

    for path, root in roots(documents, ctx):
        for job in jobs(root, path):
            yield from lower(job, ctx)
