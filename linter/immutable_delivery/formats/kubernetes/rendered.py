"""The facts of objects that a chart gives: read like those of any other manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.containers.environments import Environment
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact
from immutable_delivery.formats.helm import Rendered
from immutable_delivery.formats.kubernetes import applied, objects
from immutable_delivery.formats.kubernetes.environments import Environments
from immutable_delivery.formats.kubernetes.gitops import applications
from immutable_delivery.formats.kubernetes.manifest import judged
from immutable_delivery.formats.kubernetes.workload import Memory, Neighbours, Workload
from immutable_delivery.formats.kustomize.resource import Resource, objects_in
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.query import scalar, text, with_entry, written

_HOOK = "helm.sh/hook"
_USUAL = {
    **dict.fromkeys(("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"), "apps/v1"),
    **dict.fromkeys(("CronJob", "Job"), "batch/v1"),
    **dict.fromkeys(("ConfigMap", "Pod", "Secret"), "v1"),
}
_TEST = "runs for `helm test` only"


def object_facts(
    rendered: Rendered, ctx: ParseContext, reached: Environment
) -> Iterator[tuple[Iterable[Fact], Environment]]:
    """Yield the facts of every object of a release with the environment that they reach."""
    for workload, one in workloads(rendered, ctx, reached):
        applied.note(workload, one, f"chart {rendered.chart.metadata.name}")
        yield objects.facts(workload), one


def workloads(
    rendered: Rendered, ctx: ParseContext, reached: Environment
) -> Iterator[tuple[Workload, Environment]]:
    """Yield every object of a release with the environment that it reaches."""
    resources = list(_resources(rendered))
    neighbours, memory = Neighbours(resources), Memory()
    environments = Environments(ctx)

    def report(place: Place, reason: str) -> None:
        if not rendered.foreign(place):
            ctx.report(place, reason)

    for resource in resources:
        workload = Workload(resource, neighbours, ctx, memory, report)
        one = reached if reached.name else environments.of_object(resource.root)
        hook = text(resource.root, "metadata", "annotations", _HOOK)
        if "test" in hook.replace(",", " ").split():
            one = replace(one, development=True, evidence=one.evidence or _TEST)
        yield workload, one
        for made in applications(workload):
            yield made, one if one.name else environments.of_object(made.resource.root)


def _resources(rendered: Rendered) -> Iterator[Resource]:
    for manifest in rendered.manifests:
        for document in manifest.documents:
            root = document.root
            if isinstance(root, Mapping) and judged(document):
                yield from objects_in(_grouped(root), manifest.path)


def _grouped(root: Mapping) -> Mapping:
    """Return an object with the API that its kind has, where a template that is not here would say it."""
    version, usual = scalar(root, "apiVersion"), _USUAL.get(text(root, "kind"))
    if version is None or usual is None or version.written.known:
        return root
    return with_entry(root, "apiVersion", written(usual, version.place))
