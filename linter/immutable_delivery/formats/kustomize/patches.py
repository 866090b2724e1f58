"""The patches of a kustomization: read from files or inline, and applied to the objects that they mean."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from immutable_delivery.budget import SPENT, SpentError
from immutable_delivery.formats.kustomize.accumulated import Accumulated
from immutable_delivery.formats.kustomize.jsonpatch import patched
from immutable_delivery.formats.kustomize.model import Kustomization, Refused, Report
from immutable_delivery.formats.kustomize.remote import is_remote
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.kustomize.resource import Identity, Resource
from immutable_delivery.formats.kustomize.selectors import Selector, Targets
from immutable_delivery.formats.kustomize.strategic import merged
from immutable_delivery.records import replace
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.yaml import Document, Mapping, Node, Scalar, Sequence, documents
from immutable_delivery.syntax.yaml.query import (
    is_true,
    mapping,
    scalar,
    text,
    with_entry,
    without_entry,
)

_KEPT = {
    ("apiVersion",): "",
    ("kind",): "allowKindChange",
    ("metadata", "name"): "allowNameChange",
    ("metadata", "namespace"): "",
}
"""What a strategic merge leaves as it is, and the option that allows it to change."""


class Patcher:
    """Applies the patches of one kustomization."""

    def __init__(
        self, kustomization: Kustomization, repository: Repository, report: Report
    ) -> None:
        self._kustomization = kustomization
        self._repository = repository
        self._report = report
        self._index: dict[Identity, list[Resource]] = {}
        self._targets: Targets | None = None
        """None before there are patches, and when they have cost too much."""
        self._deleted: list[Resource] = []

    def strategic_merges(self, gathered: Accumulated) -> None:
        """Apply `patchesStrategicMerge`: files, or patches as text."""
        entries = self._kustomization.strings("patchesStrategicMerge")
        self._index = gathered.index() if entries else {}
        for entry in entries:
            path = (
                resolve(self._kustomization.folder, entry.text) if "\n" not in entry.text else None
            )
            if self._repository.is_file(path) or _looks_like_path(entry.text):
                documents = self._file(entry)
            else:
                documents = inner_documents(entry)
            for node in self._roots(documents):
                self._by_name(gathered, node, node)
        gathered.drop(self._deleted)

    def patches(self, gathered: Accumulated, key: str = "patches") -> None:
        """Apply `patches` or `patchesJson6902`, each a strategic merge or a JSON patch."""
        entries = list(self._kustomization.list(key))
        self._index = gathered.index() if entries else {}
        self._targets = Targets(gathered.resources, len(entries)) if entries else None
        for entry in entries:
            inline, path = scalar(entry, "patch"), scalar(entry, "path")
            if inline is not None:
                documents = inner_documents(inline)
            elif path is not None:
                documents = self._file(path)
            else:
                self._report(entry.place, "a patch has neither `patch` nor `path`")
                continue
            for node in self._roots(documents):
                self._apply(gathered, node, entry)
        gathered.drop(self._deleted)

    def _file(self, entry: Scalar) -> list[Document]:
        path = resolve(self._kustomization.folder, entry.text)
        if path is None or not self._repository.is_file(path):
            if not is_remote(entry.text):
                self._report(entry.place, f"there is no `{entry.text}` here")
            return []
        return self._repository.documents(path)

    def _roots(self, documents: list[Document]) -> Iterator[Node]:
        for document in documents:
            if document.problem:
                self._report(
                    document.place.at(document.problem_at, document.problem_at), document.problem
                )
            elif document.root is not None:
                yield document.root

    def _apply(self, gathered: Accumulated, node: Node, entry: Node) -> None:
        target = mapping(entry, "target")
        if isinstance(node, Mapping) and target is None:
            self._by_name(gathered, node, entry)
        elif target is None:
            self._report(entry.place, "a JSON patch needs a `target`")
        elif isinstance(node, (Mapping, Sequence)):
            self._by_target(Selector.of(target), node, entry)
        else:
            self._report(node.place, "is neither a strategic merge patch nor a JSON patch")

    def _by_target(self, selector: Selector, node: Mapping | Sequence, entry: Node) -> None:
        """Apply a patch to the objects that its target means."""
        if self._targets is None:
            return
        try:
            selected = self._targets.selected(selector)
        except SpentError:
            self._report(entry.place, SPENT)
            self._targets = None
            return
        for one in selected:
            self._change(one, node, entry)
            self._targets.note(one)

    def _by_name(self, gathered: Accumulated, node: Node, entry: Node) -> None:
        """Apply a patch to the object that it names itself."""
        if not isinstance(node, Mapping) or not text(node, "kind"):
            self._report(node.place, "the patch does not say which object it means")
            return
        found = [one for one in self._index.get(Identity.of(node), ()) if one not in self._deleted]
        if len(found) == 1:
            self._change(found[0], node, entry)
        elif not gathered.open:
            name = f"{text(node, 'kind')} `{text(node, 'metadata', 'name')}`"
            what = "no object is" if not found else f"{len(found)} objects are"
            self._report(_name_place(node), f"the patch does not apply: {what} {name}")

    def _change(self, resource: Resource, patch: Mapping | Sequence, entry: Node) -> None:
        if isinstance(patch, Sequence):
            self._json(resource, patch)
            return
        changed = merged(resource.root, patch)
        if changed is None:
            self._deleted.append(resource)
            return
        options = mapping(entry, "options")
        before = resource.root
        resource.remember()
        for keys, allowed in _KEPT.items():
            changed = changed if is_true(options, allowed) else _kept(before, changed, keys)
        resource.root = changed

    def _json(self, one: Resource, patch: Sequence) -> None:
        try:
            changed = patched(_annotated(one.root), patch.items)
        except Refused as refusal:
            self._report(
                patch.place,
                f"the patch does not apply to {one.identity.kind} `{one.identity.name}`: {refusal}",
            )
        else:
            one.remember()
            one.root = changed


def _kept(before: Mapping, changed: Mapping, keys: tuple[str, ...]) -> Mapping:
    """Return the patched object with what a patch may not change."""
    value, holder = scalar(before, *keys), mapping(changed, *keys[:-1])
    if holder is None or text(changed, *keys) == (value.text if value else ""):
        return changed
    new = with_entry(holder, keys[-1], value) if value else without_entry(holder, keys[-1])
    return with_entry(changed, keys[0], new) if len(keys) > 1 else new


def _annotated(root: Mapping) -> Mapping:
    """Return an object with annotations: kustomize keeps notes of its own there, so they are never missing."""
    held = mapping(root, "metadata")
    if held is None or held.get("annotations") is not None:
        return root
    return with_entry(root, "metadata", with_entry(held, "annotations", Mapping(place=held.place)))


def _looks_like_path(entry: str) -> bool:
    return "\n" not in entry and ":" not in entry


def _name_place(node: Mapping) -> Place:
    name = scalar(node, "metadata", "name")
    return name.place if name else node.place


def inner_documents(outer: Scalar) -> list[Document]:
    """Return the documents that a scalar holds; places and problems are those of the file around it."""
    found = documents(Text(outer.place.file, outer.text))
    move = _Move(outer.written)
    return [move.document(document) for document in found]


class _Move:
    """Takes nodes from the text inside to the file outside."""

    def __init__(self, outer: LocatedText) -> None:
        self._outer = outer
        self._starts = [0, *accumulate(len(piece.text) for piece in outer.segments)]

    def document(self, document: Document) -> Document:
        root = self.node(document.root) if document.root is not None else None
        at = self._place(document.problem_at, document.problem_at).span.start
        place = self._moved(document.place)
        keys = [self._scalar(key) for key in document.duplicates]
        return replace(document, root=root, place=place, problem_at=at, duplicates=keys)

    def node(self, node: Node) -> Node:
        if isinstance(node, Mapping):
            found = node.entries.items()
            entries = {name: (self._scalar(key), self.node(value)) for name, (key, value) in found}
            return Mapping(entries, place=self._moved(node.place), tag=node.tag)
        if isinstance(node, Sequence):
            items = [self.node(item) for item in node.items]
            return Sequence(items, place=self._moved(node.place), tag=node.tag)
        return self._scalar(node)

    def _scalar(self, node: Scalar) -> Scalar:
        pieces = tuple(moved for piece in node.written.segments for moved in self._pieces(piece))
        place = self._moved(node.place)
        return Scalar(LocatedText(node.text, pieces, place), place, plain=node.plain, tag=node.tag)

    def _pieces(self, piece: Segment) -> list[Segment]:
        """Cut what is aligned with the inner text along the pieces of the outer one."""
        span = piece.place.span
        if not piece.aligned:
            return [Segment(piece.text, self._moved(piece.place), aligned=False)]
        found, at = [], span.start
        while at < span.end:
            index = self._index(at)
            outer = self._outer.segments[index]
            low, end = at - self._starts[index], min(span.end, self._starts[index + 1])
            text = piece.text[at - span.start : end - span.start]
            start = outer.place.span.start + low
            place = outer.place.at(start, start + len(text)) if outer.aligned else outer.place
            found.append(Segment(text, place, outer.aligned))
            at = end
        return found

    def _moved(self, place: Place) -> Place:
        return self._place(place.span.start, place.span.end)

    def _place(self, start: int, end: int) -> Place:
        if not self._outer.segments:
            return self._outer.used_at
        first, last = self._offset(start), self._offset(max(start, end - 1), after=end > start)
        return self._outer.used_at.at(first, max(first, last))

    def _offset(self, at: int, *, after: bool = False) -> int:
        index = self._index(at)
        piece = self._outer.segments[index]
        if not piece.aligned:
            return piece.place.span.end if after else piece.place.span.start
        within = min(at - self._starts[index] + after, len(piece.text))
        return piece.place.span.start + within

    def _index(self, at: int) -> int:
        return max(0, min(bisect_right(self._starts, at) - 1, len(self._outer.segments) - 1))
