"""The hooks of pre-commit and prek: where each comes from, and at which revision.

The reference is https://pre-commit.com/#plugins. They run on the machines of developers, so all of it is for development.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact, Scope, Source
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.git import of_ref
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import mappings, roots, scalar
from immutable_delivery.syntax.yaml.shapes import tell

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "precommit"

_PATH = lazy(r"(?:^|/)\.pre-commit-config\.ya?ml\Z")
_HERE = frozenset(("local", "meta", "builtin"))
"""What is no repository."""


def claims(path: str, data: bytes) -> bool:  # noqa: ARG001 (the name tells it all)
    """Whether a path is one at which pre-commit looks."""
    return _PATH.search(path) is not None


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield where every hook comes from."""
    for path, root in roots(documents, ctx):
        tell(root, {"repos": "mappings"}, "", ctx.report)
        scope = Scope(owner="pre-commit", phase="pipeline", development=True, manifest=path)
        for entry in mappings(root, "repos"):
            yield from _source(entry, scope)


def _source(entry: Tree, scope: Scope) -> Iterable[Source]:
    repository, revision = scalar(entry, "repo"), scalar(entry, "rev")
    if repository is None or repository.text in _HERE:
        return
    ref = revision.place if revision is not None else repository.place
    yield Source(
        used_at=repository.place,
        extent=entry.place,
        scope=scope,
        places={"url": repository.place, "ref": ref, "pin": ref},
        source_type="hook",
        url=repository.text,
        ref=revision.text if revision is not None else "",
        pin=of_ref(revision.text) if revision is not None else "none",
    )
