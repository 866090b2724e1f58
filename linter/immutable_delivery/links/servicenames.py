"""What a service is called: as its meta file says, else as those who deploy it do, else as the folder of its Dockerfile, or its image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence

from immutable_delivery.links.groups import Groups
from immutable_delivery.links.services import Key
from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Layout


class Told(Record, frozen=True):
    """What facts tell of the keys."""

    described: Container[Key]
    """They are called so by a meta file."""
    delivered: Container[Key]
    """They are more than a secret or a role of that name."""
    called: Mapping[str, str]
    """What builds call the image of a Dockerfile, where all call it the same."""


def names_of(groups: Groups, shared: Container[Key], told: Told) -> dict[Key, str]:
    """Name each set, with a folder where a name is not unique."""
    members: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(groups.parent):
        if key not in shared:
            members[groups.find(key)].append(key)
    short = {root: _short(keys, told) for root, keys in members.items()}
    same: dict[str, list[Key]] = defaultdict(list)
    for root, name in short.items():
        same[name].append(root)
    first = {name: _first(roots, members, told) for name, roots in same.items()}
    names = {r: n if first[n] == r else f"{_folder(members[r])}:{n}" for r, n in short.items()}
    return _unique(names, members)


def _first(roots: Sequence[Key], members: Mapping[Key, Sequence[Key]], told: Told) -> Key | None:
    """Return the only one of a name, or the only one that is both built and run here; None where that is nobody."""
    services = [one for one in roots if any(key in told.delivered for key in members[one])]
    if len(services or roots) == 1:
        return (services or roots)[0]
    whole = [one for one in services if {key[0] for key in members[one]} >= {"deploy", "image"}]
    return whole[0] if len(whole) == 1 else None


def _unique(names: dict[Key, str], members: Mapping[Key, Sequence[Key]]) -> dict[Key, str]:
    seen: dict[str, Key] = {}
    for root in sorted(names):
        if names[root] in seen:
            family, place, name = members[root][0]
            names[root] = f"{place}:{name}" if family == "deploy" else place
        seen[names[root]] = root
    return names


def _short(keys: Sequence[Key], told: Told) -> str:
    deployed = [key[2] for key in keys if key[0] == "deploy"]
    said = [key[2] for key in keys if key in told.described]
    return min(said or deployed) if deployed else _of_dockerfile(keys[0][1], told)


def _of_dockerfile(path: str, told: Told) -> str:
    folder = of_folder(path)
    return told.called.get(path, path) if folder == path else folder


def of_folder(dockerfile: str) -> str:
    """Return the nearest folder whose name says more than that a Dockerfile lies there; else the path."""
    words = known(Layout).nameless
    parts = [part for part in dockerfile.split("/")[:-1] if part.lower() not in words]
    return parts[-1] if parts else dockerfile


def _folder(keys: Sequence[Key]) -> str:
    folders = [key[1] if key[0] == "deploy" else folder_of(key[1]) for key in keys]
    return min(folders, key=lambda folder: (len(folder), folder)) or "."
