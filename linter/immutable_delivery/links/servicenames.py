"""What a service is called: as its meta file says, else as those who deploy it do, else as the folder of its Dockerfile, or its image."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from immutable_delivery.links.groups import Groups
from immutable_delivery.links.services import Called, Key
from immutable_delivery.records import Record, replace
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


def names_of(
    groups: Groups, shared: Container[Key], told: Told, others: Sequence[Called] = ()
) -> dict[Key, Called]:
    """Name each set, with a folder where a name is not unique; ``others`` are called so already, and keep their names."""
    members: dict[Key, list[Key]] = defaultdict(list)
    for key in sorted(groups.parent):
        if key not in shared:
            members[groups.find(key)].append(key)
    called = {root: _called(keys, told) for root, keys in members.items()}
    first = _first_of([*called.values(), *others])
    names = {
        root: one.short if first[one.short] is one else f"{_folder(members[root])}:{one.short}"
        for root, one in called.items()
    }
    return {
        root: replace(called[root], name=name) for root, name in _unique(names, members).items()
    }


def keep_their_names(others: Iterable[Called], found: Iterable[Called]) -> bool:
    """Whether services are still called what they are where these others are found beside them."""
    kept, new = list(others), list(found)
    first, taken = _first_of([*kept, *new]), {one.name for one in new}
    return all(
        (one.name == one.short) is (first[one.short] is one) and one.name not in taken
        for one in kept
    )


def _called(keys: Sequence[Key], told: Told) -> Called:
    families = {key[0] for key in keys}
    return Called(
        name="",
        short=_short(keys, told),
        delivered=any(key in told.delivered for key in keys),
        whole=families >= {"deploy", "image"},
        keys=frozenset(keys),
    )


def _first_of(called: Iterable[Called]) -> dict[str, Called | None]:
    """Return, of each short name, the one that needs no more than that."""
    same: dict[str, list[Called]] = defaultdict(list)
    for one in called:
        same[one.short].append(one)
    return {short: _first(ones) for short, ones in same.items()}


def _first(called: Sequence[Called]) -> Called | None:
    """Return the only one of a name, or the only one that is both built and run here; None where that is nobody."""
    services = [one for one in called if one.delivered]
    if len(services or called) == 1:
        return (services or called)[0]
    whole = [one for one in services if one.whole]
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
