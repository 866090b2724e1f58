"""The `images` of a kustomization: names, tags and digests of containers replaced, each part with its place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from immutable_delivery.formats.kustomize.model import Report
from immutable_delivery.formats.kustomize.resource import Resource
from immutable_delivery.formats.kustomize.selectors import Pattern, compiled
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.references.images import joined
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml import Sequence as Items
from immutable_delivery.syntax.yaml.query import find, scalar, text, with_value
from immutable_delivery.syntax.yaml.values import type_of

_PLAIN_END = lazy(r"[\w-]+\Z", re.ASCII)
"""The end of a name in which nothing is a pattern."""
_END = lazy(r"[:@]")

Path = tuple[str | int, ...]

Field = tuple[str, tuple[str, ...]]
"""A kind, "" for all, and the path of a field that holds an image."""

STANDARD: tuple[Field, ...] = (
    ("", ("spec", "containers", "image")),
    ("", ("spec", "initContainers", "image")),
    ("", ("spec", "volumes", "image", "reference")),
    ("", ("spec", "template", "spec", "containers", "image")),
    ("", ("spec", "template", "spec", "initContainers", "image")),
    ("", ("spec", "template", "spec", "volumes", "image", "reference")),
)
"""The fields that kustomize changes beside every `containers` and `initContainers` list."""


class Unpinned(Scalar):
    """A reference from which a kustomization took the digest."""

    __slots__ = ("digest",)

    def __init__(self, scalar: Scalar, digest: str) -> None:
        super().__init__(scalar.written, scalar.place, plain=scalar.plain, tag=scalar.tag)
        self.digest = digest


class Rule(Record, frozen=True):
    """One entry of `images`."""

    pattern: str
    matches: Pattern
    name: Scalar | None
    tag: Scalar | None
    digest: Scalar | None
    suffix: Scalar | None

    def apply(self, image: Scalar) -> Scalar:
        """Return the reference with what this entry changes of it."""
        if not self.matches.fullmatch(image.text):
            return image
        whole = image.written
        name, tag, digest = split(whole)
        name = self.name.written if self.name else name
        if self.tag or self.digest:
            tag = self.tag.written if self.tag else None
            digest = self.digest.written if self.digest else None
        elif self.suffix:
            parts = [tag, self.suffix.written] if tag else [self.suffix.written]
            tag, digest = LocatedText.joined(parts, self.suffix.place), None
        new = Scalar(joined(name, tag, digest, whole.used_at), image.place, plain=False)
        return _without_digest(image, new)


class Rules:
    """The entries of an `images` list: most say a plain name, and are only tried where an image ends in it."""

    def __init__(self, entries: Sequence[Rule]) -> None:
        self._entries = entries
        self._patterns: list[int] = []
        self._by_end: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(entries):
            end = one.pattern.rpartition("/")[2]
            (self._by_end[end] if _PLAIN_END.match(end) else self._patterns).append(at)

    def __bool__(self) -> bool:
        return bool(self._entries)

    def apply(self, image: Scalar, times: int) -> Scalar:
        """Return a reference with what all entries change of it, one after the other."""
        at = 0
        while (found := self._next(image, at)) is not None:
            for _ in range(times):
                image = self._entries[found].apply(image)
            at = found + 1
        return image

    def _next(self, image: Scalar, at: int) -> int | None:
        """Return the first entry from ``at`` on that may fit a reference as it is now."""
        end = _END.split(image.text.rpartition("/")[2], maxsplit=1)[0]
        lists = (self._by_end.get(end, ()), self._patterns)
        places = ((one, bisect_left(one, at)) for one in lists)
        return min((one[where] for one, where in places if where < len(one)), default=None)


def rules(entries: Iterable[Node], report: Report) -> Rules:
    """Return the entries of an `images` list that can be applied."""
    return Rules([rule for entry in entries if (rule := _rule(entry, report))])


def _rule(entry: Node, report: Report) -> Rule | None:
    name = scalar(entry, "name")
    if name is None:
        report(entry.place, "an entry of `images` has no `name`")
        return None
    tail = r"(?::[a-zA-Z0-9_.{}-]*)?(?:@[a-zA-Z0-9]+(?:[.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?"
    pattern = compiled(name.text, tail)
    if pattern is None:
        report(name.place, f"`{name.text}` matches no image name")
        return None
    parts = [scalar(entry, key) for key in ("newName", "newTag", "digest", "tagSuffix")]
    for part in parts:
        if part is not None and type_of(part) != "string":
            report(part.place, f'kustomize takes text here: write "{part.text}"')
    return Rule(name.text, pattern, *(part if part and part.text else None for part in parts))


def transform(resource: Resource, applied: Rules, fields: Iterable[Field]) -> None:
    """Apply the entries to one object, as often as kustomize does: once as a container, once as a field."""
    kind = text(resource.root, "kind")
    if kind == "CustomResourceDefinition":
        return
    once = list(_containers(resource.root))
    again = [
        path
        for only, field in fields
        if only in {"", kind}
        for path in _paths(resource.root, field)
    ]
    times = Counter(dict.fromkeys(once, 1)) + Counter(dict.fromkeys(again, 1))
    for path, count in times.items():
        old = _at(resource.root, path)
        new = applied.apply(old, count) if isinstance(old, Scalar) else old
        if new is not None and new is not old:
            changed = with_value(resource.root, path, new)
            resource.root = changed if isinstance(changed, Mapping) else resource.root


def split(image: LocatedText) -> tuple[LocatedText, LocatedText | None, LocatedText | None]:
    """Return name, tag and digest of a reference, as kustomize cuts it."""
    value = image.text
    start = max(value.find("/"), 0)
    at, colon = value.find("@", start), value.find(":", start)
    end = len(value)
    if at >= 0 and (colon < 0 or at < colon):
        return image.slice(0, at), None, image.slice(at + 1, end)
    if colon < 0:
        return image, None, None
    if at >= 0:
        return image.slice(0, colon), image.slice(colon + 1, at), image.slice(at + 1, end)
    return image.slice(0, colon), image.slice(colon + 1, end), None


def repinned(old: Node | None, new: Node) -> Node:
    """Return ``new``, marked where it is a reference without the digest that ``old`` has."""
    if isinstance(old, Scalar) and isinstance(new, Scalar):
        return _without_digest(old, new)
    return new


def _without_digest(old: Scalar, new: Scalar) -> Scalar:
    if "@" in new.text:
        return new
    before = old.digest if isinstance(old, Unpinned) else old.text.partition("@")[2]
    if not before:
        return new
    return Unpinned(new, before)


def _containers(root: Mapping) -> Iterator[Path]:
    """Yield the paths of the images in every list named `containers` or `initContainers`."""
    waiting: list[tuple[Path, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        inner = node.items() if isinstance(node, Mapping) else enumerate(_items(node))
        for step, value in inner:
            if isinstance(value, Scalar):
                continue
            waiting.append(((*path, step), value))
            if step in {"containers", "initContainers"}:
                for index, item in enumerate(_items(value)):
                    if scalar(item, "image"):
                        yield (*path, step, index, "image")


def _paths(root: Mapping, field: Sequence[str]) -> list[Path]:
    """Return the paths of a field, through every item of the lists on the way."""
    found: list[tuple[Path, Node | None]] = [((), root)]
    for step in field:
        found = [((*path, step), find(node, step)) for path, node in found]
        found = [one for path, node in found for one in _spread(path, node)]
    return [path for path, node in found if isinstance(node, Scalar)]


def _spread(path: Path, node: Node | None) -> list[tuple[Path, Node | None]]:
    if isinstance(node, Items):
        return [((*path, index), item) for index, item in enumerate(node.items)]
    return [(path, node)]


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Items) else []


def _at(node: Node | None, path: Path) -> Node | None:
    for step in path:
        node = (
            node.items[step]
            if isinstance(node, Items) and isinstance(step, int)
            else find(node, str(step))
        )
    return node
