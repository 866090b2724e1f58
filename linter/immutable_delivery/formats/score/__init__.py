"""Score: a workload without its platform, which is put in when a platform's tool reads the file.

The reference is the Score specification, https://docs.score.dev, version score.dev/v1b1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import mapping, pairs, roots
from immutable_delivery.syntax.yaml.query import text as text_at
from immutable_delivery.syntax.yaml.shapes import tell

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "score"

_PATH = lazy(r"(?:^|/)[^/]*score[^/]*\.ya?ml\Z", re.IGNORECASE)
_VERSION = lazy(rb"^[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?score\.dev/", re.MULTILINE)
_OWN = "score.dev/"


def claims(path: str, data: bytes) -> bool:
    """Whether a file is named and versioned as Score's."""
    if not _PATH.search(path) or not (_OWN.encode() in data or yaml.may_spell(data)):
        return False
    plain = _VERSION.search(data) is not None
    return plain or any(
        text_at(root, "apiVersion").startswith(_OWN) for root in yaml.roots(path, data)
    )


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every workload says of its containers."""
    from immutable_delivery.formats.score.containers import ScoreContainer  # noqa: PLC0415 (it loads the shell)

    for path, root in roots(documents, ctx):
        if text_at(root, "apiVersion").startswith(_OWN):
            tell(root, {"metadata": "mapping", "containers": "mapping"}, "", ctx.report)
            containers = mapping(root, "containers")
            named = containers.entries if containers else {}
            tell(containers, dict.fromkeys(named, "mapping"), "containers.", ctx.report)
            for key, node in pairs(root, "containers"):
                if isinstance(node, Tree):
                    yield from ScoreContainer(root, key, node, path, ctx).facts()
