"""What all facts of one object share: the names of its owner, and the other objects that it refers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, get_args

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Phase, Role, Scope
from immutable_delivery.facts import Workload as KnownWorkload
from immutable_delivery.formats.kustomize.resource import Resource
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import is_true, mapping, scalar, text
from immutable_delivery.syntax.yaml.shapes import Report

Memory = dict[Hashable, tuple[object, Any]]
"""What was worked out, by all that it depends on, with the objects whose identity is part of that."""

_KNOWN: tuple[KnownWorkload, ...] = get_args(KnownWorkload)
_SCALERS = frozenset({"HorizontalPodAutoscaler", "ScaledObject"})
_ENDING = frozenset({"Job", "CronJob", "Workflow", "Task"})
"""Workloads that run until they are done."""
_SEVERAL = 2
"""Stands for a number that changes."""
_PHASES: dict[str, Phase] = {"init": "init", "pipeline": "pipeline"}


class Neighbours:
    """The ConfigMaps and Secrets that are deployed together."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_name: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        self.scaled: set[str] = set()
        """The names of what an autoscaler makes more of."""
        for resource in resources:
            if resource.identity.kind in _SCALERS:
                self.scaled.add(text(resource.root, "spec", "scaleTargetRef", "name"))
            for name in dict.fromkeys((known.kind, known.name) for known in resource.identities):
                if name[0] in {"ConfigMap", "Secret"}:
                    self._by_name[name].append(resource)

    def find(self, kind: str, name: str, of: Resource) -> Resource | None:
        """Return the object that a workload means by a name: rather one that was renamed as it was."""
        found = self._by_name.get((kind, name), [])
        space = of.identity.namespace
        near = [one for one in found if one.identity.namespace == space] or found
        return next((one for one in near if one.affixes == of.affixes), near[0] if near else None)

    def immutable(self, kind: str, name: str, of: Resource) -> bool | None:
        """Whether such an object cannot change under its name; None where it is not here."""
        found = self.find(kind, name, of)
        return None if found is None else found.hashed or is_true(found.root, "immutable")

    def hashed(self, name: str, of: Resource) -> Iterator[Resource]:
        """Yield those of a name to which a hash of their content is added."""
        for kind in ("ConfigMap", "Secret"):
            found = self.find(kind, name, of)
            if found is not None and found.hashed:
                yield found

    def data(self, kind: str, name: str, of: Resource) -> Mapping | None:
        """Return the texts that such an object holds."""
        found = self.find(kind, name, of)
        return (
            None
            if found is None
            else mapping(found.root, "data" if kind == "ConfigMap" else "stringData")
        )


def _unheard(_place: Place, _reason: str) -> None:
    """Take no notice."""


class Workload(Record, frozen=True):
    """An object that runs containers."""

    resource: Resource
    neighbours: Neighbours
    ctx: ParseContext
    memory: Memory = field(default_factory=dict)
    """What commands do, by all that it depends on: overlays share most of their containers."""
    report: Report = _unheard
    """Told what of the object cannot be."""
    overlay: str = ""
    """The object of Flux or Argo CD that applies it otherwise than its file says."""

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.resource.identity.kind

    @property
    def type(self) -> KnownWorkload:
        """Its kind, where every cluster or many know it; else `custom`."""
        return next((one for one in _KNOWN if one == self.kind), "custom")

    @property
    def name(self) -> str:
        """Its name in its own file, without what overlays put around it."""
        root = self.resource.root
        return self.resource.original.name or text(root, "metadata", "generateName").rstrip("-")

    @property
    def replicas(self) -> int | None:
        """How many of its pods may run at once, as far as the manifests say it; 0 for a job."""
        if self.type in _ENDING:
            return 0
        if self.type == "DaemonSet" or self.name in self.neighbours.scaled:
            return _SEVERAL
        said = scalar(self.resource.root, "spec", "replicas")
        if said is None:
            return 1
        return int(said.text) if said.text.isdecimal() else None

    def scope(self, container: str = "", role: Role = "container") -> Scope:
        """Return the scope of the object, or of one of its containers."""
        owner = f"{self.kind}/{self.name}" if self.name else self.kind
        return Scope(
            owner=f"{owner} (container {container})" if container else owner,
            service=self.name,
            phase=_PHASES.get(role, "start"),
            layer="middleware",
            deployed=role != "pipeline",
            manifest=self.resource.path,
            overlay=self.overlay,
        )
