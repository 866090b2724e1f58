"""`vars`: values of one object that stand as `$(NAME)` in the commands and variables of others."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping

from immutable_delivery.formats.kustomize.accumulated import Accumulated
from immutable_delivery.formats.kustomize.model import Kustomization
from immutable_delivery.formats.kustomize.replacements import places
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import mapping, text, with_value

_KINDS = frozenset(
    {"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"}
)
"""Kinds whose fields kustomize searches without being told."""
_REFERENCE = lazy(r"\$\(([\w.-]+)\)")


def declare(gathered: Accumulated, kustomization: Kustomization) -> None:
    """Remember the variables of a kustomization with the values that they have here."""
    for entry in kustomization.list("vars"):
        name, source = text(entry, "name"), mapping(entry, "objref")
        path = text(entry, "fieldref", "fieldPath") or "metadata.name"
        found = [
            resource
            for resource in gathered.resources
            if any(
                known.kind == text(source, "kind") and known.name == text(source, "name")
                for known in resource.identities
            )
        ]
        value = next((node for one in found[:1] for _, node in places(one.root, path)), None)
        gathered.variables[name] = value if isinstance(value, Scalar) else None


def resolve(gathered: Accumulated) -> None:
    """Replace the variables wherever a scalar names them."""
    if not gathered.variables:
        return
    for resource in gathered.resources:
        for path, node in _scalars(resource.root) if resource.identity.kind in _KINDS else ():
            new = _filled(node, gathered.variables)
            changed = with_value(resource.root, path, new) if new is not node else resource.root
            resource.root = changed if isinstance(changed, Mapping) else resource.root


def _scalars(root: Node) -> list[tuple[tuple[str | int, ...], Scalar]]:
    """Return every scalar that names a variable, except those of data that only programs read."""
    found: list[tuple[tuple[str | int, ...], Scalar]] = []
    waiting: list[tuple[tuple[str | int, ...], Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Scalar):
            found += [(path, node)] if "$(" in node.text else []
        elif isinstance(node, Sequence):
            waiting += [((*path, index), item) for index, item in enumerate(node.items)]
        else:
            waiting += [((*path, key), value) for key, value in node.items()]
    return found


def _filled(node: Scalar, variables: AnyMapping[str, Scalar | None]) -> Scalar:
    parts, at = [], 0
    for found in _REFERENCE.finditer(node.text):
        if found[1] not in variables:
            continue
        value = variables[found[1]]
        unknown = LocatedText(
            found[0], node.written.slice(*found.span()).segments, node.place, unresolved=(found[1],)
        )
        parts += [node.written.slice(at, found.start()), value.written if value else unknown]
        at = found.end()
    if not parts:
        return node
    parts.append(node.written.slice(at, len(node.text)))
    return Scalar(LocatedText.joined(parts, node.place), node.place, plain=False)
