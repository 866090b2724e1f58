"""What Flux and Argo CD apply of this repository: the kustomization at a path, with what their object lays over it and fills in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.formats.kubernetes.gitops import argo
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.formats.kustomize.model import FILE_NAMES, Kustomization
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.kustomize.resource import Resource
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.images import pieces
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
    scalars,
    text,
    with_entry,
    written,
)

_FLUX = ("kustomize.toolkit.fluxcd.io", "Kustomization")
_ARGO = ("argoproj.io", "Application")
_LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902", "images", "components")
_MATTERS = lazy(r"image|[cC]ontainer|olume|command|args|values|securityContext")
"""Words of a patch that can change what is judged."""
_REFERENCE = lazy(r"\$\{(?P<name>\w+)(?::?[=-][^${}]*)?\}")
_MANIFEST = lazy(r"\.ya?ml\Z")
_ROOT = "kustomization.yaml"
_REPOSITORY = ("repository", 0)


def overlaid(workload: Workload) -> list[Resource]:
    """Return the objects that are made of paths in this repository; none where the object changes nothing of them."""
    return [one for path, spec in _applied(workload) for one in _of_path(path, spec, workload)]


def _applied(workload: Workload) -> Iterator[tuple[str, Mapping]]:
    """Yield each path that an object applies, with what it lays over it."""
    one, spec = workload.resource.identity, mapping(workload.resource.root, "spec")
    if spec is not None and (one.group, one.kind) == _FLUX:
        yield text(spec, "path"), spec
    elif spec is not None and (one.group, one.kind) == _ARGO:
        for source in argo.written_sources(spec):
            held = mapping(source, "kustomize")
            if held is not None:
                yield text(source, "path"), _with_entries(held)


def _of_path(path: str, spec: Mapping, workload: Workload) -> Iterator[Resource]:
    folder, files = resolve("", path.lstrip("/")), workload.ctx.files
    if folder and _changes(spec) and files.state(folder) != "missing":
        values = _values(spec, workload)
        yield from (_filled(one, values) for one in _built(folder, spec, workload))


def _with_entries(held: Mapping) -> Mapping:
    """Return what Argo CD lays over a kustomization with its images as entries of one."""
    entries = [_entry(one) for one in scalars(held, "images")]
    if not entries:
        return held
    return with_entry(held, "images", Sequence([*entries], place=entries[0].place))


def _entry(image: Scalar) -> Mapping:
    """Return `name=other:tag` as an entry; what names no other one keeps its name."""
    start = image.text.find("=") + 1
    parts = pieces(image.written.slice(start))
    named = image.written.slice(0, start - 1) if start else parts["repository"]
    said = {"name": named, "newTag": parts["tag"], "digest": parts["digest"]}
    said |= {"newName": parts["repository"]} if start else {}
    return Mapping(
        {
            key: (written(key, image.place), Scalar(part, image.place, plain=False))
            for key, part in said.items()
            if part.text
        },
        place=image.place,
    )


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
    repository = _repository(workload).aside()
    own = repository.kustomization(folder)
    root = own.root if own else _gathering(folder, workload.ctx.files, spec.place)
    path = own.path if own else f"{folder}/{_ROOT}"
    repository.take(Kustomization(path, _laid(root, spec)))
    from immutable_delivery.formats.kustomize.build import Builder  # noqa: PLC0415 (few objects lay anything over a path)
    from immutable_delivery.formats.kustomize.graph import Graph  # noqa: PLC0415 (as above)

    graph = Graph(repository, [folder], _unheard)
    for built in Builder(repository, graph, _unheard).roots():
        yield from built.gathered.resources


def _repository(workload: Workload) -> Repository:
    """Return the files of this repository, read once for all objects that apply some."""
    held = workload.memory.get(_REPOSITORY)
    if held is None:
        made = Repository(workload.ctx.files, {}, workload.ctx.texts)
        held = workload.memory[_REPOSITORY] = made, made
    return held[1]


def _laid(root: Mapping, spec: Mapping) -> Mapping:
    """Return a kustomization with what its object adds to it."""
    for key in _LISTS:
        if added := items(spec, key):
            both = [*items(root, key), *added]
            root = with_entry(root, key, Sequence(both, place=added[0].place))
    for key, name in (
        ("targetNamespace", "namespace"),
        ("namespace", "namespace"),
        ("namePrefix", "namePrefix"),
        ("nameSuffix", "nameSuffix"),
    ):
        if (value := scalar(spec, key)) is not None:
            root = with_entry(root, name, value)
    return root


def _gathering(folder: str, files: Files, at: Place) -> Mapping:
    """Return the kustomization that is made where a folder has none: of every manifest in it, but whole folders with one."""
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
