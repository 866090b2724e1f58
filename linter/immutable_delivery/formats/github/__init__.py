"""Workflows and actions of GitHub, and of Gitea and Forgejo, which read the same language.

The reference is https://docs.github.com/actions/reference/workflows-and-actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.github.families import families
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.query import mapping, roots

__all__ = ["NAME", "claims", "comments", "facts", "families", "parse"]

NAME = "github"

_WORKFLOW = lazy(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml\Z")
_ACTION = lazy(r"(?:^|/)action\.ya?ml\Z")


def claims(path: str, data: bytes) -> bool:
    """Whether a path is one at which workflows are looked for, or a file says how an action runs."""
    if _WORKFLOW.search(path):
        return True
    if not _ACTION.search(path) or not (b"runs" in data or yaml.may_spell(data)):
        return False
    return any(mapping(root, "runs") for root in yaml.roots(path, data))


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what the files of a family say: the first, and the others where it calls them."""
    from immutable_delivery.formats.github.project import facts_of  # noqa: PLC0415 (it loads the shell)

    found: dict[str, Tree] = {}
    for path, root in roots(documents, ctx):
        if isinstance(root, Tree):
            found.setdefault(path, root)
    return facts_of(found, ctx)
