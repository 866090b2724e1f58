"""OpenShift's templates: the objects in one, with the values of its parameters put in."""

from __future__ import annotations

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import mappings, scalar, text

_PARAMETER = lazy(r"\$\{\{?(?P<name>\w+)\}\}?")

Values = dict[str, LocatedText]


def processed(template: Mapping) -> list[Mapping]:
    """Return the objects; a parameter without a value stays unknown."""
    values: Values = {}
    for mapping in mappings(template, "parameters"):
        value = scalar(mapping, "value")
        if value is not None:
            values[text(mapping, "name")] = value.written
    done: dict[int, Node] = {}
    found = [_put_in(mapping, values, done) for mapping in mappings(template, "objects")]
    return [one for one in found if isinstance(one, Mapping)]


def _put_in(node: Node, values: Values, done: dict[int, Node]) -> Node:
    """Return a tree with the values put in; ``done`` are those that aliases repeat."""
    if id(node) not in done:
        done[id(node)] = _changed(node, values, done)
    return done[id(node)]


def _changed(node: Node, values: Values, done: dict[int, Node]) -> Node:
    if isinstance(node, Mapping):
        entries = {
            name: (key, _put_in(value, values, done)) for name, (key, value) in node.entries.items()
        }
        return replace(node, entries=entries)
    if isinstance(node, Sequence):
        return replace(node, items=[_put_in(item, values, done) for item in node.items])
    if "${" not in node.text:
        return node
    written = filled(node.written, _PARAMETER, lambda found, _own: values.get(found["name"]))
    return Scalar(written, node.place, plain=False, tag=node.tag)
