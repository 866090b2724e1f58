"""What the templates of a chart are given: `.Values`, `.Chart`, `.Release`, `.Files`, `.Capabilities`, `.Subcharts`."""

from __future__ import annotations

from immutable_delivery.formats.helm.capabilities import capabilities
from immutable_delivery.formats.helm.filemap import files
from immutable_delivery.formats.helm.layers import Release
from immutable_delivery.formats.helm.parts import Part
from immutable_delivery.formats.helm.values import Values
from immutable_delivery.syntax.gotemplate.traced import Traced
from immutable_delivery.syntax.gotemplate.values import Value
from immutable_delivery.syntax.gotemplate.yamlvalues import Read
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence

_FIELDS = {
    "AppVersion": "appVersion", "Condition": "condition", "Description": "description", "Home": "home", "Icon": "icon",
    "KubeVersion": "kubeVersion", "Name": "name", "Tags": "tags", "Type": "type", "Version": "version",
}  # fmt: skip
_LISTS = {"Keywords": "keywords", "Sources": "sources"}
_RECORDS = {
    "Dependencies": ("dependencies", ("Name", "Version", "Repository", "Condition", "Alias")),
    "Maintainers": ("maintainers", ("Name", "Email", "URL")),
}


class Scope:
    """The data of the templates of one part of a release."""

    def __init__(self, part: Part, path: str, data: Values) -> None:
        self.part = part
        self.path = path
        """The name of the chart behind those that it is in: `web/charts/redis`."""
        self.data = data


def scopes(part: Part, values: Values, release: Release) -> list[Scope]:
    """Return the data for a chart and all charts in it."""
    shared: Values = {"Release": _release(part, release), "Capabilities": capabilities()}
    found: list[Scope] = []
    _add(found, part, part.chart.metadata.name, values, shared)
    return found


def _add(found: list[Scope], part: Part, path: str, values: Values, shared: Values) -> Values:
    inner: Values = {}
    data: Values = {
        "Chart": _chart(part, root=not found),
        "Files": files(part.chart),
        **shared,
        "Values": values,
        "Subcharts": inner,
    }
    found.append(Scope(part, path, data))
    for child in part.children:
        own = values.get(child.name)
        below = own if isinstance(own, dict) else {}
        inner[child.name] = _add(found, child, f"{path}/charts/{child.name}", below, shared)
    return data


def _release(part: Part, release: Release) -> Values:
    return {
        "Name": release.name or part.chart.metadata.name,
        "Namespace": release.namespace,
        "IsUpgrade": release.upgrade,
        "IsInstall": not release.upgrade,
        "Revision": 1,
        "Service": "Helm",
    }


def _chart(part: Part, *, root: bool) -> Values:
    said = part.chart.metadata.root
    fields = {field: _text(said.get(key)) for field, key in _FIELDS.items()}
    fields |= {field: _texts(said.get(key)) for field, key in _LISTS.items()}
    fields |= {
        field: [_record(one, names) for one in _items(said.get(key))]
        for field, (key, names) in _RECORDS.items()
    }
    return {
        **fields,
        "Name": fields["Name"] if part.name == part.chart.metadata.name else part.name,
        "APIVersion": part.chart.metadata.api_version,
        "Annotations": _annotations(said.get("annotations")),
        "Deprecated": _text(said.get("deprecated")) == "true",
        "IsRoot": root,
    }


def _record(node: Node, names: tuple[str, ...]) -> Values:
    held = node if isinstance(node, Mapping) else Mapping(place=node.place)
    return {name: _text(held.get(name.lower())) for name in names}


def _annotations(node: Node | None) -> Value:
    if not isinstance(node, Mapping):
        return None
    return {key: _text(value) for key, value in node.items()}


def _texts(node: Node | None) -> Value:
    return [_text(item) for item in _items(node)]


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _text(node: Node | None) -> Value:
    return Traced(node.text, Read(node)) if isinstance(node, Scalar) and not node.null else ""
