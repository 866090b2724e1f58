"""Skaffold: what it builds, and the manifests into which it puts what it has just built."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.skaffold.artifacts import builds, unread
from immutable_delivery.formats.skaffold.configs import Config, together
from immutable_delivery.formats.skaffold.remote import sources
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import Mapping as Node
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import roots
from immutable_delivery.syntax.yaml.query import text as text_at
from immutable_delivery.syntax.yaml.shapes import Shapes, tell

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "skaffold"

_PATH = lazy(r"(?:^|/)[^/]*skaffold[^/]*\.ya?ml\Z", re.IGNORECASE)
_VERSION = lazy(rb"^[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?skaffold/", re.MULTILINE)
_OWN = "skaffold/"

_SHAPES: Shapes = {
    **dict.fromkeys(("build", "manifests", "deploy", "metadata"), "mapping"),
    **dict.fromkeys(("requires", "profiles"), "mappings"),
}


def claims(path: str, data: bytes) -> bool:
    """Whether a file is named and versioned as Skaffold's."""
    if not _PATH.search(path) or not (_OWN.encode() in data or yaml.may_spell(data)):
        return False
    plain = _VERSION.search(data) is not None
    return plain or any(
        text_at(root, "apiVersion").startswith(_OWN) for root in yaml.roots(path, data)
    )


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield every artifact as a build, with what nobody reads of it, and what comes from other repositories."""
    found = [
        Config(path, root)
        for path, root in roots(documents, ctx)
        if isinstance(root, Node) and text_at(root, "apiVersion").startswith(_OWN)
    ]
    for one in found:
        tell(one.root, _SHAPES, "", ctx.report)
        tell(one.root.get("build"), {"artifacts": "mappings"}, "build.", ctx.report)
    for group in together(found):
        for build in builds(group, ctx.files):
            yield build
            yield from unread(build)
        for one in group:
            yield from sources(one)
