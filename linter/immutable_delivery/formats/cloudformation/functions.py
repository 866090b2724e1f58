"""CloudFormation's intrinsic functions, in their short and long form; any other is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Protocol

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.choices import Choice
from immutable_delivery.syntax.yaml.query import find, items, pairs

POINTER = "resolve:ssm:"
"""How a name in Amazon's parameter store is written where a value is wanted."""
NOTHING = "AWS::NoValue"

_SUBSTITUTION = lazy(r"\$\{(!?)([^{}]*)\}")
_SHORT = lazy(r"!([A-Z]\w*)\Z")
_MAX_CONDITIONS = 40


class Around(Protocol):
    """The template that a function stands in."""

    @property
    def root(self) -> Node | None:
        """The whole template."""

    @property
    def decided(self) -> dict[str, bool | None]:
        """What conditions come to, by their names."""

    def value(self, node: Node | None, depth: int = 0) -> Node | None:
        """Return a value with its functions worked out."""

    def parameter(self, name: str) -> Node | None:
        """Return what a parameter stands for."""


Function = Callable[[Around, Node, int], Node | None]


def function(node: Node) -> tuple[str, Node]:
    """Return the name of an intrinsic function and what it is given; "" where a value is written."""
    if short := _SHORT.match(node.tag):
        return short[1], _untagged(node)
    if isinstance(node, Tree) and len(node.entries) == 1:
        key, argument = next(iter(node.entries.values()))
        if key.text == "Ref" or key.text.startswith("Fn::"):
            return key.text.removeprefix("Fn::"), argument
    return "", node


def _untagged(node: Node) -> Node:
    if isinstance(node, Scalar):
        return Scalar(node.written, node.place, plain=node.plain)
    if isinstance(node, Sequence):
        return Sequence(node.items, place=node.place)
    return Tree(node.entries, place=node.place)


def _ref(around: Around, argument: Node, _depth: int) -> Node | None:
    """Return the value of a parameter; one that is empty by default has to be given."""
    if not isinstance(argument, Scalar):
        return None
    if argument.text == NOTHING:
        return Scalar(LocatedText.literal("", argument.place.at(0, 0)), argument.place, plain=True)
    found = around.parameter(argument.text)
    return None if isinstance(found, Scalar) and not found.text else found


def _sub(around: Around, argument: Node, depth: int) -> Node | None:
    own: dict[str, Node | None] = {}
    if isinstance(argument, Sequence) and argument.items:
        own = {key.text: around.value(node, depth) for key, node in pairs(argument.items[-1])}
        argument = argument.items[0]
    if not isinstance(argument, Scalar):
        return None

    def give(found: re.Match[str], at: LocatedText) -> LocatedText | None:
        if found[1]:
            return unaligned(f"${{{found[2]}}}", at)
        node = own.get(found[2]) or around.parameter(found[2])
        return node.written if isinstance(node, Scalar) and node.text else None

    return _text(filled(argument.written, _SUBSTITUTION, give))


def _join(around: Around, argument: Node, depth: int) -> Node | None:
    between, held = _two(around, argument, depth)
    if not isinstance(between, Scalar) or not isinstance(held, Sequence) or not held.items:
        return None
    nested = [one.items if isinstance(one, Sequence) else [one] for one in held.items]
    words = [one.written for one in chain.from_iterable(nested) if isinstance(one, Scalar)]
    mark = unaligned(between.text, between.written)
    parts = list(chain.from_iterable((mark, word) for word in words))[1:]
    return _text(LocatedText.joined(parts, held.place))


def _select(around: Around, argument: Node, depth: int) -> Node | None:
    index, held = _two(around, argument, depth)
    if (
        not isinstance(index, Scalar)
        or not index.text.isdecimal()
        or not isinstance(held, Sequence)
    ):
        return None
    return held.items[int(index.text)] if int(index.text) < len(held.items) else None


def _split(around: Around, argument: Node, depth: int) -> Node | None:
    mark, held = _two(around, argument, depth)
    if not isinstance(mark, Scalar) or not isinstance(held, Scalar):
        return None
    if not mark.text or not held.written.known:
        return None
    found, at = list[Node](), 0
    for word in held.text.split(mark.text):
        found.append(_text(held.written.slice(at, at + len(word))))
        at += len(word) + len(mark.text)
    return Sequence(found, place=held.place)


def _in_map(around: Around, argument: Node, depth: int) -> Node | None:
    """Return a value of a mapping; where the first key is not known (a region), the value that all of them have."""
    keys = [_known(around.value(one, depth)) or "" for one in items(argument)[:3]]
    name, first, second = keys if len(keys) == 3 else ("", "", "")  # noqa: PLR2004
    held = find(around.root, "Mappings", name)
    tops = [find(held, first)] if first else [top for _, top in pairs(held)]
    found = [find(top, second) for top in tops]
    texts = {one.text if isinstance(one, Scalar) else None for one in found}
    return found[0] if len(found) == 1 or (len(texts) == 1 and None not in texts) else None


def _if(around: Around, argument: Node, depth: int) -> Node | None:
    """Return the branch that holds; where nobody knows, all that it may be, of lists and mappings the first."""
    parts = items(argument)
    if len(parts) != 3 or not isinstance(parts[0], Scalar):  # noqa: PLR2004
        return None
    holds = _condition(around, parts[0].text, depth)
    if holds is not None:
        return around.value(parts[1 if holds else 2], depth)
    branches = [one for part in parts[1:] if (one := around.value(part, depth)) is not None]
    whole = next((one for one in branches if not isinstance(one, Scalar)), None)
    shown = _text(unaligned(f"${{{parts[0].text}}}", parts[0].written))
    hidden = LocatedText(shown.text, shown.written.segments, shown.place, (parts[0].text,))
    return whole or Choice(hidden, argument.place, branches)


def _condition(around: Around, name: str, depth: int) -> bool | None:
    if name not in around.decided:
        around.decided[name] = None  # one that names itself comes to nothing
        around.decided[name] = _holds(around, find(around.root, "Conditions", name), depth + 1)
    return around.decided[name]


def _holds(around: Around, node: Node | None, depth: int) -> bool | None:
    """Return whether a condition holds by what the files say; None where they do not tell."""
    if node is None or depth > _MAX_CONDITIONS:
        return None
    name, argument = function(node)
    if isinstance(node, Tree) and set(node.entries) == {"Condition"}:
        name, argument = "Condition", node.entries["Condition"][1]
    if name == "Condition" and isinstance(argument, Scalar):
        return _condition(around, argument.text, depth)
    if name == "Equals":
        one, other = (
            _compared(around, part, depth) for part in (*items(argument), argument, argument)[:2]
        )
        return None if one is None or other is None else one == other
    held = [_holds(around, part, depth + 1) for part in items(argument)]
    return _combined(name, held)


def _combined(name: str, held: list[bool | None]) -> bool | None:
    if name == "Not" and len(held) == 1:
        return None if held[0] is None else not held[0]
    if name not in {"And", "Or"} or not held:
        return None
    decides = name == "Or"
    if decides in held:
        return decides
    return None if None in held else not decides


def _compared(around: Around, node: Node, depth: int) -> str | None:
    """Return a text that is compared; a parameter that is empty by default is empty here."""
    name, argument = function(node)
    if name == "Ref" and isinstance(argument, Scalar):
        return _known(around.parameter(argument.text), empty=True)
    return _known(around.value(node, depth), empty=True)


def _known(node: Node | None, *, empty: bool = False) -> str | None:
    known = isinstance(node, Scalar) and node.written.known and not isinstance(node, Choice)
    return node.text if known and isinstance(node, Scalar) and (node.text or empty) else None


def _two(around: Around, argument: Node, depth: int) -> tuple[Node | None, Node | None]:
    held = items(argument)
    if len(held) != 2:  # noqa: PLR2004
        return None, None
    return around.value(held[0], depth), around.value(held[1], depth)


def _same(around: Around, argument: Node, depth: int) -> Node | None:
    return around.value(argument, depth)


def _text(text: LocatedText) -> Scalar:
    return Scalar(text, text.used_at, plain=False)


FUNCTIONS: Mapping[str, Function] = {
    "Ref": _ref, "Sub": _sub, "Join": _join, "Select": _select, "Split": _split, "FindInMap": _in_map, "If": _if,
    **dict.fromkeys(("Base64", "ToJsonString"), _same),
}  # fmt: skip
