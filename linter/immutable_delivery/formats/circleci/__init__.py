"""Pipelines of CircleCI.

The reference is https://circleci.com/docs/reference/configuration-reference/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "circleci"

_PATH = lazy(r"(?:^|/)\.circleci/[^/]+(?:/[^/]+)*\.ya?ml\Z")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path lies where CircleCI looks."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every configuration says."""
    from immutable_delivery.formats.circleci.jobs import jobs  # noqa: PLC0415
    from immutable_delivery.jobs.lower import each  # noqa: PLC0415 (it loads the shell)

    return each(documents, ctx, jobs)
