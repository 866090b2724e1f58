"""The shapes that Compose asks for: what has another one is told and left out, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as AnyMapping

from immutable_delivery.formats.yamltree import Mapping, Node, Scalar, Sequence
from immutable_delivery.records import replace
from immutable_delivery.text import Place

Report = Callable[[Place, str], None]
Shapes = tuple[type[Scalar] | type[Mapping] | type[Sequence], ...]

_NAMES = {Scalar: "text", Mapping: "a mapping", Sequence: "a list"}
_TOP: dict[str, Shapes] = {
    "include": (Sequence,),
    "services": (Mapping,),
    "volumes": (Mapping,),
    "secrets": (Mapping,),
    "configs": (Mapping,),
    "networks": (Mapping,),
    "models": (Mapping,),
}
_SERVICE: dict[str, Shapes] = {
    "image": (Scalar,),
    "build": (Scalar, Mapping),
    "extends": (Scalar, Mapping),
    "command": (Scalar, Sequence),
    "entrypoint": (Scalar, Sequence),
    "environment": (Mapping, Sequence),
    "labels": (Mapping, Sequence),
    "env_file": (Scalar, Sequence),
    "volumes": (Sequence,),
    "tmpfs": (Scalar, Sequence),
    "configs": (Sequence,),
    "secrets": (Sequence,),
    "ports": (Sequence,),
    "healthcheck": (Mapping,),
    "deploy": (Mapping,),
    "develop": (Mapping,),
    "profiles": (Sequence,),
    "user": (Scalar,),
    "platform": (Scalar,),
    "pull_policy": (Scalar,),
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


def _fitting(node: Mapping, shapes: AnyMapping[str, Shapes], path: str, report: Report) -> Mapping:
    wrong = []
    for name, allowed in shapes.items():
        value = node.get(name)
        if (
            value is None
            or isinstance(value, allowed)
            or (isinstance(value, Scalar) and value.null)
        ):
            continue
        names = " or ".join(_NAMES[one] for one in allowed)
        report(value.place, f"'{path}{name}' is not {names}")
        wrong.append(name)
    return (
        replace(node, entries={k: v for k, v in node.entries.items() if k not in wrong})
        if wrong
        else node
    )
