"""Reading task definitions: keys in either spelling, and CloudFormation's functions as far as defaults decide them."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import mapping, pairs, scalar, text

_SUBSTITUTION = lazy(r"\$\{(!?)([^{}]*)\}")
_SHORT = lazy(r"!(Ref|Sub|GetAtt|Join|Select|If|ImportValue|FindInMap|Split|Transform)\Z")


def parameters(root: Node | None) -> dict[str, LocatedText]:
    """Return the parameters of a template that have a default."""
    found = {}
    for key, _ in pairs(root, "Parameters"):
        default = scalar(root, "Parameters", key.text, "Default")
        if default is not None and "AWS::SSM" not in text(root, "Parameters", key.text, "Type"):
            found[key.text] = default.written
    return found


class Reader(Record, frozen=True):
    """Reads what stands under a key, whether it is written `image` or `Image`."""

    given: AnyMapping[str, LocatedText]

    def find(self, node: Node | None, *keys: str) -> Node | None:
        """Return what stands under ``keys``, each spelt with a small letter first."""
        for key in keys:
            if not isinstance(node, Mapping):
                return None
            node = node.get(key) or node.get(f"{key[0].upper()}{key[1:]}")
        return None if isinstance(node, Scalar) and node.null else node

    def mappings(self, node: Node | None, *keys: str) -> list[Mapping]:
        """Return the items that are mappings."""
        found = self.find(node, *keys)
        listed = found.items if isinstance(found, Sequence) else []
        return [item for item in listed if isinstance(item, Mapping)]

    def value(self, node: Node | None, *keys: str) -> LocatedText | None:
        """Return a text; what only the deployment knows is missing in it; None where nothing stands."""
        found = self.find(node, *keys)
        return None if found is None else self._value(found)

    def values(self, node: Node | None, *keys: str) -> tuple[LocatedText, ...] | None:
        """Return a list of texts, of a function one that is unknown; None where no list stands."""
        found = self.find(node, *keys)
        if found is not None and (function := _function(found)[0]):
            return (_unknown(function, found),)
        if not isinstance(found, Sequence):
            return None
        return tuple(self._value(item) for item in found.items)

    def place(self, node: Mapping, key: str) -> Scalar | None:
        """Return the key as it is written."""
        return node.key(key) or node.key(f"{key[0].upper()}{key[1:]}")

    def truth(self, node: Node | None, key: str) -> bool | None:
        """Return a truth value: False where nothing stands, None where it is not known."""
        written = self.value(node, key)
        if written is None:
            return False
        return {"true": True, "false": False}.get(written.text.lower()) if written.known else None

    def _value(self, node: Node) -> LocatedText:
        function, argument = _function(node)
        if function == "Ref" and isinstance(argument, Scalar):
            return self.given.get(argument.text) or _unknown(argument.text, argument)
        if function == "Sub":
            return self._substituted(argument, node)
        if function or not isinstance(node, Scalar):
            return _unknown(function or "…", node)
        return node.written

    def _substituted(self, argument: Node, node: Node) -> LocatedText:
        own: dict[str, LocatedText] = {}
        if isinstance(argument, Sequence) and argument.items:
            table = argument.items[-1]
            own = {key.text: v.written for key, v in pairs(table) if isinstance(v, Scalar)}
            argument = argument.items[0]
        if not isinstance(argument, Scalar):
            return _unknown("Sub", node)
        return filled(
            argument.written, _SUBSTITUTION, lambda found, at: self._given(found, at, own)
        )

    def _given(
        self, found: re.Match[str], at: LocatedText, own: AnyMapping[str, LocatedText]
    ) -> LocatedText | None:
        if found[1]:
            return unaligned(f"${{{found[2]}}}", at)
        return own.get(found[2]) or self.given.get(found[2])


def _function(node: Node) -> tuple[str, Node]:
    """Return the name of an intrinsic function and what it is given; "" where a value is written."""
    if short := _SHORT.match(node.tag):
        return short[1], node
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key, argument = next(iter(node.entries.values()))
        if key.text == "Ref" or key.text.startswith("Fn::"):
            return key.text.removeprefix("Fn::"), argument
    return "", node


def _unknown(name: str, node: Node) -> LocatedText:
    text = f"${{{name}}}"
    return replace(LocatedText.literal(text, node.place), unresolved=(name,))


def resources(root: Node | None, kind: str) -> list[tuple[Scalar, Mapping]]:
    """Return the properties of the resources of one type, with their logical names."""
    return [
        (key, found)
        for key, node in pairs(root, "Resources")
        if text(node, "Type") == kind and (found := mapping(node, "Properties"))
    ]
