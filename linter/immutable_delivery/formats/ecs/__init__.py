"""Task definitions of Amazon ECS, as the registration takes them.

The reference is the ECS API's RegisterTaskDefinition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "ecs"

_PATH = lazy(r"\.(?:ya?ml|json|template)\Z")
_WORD = b"containerDefinitions"
_DEFINITION = lazy(
    rb"\"containerDefinitions\"\s*:|^containerDefinitions[ \t]*:",
    re.MULTILINE,
)
_OBJECT = lazy(rb"[\"']?apiVersion[\"']?\s*:")


def claims(path: str, data: bytes) -> bool:
    """Whether a file holds a task definition."""
    said = _WORD in data
    if not _PATH.search(path) or not (said or yaml.may_spell(data)):
        return False
    if said and not _OBJECT.search(data):
        return _DEFINITION.search(data) is not None or _is_definition(path, data)
    return _is_definition(path, data)


def _is_definition(path: str, data: bytes) -> bool:
    """Whether a document has the key of one, and is no object of Kubernetes that holds one as text."""
    roots = (root.entries.keys() for root in yaml.roots(path, data))
    return any("containerDefinitions" in keys and "apiVersion" not in keys for keys in roots)


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every task definition says of its containers."""
    from immutable_delivery.formats.ecs.tasks import tasks  # noqa: PLC0415 (it loads the shell)

    for path, held in documents.items():
        for document in held:
            if document.problem:
                ctx.troubles.append(ParseProblem(path, document.problem_at, document.problem))
            for task in tasks(document.root, path):
                yield from task.facts(ctx)
