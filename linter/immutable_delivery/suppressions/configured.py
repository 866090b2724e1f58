"""Suppressions from the configuration: a pattern of files, and where in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from immutable_delivery.config import Config, ConfigSuppression, Source
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.suppressions.entries import WHOLE_FILE, Area, SuppressionEntry
from immutable_delivery.syntax.gitignore import anchored
from immutable_delivery.syntax.yaml import Mapping as MappingNode
from immutable_delivery.syntax.yaml import Node, Scalar, documents, entry_extent
from immutable_delivery.syntax.yaml import Sequence as SequenceNode

_STEP = lazy(
    r"\.?(?:\[(?:(?P<index>\d+)|\"(?P<quoted>[^\"]*)\"|(?P<key>[^\]=]+)=(?P<value>[^\]]*))\]|(?P<name>[^.\[\]]+))"
)
_TREES = (".yaml", ".yml", ".json")


def silencers(
    config: Config, files: Sequence[str], texts: Mapping[str, Text]
) -> Iterator[SuppressionEntry]:
    """Yield what the configuration silences in these files: one silencer for each id."""
    for waiver in config.suppressions:
        matched = tuple(path for path in files if anchored(path, waiver.path))
        areas, owner = _areas(waiver, matched, texts)
        for index, name in enumerate(waiver.ids):
            place = _place(config.sources.get((*waiver.keys, "ids", str(index))))
            yield SuppressionEntry(
                name=name, reason=waiver.reason, until=waiver.until, areas=areas, owner=owner,
                place=place, extent=_place(config.sources.get(waiver.keys)), files=matched,
            )  # fmt: skip


def _place(source: Source | None) -> Place:
    return Place(source.file, Span(source.start, source.end)) if source else Place("", Span(0, 0))


def _areas(
    waiver: ConfigSuppression, files: Sequence[str], texts: Mapping[str, Text]
) -> tuple[tuple[Area, ...], str]:
    """Return what a waiver covers; where `at` leads to nothing in the trees it is the name of an owner."""
    whole = tuple(Area(path, *WHOLE_FILE) for path in files)
    if not waiver.at:
        return whole, ""
    trees = (texts[path] for path in files if path.endswith(_TREES) and path in texts)
    found = tuple(area for text in trees for area in areas_at(text, waiver.at))
    return (found, "") if found else (whole, waiver.at)


def areas_at(text: Text, path: str) -> Iterator[Area]:
    """Yield the parts of a YAML or JSON file that a structural path leads to, in each of its documents."""
    steps = [found.groupdict() for found in _STEP.finditer(path)]
    if not steps or "".join(found[0] for found in _STEP.finditer(path)) != path:
        return
    trees = [document.root for document in documents(text)]
    if steps[0]["index"] and len(trees) > 1:
        number = int(steps.pop(0)["index"] or 0)
        trees = trees[number : number + 1]
    for root in trees:
        if root is not None and (place := _walk(root, steps)):
            yield Area(place.file, place.span.start, place.span.end)


def _walk(node: Node, steps: Sequence[Mapping[str, str | None]]) -> Place | None:
    """Return the place that ``steps`` lead to: an entry with its key, or an item."""
    place = node.place
    for step in steps:
        inner = _entry(node, step) if isinstance(node, MappingNode) else _item(node, step)
        if inner is None:
            return None
        node, place = inner
    return place


def _entry(node: MappingNode, step: Mapping[str, str | None]) -> tuple[Node, Place] | None:
    found = node.entries.get(step["name"] or step["quoted"] or "")
    return (found[1], entry_extent(*found)) if found else None


def _item(node: Node, step: Mapping[str, str | None]) -> tuple[Node, Place] | None:
    items = node.items if isinstance(node, SequenceNode) else []
    if step["index"]:
        found = items[int(step["index"])] if int(step["index"]) < len(items) else None
    else:
        found = next(filter(partial(_has, step=step), items), None) if step["key"] else None
    return (found, found.place.at(found.place.span.start, found.end)) if found else None


def _has(node: Node, step: Mapping[str, str | None]) -> bool:
    value = node.get(step["key"] or "") if isinstance(node, MappingNode) else None
    return isinstance(value, Scalar) and value.text == step["value"]
