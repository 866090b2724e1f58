"""Flux: the repositories, artifacts and charts that it follows, and what it applies of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Held

from immutable_delivery.facts import Pin, Source, SourceType
from immutable_delivery.formats.kubernetes.gitops.declared import Declared, text_of
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.references.charts import of_version
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import mapping, scalar, text

_GIT = ("commit", "name", "semver", "tag", "branch")
_OCI = ("digest", "semver", "tag")
"""The keys that say a revision, what counts most first."""


def sources(spec: Mapping, workload: Workload) -> Iterator[Source]:
    """Yield the source that an object of Flux declares or takes."""
    reader = _READERS.get(workload.kind)
    found = reader(spec) if reader is not None else None
    if found is not None:
        yield found.fact(workload)


def instance(spec: Mapping, workload: Workload) -> Iterator[Source]:
    """Yield what the operator of Flux installs, and what it has Flux follow."""
    version, registry = (
        scalar(spec, "distribution", "version"),
        scalar(spec, "distribution", "registry"),
    )
    held = mapping(spec, "distribution")
    if version is not None and held is not None:
        yield _declared("oci", registry, held, text_of(version), of_version(version.text)).fact(
            workload
        )
    sync = mapping(spec, "sync")
    if sync is not None:
        kind: SourceType = "git" if text(sync, "kind") in {"", "GitRepository"} else "oci"
        ref, path = text_of(scalar(sync, "ref")), text_of(scalar(sync, "path"))
        yield _declared(kind, scalar(sync, "url"), sync, ref, folder=path).fact(workload)


def _git(spec: Mapping) -> Declared:
    key, ref = _revision(spec, _GIT)
    pins: dict[str, Pin] = {"semver": "partial", "branch": "alias"}
    return _declared("git", scalar(spec, "url"), spec, ref, pins.get(key), ranged=key == "semver")


def _oci(spec: Mapping) -> Declared:
    key, ref = _revision(spec, _OCI)
    pin: Pin | None = "partial" if key == "semver" else None
    return _declared("oci", scalar(spec, "url"), spec, ref, pin, ranged=key == "semver")


def _charts(spec: Mapping) -> Declared:
    """Return an address of charts, which fixes none of them."""
    return _declared("chart", scalar(spec, "url"), spec, pin="")


def _bucket(spec: Mapping) -> Declared:
    return _declared("bucket", scalar(spec, "endpoint") or scalar(spec, "bucketName"), spec)


def _release(spec: Mapping) -> Declared | None:
    reference, chart = mapping(spec, "chartRef"), mapping(spec, "chart", "spec")
    if reference is not None:
        return _through("chart", reference, None)
    return _chart(chart) if chart is not None else None


def _chart(spec: Mapping) -> Declared | None:
    """Return a chart by name and version; one that lies in a repository is as fixed as that."""
    reference, name = mapping(spec, "sourceRef"), scalar(spec, "chart")
    if name is not None and text(reference, "kind") in {"GitRepository", "Bucket"}:
        return _through("chart", reference, name)
    version, through = text_of(scalar(spec, "version")), _named(reference)
    return _declared("chart", name, spec, version, through=through) if name is not None else None


def _kustomization(spec: Mapping) -> Declared | None:
    return _through("git", mapping(spec, "sourceRef"), scalar(spec, "path"))


def _through(kind: SourceType, reference: Mapping | None, path: Scalar | None) -> Declared | None:
    """Return what is taken of a source that another object declares."""
    name = scalar(reference, "name")
    if reference is None or name is None:
        return None
    return _declared(kind, name, reference, pin="", folder=text_of(path), through=_named(reference))


def _declared(
    kind: SourceType,
    url: Scalar | None,
    extent: Mapping,
    ref: LocatedText | None = None,
    pin: Pin | None = None,
    *,
    ranged: bool = False,
    folder: LocatedText | None = None,
    through: str = "",
) -> Declared:
    return Declared(
        kind=kind,
        url=text_of(url),
        extent=extent.place,
        ref=ref,
        pin=pin,
        range=ranged,
        folder=folder,
        through=through,
    )


def _revision(spec: Mapping, keys: tuple[str, ...]) -> tuple[str, LocatedText | None]:
    """Return the key that decides the revision, and what it says."""
    said = ((key, text_of(scalar(spec, "ref", key))) for key in keys)
    return next(((key, ref) for key, ref in said if ref is not None), ("", None))


def _named(reference: Mapping | None) -> str:
    """Return the object that a reference means, as owners of facts are called."""
    kind, name = text(reference, "kind"), text(reference, "name")
    return f"{kind}/{name}" if kind and name else ""


_READERS: Held[str, Callable[[Mapping], Declared | None]] = {
    "GitRepository": _git,
    "OCIRepository": _oci,
    "HelmRepository": _charts,
    "Bucket": _bucket,
    "HelmChart": _chart,
    "HelmRelease": _release,
    "Kustomization": _kustomization,
}
