"""ConfigMaps and Secrets that a kustomization generates from literals, files and environment files."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

from immutable_delivery.formats.kustomize.accumulated import Accumulated
from immutable_delivery.formats.kustomize.model import Kustomization, Report
from immutable_delivery.formats.kustomize.remote import is_remote
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.kustomize.resource import Resource
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import (
    find,
    is_true,
    mapping,
    scalar,
    scalars,
    text,
    written,
)

Entries = dict[str, tuple[Scalar, Node]]

_LINE = lazy(r"^[ \t]*(?P<key>[^#\s=][^=\r\n]*)(?:=(?P<value>[^\r\n]*))?", re.MULTILINE)


def generate(
    gathered: Accumulated, kustomization: Kustomization, repository: Repository, report: Report
) -> None:
    """Add what the generators of a kustomization make, or merge it into what is there."""
    options = mapping(kustomization.root, "generatorOptions")
    for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        for entry in kustomization.list(key):
            name = scalar(entry, "name")
            if name is None or not isinstance(entry, Mapping):
                report(entry.place, f"an entry of `{key}` has no `name`")
                continue
            if kind == "ConfigMap":  # a secret is in no repository
                _tell(entry, repository, kustomization.folder, report)
            made = _generated(entry, name, kind, options, repository, kustomization)
            _place(gathered, made, name, report)


def _tell(entry: Mapping, repository: Repository, folder: str, report: Report) -> None:
    """Say which of the files that a generator names are not there."""
    env = scalar(entry, "env")
    named = [(one, one.text) for one in (*([env] if env else ()), *scalars(entry, "envs"))]
    named += [(one, one.text.rpartition("=")[2]) for one in scalars(entry, "files")]
    for one, path in named:
        if is_remote(path):  # kustomize fetches it
            continue
        found = resolve(folder, path)
        if found is None or repository.files.state(found) == "missing":
            report(one.place, f"there is no `{path}` here")


def _generated(
    entry: Mapping,
    name: Scalar,
    kind: str,
    options: Mapping | None,
    repository: Repository,
    by: Kustomization,
) -> Resource:
    data = Mapping(_data(entry, repository, by.folder), place=entry.place)
    own = mapping(entry, "options")
    held: Entries = {}
    _put(held, "apiVersion", written("v1", entry.place))
    _put(held, "kind", written(kind, entry.place))
    _put(held, "metadata", _metadata(entry, name))
    _put(held, "data" if kind == "ConfigMap" else "stringData", data)
    if binary := _binary(entry, repository, by.folder):
        _put(held, "binaryData", Mapping(binary, place=entry.place))
    for one in (options, own):
        immutable = find(one, "immutable")
        if immutable is not None:
            _put(held, "immutable", immutable)
    plain = is_true(options, "disableNameSuffixHash") or is_true(own, "disableNameSuffixHash")
    root = Mapping(held, place=entry.place)
    return Resource(root, by.path, hashed=not plain, behavior=text(entry, "behavior"))


def _metadata(entry: Mapping, name: Scalar) -> Mapping:
    held: Entries = {}
    _put(held, "name", name)
    namespace = scalar(entry, "namespace")
    if namespace is not None:
        _put(held, "namespace", namespace)
    return Mapping(held, place=entry.place)


def _place(gathered: Accumulated, made: Resource, name: Scalar, report: Report) -> None:
    """Add a generated object, or give its data to the older one that it merges with or replaces."""
    olds = [resource for resource in gathered.resources if made.identity in resource.identities]
    if not olds:
        if made.behavior in {"merge", "replace"} and not gathered.open:
            report(name.place, f"there is no `{name.text}` to {made.behavior} with")
        gathered.add([made])
        return
    old = olds[0]
    if made.behavior not in {"merge", "replace"}:
        report(name.place, f"there is a `{name.text}` already")
        return
    key = "data" if text(made.root, "kind") == "ConfigMap" else "stringData"
    before = mapping(old.root, key) if made.behavior == "merge" else None
    new = mapping(made.root, key)
    entries = {**(before.entries if before else {}), **(new.entries if new else {})}
    held = dict(old.root.entries)
    _put(held, key, Mapping(entries, place=made.root.place))
    old.root = Mapping(held, place=old.root.place)
    old.hashed = old.hashed or made.hashed


def _data(entry: Mapping, repository: Repository, folder: str) -> Entries:
    found: Entries = {}
    env = scalar(entry, "env")
    for named in (*([env] if env else ()), *scalars(entry, "envs")):
        found.update(_lines(named, repository, folder))
    for literal in scalars(entry, "literals"):
        key, equals, value = literal.text.partition("=")
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        low, high = len(key) + len(equals) + quoted, len(literal.text) - quoted
        found[key] = _pair(key, literal.written.slice(low, high), literal.place)
    for named in scalars(entry, "files"):
        key, _, path = named.text.rpartition("=")
        content = repository.text(resolve(folder, path) or "")
        if content is not None:
            place = Place(content.path, Span(0, len(content.value)))
            key = key or path.rpartition("/")[2]
            found[key] = _pair(key, LocatedText.literal(content.value, place), named.place)
    return found


def _binary(entry: Mapping, repository: Repository, folder: str) -> Entries:
    """Return the files that are no text, in base64 as the object holds them."""
    found: Entries = {}
    for named in scalars(entry, "files"):
        key, _, path = named.text.rpartition("=")
        file = resolve(folder, path)
        if repository.is_file(file) and repository.text(file) is None:
            data = b64encode(repository.bytes(file)).decode()
            key = key or path.rpartition("/")[2]
            found[key] = _pair(key, LocatedText.literal(data, named.place), named.place)
    return found


def _lines(
    named: Scalar, repository: Repository, folder: str
) -> Iterator[tuple[str, tuple[Scalar, Node]]]:
    content = repository.text(resolve(folder, named.text) or "")
    for line in _LINE.finditer(content.value) if content else ():
        place = (
            Place(named.text, Span(0, 0))
            if content is None
            else Place(content.path, Span(*line.span("value")))
        )
        value = line["value"] if line["value"] is not None else ""
        yield line["key"], _pair(line["key"], LocatedText.literal(value, place), place)


def _pair(key: str, value: LocatedText, place: Place) -> tuple[Scalar, Node]:
    return written(key, place), Scalar(value, value.used_at, plain=False)


def _put(entries: Entries, key: str, value: Node) -> None:
    entries[key] = (written(key, value.place), value)
