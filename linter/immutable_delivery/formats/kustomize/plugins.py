"""kustomize's own steps in the long form, as objects under `transformers` and `generators`."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.kustomize.model import Kustomization
from immutable_delivery.formats.kustomize.patches import inner_documents
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.source.files import resolve
from immutable_delivery.syntax.yaml import Document, Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, text, written

_LISTED = {
    "ImageTagTransformer": "images",
    "PatchTransformer": "patches",
    "PatchJson6902Transformer": "patchesJson6902",
    "ConfigMapGenerator": "configMapGenerator",
    "SecretGenerator": "secretGenerator",
    "LabelTransformer": "labels",
    "HelmChartInflationGenerator": "helmCharts",
}
_NAMED = {
    "PrefixTransformer": ("namePrefix", ("prefix",)),
    "SuffixTransformer": ("nameSuffix", ("suffix",)),
    "NamespaceTransformer": ("namespace", ("metadata", "namespace")),
    "PatchStrategicMergeTransformer": ("patchesStrategicMerge", ("paths",)),
    "ReplacementTransformer": ("replacements", ("replacements",)),
}


def long_forms(
    kustomization: Kustomization, repository: Repository, key: str
) -> Iterator[Kustomization]:
    """Yield each built-in step of a list as a kustomization that does nothing else."""
    for entry in kustomization.strings(key):
        for document in _documents(entry, kustomization, repository):
            root = _short(document.root)
            if root is not None:
                yield Kustomization(kustomization.path, root)


def _documents(
    entry: Scalar, kustomization: Kustomization, repository: Repository
) -> list[Document]:
    if "\n" in entry.text:
        return inner_documents(entry)
    path = resolve(kustomization.folder, entry.text)
    if path is None:
        return []
    if repository.is_file(path):
        return repository.documents(path)
    inner = repository.kustomization(path)
    files = [resolve(path, resource.text) for resource in inner.resources] if inner else []
    return [
        document
        for file in files
        if file and repository.is_file(file)
        for document in repository.documents(file)
    ]


def _short(node: Node | None) -> Mapping | None:
    """Return what a kustomization would say for the same step."""
    if not isinstance(node, Mapping) or text(node, "apiVersion") != "builtin":
        return None
    kind = text(node, "kind")
    if kind in _NAMED:
        key, path = _NAMED[kind]
        value = find(node, *path)
        return None if value is None else _with(key, value)
    if kind not in _LISTED:
        return None
    return _with(_LISTED[kind], Sequence([_entry(node, kind)], place=node.place))


def _entry(node: Mapping, kind: str) -> Node:
    if kind == "ImageTagTransformer":
        return find(node, "imageTag") or node
    name = find(node, "metadata", "name")
    pairs = find(node, "labels")
    entries = dict(node.entries)
    for key, value in (("name", name), ("pairs", pairs), ("patch", find(node, "jsonOp"))):
        if value is not None:
            entries.setdefault(key, (written(key, value.place), value))
    return Mapping(entries, place=node.place)


def _with(key: str, value: Node) -> Mapping:
    return Mapping({key: (written(key, value.place), value)}, place=value.place)
