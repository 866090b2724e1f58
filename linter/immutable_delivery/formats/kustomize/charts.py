"""The charts that a kustomization inflates: where each lies, and the values that it is given."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.kustomize.model import Kustomization
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.records import Record
from immutable_delivery.source.files import resolve
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node
from immutable_delivery.syntax.yaml.query import mapping, scalar, scalars, text

_HOME = "charts"


class Inflation(Record, frozen=True):
    """One chart that kustomize has Helm render."""

    chart: str
    name: str
    """The name of the release."""
    namespace: str
    at: Place
    values: tuple[Mapping, ...]
    """What it is given, what counts most last."""
    folder: str | None
    """Where it lies in this repository; None where it lies elsewhere."""


def inflation(by: Kustomization, entry: Node, repository: Repository) -> Inflation | None:
    """Return the chart of an entry of `helmCharts`, or of one of its older forms."""
    name = scalar(entry, "name") or scalar(entry, "chartName")
    if name is None:
        return None
    given, inline = list(_files(by, entry, repository)), mapping(entry, "valuesInline")
    how = text(entry, "valuesMerge")
    if inline is not None:
        given = (
            [inline]
            if how == "replace"
            else [inline, *given]
            if how == "merge"
            else [*given, inline]
        )
    home = text(by.root, "helmGlobals", "chartHome") or _HOME
    folder = resolve(by.folder, f"{home}/{name.text}")
    here = folder is not None and repository.is_file(f"{folder}/Chart.yaml")
    return Inflation(
        name.text,
        text(entry, "releaseName") or name.text,
        text(entry, "namespace") or "default",
        name.place,
        tuple(given),
        folder if here else None,
    )


def _files(by: Kustomization, entry: Node, repository: Repository) -> Iterator[Mapping]:
    first = scalar(entry, "valuesFile")
    for path in ([first] if first else []) + scalars(entry, "additionalValuesFiles"):
        found = resolve(by.folder, path.text)
        for document in repository.documents(found)[:1] if found else ():
            if isinstance(document.root, Mapping):
                yield document.root
