"""What a kustomization file says, whatever its age: old names for the same things are one here."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.records import Record
from immutable_delivery.source.files import folder_of
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.query import items, scalar, scalars, text
from immutable_delivery.syntax.yaml.shapes import Report, Shapes

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

SHAPES: Shapes = {
    **dict.fromkeys(
        "resources bases components crds configurations patchesStrategicMerge generators transformers validators".split(),
        "texts",
    ),
    **dict.fromkeys(
        "patches patchesJson6902 images imageTags configMapGenerator secretGenerator".split(),
        "list",
    ),
    **dict.fromkeys("replacements helmCharts vars labels".split(), "mappings"),
    **dict.fromkeys("namePrefix nameSuffix namespace".split(), "text"),
    **dict.fromkeys("commonLabels commonAnnotations generatorOptions".split(), "mapping"),
}
"""What a kustomization may hold; where it is read, more is said of the entries of the plain lists."""


class Kustomization(Record, frozen=True):
    """One kustomization: its file and the mapping in it."""

    path: str
    root: Mapping

    @property
    def folder(self) -> str:
        """The folder that it customizes, "" for the root."""
        return folder_of(self.path)

    @property
    def component(self) -> bool:
        """Whether it is a part that others include, not a whole."""
        return text(self.root, "kind") == "Component"

    @property
    def resources(self) -> list[Scalar]:
        """What it builds on: files, folders and remote repositories."""
        return self.strings("resources") + self.strings("bases")

    @property
    def components(self) -> list[Scalar]:
        """The parts that it includes."""
        return self.strings("components")

    def strings(self, key: str) -> list[Scalar]:
        """Return the scalars of a list."""
        return scalars(self.root, key)

    def list(self, *keys: str) -> Iterator[Node]:
        """Yield the items of several lists."""
        for key in keys:
            yield from items(self.root, key)

    def scalar(self, key: str) -> Scalar | None:
        """Return a scalar."""
        return scalar(self.root, key)


def is_kustomization(path: str, root: Node | None) -> bool:
    """Whether a document is what kustomize builds (and not an object that Flux names alike)."""
    group = text(root, "apiVersion").partition("/")[0]
    named = path.rpartition("/")[2] in FILE_NAMES and isinstance(root, Mapping)
    return named and group in {"", "kustomize.config.k8s.io"}


def files_named(kustomization: Kustomization) -> Iterator[Scalar]:
    """Yield every entry that may be the path of a file which is read only through this kustomization."""
    root = kustomization.root
    yield from kustomization.resources
    for key in (
        "patchesStrategicMerge",
        "transformers",
        "generators",
        "validators",
        "configurations",
        "crds",
    ):
        yield from kustomization.strings(key)
    for item in kustomization.list("patches", "patchesJson6902", "replacements"):
        yield from filter(None, [scalar(item, "path")])
    yield from filter(None, [scalar(root, "openapi", "path")])
    for item in kustomization.list("configMapGenerator", "secretGenerator"):
        yield from (
            *scalars(item, "files"),
            *scalars(item, "envs"),
            *filter(None, [scalar(item, "env")]),
        )
    for item in kustomization.list("helmCharts"):
        yield from (
            *filter(None, [scalar(item, "valuesFile")]),
            *scalars(item, "additionalValuesFiles"),
        )


__all__ = ["Refused", "Report"]


class Refused(Exception):  # noqa: N818 (it is no fault of ours)
    """A step that cannot be done: the reason, for a person."""
