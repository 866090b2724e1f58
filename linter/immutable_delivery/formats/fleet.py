"""Rancher's fleet.yaml: the chart that a bundle installs, how far its version fixes it, and its values.

Reference: https://fleet.rancher.io/ref-fleet-yaml
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery.context import Comment, ParseContext
from immutable_delivery.facts import Build, Fact, Scope, Source
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.charts import of_version
from immutable_delivery.releases.layers import Layer
from immutable_delivery.source.files import folder_of, resolve
from immutable_delivery.source.text import Text
from immutable_delivery.syntax import yaml
from immutable_delivery.syntax.yaml.query import mapping, mappings, roots, scalar, scalars, text

__all__ = ["NAME", "claims", "comments", "facts", "parse"]

NAME = "fleet"

_KEY = lazy(rb"(?m)^(?:helm|targetCustomizations)[ \t]*:")


def claims(path: str, data: bytes) -> bool:
    """Whether a file is called `fleet.yaml` and says something of charts."""
    return path.rpartition("/")[2] in {"fleet.yaml", "fleet.yml"} and _KEY.search(data) is not None


def parse(text_: Text) -> list[yaml.Document]:
    """Return the documents of the file."""
    return yaml.documents(text_)


def comments(document: list[yaml.Document], text_: Text) -> list[Comment]:
    """Return the comments with what each covers."""
    return yaml.comments(text_, document)


def facts(
    documents: Mapping[str, list[yaml.Document]], ctx: ParseContext
) -> Iterable[Fact | Build]:
    """Yield the chart of a bundle with its values, and again with those of each target that changes them."""
    from immutable_delivery import releases  # noqa: PLC0415 (only where there is a bundle)

    for path, root in roots(documents, ctx):
        own = mapping(root, "helm")
        targets = [mapping(one, "helm") for one in mappings(root, "targetCustomizations")]
        scope = _scope(path, own)
        for helm in (own, *targets):
            if helm is None:
                continue
            held = releases.laid(
                [*_layers(own, path, ctx), *(_layers(helm, path, ctx) if helm is not own else ())]
            )
            yield from _source(helm, scope, read=releases.is_whole(held))
            yield from releases.facts(held, scope, ctx) if held is not None else ()


def _scope(path: str, helm: yaml.Mapping | None) -> Scope:
    name = text(helm, "releaseName") or folder_of(path).rpartition("/")[2] or "bundle"
    return Scope(
        owner=f"bundle {name}", service=name, phase="start", layer="middleware", deployed=True
    )


def _source(helm: yaml.Mapping, scope: Scope, *, read: bool) -> Iterator[Source]:
    """Yield the chart, where it lies elsewhere; a target may only change its version."""
    chart, version, repo = (scalar(helm, key) for key in ("chart", "version", "repo"))
    address = repo or chart
    remote = repo is not None or (chart is not None and "://" in chart.text)
    if not remote or address is None:
        return
    name = chart.text if chart else ""
    yield Source(
        used_at=(version or chart or address).place,
        extent=helm.place,
        places={
            "url": address.place,
            **({"ref": version.place, "pin": version.place} if version else {}),
        },
        scope=scope,
        source_type="chart",
        url=f"{repo.text.rstrip('/')}/{name}".rstrip("/") if repo else name,
        ref=text(version),
        pin=of_version(text(version)),
        read=read,
    )


def _layers(helm: yaml.Mapping | None, path: str, ctx: ParseContext) -> Iterator[Layer]:
    for name in scalars(helm, "valuesFiles"):
        found = ctx.text(resolve(folder_of(path), name.text))
        if found is not None:
            for one in yaml.documents(found)[:1]:
                yield Layer(one.root if isinstance(one.root, yaml.Mapping) else None)
    yield Layer(mapping(helm, "values"))
