"""What deployers in the cluster are told: where each takes what it deploys from, what it puts in, and what it overlooks."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery import releases
from immutable_delivery.containers import lower
from immutable_delivery.facts import Fact, Source, Unread
from immutable_delivery.formats.kubernetes import applicationsets, variables
from immutable_delivery.formats.kubernetes.gitops import (
    argo,
    drift,
    flux,
    images,
    others,
    updates,
    values,
)
from immutable_delivery.formats.kubernetes.volumes import reference_of
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.formats.kustomize import Resource
from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import mapping

_FLUX = ".toolkit.fluxcd.io"


def facts(workload: Workload) -> Iterator[Fact]:
    """Yield what an object tells a deployer."""
    one = workload.resource.identity
    for node in images.images(workload.resource.root, one.group, one.kind):
        yield lower.image(reference_of(node, "container", node.place), workload.scope())
    spec = mapping(workload.resource.root, "spec")
    if (one.group, one.kind) == ("argoproj.io", "ApplicationSet"):
        yield from _made(workload)
    elif spec is not None and "." in one.group:
        held = list(values.released(workload))
        for source in _sources(spec, workload):
            whole = isinstance(source, Source) and any(map(releases.is_whole, held))
            yield replace(source, read=True) if whole else source
        for layer in held:
            yield from releases.facts(layer, workload.scope(), workload.ctx)


def _made(workload: Workload) -> Iterator[Fact]:
    """Yield what a set of applications tells: its own sources, and everything that the applications it makes tell."""
    found = applicationsets.made(workload)
    for node, subject, reason in found.unknown:
        at = node.place
        yield Unread(used_at=at, extent=at, scope=workload.scope(), subject=subject, reason=reason)
    yield from argo.generators(workload)
    for root in found.applications:
        own = replace(workload, resource=Resource(root, workload.resource.path))
        yield from variables.instructions(mapping(root, "metadata", "annotations"), own.scope())
        yield from facts(own)


def _sources(spec: Mapping, workload: Workload) -> Iterator[Fact]:
    one = workload.resource.identity
    yield from others.charts(workload)
    if one.group == "argoproj.io" and one.kind == "Application":
        yield from argo.sources(spec, workload)
        yield from drift.of_application(spec, workload)
    elif one.group.endswith(_FLUX):
        yield from flux.sources(spec, workload)
        if one.kind == "HelmRelease":
            yield from drift.of_release(spec, workload)
    else:
        yield from _others(f"{one.group}/{one.kind}", spec, workload)


def _others(kind: str, spec: Mapping, workload: Workload) -> Iterator[Fact]:
    if kind == "fleet.cattle.io/GitRepo":
        yield from others.fleet(spec, workload)
    elif kind == "kargo.akuity.io/Warehouse":
        yield from others.kargo(spec, workload)
    elif kind == "argocd-image-updater.argoproj.io/ImageUpdater":
        yield from updates.of_updater(spec, workload)
