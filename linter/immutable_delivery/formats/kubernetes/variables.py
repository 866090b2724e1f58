"""The environment variables of a container: what its commands see, and facts of their own."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery import tables
from immutable_delivery.containers import lower
from immutable_delivery.containers.spec import VariableSpec
from immutable_delivery.facts import Scope, Variable
from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import mapping, mappings, pairs, scalar, text
from immutable_delivery.tables.subjects import Updaters

Values = dict[str, LocatedText | None]

_REFERENCE = lazy(r"\$\$|\$\((?P<name>[A-Za-z_][\w.-]*)\)")
_MAX_VALUE = 32_768
"""Longer values are not expanded: a variable of variables can double with every line."""


def values(container: Mapping, workload: Workload) -> Values:
    """Return the variables of a container, None for those whose value is not known."""
    found: Values = {}
    for source in mappings(container, "envFrom"):
        prefix = text(source, "prefix")
        for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            name = text(source, key, "name")
            data = workload.neighbours.data(kind, name, workload.resource) if name else None
            found |= {f"{prefix}{entry.text}": _value(value) for entry, value in pairs(data)}
    for entry in mappings(container, "env"):
        if name := text(entry, "name"):
            found[name] = _of(entry, found, workload)
    return found


def variables(
    container: Mapping, known: AnyMapping[str, LocatedText | None]
) -> Iterator[VariableSpec]:
    """Yield every variable that the container itself is given."""
    for entry in mappings(container, "env"):
        name, value = scalar(entry, "name"), scalar(entry, "value")
        if name is not None:
            place = (value or name).place
            yield VariableSpec(name.written, known.get(name.text), entry.place, used_at=place)


def inherited(container: Mapping, workload: Workload) -> Iterator[VariableSpec]:
    """Yield every variable that it takes from a ConfigMap deployed with it."""
    own = {text(entry, "name") for entry in mappings(container, "env")}
    for source in mappings(container, "envFrom"):
        name = text(source, "configMapRef", "name")
        data = workload.neighbours.data("ConfigMap", name, workload.resource) if name else None
        for key, value in pairs(data):
            if key.text not in own and isinstance(value, Scalar):
                yield VariableSpec(key.written, value.written, value.place, used_at=value.place)


def instructions(held: Mapping | None, scope: Scope) -> Iterator[Variable]:
    """Yield a fact for every annotation that lets something change what runs."""
    telling = tables.known(Updaters).annotations
    for key, value in pairs(held):
        if isinstance(value, Scalar) and key.text.startswith(telling):
            place = value.place
            spec = VariableSpec(key.written, value.written, place, "annotation", place)
            yield lower.variable(spec, scope)


def expanded(word: LocatedText, known: AnyMapping[str, LocatedText | None]) -> LocatedText:
    """Return a word of a command with its `$(NAME)` replaced, as the kubelet does; others stay as they are."""
    if "$" not in word.text:
        return word
    parts, at = [], 0
    for found in _REFERENCE.finditer(word.text):
        parts.append(word.slice(at, found.start()))
        part = word.slice(*found.span())
        if found["name"] is None:
            part = word.slice(found.start(), found.start() + 1)
        elif found["name"] in known:
            value = known[found["name"]]
            part = (
                value
                if value is not None
                else LocatedText(part.text, part.segments, part.used_at, (found["name"],))
            )
        parts.append(part)
        at = found.end()
    parts.append(word.slice(at, len(word.text)))
    return (
        LocatedText.joined(parts, word.used_at)
        if sum(len(p.text) for p in parts) <= _MAX_VALUE
        else word
    )


def _of(entry: Mapping, known: Values, workload: Workload) -> LocatedText | None:
    """Return the value of one entry of `env`."""
    value, source = scalar(entry, "value"), mapping(entry, "valueFrom")
    if value is not None:
        return expanded(value.written, known)
    if source is None:
        return LocatedText.literal("", entry.place)
    for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        reference = mapping(source, key)
        if reference is not None:
            data = workload.neighbours.data(kind, text(reference, "name"), workload.resource)
            return _value(scalar(data, text(reference, "key")))
    return None


def _value(node: object) -> LocatedText | None:
    return node.written if isinstance(node, Scalar) else None
