"""What an install from a Node project brings: by its lock file, which names the commands of every package, else by package.json."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from posixpath import basename, dirname, join
from typing import Any

import msgspec

from immutable_delivery.facts import Install
from immutable_delivery.records import Record
from immutable_delivery.source.files import Files, read_text

_LOCKS = frozenset(("package-lock.json", "npm-shrinkwrap.json"))
_PACKAGES = "node_modules/"


class NodePackages(Record, frozen=True):
    """The commands and packages of a project, with whether each is only for development."""

    names: Mapping[str, bool]
    whole: bool
    """Whether it is all that comes, with what the packages need in turn."""

    def bring(self, names: Collection[str | None], *, lean: bool) -> bool | None:
        """Return whether an install brings one of these; None where it may."""
        found = [self.names[name] for name in names if name and name in self.names]
        if found:
            return not (lean and all(found))
        return False if self.whole else None


def node_packages(install: Install, files: Files) -> NodePackages | None:
    """Return what a project brings; None where neither file can be read."""
    lock = install.lock_file
    if basename(lock) in _LOCKS and isinstance(entries := _json(lock, files).get("packages"), dict):
        return NodePackages(_locked(entries), whole=True)
    listed = _json(join(dirname(lock), "package.json"), files) if lock else {}
    return NodePackages(_listed(listed), whole=False) if listed else None


def _locked(entries: Mapping[str, Any]) -> dict[str, bool]:
    """Return the names of what lies on top, where commands are looked for."""
    found: dict[str, bool] = {}
    for path, entry in entries.items():
        if path.count(_PACKAGES) > 1 or not isinstance(entry, dict):
            continue
        commands = entry.get("bin")
        names = [path.removeprefix(_PACKAGES), *(commands if isinstance(commands, dict) else ())]
        for name in names:
            found[name] = found.get(name, True) and entry.get("dev") is True
    return found


def _listed(manifest: Mapping[str, Any]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for key, development in (("devDependencies", True), ("dependencies", False)):
        listed = manifest.get(key)
        found |= dict.fromkeys(listed if isinstance(listed, dict) else (), development)
    return found


def _json(path: str, files: Files) -> dict[str, Any]:
    text = read_text(files, path)
    try:
        data = msgspec.json.decode(text.value) if text is not None else None
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return {}
    return data if isinstance(data, dict) else {}
