"""What a Skaffold configuration takes from other repositories: modules and charts."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Scope, Source, SourceType
from immutable_delivery.formats.skaffold.configs import Config
from immutable_delivery.references.charts import of_version
from immutable_delivery.references.urls import of_ref
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import mappings, scalar, text


def sources(config: Config) -> Iterator[Source]:
    """Yield the repositories and charts that it names."""
    for required in mappings(config.root, "requires"):
        yield from _source(required, config, ("git", "repo"), ("git", "ref"), "git")
    for holder in ("manifests", "deploy"):
        for release in mappings(config.root, holder, "helm", "releases"):
            yield from _source(release, config, ("remoteChart",), ("version",), "chart")


def _source(
    node: Mapping, config: Config, url: tuple[str, ...], ref: tuple[str, ...], kind: SourceType
) -> Iterator[Source]:
    address, revision = scalar(node, *url), scalar(node, *ref)
    if address is None:
        return
    place = (revision or address).place
    repo = text(node, "repo") if kind == "chart" else ""
    yield Source(
        used_at=place,
        extent=node.place,
        places={"url": address.place, "ref": place, "pin": place},
        scope=Scope(
            owner=f"skaffold {text(config.root, 'metadata', 'name')}".rstrip(),
            phase="start",
            layer="middleware",
        ),
        source_type=kind,
        url=f"{repo}/{address.text}" if repo else address.text,
        ref=text(revision),
        pin=of_version(text(revision)) if kind == "chart" else of_ref(text(revision)),
    )
