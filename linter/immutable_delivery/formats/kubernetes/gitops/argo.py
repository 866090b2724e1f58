"""Argo CD: the sources of applications."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Source, SourceType, Unread
from immutable_delivery.formats.kubernetes.gitops.declared import (
    OCI,
    Declared,
    pin_of,
    text_of,
)
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.charts import beneath
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, scalar, scalars, text

_WILD = lazy(r"[*?\[{]")


def sources(spec: Mapping, workload: Workload) -> Iterator[Source]:
    """Yield where an application takes what it deploys from."""
    written = written_sources(spec)
    fixed = _values_of(written)
    for one in written:
        if scalar(one, "repoURL") is not None:
            yield _source(one, fixed, workload)


def plugins(spec: Mapping, workload: Workload) -> Iterator[Unread]:
    """Yield the plugins that make manifests of a source: nobody knows what they make."""
    for one in written_sources(spec):
        key, plugin = one.key("plugin"), find(one, "plugin")
        if key is not None and plugin is not None:
            yield Unread(
                used_at=key.place,
                extent=one.extent("plugin"),
                scope=workload.scope(),
                subject="plugin of Argo CD",
                reason="what it makes of a source is not known",
            )


def written_sources(spec: Mapping) -> list[Mapping]:
    """Return the sources of an application: several, one, or what is rendered into a branch before."""
    single = mapping(spec, "source") or mapping(spec, "sourceHydrator", "drySource")
    return mappings(spec, "sources") or ([single] if single is not None else [])


def _source(node: Mapping, fixed: dict[str, str], workload: Workload) -> Source:
    url, name = scalar(node, "repoURL"), scalar(node, "chart")
    return Declared(
        kind=_kind(node),
        url=beneath(text_of(url), text_of(name)),
        extent=node.place,
        ref=text_of(scalar(node, "targetRevision")),
        folder=text_of(scalar(node, "path")),
        values_of=fixed.get(text(node, "ref"), ""),
    ).fact(workload)


def _kind(node: Mapping) -> SourceType:
    if text(node, "chart"):
        return "chart"
    return "oci" if text(node, "repoURL").startswith(OCI) else "git"


def _values_of(sources: list[Mapping]) -> dict[str, str]:
    """Return the charts that are fixed to one version, by the name of the source that they take values from."""
    found: dict[str, str] = {}
    for one in sources:
        chart, version = text(one, "chart"), text(one, "targetRevision")
        if chart and pin_of("chart", version) in {"exact", "digest"}:
            for path in scalars(one, "helm", "valueFiles"):
                if path.text.startswith("$"):
                    found.setdefault(path.text[1:].partition("/")[0], f"{chart} {version}")
    return found


def generators(workload: Workload) -> Iterator[Source]:
    """Yield the repositories in which generators of a set look for applications."""
    waiting = mappings(workload.resource.root, "spec", "generators")
    while waiting:
        node = waiting.pop()
        for key in ("matrix", "merge"):
            waiting += mappings(node, key, "generators")
        git = mapping(node, "git")
        if git is not None and scalar(git, "repoURL") is not None:
            paths = [
                scalar(one, "path")
                for key in ("directories", "files")
                for one in mappings(git, key)
            ]
            named = next((one.written for one in paths if one), None)
            yield Declared(
                kind="git",
                url=text_of(scalar(git, "repoURL")),
                extent=git.place,
                ref=text_of(scalar(git, "revision")),
                folder=_beginning(named),
            ).fact(workload)


def _beginning(pattern: LocatedText | None) -> LocatedText | None:
    """Return the folder that a pattern begins with."""
    found = _WILD.search(pattern.text) if pattern else None
    if pattern is None or found is None:
        return pattern
    end = pattern.text.rfind("/", 0, found.start())
    return pattern.slice(0, end) if end > 0 else None
