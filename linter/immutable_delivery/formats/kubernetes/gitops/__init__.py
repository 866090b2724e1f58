"""What deployers in the cluster are told: where each takes what it deploys from, what it puts in, and what it overlooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from immutable_delivery import releases
from immutable_delivery.containers import lower
from immutable_delivery.facts import Fact, Source, Unread
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
from immutable_delivery.formats.kustomize.resource import Resource
from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import mapping

if TYPE_CHECKING:
    from immutable_delivery.formats.kubernetes.applicationsets import Made

_FLUX = ".toolkit.fluxcd.io"
_SET = ("argoproj.io", "ApplicationSet")


def facts(workload: Workload) -> Iterator[Fact]:
    """Yield what an object tells a deployer."""
    one = workload.resource.identity
    for node in images.images(workload.resource.root, one.group, one.kind):
        yield lower.image(reference_of(node, "container", node.place), workload.scope())
    spec = mapping(workload.resource.root, "spec")
    if (one.group, one.kind) == _SET:
        yield from _of_set(workload)
    elif spec is not None and "." in one.group:
        elsewhere = [one for one in values.released(workload) if one.folder is None]
        held = [found for one in elsewhere if (found := releases.laid(one.layers())) is not None]
        for source in _sources(spec, workload):
            whole = isinstance(source, Source) and any(map(releases.is_whole, held))
            yield replace(source, read=True) if whole else source
        for layer in held:
            yield from releases.facts(layer, workload.scope(), workload.ctx)


def releases_here(workload: Workload) -> bool:
    """Whether an object releases a chart of this repository."""
    return any(given.folder is not None for given in values.released(workload))


def applications(workload: Workload) -> Iterator[Workload]:
    """Yield the applications that a set of applications makes, as objects."""
    one = workload.resource.identity
    if (one.group, one.kind) == _SET:
        for root in _made(workload).applications:
            yield replace(workload, resource=Resource(root, workload.resource.path))


def _of_set(workload: Workload) -> Iterator[Fact]:
    """Yield where the generators of a set of applications look, and of which nobody knows what they find."""
    for node, subject, reason in _made(workload).unknown:
        at = node.place
        yield Unread(used_at=at, extent=at, scope=workload.scope(), subject=subject, reason=reason)
    yield from argo.generators(workload)


def _made(workload: Workload) -> Made:
    """Return what a set makes, worked out once."""
    root = workload.resource.root
    key = "applications", id(root)
    if key not in workload.memory:
        from immutable_delivery.formats.kubernetes.applicationsets import made  # noqa: PLC0415 (few clusters have one)

        workload.memory[key] = root, made(workload)
    found: Made = workload.memory[key][1]
    return found


def _sources(spec: Mapping, workload: Workload) -> Iterator[Fact]:
    one = workload.resource.identity
    yield from others.charts(workload)
    if one.group == "argoproj.io" and one.kind == "Application":
        yield from argo.sources(spec, workload)
        yield from argo.plugins(spec, workload)
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
    elif kind == "fluxcd.controlplane.io/FluxInstance":
        yield from flux.instance(spec, workload)
    elif kind == "kargo.akuity.io/Warehouse":
        yield from others.kargo(spec, workload)
    elif kind == "argocd-image-updater.argoproj.io/ImageUpdater":
        yield from updates.of_updater(spec, workload)
