"""What a repository deploys: what its root kustomizations build, and the objects that no kustomization uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from immutable_delivery import releases
from immutable_delivery.containers.environments import Environment
from immutable_delivery.containers.reach import Reach
from immutable_delivery.context import Inside, ParseContext, ParseProblem
from immutable_delivery.facts import Fact, Scope, Source
from immutable_delivery.formats.kubernetes import applied, gitops, objects
from immutable_delivery.formats.kubernetes.environments import Environments
from immutable_delivery.formats.kubernetes.gitops.overlays import overlaid
from immutable_delivery.formats.kubernetes.gitops.values import Given
from immutable_delivery.formats.kubernetes.manifest import Manifest, judged
from immutable_delivery.formats.kubernetes.workload import Memory, Neighbours, Workload
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.formats.kustomize.resource import Resource, objects_in
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.releases import Layer, laid
from immutable_delivery.source.files import folder_of
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml.inner import inner_documents

if TYPE_CHECKING:
    from immutable_delivery.formats.kubernetes.releasing import Releasing
    from immutable_delivery.formats.kustomize.charts import Inflation

_TEMPLATES = lazy(r"(?:^|/)templates?/")


def deployed(manifests: Mapping[str, Manifest], ctx: ParseContext) -> Iterable[Fact]:
    """Return the facts of all that is deployed, each once with the environments that it reaches."""
    deployment = _Deployment(manifests, ctx)
    deployment.note()
    deployment.kustomized()
    deployment.alone()
    ctx.troubles.extend(deployment.troubles.values())
    return deployment.reach.facts()


def objects_within(held: Inside, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what the objects in a text say, by themselves."""
    from immutable_delivery.effects.unanalysed import broken  # noqa: PLC0415 (scripts alone hold such texts)

    path, documents = held.text.used_at.file, inner_documents(held.text)
    yield from broken(documents, held.scope)
    found = [one for document in documents for one in objects_in(document.root, path)]
    neighbours = Neighbours(found)
    for resource in found:
        yield from objects.facts(Workload(resource, neighbours, ctx))


class _Deployment:
    def __init__(self, manifests: Mapping[str, Manifest], ctx: ParseContext) -> None:
        self.troubles: dict[tuple[str, int, str], ParseProblem] = {}
        """Without repetition: many overlays stumble over one base."""
        self._environments = Environments(ctx)
        self.reach = Reach(ctx)
        self._manifests = manifests
        self._around = ctx
        self._memory: Memory = {}
        self._used: set[str] = set()
        self._releasing: Releasing | None = None
        self._overlay = ""
        """The object of Flux whose objects are being judged."""

    def note(self) -> None:
        """Say which documents are not judged."""
        for manifest in self._manifests.values():
            for trouble in manifest.troubles():
                self._note(trouble)

    def kustomized(self) -> None:
        """Judge what kustomizations build, through those that nothing else builds on."""
        folders = [folder_of(path) for path, one in self._manifests.items() if one.is_kustomization]
        if not folders:
            return
        from immutable_delivery.formats.kustomize.build import Builder  # noqa: PLC0415 (many repositories have none)
        from immutable_delivery.formats.kustomize.graph import Graph  # noqa: PLC0415 (as above)

        parsed = {path: manifest.readable for path, manifest in self._manifests.items()}
        repository = Repository(self._around.files, parsed, self._around.texts)
        graph = Graph(repository, folders, self._report)
        self._used = graph.consumed()
        for built in Builder(repository, graph, self._report).roots():
            environment = self._environments.of(built.path)
            self._around.scopes[built.path] = environment.reached(Scope())
            resources = built.gathered.resources
            self.reach.add(_sources(built.gathered.sources, built.path), environment)
            self._judge(resources, Neighbours(resources), environment, built.path)
            for chart in built.gathered.charts:
                self._inflate(chart, built.path, environment)

    def alone(self) -> None:
        """Judge the objects that no kustomization uses."""
        free = [one for path, one in self._manifests.items() if path not in self._used]
        for folder in _folders(free):
            neighbours = Neighbours(
                resource for resources in folder.values() for resource in resources
            )
            for path, resources in folder.items():
                self._judge(resources, neighbours, self._environments.of(path), folder_of(path))

    def _judge(
        self,
        resources: list[Resource],
        neighbours: Neighbours,
        environment: Environment,
        group: str,
    ) -> None:
        """Judge objects that are applied together; ``group`` is what applies them."""
        for resource in resources:
            workload = self._workload(resource, neighbours)
            for one in (workload, *gitops.applications(workload)):
                named = environment.name
                reached = environment if named else self._environments.of_object(one.resource.root)
                applied.note(one, reached, group)
                found = self._applied(one, reached)
                self.reach.add(_applying(objects.facts(one), found), reached)
                self._release(one, reached)

    def _applied(self, workload: Workload, reached: Environment) -> list[Resource]:
        """Judge what a deployer makes of paths of this repository; return the objects that it applies so."""
        one = workload.resource.identity
        found = overlaid(workload) if not self._overlay else []
        if not found:
            return []
        self._overlay = f"{one.kind}/{one.name}"
        self._judge(found, Neighbours(found), reached, self._overlay)
        self._overlay = ""
        return found

    def _inflate(self, chart: Inflation, path: str, environment: Environment) -> None:
        """Judge a chart that a kustomization has Helm render: by its templates where it lies here, else by the shape of its values."""
        layers = tuple(Layer(one) for one in chart.values)
        if chart.folder is None:
            scope = replace(_scope(path), service=chart.name)
            held = laid(layers)
            self.reach.add(releases.facts(held, scope, self._around) if held else (), environment)
            return
        given = Given(
            name=chart.name, namespace=chart.namespace, layers=lambda: layers, folder=chart.folder
        )
        for found, one in self._charts().release(given, self._around, chart.at, environment):
            self.reach.add(found, one)

    def _charts(self) -> Releasing:
        from immutable_delivery.formats.kubernetes.releasing import Releasing  # noqa: PLC0415 (it loads the interpreter of templates)

        self._releasing = self._releasing or Releasing.of(self._around)
        return self._releasing

    def _release(self, workload: Workload, reached: Environment) -> None:
        """Judge the charts of this repository that an object releases."""
        if gitops.releases_here(workload):
            for found, one in self._charts().facts(workload, reached):
                self.reach.add(found, one)

    def _workload(self, resource: Resource, neighbours: Neighbours) -> Workload:
        return Workload(
            resource, neighbours, self._around, self._memory, self._report, self._overlay
        )

    def _report(self, place: Place, reason: str) -> None:
        template = _TEMPLATES.search(place.file) is not None
        self._note(ParseProblem(place.file, place.span.start, reason, template))

    def _note(self, trouble: ParseProblem) -> None:
        self.troubles.setdefault((trouble.path, trouble.offset, trouble.reason), trouble)


def _folders(manifests: Iterable[Manifest]) -> Iterable[dict[str, list[Resource]]]:
    """Yield the objects of what no kustomization uses, folder by folder: those are applied together."""
    found: dict[str, dict[str, list[Resource]]] = defaultdict(dict)
    for manifest in manifests:
        if not manifest.is_kustomization:
            roots = [one.root for one in manifest.readable if judged(one)]
            objects_ = [resource for root in roots for resource in objects_in(root, manifest.path)]
            found[folder_of(manifest.path)][manifest.path] = objects_
    return found.values()


def _sources(found: Iterable[Source], path: str) -> Iterable[Source]:
    for source in found:
        yield replace(source, scope=_scope(path))


def _applying(found: Iterable[Fact], applied: list[Resource]) -> Iterable[Fact]:
    """Yield the facts of an object, its source with the files whose objects it applies otherwise than they say."""
    paths = tuple(sorted({one.path for one in applied}))
    for fact in found:
        yield replace(fact, applies=paths) if paths and isinstance(fact, Source) else fact


def _scope(path: str) -> Scope:
    """Return the scope of what a kustomization itself says."""
    return Scope(
        owner=f"kustomization {folder_of(path) or '.'}",
        phase="start",
        layer="middleware",
        deployed=True,
    )
