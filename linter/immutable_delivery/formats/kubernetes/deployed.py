"""What a repository deploys: what its root kustomizations build, and the objects that no kustomization uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from immutable_delivery.facts import Fact, Scope, Source
from immutable_delivery.files import folder_of
from immutable_delivery.formats import Surroundings, Trouble
from immutable_delivery.formats.kubernetes import objects
from immutable_delivery.formats.kubernetes.environments import Environments
from immutable_delivery.formats.kubernetes.manifest import Manifest, judged
from immutable_delivery.formats.kubernetes.reach import Reach
from immutable_delivery.formats.kubernetes.workload import Neighbours, Workload
from immutable_delivery.formats.kustomize import Builder, Graph, Repository, Resource, objects_in
from immutable_delivery.text import Place


@dataclass(slots=True)
class _Troubles:
    """Troubles without repetition: many overlays stumble over one base."""

    found: dict[tuple[str, int, str], Trouble] = field(default_factory=dict)

    def add(self, trouble: Trouble) -> None:
        self.found.setdefault((trouble.path, trouble.offset, trouble.reason), trouble)

    def at(self, place: Place, reason: str) -> None:
        self.add(Trouble(place.file, place.span.start, reason))


def deployed(manifests: Mapping[str, Manifest], around: Surroundings) -> Iterator[Fact]:
    """Yield the facts of all that is deployed, each once with the environments that it reaches."""
    troubles = _Troubles()
    for manifest in manifests.values():
        for trouble in manifest.troubles():
            troubles.add(trouble)
    environments = Environments(around.settings.get("environments", ()))
    reach = Reach(environments)
    parsed = {path: manifest.readable for path, manifest in manifests.items()}
    folders = [folder_of(path) for path, manifest in manifests.items() if manifest.is_kustomization]
    used: set[str] = set()
    if folders:
        repository = Repository(around.files, parsed, around.texts)
        graph = Graph(repository, folders, troubles.at)
        used = graph.consumed()
        for built in Builder(repository, graph, troubles.at).roots():
            environment = environments.of(built.path)
            reach.add(_sources(built.gathered.sources, built.path), environment)
            resources = built.gathered.resources
            reach.add(_facts(resources, Neighbours(resources)), environment)
    for folder in _folders(one for path, one in manifests.items() if path not in used):
        neighbours = Neighbours(one for resources in folder.values() for one in resources)
        for path, resources in folder.items():
            reach.add(_facts(resources, neighbours), environments.of(path))
    around.troubles.extend(troubles.found.values())
    yield from reach.facts()


def _folders(manifests: Iterable[Manifest]) -> Iterable[dict[str, list[Resource]]]:
    """Yield the objects of what no kustomization uses, folder by folder: those are applied together."""
    found: dict[str, dict[str, list[Resource]]] = defaultdict(dict)
    for manifest in manifests:
        if not manifest.is_kustomization:
            roots = [one.root for one in manifest.readable if judged(one)]
            objects_ = [one for root in roots for one in objects_in(root, manifest.path)]
            found[folder_of(manifest.path)][manifest.path] = objects_
    return found.values()


def _facts(resources: list[Resource], neighbours: Neighbours) -> Iterable[Fact]:
    for resource in resources:
        yield from objects.facts(Workload(resource, neighbours))


def _sources(found: Iterable[Source], path: str) -> Iterable[Source]:
    scope = Scope(
        owner=f"kustomization {folder_of(path) or '.'}",
        phase="start",
        layer="middleware",
        deployed=True,
    )
    for one in found:
        yield replace(one, scope=scope)
