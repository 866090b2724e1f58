"""Pipelines of GitLab.

The reference is https://docs.gitlab.com/ci/yaml/.
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

NAME = "gitlab"

_PATH = lazy(r"gitlab-ci\.ya?ml\Z|(?:^|/)\.gitlab(?:-ci|/ci)/.*\.ya?ml\Z")


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which GitLab looks, or a part that pipelines include by convention."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the jobs of every pipeline say; what a pipeline includes is read as a part of it."""
    from immutable_delivery.formats.gitlab.project import facts_of  # noqa: PLC0415 (it loads the shell)

    return facts_of(documents, ctx)
