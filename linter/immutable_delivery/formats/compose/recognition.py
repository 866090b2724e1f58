"""Which files are Compose's: by name, else by what they hold.

Keys that stand as people write them are seen without parsing; where they leave it open the file is parsed.
"""

from __future__ import annotations

import re

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.yaml import Mapping, Node, may_spell, roots

_NAME = lazy(
    r"(?:^|/)(?:docker-)?compose(?:[.-][^/]*)?\.ya?ml$|\.(?:docker-)?compose\.ya?ml$"
    r"|(?:^|/)docker-stack[^/]*\.ya?ml$",
    re.IGNORECASE,
)
_OTHER_NAME = lazy(
    r"(?:^|/)(?:\.?(?:gitlab-ci|travis|drone|woodpecker|lando)[^/]*|[^/]*values[^/]*)\.ya?ml$|(?:^|/)\.woodpecker/",
    re.IGNORECASE,
)
_FOREIGN = lazy(rb"^(?:[\"']?(?:apiVersion|jobs)[\"']?[ \t]*:|-[ \t])", re.MULTILINE)
_TOP_KEY = lazy(rb"^[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*:", re.MULTILINE)
_TOP_KEYS = frozenset(
    {
        b"version",
        b"name",
        b"services",
        b"networks",
        b"volumes",
        b"configs",
        b"secrets",
        b"include",
        b"models",
    }
)
_SERVICES = lazy(
    rb"^[\"']?services[\"']?:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*[ \t]+[\"']?[\w.-]+[\"']?[ \t]*:"
    rb"[ \t]*(?:[&!]\S+[ \t]*)?(?:#.*)?\r?$",
    re.MULTILINE,
)
_SERVICES_KEY = lazy(rb"services[\"']?\s*:|\?\s+[\"']?services")
_SERVICE_KEY = lazy(rb"^[ \t]+[\"']?(?:image|build|extends)[\"']?[ \t]*:", re.MULTILINE)


def claims(path: str, data: bytes) -> bool:
    """Whether Compose reads a file of this path that holds these bytes."""
    named = is_named(path)
    if not named and (not _may_hold_services(data) or _OTHER_NAME.search(path)):
        return False
    keys = set(_TOP_KEY.findall(data))
    if named:
        ours = not keys or keys & _TOP_KEYS or _SERVICE_KEY.search(data)
        return (bool(ours) and not _FOREIGN.search(data)) or _is_project(path, data, named=True)
    known = b"services" in keys and all(_is_known(key.decode()) for key in keys)
    plain = known and bool(_SERVICES.search(data)) and bool(_SERVICE_KEY.search(data))
    undecided = _SERVICES_KEY.search(data) is not None or may_spell(data)
    return plain or (undecided and _is_project(path, data))


def _may_hold_services(data: bytes) -> bool:
    return b"services" in data or may_spell(data)


def _is_project(path: str, data: bytes, *, named: bool = False) -> bool:
    """Whether a document has the keys of a project; one that only its name gives away may have others beside them."""
    for root in roots(path, data):
        keys, services = root.entries.keys(), root.get("services")
        if named and keys & {"services", "include"} and not keys & {"apiVersion", "jobs"}:
            return True
        if isinstance(services, Mapping) and all(_is_known(key) for key in keys):
            return any(_is_service(node) for _, node in services.items())
    return False


def _is_service(node: Node) -> bool:
    return isinstance(node, Mapping) and bool(node.entries.keys() & {"image", "build", "extends"})


def _is_known(key: str) -> bool:
    return key.encode() in _TOP_KEYS or key.startswith("x-")


def is_named(path: str) -> bool:
    """Whether the name alone says that it is Compose's."""
    return bool(_NAME.search(path))
