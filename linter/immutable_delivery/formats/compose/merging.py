"""Merging Compose files: mappings deeply, lists one behind the other, what names the same target once.

The reference is the Compose specification, "Merge", and its Go library (compose-spec/compose-go, override).
"""

from __future__ import annotations

from collections.abc import Callable

from immutable_delivery.containers.volumes import VolumeError
from immutable_delivery.formats.compose.volumes import volume_of
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import text

Path = tuple[str, ...]
_PAIRS = frozenset(
    {
        ("environment",), ("labels",), ("annotations",), ("sysctls",), ("extra_hosts",), ("deploy", "labels"),
        ("build", "args"), ("build", "labels"), ("build", "additional_contexts"), ("build", "extra_hosts"),
    }
)  # fmt: skip
_REPLACED = frozenset({("command",), ("entrypoint",), ("healthcheck", "test")})
_LISTS = frozenset(
    {("env_file",), ("label_file",), ("dns",), ("dns_opt",), ("dns_search",), ("tmpfs",)}
)
_KEYED = frozenset({("depends_on",), ("networks",), ("models",)})


Report = Callable[[Place, str], None]
"""Takes where something stands and what is wrong with it."""


def merge(base: Node, other: Node, path: Path, report: Report) -> Node:
    """Return what ``base`` and ``other`` are together; what stands in ``other`` counts more."""
    if path[:1] == ("services",) and (special := _special(base, other, path[2:], report)):
        return special
    if isinstance(other, Scalar) and other.null:
        return base
    if isinstance(base, Scalar):
        return other
    if isinstance(base, Mapping) and isinstance(other, Mapping):
        return merge_mappings(base, other, path, report)
    if isinstance(base, Sequence) and isinstance(other, Sequence):
        return replace(other, items=[*base.items, *other.items])
    report(other.place, f"'{'.'.join(path)}' is of another shape than what it is merged with")
    return other


def merge_mappings(base: Mapping, other: Mapping, path: Path, report: Report) -> Mapping:
    """Return both mappings' entries; where both have one, the key is that of ``other``."""
    entries = dict(base.entries)
    for name, (key, value) in other.entries.items():
        found = entries.get(name)
        entries[name] = (key, merge(found[1], value, (*path, name), report) if found else value)
    return Mapping(entries, place=other.place, tag=other.tag)


def unique(node: Mapping) -> Mapping:
    """Return a model in which of several list items with one target only the last is left."""
    services = node.get("services")
    if not isinstance(services, Mapping):
        return node
    entries = {
        name: (key, unique_service(value)) for name, (key, value) in services.entries.items()
    }
    key = node.entries["services"][0]
    return replace(
        node, entries={**node.entries, "services": (key, replace(services, entries=entries))}
    )


def unique_service(service: Node) -> Node:
    """Return a service in which of several list items with one target only the last is left."""
    if not isinstance(service, Mapping):
        return service
    changed = {}
    for name, target in TARGETS.items():
        found = service.entries.get(name)
        if found and isinstance(found[1], Sequence) and len(found[1].items) > 1:
            changed[name] = (found[0], _unique(found[1], target))
    return replace(service, entries={**service.entries, **changed}) if changed else service


def _unique(node: Sequence, target: Callable[[Node], str]) -> Sequence:
    last: dict[str, Node] = {}
    for item in node.items:
        last[target(item)] = item
    return replace(node, items=list(last.values())) if len(last) < len(node.items) else node


def _special(base: Node, other: Node, path: Path, report: Report) -> Node | None:
    """Merge what Compose merges by rules of its own; ``path`` is inside the service."""
    if path in _REPLACED:
        return other
    if path in _PAIRS:
        first, second = paired(base), paired(other)
        return Mapping({**first.entries, **second.entries}, place=second.place)
    if path in _LISTS:
        return Sequence([*_items(base), *_items(other)], place=other.place)
    if path in _KEYED:
        return merge_mappings(as_mapping(base), as_mapping(other), path, report)
    if path == ("build",):
        return merge_mappings(built(base), built(other), ("services", "", *path), report)
    return None


def _items(node: Node) -> list[Node]:
    if isinstance(node, Sequence):
        return node.items
    return [node] if isinstance(node, Scalar) and not node.null else []


def built(node: Node) -> Mapping:
    """Return the `build` of a service as a mapping; text is its context."""
    if isinstance(node, Mapping):
        return node
    if not isinstance(node, Scalar) or node.null:
        return Mapping(place=node.place)
    return Mapping({"context": (node, node)}, place=node.place)


def volume_target(node: Node) -> str:
    """Return the path in the container that a volume is mounted at."""
    try:
        volume = volume_of(node)
    except VolumeError:
        return f"?{node.place.span.start}"
    return volume.path.text


def _mounted(folder: str) -> Callable[[Node], str]:
    def target(node: Node) -> str:
        if isinstance(node, Scalar):
            return f"{folder}/{node.text}"
        return text(node, "target") or f"{folder}/{text(node, 'source')}"

    return target


def _path(node: Node) -> str:
    return text(node, "path") if isinstance(node, Mapping) else getattr(node, "text", "")


TARGETS: dict[str, Callable[[Node], str]] = {
    "volumes": volume_target,
    "configs": _mounted(""),
    "secrets": _mounted("/run/secrets"),
    "env_file": _path,
}
"""The lists of a service in which a target stands once."""


def paired(node: Node) -> Mapping:
    """Return a list of `KEY=value` (or a mapping) as a mapping; a key alone has null for its value."""
    if isinstance(node, Mapping):
        return node
    entries: dict[str, tuple[Scalar, Node]] = {}
    if isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar) and not item.null:
                key, value = _pair(item)
                entries[key.text] = (key, value)
    return Mapping(entries, place=node.place)


def as_mapping(node: Node) -> Mapping:
    """Return a list of names as a mapping without values."""
    if not isinstance(node, Sequence):
        return node if isinstance(node, Mapping) else Mapping(place=node.place)
    names = [item for item in node.items if isinstance(item, Scalar)]
    return Mapping({name.text: (name, _nothing(name)) for name in names}, place=node.place)


def _pair(item: Scalar) -> tuple[Scalar, Scalar]:
    written = item.written
    cut = item.text.find("=")
    if cut < 0:
        return item, _nothing(item)
    return _part(written.slice(0, cut)), _part(written.slice(cut + 1))


def _part(written: LocatedText) -> Scalar:
    return Scalar(written, written.used_at, plain=False)


def _nothing(beside: Scalar) -> Scalar:
    """Return the null that stands behind a key without a value."""
    place = beside.place.at(beside.place.span.end, beside.place.span.end)
    return Scalar(LocatedText("", (), place), place)
