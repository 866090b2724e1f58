"""Mounts as the engines name them: `type=bind,source=…,target=…,ro`."""

from __future__ import annotations

from immutable_delivery.facts import MountType
from immutable_delivery.source.located import LocatedText

_LONG = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly"}
_TYPES: dict[str, MountType] = {
    "bind": "host", "npipe": "host", "volume": "volume", "cluster": "volume", "tmpfs": "tmpfs", "image": "image",
}  # fmt: skip


def mount_type(word: str) -> MountType:
    """Return what the engines' word for a type of mount is called in facts; empty where it is none of those."""
    return _TYPES.get(word, "")


def options(written: LocatedText) -> dict[str, LocatedText]:
    """Return the parts of `type=bind,source=…,target=…,ro` under the longest of their names."""
    found, at = {}, 0
    for part in written.text.split(","):
        key, separator, _ = part.partition("=")
        name = key.strip().lower()
        begin = at + len(key) + len(separator)
        found[_LONG.get(name, name)] = written.slice(begin, at + len(part))
        at += len(part) + 1
    return found
