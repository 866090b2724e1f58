"""Which files are Compose's: by name, else by what they hold."""

from __future__ import annotations

import re

from immutable_delivery.patterns import lazy

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
_SERVICE_KEY = lazy(rb"^[ \t]+[\"']?(?:image|build|extends)[\"']?[ \t]*:", re.MULTILINE)


def claims(path: str, head: bytes) -> bool:
    """Whether Compose reads a file of this path that begins with these bytes."""
    named = is_named(path)
    if not named and (b"services" not in head or _OTHER_NAME.search(path)):
        return False
    keys = set(_TOP_KEY.findall(head))
    if named:
        ours = not keys or keys & _TOP_KEYS or _SERVICE_KEY.search(head)
        return bool(ours) and not _FOREIGN.search(head)
    known = b"services" in keys and all(key in _TOP_KEYS or key.startswith(b"x-") for key in keys)
    return known and bool(_SERVICES.search(head)) and bool(_SERVICE_KEY.search(head))


def is_named(path: str) -> bool:
    """Whether the name alone says that it is Compose's."""
    return bool(_NAME.search(path))
