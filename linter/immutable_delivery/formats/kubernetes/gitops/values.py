"""The values that an object gives the charts that it releases: files, texts, mappings and single settings."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.formats.kubernetes.gitops.argo import written_sources
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.releases import Layer, laid
from immutable_delivery.source.files import read_text, resolve
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, documents
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import find, mapping, mappings, scalar, scalars, text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Releases


def released(workload: Workload) -> Iterator[Mapping]:
    """Yield the values of every release that an object is."""
    one, root = workload.resource.identity, workload.resource.root
    if one.group == "argoproj.io" and one.kind == "Application":
        yield from of_application(mapping(root, "spec"), workload)
        return
    paths = known(Releases).values.get(f"{one.group}/{one.kind}", ())
    own = [Layer(_root(find(root, *path.split(".")))) for path in paths]
    if own and (found := laid([*_from_objects(workload), *own])) is not None:
        yield found


def of_application(spec: Mapping | None, workload: Workload) -> Iterator[Mapping]:
    """Yield the values of each chart that an application of Argo CD takes from elsewhere."""
    sources = written_sources(spec) if spec is not None else []
    for one in sources:
        helm = mapping(one, "helm")
        if helm is not None and text(one, "chart"):
            found = laid([*_files(helm, sources, workload), *_inline(helm)])
            if found is not None:
                yield found


def _inline(helm: Mapping) -> Iterator[Layer]:
    yield Layer(_root(find(helm, "values")))
    yield Layer(mapping(helm, "valuesObject"))
    settings = [(text(one, "name"), scalar(one, "value")) for one in mappings(helm, "parameters")]
    yield Layer(None, tuple((name, value.written) for name, value in settings if name and value))


def _files(helm: Mapping, sources: list[Mapping], workload: Workload) -> Iterator[Layer]:
    """Yield the values files that lie in this repository: `$ref/path` of another source."""
    referred = {text(one, "ref") for one in sources}
    for path in scalars(helm, "valueFiles"):
        ref, _, inside = path.text.partition("/")
        if path.text.startswith("$") and ref[1:] in referred:
            yield from _file(resolve("", inside), workload)


def _file(path: str | None, workload: Workload) -> Iterator[Layer]:
    ctx = workload.ctx
    found = ctx.texts.get(path or "") or read_text(ctx.files, path)
    if found is not None:
        ctx.texts.setdefault(found.path, found)
        for document in documents(found)[:1]:
            yield Layer(document.root if isinstance(document.root, Mapping) else None)


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
