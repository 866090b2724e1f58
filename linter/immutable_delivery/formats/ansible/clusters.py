"""What tasks deploy to a cluster: objects that they write out, and charts."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Scope, Source
from immutable_delivery.formats.ansible.variables import Values, filled_in
from immutable_delivery.formats.kubernetes import objects
from immutable_delivery.formats.kubernetes.workload import Neighbours, Workload
from immutable_delivery.formats.kustomize.resource import objects_in
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.charts import beneath, is_range, of_chart
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.filling import Filling
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import items, scalar, text

_DEFINITIONS = ("definition", "resource_definition", "inline")
_ABSENT = "absent"
_LOCAL = lazy(r"[./~]|\{\{")
"""A chart that lies where the task runs, or whose place only the run knows."""


def objects_of(node: Tree, values: Values, scope: Scope, ctx: ParseContext) -> Iterator[Fact]:
    """Yield what the objects say that a task writes out."""
    if text(node, "state") == _ABSENT:
        return
    filling = Filling("{", lambda written: filled_in(written, values))
    for root in (one for key in _DEFINITIONS for one in _roots(node.get(key))):
        for resource in objects_in(filling.mapping(root), scope.manifest):
            neighbours = Neighbours([resource])
            yield from objects.facts(Workload(resource, neighbours, ctx))


def _roots(held: Node | None) -> Iterator[Tree]:
    """Yield the objects: a mapping, a list of them, or their text."""
    inner = [one.root for one in inner_documents(held.written)] if isinstance(held, Scalar) else []
    for one in (held, *items(held), *inner):
        if isinstance(one, Tree):
            yield one


def release_of(node: Tree, values: Values, scope: Scope) -> Iterator[Source]:
    """Yield the chart that a task releases."""
    chart, repository = scalar(node, "chart_ref"), scalar(node, "chart_repo_url")
    version = scalar(node, "chart_version")
    if chart is None or _LOCAL.match(chart.text) or text(node, "state") == _ABSENT:
        return
    base = filled_in(repository.written, values) if repository else None
    address = beneath(base, filled_in(chart.written, values)) or chart.written
    said = filled_in(version.written, values) if version else None
    ref = said.value if said else ""
    at = version.place if version else chart.place
    yield Source(
        used_at=chart.place,
        extent=node.place,
        places={"url": chart.place, "ref": at, "pin": at},
        scope=replace(scope, phase="start", layer="middleware"),
        source_type="chart",
        url=address.value,
        ref=ref,
        pin=of_chart(address.text, ref) if ref is not None else None,
        range=bool(ref and is_range(ref)),
    )
