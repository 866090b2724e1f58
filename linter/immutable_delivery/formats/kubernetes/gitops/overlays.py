"""What Flux applies of this repository: the kustomization at a path, with what its own object lays over it and fills in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.formats.kustomize import FILE_NAMES, Builder, Graph, Repository, Resource
from immutable_delivery.formats.kustomize.model import Kustomization
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import Files, below, folder_of, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Scalar, Sequence
from immutable_delivery.syntax.yaml.filling import Filling
from immutable_delivery.syntax.yaml.query import (
    find,
    items,
    mapping,
    mappings,
    pairs,
    scalar,
    text,
    with_entry,
    written,
)

_LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902", "images", "components")
_MATTERS = lazy(r"image|[cC]ontainer|olume|command|args|values|securityContext")
"""Words of a patch that can change what is judged."""
_REFERENCE = lazy(r"\$\{(?P<name>\w+)(?::?[=-][^${}]*)?\}")
_MANIFEST = lazy(r"\.ya?ml\Z")
_ROOT = "kustomization.yaml"


def overlaid(workload: Workload) -> list[Resource]:
    """Return the objects that Flux makes of a path in this repository; none where its object changes nothing of them."""
    spec = mapping(workload.resource.root, "spec")
    folder, files = resolve("", text(spec, "path").lstrip("/")), workload.ctx.files
    if spec is None or not folder or not _changes(spec) or files.state(folder) == "missing":
        return []
    values = _values(spec, workload)
    return [_filled(one, values) for one in _built(folder, spec, workload)]


def _changes(spec: Mapping) -> bool:
    """Whether it says anything that could change what is judged."""
    patches = [*mappings(spec, "patches"), *items(spec, "patchesStrategicMerge")]
    inline = [scalar(one, "patch") or one for one in patches]
    told = any(not isinstance(one, Scalar) or _MATTERS.search(one.text) for one in inline)
    filled_in = find(spec, "postBuild", "substitute") or find(spec, "postBuild", "substituteFrom")
    return (
        told
        or bool(items(spec, "images") or items(spec, "patchesJson6902"))
        or filled_in is not None
    )


def _built(folder: str, spec: Mapping, workload: Workload) -> Iterator[Resource]:
    repository = Repository(workload.ctx.files, {}, workload.ctx.texts)
    own = repository.kustomization(folder)
    root = own.root if own else _gathering(folder, workload.ctx.files, spec.place)
    path = own.path if own else f"{folder}/{_ROOT}"
    repository.take(Kustomization(path, _laid(root, spec)))
    graph = Graph(repository, [folder], _unheard)
    for built in Builder(repository, graph, _unheard).roots():
        yield from built.gathered.resources


def _laid(root: Mapping, spec: Mapping) -> Mapping:
    """Return a kustomization with what Flux adds to it."""
    for key in _LISTS:
        if added := items(spec, key):
            both = [*items(root, key), *added]
            root = with_entry(root, key, Sequence(both, place=added[0].place))
    for key, name in (
        ("targetNamespace", "namespace"),
        ("namePrefix", "namePrefix"),
        ("nameSuffix", "nameSuffix"),
    ):
        if (value := scalar(spec, key)) is not None:
            root = with_entry(root, name, value)
    return root


def _gathering(folder: str, files: Files, at: Place) -> Mapping:
    """Return the kustomization that Flux makes where a folder has none: of every manifest in it, but whole folders with one."""
    paths = [path for path in below(files.paths, folder) if _MANIFEST.search(path)]
    whole = {folder_of(path) for path in paths if path.rpartition("/")[2] in FILE_NAMES}
    named = {
        next((one for one in sorted(whole) if f"{path}/".startswith(f"{one}/")), path)
        for path in paths
    }
    entries = [written(path.removeprefix(f"{folder}/"), at) for path in sorted(named)]
    return Mapping(
        {"resources": (written("resources", at), Sequence([*entries], place=at))}, place=at
    )


def _values(spec: Mapping, workload: Workload) -> dict[str, LocatedText]:
    """Return what is filled in: what is deployed beside, and what the object itself says, which counts."""
    found: dict[str, LocatedText] = {}
    for one in mappings(spec, "postBuild", "substituteFrom"):
        data = workload.neighbours.data(text(one, "kind"), text(one, "name"), workload.resource)
        found |= {
            key.text: value.written for key, value in pairs(data) if isinstance(value, Scalar)
        }
    for key, value in pairs(spec, "postBuild", "substitute"):
        if isinstance(value, Scalar):
            found[key.text] = value.written
    return found


def _filled(resource: Resource, values: dict[str, LocatedText]) -> Resource:
    def give(found: re.Match[str], own: LocatedText) -> LocatedText:
        return values.get(found["name"], own)

    def fill(text_: LocatedText) -> LocatedText:
        return filled(text_, _REFERENCE, give)

    found = resource.copy()
    found.root = Filling("${", fill).mapping(resource.root)
    return found


def _unheard(_place: Place, _reason: str) -> None:
    """Take no notice: where the files are judged by themselves, it is told."""
