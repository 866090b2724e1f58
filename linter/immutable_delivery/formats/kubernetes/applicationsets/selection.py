"""Which sets of parameters a selector keeps, and which of them belong together."""

from __future__ import annotations

from immutable_delivery.formats.kubernetes.applicationsets.parameters import Parameters, flat
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import mappings, pairs, scalars, text


def fits(one: Parameters, selector: Mapping) -> bool:
    """Whether a selector of labels keeps a set of parameters; of one that is not known whole, nobody can say it does not."""
    held = dict(flat(one.values))
    if any(value.written.unresolved for value in held.values()):
        return True
    labels = {name: value.text for name, value in held.items()}
    wanted = {
        key.text: value.text
        for key, value in pairs(selector, "matchLabels")
        if isinstance(value, Scalar)
    }
    named = all(_is(one, labels, name, {value}) for name, value in wanted.items())
    return named and all(
        _holds(one, labels, rule) for rule in mappings(selector, "matchExpressions")
    )


def key_of(one: Parameters, keys: list[str]) -> tuple[str | None, ...]:
    """Return what tells a set from others: the values under these keys."""
    labels = {name: value.text for name, value in flat(one.values)}
    return tuple(labels.get(key) for key in keys)


def _is(one: Parameters, labels: dict[str, str], name: str, values: set[str]) -> bool:
    return labels[name] in values if name in labels else one.open


def _holds(one: Parameters, labels: dict[str, str], rule: Mapping) -> bool:
    name, values = text(rule, "key"), {value.text for value in scalars(rule, "values")}
    operator = text(rule, "operator")
    if operator == "In":
        return _is(one, labels, name, values)
    if operator == "NotIn":
        return labels.get(name) not in values
    if operator == "Exists":
        return name in labels or one.open
    return name not in labels
