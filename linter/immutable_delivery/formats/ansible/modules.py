"""The names of modules, what groups tasks, and where those of other files lie."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, folder_of, resolve
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import items, pairs, scalar, text

ROLE = lazy(r"(?:^|/)roles/[^/]+/(?:tasks|handlers)/[^/]+\.ya?ml\Z")
OWN_ROLE = lazy(r"\A(?:(?P<role>.+)/)?(?:tasks|handlers)/[^/]+\.ya?ml\Z")
"""A file of tasks in a repository that is a role by itself, or in a folder of them that is called otherwise."""
COMMON = frozenset(
    (
        "apt yum dnf package pip service systemd template copy file lineinfile command shell get_url git user group unarchive include_tasks "
        "import_tasks include_vars set_fact block debug stat"
    ).split()
)
"""Modules of which every file of tasks has one."""
LOOPS = ("loop", "with_items", "with_list")
ITEM = lazy(r"\{\{\s*item(?:\.(?P<key>\w+))?\s*\}\}")
_INCLUDING = frozenset({"include", "include_tasks", "import_tasks"})

BLOCKS = ("block", "rescue", "always")
_COLLECTIONS = (
    "ansible.builtin.",
    "ansible.legacy.",
    "community.docker.",
    "containers.podman.",
    "community.general.",
    "kubernetes.core.",
    "community.kubernetes.",
    "community.okd.",
)


def bare(module: str) -> str:
    """Return the name of a module without its collection."""
    for prefix in _COLLECTIONS:
        module = module.removeprefix(prefix)
    return module


def is_role(path: str, files: Files) -> bool:
    """Whether a file of tasks is a role's, which is read by itself: in a folder of roles, or beside what only roles have."""
    own = OWN_ROLE.match(path)
    if own is None or ROLE.search(path):
        return own is not None
    home = f"{own['role']}/" if own["role"] else ""
    return any(files.state(f"{home}{part}") != "missing" for part in ("meta", "defaults"))


def included(task: Node, path: str) -> Iterator[str]:
    """Yield the files whose tasks a task of ``path`` takes in, where it writes out their names."""
    for module, value in pairs(task):
        said = value if isinstance(value, Scalar) else scalar(value, "file")
        if bare(module.text) in _INCLUDING and said is not None:
            found = resolve(folder_of(path), said.text.partition(" ")[0])
            if found is not None:
                yield found


def turns(said: str, task: Node) -> Iterator[str]:
    """Yield a text once for each turn of the loop of a task, with the item filled in."""
    found = ITEM.fullmatch(said)
    repeated = [one for key in LOOPS for one in items(task, key)] if found else []
    for one in repeated:
        yield text(one, found["key"]) if found and found["key"] else text(one)
    if not repeated:
        yield said
