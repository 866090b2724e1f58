"""Images that Flux and Argo CD put into what they deploy: `images` beside a kustomization elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.references.images import joined
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import find, items, mappings, scalar, scalars


def images(root: Mapping, group: str, kind: str) -> Iterator[Scalar]:
    """Yield the references that a deployer is told to put in."""
    if (group, kind) == ("kustomize.toolkit.fluxcd.io", "Kustomization"):
        yield from _entries(find(root, "spec"))
    elif (group, kind) == ("helm.toolkit.fluxcd.io", "HelmRelease"):
        for item in items(root, "spec", "postRenderers"):
            yield from _entries(find(item, "kustomize"))
    elif group == "argoproj.io" and kind == "Application":
        spec = find(root, "spec")
        for source in (find(spec, "source"), *items(spec, "sources")):
            yield from map(_short, scalars(source, "kustomize", "images"))


def _entries(holder: Node | None) -> Iterator[Scalar]:
    """Yield what entries of `name`, `newName`, `newTag` and `digest` put in, where they say a version."""
    for entry in mappings(holder, "images"):
        name = scalar(entry, "newName") or scalar(entry, "name")
        tag, digest = scalar(entry, "newTag"), scalar(entry, "digest")
        version = digest or tag
        if name is not None and version is not None:
            parts = tag.written if tag else None, digest.written if digest else None
            whole = joined(name.written, *parts, version.place)
            yield Scalar(whole, version.place, plain=False)


def _short(node: Scalar) -> Scalar:
    """Return the reference of `old=new:tag`."""
    start = node.text.find("=") + 1
    return Scalar(node.written.slice(start, len(node.text)), node.place, plain=False)
