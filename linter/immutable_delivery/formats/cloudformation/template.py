"""One template as CloudFormation evaluates it: values through parameters, mappings and conditions, as far as the files tell."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.formats.cloudformation.functions import FUNCTIONS, POINTER, function
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, items, pairs, scalar, text, with_entry

MAX_DEPTH = 60
"""Functions in functions and conditions that name conditions, no deeper than this."""

MAX_LOOPS, MAX_ITEMS = 2, 100
"""So many loops in loops are run through, each for so many items."""

Given = AnyMapping[str, Node | None]

_DYNAMIC = lazy(r"\{\{resolve:[^{}]*\}\}")
_EACH = "Fn::ForEach"
_LIST = lazy(r"CommaDelimitedList|List<.*>\Z")
_PSEUDO = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


class Template(Record, frozen=True):
    """One template with the values that it is given."""

    root: Node | None
    path: str
    given: Given = field(default_factory=dict)
    """Values of parameters: from the stack around it."""
    decided: dict[str, bool | None] = field(default_factory=dict)
    """What conditions come to; None while one is worked out, and where nobody knows."""
    evaluated: list[tuple[Scalar, Mapping]] = field(default_factory=list)
    """Its resources, once somebody has asked for them."""

    def resources(self) -> list[tuple[Scalar, Mapping]]:
        """Return every resource with its logical name, its properties evaluated; loops are run through."""
        if not self.evaluated:
            self.evaluated.extend(self._below(find(self.root, "Resources"), 0))
        return self.evaluated

    def _below(self, node: Node | None, loops: int) -> Iterator[tuple[Scalar, Mapping]]:
        for key, resource in pairs(node):
            if key.text.startswith(_EACH) and loops < MAX_LOOPS:
                yield from self._repeated(resource, loops + 1)
            elif isinstance(resource, Mapping):
                yield key, self._evaluated(resource)

    def _evaluated(self, resource: Mapping) -> Mapping:
        shared = find(self.root, "Globals", text(resource, "Type").rpartition("::")[2])
        if text(resource, "Type").startswith("AWS::Serverless::") and isinstance(shared, Mapping):
            own = find(resource, "Properties")
            entries = {**shared.entries, **(own.entries if isinstance(own, Mapping) else {})}
            resource = with_entry(resource, "Properties", Mapping(entries, place=resource.place))
        found = self.value(resource)
        return found if isinstance(found, Mapping) else resource

    def _repeated(self, loop: Node, loops: int) -> Iterator[tuple[Scalar, Mapping]]:
        """Yield the resources of `Fn::ForEach`, once for every item that is known, else once."""
        name, collection, body = items(loop) if len(items(loop)) == 3 else (None, None, None)  # noqa: PLR2004
        if isinstance(name, Scalar) and body is not None:
            held = self.value(collection)
            for item in held.items[:MAX_ITEMS] if isinstance(held, Sequence) else [None]:
                inner = Template(self.root, self.path, {**self.given, name.text: item})
                yield from inner._below(body, loops)

    def value(self, node: Node | None, depth: int = 0) -> Node | None:
        """Return a value with its functions worked out; what only the deployment knows is unknown."""
        if node is None or depth > MAX_DEPTH:
            return node
        name, argument = function(node)
        if name:
            found = FUNCTIONS[name](self, argument, depth + 1) if name in FUNCTIONS else None
            return unknown(name, argument) if found is None else found
        if isinstance(node, Mapping):
            return self._mapping(node, depth)
        if isinstance(node, Sequence):
            held = (self.value(item, depth + 1) for item in node.items)
            return replace(node, items=[item for item in held if not _is_nothing(item)])
        return self._scalar(node) if "{{resolve:" in node.text else node

    def _mapping(self, node: Mapping, depth: int) -> Mapping:
        entries = {}
        for name, (key, held) in node.entries.items():
            found = self.value(held, depth + 1)
            if found is not None and not _is_nothing(found):
                entries[name] = (key, found)
        return replace(node, entries=entries)

    def _scalar(self, node: Scalar) -> Scalar:
        """Return a text; what it takes from a store when the stack is deployed stays as it is written."""
        text_ = filled(node.written, _DYNAMIC, lambda _found, _own: None)
        return Scalar(text_, node.place, plain=False)

    def parameter(self, name: str) -> Node | None:
        """Return what a parameter stands for; None for one that only the deployment gives."""
        if name in self.given:
            return self.given[name]
        if name in _PSEUDO and self.root is not None:
            return Scalar(LocatedText.literal(_PSEUDO[name], self.root.place), self.root.place)
        default = scalar(self.root, "Parameters", name, "Default")
        kind = text(self.root, "Parameters", name, "Type")
        if default is None or not kind.startswith("AWS::SSM::Parameter::Value<"):
            return _listed(default) if default is not None and _LIST.match(kind) else default
        return _pointer(default)


def _is_nothing(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.null)


def _listed(default: Scalar) -> Sequence:
    """Return the items of a list that is written as one text."""
    found, at = list[Node](), 0
    for word in default.text.split(","):
        start = at + len(word) - len(word.lstrip())
        part = default.written.slice(start, at + len(word.rstrip()))
        found.append(Scalar(part, part.used_at, plain=False))
        at += len(word) + 1
    return Sequence(found, place=default.place)


def _pointer(default: Scalar) -> Scalar:
    """Return a name that is looked up in Amazon's parameter store when the stack is deployed."""
    head = Segment(POINTER, default.place, aligned=False)
    written = LocatedText(
        POINTER + default.text,
        (head, *default.written.segments),
        default.place,
        (default.text,),
    )
    return Scalar(written, default.place, plain=False)


def unknown(name: str, node: Node) -> Scalar:
    """Return a value that only the deployment knows; functions of a name say which."""
    name = node.text if isinstance(node, Scalar) and name in {"Ref", "GetAtt"} else name
    shown = f"${{{name}}}"
    return Scalar(
        replace(LocatedText.literal(shown, node.place), unresolved=(name,)), node.place, plain=False
    )
