"""The shapes that Compose asks for: what has another one is told and left out, the rest goes on."""

from __future__ import annotations

from immutable_delivery.records import replace
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar
from immutable_delivery.syntax.yaml.shapes import Report, Shapes, misfits

_TOP: Shapes = {
    "include": "list",
    "services": "mapping",
    "volumes": "mapping",
    "secrets": "mapping",
    "configs": "mapping",
    "networks": "mapping",
    "models": "mapping",
}
_SERVICE: Shapes = {
    "image": "text",
    "build": "text|mapping",
    "extends": "text|mapping",
    "command": "text|list",
    "entrypoint": "text|list",
    "environment": "mapping|list",
    "labels": "mapping|list",
    "env_file": "text|list",
    "volumes": "list",
    "tmpfs": "text|list",
    "configs": "list",
    "secrets": "list",
    "ports": "list",
    "healthcheck": "mapping",
    "deploy": "mapping",
    "develop": "mapping",
    "profiles": "list",
    "user": "text",
    "platform": "text",
    "pull_policy": "text",
}


def checked(root: Mapping, report: Report) -> Mapping:
    """Return a document without what has the wrong shape."""
    root = _fitting(root, _TOP, "", report)
    found = root.entries.get("services")
    if found is None or not isinstance(found[1], Mapping):
        return root
    services = _services(found[1], report)
    return replace(root, entries={**root.entries, "services": (found[0], services)})


def _services(services: Mapping, report: Report) -> Mapping:
    entries: dict[str, tuple[Scalar, Node]] = {}
    for name, (key, node) in services.entries.items():
        if isinstance(node, Mapping):
            entries[name] = (key, _fitting(node, _SERVICE, f"services.{name}.", report))
        elif not isinstance(node, Scalar) or not node.null:
            report(node.place, f"'services.{name}' is no mapping")
    return replace(services, entries=entries)


def _fitting(node: Mapping, shapes: Shapes, path: str, report: Report) -> Mapping:
    wrong = set()
    for misfit in misfits(node, shapes, path):
        report(misfit.place, misfit.reason)
        wrong.add(misfit.key)
    if not wrong:
        return node
    return replace(node, entries={k: v for k, v in node.entries.items() if k not in wrong})
