"""Building kustomizations: every object as it is after all overlays, and what comes from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from immutable_delivery.formats.kustomize import generators, images, names, replacements, variables
from immutable_delivery.formats.kustomize.accumulated import Accumulated
from immutable_delivery.formats.kustomize.charts import inflation
from immutable_delivery.formats.kustomize.graph import Graph
from immutable_delivery.formats.kustomize.model import SHAPES, Kustomization, Report
from immutable_delivery.formats.kustomize.patches import Patcher
from immutable_delivery.formats.kustomize.plugins import long_forms
from immutable_delivery.formats.kustomize.remote import chart, is_remote, remote_base
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.kustomize.resource import Resource, objects_in
from immutable_delivery.records import Record
from immutable_delivery.source.files import resolve
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.yaml import Scalar
from immutable_delivery.syntax.yaml.query import mappings, text
from immutable_delivery.syntax.yaml.shapes import tell

_MAX_NESTING = 50
"""Components inside components: more are not followed."""


class Built(Record):
    """What one root builds."""

    path: str
    """The kustomization file of the root."""
    gathered: Accumulated
    """Its objects, and the bases and charts from elsewhere."""


class Builder:
    """Builds each folder once; overlays get copies that share their trees."""

    def __init__(self, repository: Repository, graph: Graph, report: Report) -> None:
        self._repository = repository
        self._graph = graph
        self._report = report
        self._done: dict[str, Accumulated] = {}

    def roots(self) -> Iterable[Built]:
        """Yield what every root builds."""
        for folder in self._graph.order:
            kustomization = self._repository.kustomization(folder)
            root = folder in self._graph.roots
            if kustomization is None or (kustomization.component and not root):
                continue
            gathered = Accumulated(open=kustomization.component)
            self._accumulate(kustomization, gathered, 0)
            self._done[folder] = gathered
            if root:
                final = gathered.copy()
                variables.resolve(final)
                final.drop([resource for resource in final.resources if _is_local(resource)])
                yield Built(kustomization.path, final)

    def _accumulate(self, by: Kustomization, gathered: Accumulated, nesting: int) -> None:
        tell(by.root, SHAPES, "", self._report)
        for entry in by.resources:
            self._add(by, entry, gathered)
        for one in (by, *long_forms(by, self._repository, "generators")):
            generators.generate(gathered, one, self._repository, self._report)
            self._inflate(one, gathered)
        for entry in by.components:
            self._include(by, entry, gathered, nesting)
        gathered.image_fields += self._image_fields(by)
        for one in (by, *long_forms(by, self._repository, "transformers")):
            self._transform(one, gathered)
        variables.declare(gathered, by)

    def _inflate(self, by: Kustomization, gathered: Accumulated) -> None:
        """Note the charts that Helm renders: their objects are not here."""
        for entry in by.list("helmCharts", "helmChartInflationGenerator"):
            source, rendered = chart(entry), inflation(by, entry, self._repository)
            gathered.sources += [source] if source else []
            gathered.charts += [rendered] if rendered else []
            gathered.open = True

    def _transform(self, by: Kustomization, gathered: Accumulated) -> None:
        patcher = Patcher(by, self._repository, self._report)
        patcher.strategic_merges(gathered)
        patcher.patches(gathered)
        names.transform(gathered, by)
        patcher.patches(gathered, "patchesJson6902")
        rules = images.rules(by.list("images", "imageTags"), self._report)
        for one in gathered.resources if rules else ():
            images.transform(one, rules, (*images.STANDARD, *gathered.image_fields))
        replacements.transform(gathered, by, self._repository, self._report)
        gathered.changed()

    def _add(self, by: Kustomization, entry: Scalar, gathered: Accumulated) -> None:
        """Add what an entry of `resources` names: a file, a folder, or something elsewhere."""
        folder, path = self._graph.folder(by, entry), resolve(by.folder, entry.text)
        if path is not None and self._repository.is_file(path):
            self._refuse(gathered.add(self._objects(path, gathered)), entry)
        elif folder is not None and folder in self._done:
            self._refuse(gathered.absorb(self._done[folder]), entry)
        else:
            self._elsewhere(by, entry, gathered)

    def _elsewhere(self, by: Kustomization, entry: Scalar, gathered: Accumulated) -> None:
        gathered.open = True
        path, folder = resolve(by.folder, entry.text), self._graph.folder(by, entry)
        if is_remote(entry.text):
            gathered.sources.append(remote_base(entry))
        elif folder is not None:
            if (by.folder, folder) not in self._graph.cut:
                self._report(
                    entry.place, f"`{entry.text}` is a component: it belongs under `components`"
                )
        elif path is None or self._repository.files.state(path) in {"missing", "tracked"}:
            self._report(entry.place, f"there is nothing that can be built at `{entry.text}`")

    def _include(
        self, by: Kustomization, entry: Scalar, gathered: Accumulated, nesting: int
    ) -> None:
        """Let a component add to and change what is there."""
        folder = self._graph.folder(by, entry)
        component = self._repository.kustomization(folder) if folder is not None else None
        if component is None or (by.folder, component.folder) in self._graph.cut:
            self._elsewhere(by, entry, gathered)
        elif not component.component:
            self._report(
                entry.place, f"`{entry.text}` is no component: it belongs under `resources`"
            )
        elif nesting < _MAX_NESTING:
            self._accumulate(component, gathered, nesting + 1)

    def _objects(self, path: str, gathered: Accumulated) -> Iterable[Resource]:
        for document in self._repository.documents(path):
            if document.problem:
                gathered.open = True
                self._report(
                    Place(path, Span(document.problem_at, document.problem_at)), document.problem
                )
            yield from objects_in(document.root, path)

    def _refuse(self, refused: list[Resource], entry: Scalar) -> None:
        for one in refused:
            name = f"{one.identity.kind} `{one.identity.name}`"
            self._report(entry.place, f"`{entry.text}` adds {name}, which is there already")

    def _image_fields(self, by: Kustomization) -> Iterable[images.Field]:
        for entry in by.strings("configurations"):
            path = resolve(by.folder, entry.text)
            for document in self._repository.documents(path) if path else ():
                for spec in mappings(document.root, "images"):
                    steps = tuple(step.removesuffix("[]") for step in text(spec, "path").split("/"))
                    yield text(spec, "kind"), steps


def _is_local(resource: Resource) -> bool:
    """Whether an object is meant for tools only and never reaches a cluster."""
    return text(
        resource.root, "metadata", "annotations", "config.kubernetes.io/local-config"
    ) not in {
        "",
        "false",
    }
