"""The releases that an object is: which chart, and the files, texts, mappings and settings laid over its values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from immutable_delivery.formats.kubernetes.gitops.argo import written_sources
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.records import Record
from immutable_delivery.releases import Layer
from immutable_delivery.source.files import read_text, resolve
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, documents
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, scalar, scalars, text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Releases

_CHART = "Chart.yaml"


class Given(Record, frozen=True, kw_only=True):
    """One release of a chart."""

    name: str
    namespace: str
    layers: Callable[[], tuple[Layer, ...]]
    """Reads what is laid over the values of the chart, what counts most last."""
    folder: str | None = None
    """Where in this repository the chart lies; None where it lies elsewhere."""


def released(workload: Workload) -> Iterator[Given]:
    """Yield every release that an object is."""
    one, root = workload.resource.identity, workload.resource.root
    if one.group == "argoproj.io" and one.kind == "Application":
        yield from _of_argo(mapping(root, "spec"), workload)
        return
    paths = known(Releases).values.get(f"{one.group}/{one.kind}")
    if paths:
        folder = _flux_folder(root, workload) if one.kind == "HelmRelease" else None
        yield Given(
            name=text(root, "spec", "releaseName") or workload.name,
            namespace=text(root, "spec", "targetNamespace") or one.namespace,
            layers=partial(_of_object, root, paths, folder, workload),
            folder=folder,
        )


def _of_object(
    root: Mapping, paths: tuple[str, ...], folder: str | None, workload: Workload
) -> tuple[Layer, ...]:
    own = (Layer(_root(find(root, *path.split(".")))) for path in paths)
    return (*_flux_files(root, folder, workload), *_from_objects(workload), *own)


def _of_argo(spec: Mapping | None, workload: Workload) -> Iterator[Given]:
    """Yield the charts that an application of Argo CD takes: from elsewhere by name, from here by path."""
    sources = written_sources(spec) if spec is not None else []
    for one in sources:
        helm, path = mapping(one, "helm"), text(one, "path")
        folder = _chart_at(resolve("", path.lstrip("/")), workload) if path else None
        if folder is not None or text(one, "chart"):
            yield Given(
                name=text(helm, "releaseName") or workload.name,
                namespace=text(spec, "destination", "namespace") or "default",
                layers=partial(_of_helm, helm, sources, folder, workload),
                folder=folder,
            )


def _of_helm(
    helm: Mapping | None, sources: list[Mapping], folder: str | None, workload: Workload
) -> tuple[Layer, ...]:
    return (*_files(helm, sources, folder, workload), *_inline(helm))


def _inline(helm: Mapping | None) -> Iterator[Layer]:
    yield Layer(_root(find(helm, "values")))
    yield Layer(mapping(helm, "valuesObject"))
    settings = [(text(one, "name"), scalar(one, "value")) for one in mappings(helm, "parameters")]
    yield Layer(None, tuple((name, value.written) for name, value in settings if name and value))


def _files(
    helm: Mapping | None, sources: list[Mapping], folder: str | None, workload: Workload
) -> Iterator[Layer]:
    """Yield the values files that lie in this repository: beside the chart, or `$ref/path` of another source."""
    referred = {text(one, "ref") for one in sources}
    for path in scalars(helm, "valueFiles"):
        ref, _, inside = path.text.partition("/")
        if path.text.startswith("$") and ref[1:] in referred:
            yield from _file(resolve("", inside), workload)
        elif folder is not None:
            rooted = path.text.startswith("/")
            yield from _file(resolve("" if rooted else folder, path.text.lstrip("/")), workload)


def _file(path: str | None, workload: Workload) -> Iterator[Layer]:
    ctx = workload.ctx
    found = ctx.texts.get(path or "") or read_text(ctx.files, path)
    if found is not None:
        ctx.texts.setdefault(found.path, found)
        for document in documents(found)[:1]:
            yield Layer(document.root if isinstance(document.root, Mapping) else None)


def _flux_folder(root: Mapping, workload: Workload) -> str | None:
    """Return the chart that a release of Flux takes from a repository by its path, where that lies here."""
    spec = mapping(root, "spec", "chart", "spec")
    if text(spec, "sourceRef", "kind") not in {"GitRepository", "Bucket"}:
        return None
    return _chart_at(resolve("", text(spec, "chart").lstrip("/")), workload)


def _flux_files(root: Mapping, folder: str | None, workload: Workload) -> Iterator[Layer]:
    for path in scalars(root, "spec", "chart", "spec", "valuesFiles") if folder is not None else ():
        yield from _file(resolve("", path.text.lstrip("/")), workload)


def _chart_at(folder: str | None, workload: Workload) -> str | None:
    """Return a folder where a chart lies in it."""
    if not folder:
        return None
    return folder if workload.ctx.files.state(f"{folder}/{_CHART}") != "missing" else None


def _from_objects(workload: Workload) -> Iterator[Layer]:
    """Yield what ConfigMaps that are deployed with a release of Flux hold for it."""
    for one in mappings(workload.resource.root, "spec", "valuesFrom"):
        kind, name = text(one, "kind"), text(one, "name")
        key, target = text(one, "valuesKey") or "values.yaml", text(one, "targetPath")
        value = scalar(workload.neighbours.data(kind, name, workload.resource), key)
        if value is not None:
            yield Layer(None, ((target, value.written),)) if target else Layer(_root(value))


def _root(node: Node | None) -> Mapping | None:
    """Return values: a mapping, or the one that a text is."""
    if isinstance(node, Scalar) and not node.null:
        read = inner_documents(node.written)
        node = read[0].root if read else None
    return node if isinstance(node, Mapping) else None
