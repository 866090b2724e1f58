"""Ansible: playbooks, the tasks of roles, and what is taken from Galaxy.

The reference is https://docs.ansible.com/ansible/latest/reference_appendices/playbooks_keywords.html and the documentation of the modules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Fact
from immutable_delivery.formats.ansible.modules import COMMON, OWN_ROLE, ROLE, bare
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml import Document, Node, Sequence
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import documents as parse
from immutable_delivery.syntax.yaml.comments import of_documents as comments
from immutable_delivery.syntax.yaml.heads import are_mappings
from immutable_delivery.syntax.yaml.query import items, scalar

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "ansible"

_META = lazy(r"(?:^|/)meta/main\.ya?ml\Z")
_NEEDS = "dependencies"
_GALAXY = lazy(r"(?:^|/)(?:[\w.-]+/)*requirements\.ya?ml\Z")
_PLAY = frozenset({"hosts", "import_playbook", "ansible.builtin.import_playbook"})
_GALAXY_KEYS = frozenset({"roles", "collections"})
_PLAIN = lazy(
    rb"^(?:-[ \t]+|[ \t]{2})[\"']?(?:hosts|(?:ansible\.builtin\.)?import_playbook)[\"']?[ \t]*:",
    re.MULTILINE,
)
"""How a play begins where the rest cannot be read."""
_LIST = lazy(rb"(?:\xef\xbb\xbf)?(?:(?:---)?[ \t]*(?:#[^\r\n]*)?[\r\n]+)*-[ \t]")
_WORDS = (b"hosts", b"import_playbook")


def claims(path: str, data: bytes) -> bool:
    """Whether a file is a list of plays, a file of tasks in a role, or what Galaxy is asked for."""
    if ROLE.search(path):
        return True
    if _GALAXY.search(path):
        return any(_is_galaxy(one.root) for one in yaml.glance(path, data))
    shapes = ((OWN_ROLE, _are_tasks), (_META, _needs), (_GALAXY, _is_galaxy))
    shaped = next((fits for named, fits in shapes if named.search(path)), None)
    if shaped is not None:
        return any(shaped(one.root) for one in yaml.glance(path, data))
    if not yaml.may_hold(data, *_WORDS) or are_mappings(data):
        return False
    documents = yaml.glance(path, data)
    if any(one.problem for one in documents):
        return _LIST.match(data) is not None and _PLAIN.search(data) is not None
    return any(_are_plays(one.root) for one in documents)


def _are_plays(root: Node | None) -> bool:
    """Whether a document is a list whose entries say on which hosts they run, or import such a list."""
    held = root.items if isinstance(root, Sequence) else []
    return bool(held) and any(isinstance(one, Tree) and _PLAY & one.entries.keys() for one in held)


def _are_tasks(root: Node | None) -> bool:
    """Whether a document is a list whose entries call modules."""
    held = root.items if isinstance(root, Sequence) else []
    return any(
        isinstance(one, Tree) and any(bare(key) in COMMON for key in one.entries) for one in held
    )


def _needs(root: Node | None) -> bool:
    """Whether the metadata of a role name others with where they come from."""
    return any(scalar(one, "src") is not None for one in items(root, _NEEDS))


def _is_galaxy(root: Node | None) -> bool:
    if isinstance(root, Sequence):
        return any(
            isinstance(one, Tree) and {"src", "name"} & one.entries.keys() for one in root.items
        )
    return (
        isinstance(root, Tree)
        and bool(_GALAXY_KEYS & root.entries.keys())
        and "apiVersion" not in root.entries
    )


def facts(documents: Mapping[str, list[Document]], ctx: ParseContext) -> Iterable[Fact | Build]:
    """Yield what plays do to the machines that they run on, and what tasks run, mount and fetch."""
    from immutable_delivery.formats.ansible.project import facts_of  # noqa: PLC0415 (it loads the shell)

    return facts_of(documents, ctx)
