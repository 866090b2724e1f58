"""Pipelines of Azure DevOps.

The reference is https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import roots

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "azure"

_PATH = lazy(
    r"(?i:(?:^|/)[^/]*azure-?pipelines?[^/]*(?:/.*)?\.ya?ml\Z|(?:^|/)\.(?:azuredevops|pipelines)/.*\.ya?ml\Z)"
)
_KEYS = frozenset({"stages", "jobs", "steps", "extends", "resources", "variables", "parameters"})


def claims(path: str, data: bytes) -> bool:
    """Whether a path is one that people give pipelines, and the file has the keys of one."""
    return _PATH.search(path) is not None and any(
        _KEYS & root.entries.keys() and "apiVersion" not in root.entries
        for root in yaml.roots(path, data)
    )


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what every pipeline says; templates of this repository are read where they are used."""
    from immutable_delivery.formats.azure.pipeline import facts_of  # noqa: PLC0415 (it loads the shell)

    found: dict[str, Tree] = {}
    for path, root in roots(documents, ctx):
        if isinstance(root, Tree):
            found.setdefault(path, root)
    return facts_of(found, ctx)
