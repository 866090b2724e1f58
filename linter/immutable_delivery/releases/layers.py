"""The values of a release: files, inline values and single settings laid over one another, as Helm lays them."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import with_value

_STEP = lazy(r"(?P<name>(?:\\.|[^.\[\\])+)|\[(?P<index>\d{1,3})\]|\.")
_ESCAPE = lazy(r"\\(.)")
_MAX_STEPS = 40


class Layer(Record, frozen=True):
    """Values that are laid over those before."""

    root: Mapping | None = None
    settings: tuple[tuple[str, LocatedText], ...] = ()
    """Single values by their paths: `image.tag`, `sidecars[0].image`."""


def laid(layers: Iterable[Layer]) -> Mapping | None:
    """Return what all layers say together; None where they say nothing."""
    found: Mapping | None = None
    for layer in layers:
        if layer.root is not None:
            found = layer.root if found is None else merged(found, layer.root)
        for path, value in layer.settings:
            found = _with_setting(found, path, value)
    return found


def merged(old: Mapping, new: Mapping) -> Mapping:
    """Return a mapping with a later one laid over it: mappings merge, everything else is replaced."""
    entries = dict(old.entries)
    for name, (key, value) in new.entries.items():
        before = entries[name][1] if name in entries else None
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        entries[name] = (key, merged(before, value) if both else value)  # type: ignore[arg-type]
    return replace(new, entries=entries, merges=[])


def _with_setting(values: Mapping | None, path: str, value: LocatedText) -> Mapping | None:
    base = Mapping(place=value.used_at) if values is None else values
    node = Scalar(value, value.used_at)
    changed = with_value(base, steps, node) if (steps := _steps(base, path)) else base
    return changed if isinstance(changed, Mapping) else values


def _steps(root: Node, path: str) -> list[str | int]:
    """Return the way that a setting means; none where it leads through a list that has no such item."""
    found: list[str | int] = []
    at: Node | None = root
    for step in _STEP.finditer(path):
        if step["index"]:
            index = int(step["index"])
            if not isinstance(at, Sequence) or index >= len(at.items):
                return []
            found.append(index)
            at = at.items[index]
        elif step["name"]:
            name = _ESCAPE.sub(r"\1", step["name"])
            found.append(name)
            at = at.get(name) if isinstance(at, Mapping) else None
    return found if len(found) <= _MAX_STEPS else []
