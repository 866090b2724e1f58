"""`replacements` and `vars`: values copied from one object into others, with the place that they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.budget import SPENT, SpentError
from immutable_delivery.formats.kustomize.accumulated import Accumulated
from immutable_delivery.formats.kustomize.images import repinned
from immutable_delivery.formats.kustomize.model import Kustomization, Refused, Report
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.kustomize.resource import Resource
from immutable_delivery.formats.kustomize.selectors import Selector, Targets
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import (
    find,
    is_true,
    items,
    mapping,
    mappings,
    scalar,
    scalars,
    text,
    with_value,
)

_STEP = lazy(
    r"\[(?P<key>[^=\]]*)=(?P<value>[^\]]*)\]|(?P<plain>(?:\\.|[^.\[\\])+)|(?P<bracket>\[[^\]]*\])"
)
_MAX_PLACES = 10_000

Path = tuple[str | int, ...]


def transform(
    gathered: Accumulated, kustomization: Kustomization, repository: Repository, report: Report
) -> None:
    """Apply every replacement; where its source is not known the targets are not known either."""
    entries = list(_entries(kustomization, repository, report))
    if not entries:
        return
    objects = Targets(gathered.resources, len(entries))
    for entry in entries:
        source, value = mapping(entry, "source"), scalar(entry, "sourceValue")
        try:
            value = value if source is None else _source(objects, source)
        except Refused as refusal:
            if not gathered.open:
                report(entry.place, f"the replacement does not apply: {refusal}")
            value = None
        try:
            for target in mappings(entry, "targets"):
                _fill(objects, target, value, report)
        except SpentError:
            report(entry.place, SPENT)
            return


def _entries(
    kustomization: Kustomization, repository: Repository, report: Report
) -> Iterator[Node]:
    for entry in kustomization.list("replacements"):
        path = scalar(entry, "path")
        if path is None:
            yield entry
            continue
        found = resolve(kustomization.folder, path.text)
        if found is None or not repository.is_file(found):
            report(path.place, f"there is no `{path.text}` here")
            continue
        for document in repository.documents(found):
            root = document.root
            yield from (
                root.items
                if isinstance(root, Sequence)
                else items(root, "replacements") or filter(None, [root])
            )


def _source(objects: Targets, source: Mapping) -> Scalar | None:
    """Return the value to copy; None where it is no scalar, which nothing that we judge is made of."""
    selector = Selector.of(source)
    found = [resource for resource in objects.called(selector.name) if _named(selector, resource)]
    if len(found) != 1:
        raise Refused(f"its source means {len(found)} objects")
    path = text(source, "fieldPath") or "metadata.name"
    node = next((node for _, node in places(found[0].root, path)), None)
    if node is None:
        raise Refused(f"its source has no `{path}`")
    if not isinstance(node, Scalar):
        return None
    start, end = _part(node.text, mapping(source, "options"))
    return Scalar(node.written.slice(start, end), node.place, plain=False)


def _named(selector: Selector, resource: Resource) -> bool:
    """Whether a source means an object: its names are plain, not patterns."""
    return any(
        (not selector.kind or selector.kind == known.kind)
        and (not selector.name or selector.name == known.name)
        and (not selector.group or selector.group == known.group)
        and (not selector.version or selector.version == known.version)
        and (not selector.namespace or selector.namespace == known.namespace)
        for known in resource.identities
    )


def _fill(objects: Targets, target: Mapping, value: Scalar | None, report: Report) -> None:
    select = mapping(target, "select")
    if select is None:
        report(target.place, "the replacement does not say which objects it fills")
        return
    selector = Selector.of(select)
    rejected = [Selector.of(one) for one in mappings(target, "reject")]
    options = mapping(target, "options")
    for resource in objects.selected(selector):
        if not any(other.selects(resource) for other in rejected):
            for path in scalars(target, "fieldPaths"):
                _set(resource, path, value, options, report)
            objects.note(resource)


def _set(
    one: Resource, path: Scalar, value: Scalar | None, options: Mapping | None, report: Report
) -> None:
    create = is_true(options, "create")
    found = list(places(one.root, path.text, create=create))
    if not found:
        name = f"{one.identity.kind} `{one.identity.name}`"
        report(path.place, f"the replacement does not apply: {name} has no `{path.text}`")
    for where, old in found:
        changed = with_value(one.root, where, _filled(old, value, options, path.place))
        one.root = changed if isinstance(changed, Mapping) else one.root


def _filled(old: Node | None, value: Scalar | None, options: Mapping | None, place: Place) -> Node:
    whole = old.place if old is not None else place
    if value is None:
        before = old.text if isinstance(old, Scalar) else ""
        return Scalar(
            LocatedText(before, (), whole, unresolved=("replacement",)), whole, plain=False
        )
    parts = _around(old, value, options) if isinstance(old, Scalar) else [value.written]
    return repinned(old, Scalar(LocatedText.joined(parts, whole), whole, plain=False))


def _around(old: Scalar, value: Scalar, options: Mapping | None) -> list[LocatedText]:
    """Return the value between what stays of the old one: a part is replaced, or added in front or behind."""
    delimiter, index = scalar(options, "delimiter"), _index(options)
    if delimiter is None or not delimiter.text:
        return [value.written]
    if index < 0:
        return [value.written, delimiter.written, old.written]
    if index > old.text.count(delimiter.text):
        return [old.written, delimiter.written, value.written]
    start, end = _part(old.text, options)
    return [old.written.slice(0, start), value.written, old.written.slice(end, len(old.text))]


def _index(options: Mapping | None) -> int:
    index = text(options, "index") or "0"
    return int(index) if re.fullmatch(r"-?\d{1,9}", index) else 0


def _part(value: str, options: Mapping | None) -> tuple[int, int]:
    """Return the stretch of a value that the `delimiter` and `index` of options mean."""
    delimiter, at = text(options, "delimiter"), _index(options)
    if not delimiter:
        return 0, len(value)
    parts = value.split(delimiter)
    if not 0 <= at < len(parts):
        raise Refused(f"`{value}` has no part {at}")
    start = sum(len(part) + len(delimiter) for part in parts[:at])
    return start, start + len(parts[at])


def places(root: Node, path: str, *, create: bool = False) -> Iterator[tuple[Path, Node | None]]:
    """Yield the paths that a field path means, with what stands there."""
    found: list[tuple[Path, Node | None]] = [((), root)]
    for step in _steps(path):
        found = [one for where, node in found for one in _inside(where, node, step, create=create)][
            :_MAX_PLACES
        ]
    return iter(found)


def _inside(
    where: Path, node: Node | None, step: str | tuple[str, str], *, create: bool
) -> Iterator[tuple[Path, Node | None]]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if step == "*" or str(index) == step or (isinstance(step, tuple) and _is(item, *step)):
                yield (*where, index), item
    elif isinstance(step, str) and (node is None or isinstance(node, Mapping)):
        inner = find(node, step)
        if step == "*" and isinstance(node, Mapping):
            yield from (((*where, key), value) for key, value in node.items())
        elif inner is not None or create:
            yield (*where, step), inner


def _is(item: Node, key: str, value: str) -> bool:
    return (item.text if isinstance(item, Scalar) and not key else text(item, key)) == value


def _steps(path: str) -> list[str | tuple[str, str]]:
    found: list[str | tuple[str, str]] = []
    for step in _STEP.finditer(path):
        if step["key"] is not None:
            found.append((step["key"], step["value"]))
        else:
            found.append(re.sub(r"\\(.)", r"\1", step["plain"] or step["bracket"].strip("[]")))
    return found
