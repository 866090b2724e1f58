"""One folder of HCL as its tool evaluates it: values through variables, locals and callers, as far as the files tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from itertools import islice

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.files import Files
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.hcl.blocks import blocks, listed
from immutable_delivery.syntax.hcl.functions import FUNCTIONS, READING, rendered
from immutable_delivery.syntax.hcl.nodes import Expression
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.choices import Choice
from immutable_delivery.syntax.yaml.query import find, pairs, scalar, with_entry, written

MAX_DEPTH = 30
"""Values that name values, no deeper than this."""
MAX_COPIES = 200
"""So many copies `for_each` and `dynamic` may make of one block; more are left out."""

REFERENCE = lazy(r"\$\$\{|%%\{|\$\{~?\s*([A-Za-z_][\w.-]*)\s*~?\}|[$%]\{(?:[^{}]|\{[^{}]*\})*\}")
_TRUTH = {"true": True, "false": False}

ABSENT = "file"
"""The tag of a text that a file would give which is not here."""
_SAME = {("docker_image", key): "name" for key in ("image_id", "latest", "repo_digest", "id")}
"""Attributes that name what another one of the resource does."""

Given = AnyMapping[str, Node | None]


class Module(Record):
    """One folder of configuration with the values that it is given."""

    folder: str
    root: Mapping
    files: Files
    given: Given = field(default_factory=dict)
    """Values of variables: from the caller, or from a file of values."""
    caller: Module | None = None
    known: dict[str, Node | None] = field(default_factory=dict)
    """What names were found to stand for; None while it is looked for, and where nobody knows."""

    def value(self, node: Node | None, bound: Given | None = None, depth: int = 0) -> Node | None:
        """Return a value with everything filled in that the files tell; the rest stays as it is written."""
        return _Evaluation(self, bound or {}).value(node, depth)

    def filled(self, node: Mapping, *keys: str) -> Mapping:
        """Return a block with these of its values filled in, as OpenTofu does it for the address of a module."""
        for key in keys:
            held = node.get(key)
            value = self.value(held) if isinstance(held, Scalar) and "$" in held.text else None
            node = with_entry(node, key, value) if value is not None else node
        return node

    def copies(self, resource: Mapping) -> Iterator[Mapping]:
        """Yield a resource, evaluated, as often as `count` and `for_each` make it."""
        count = self.value(resource.get("count"))
        if isinstance(count, Scalar) and count.text in {"0", "false"}:
            return
        for bound in self._bound(self.value(resource.get("for_each"))):
            found = self.value(resource, bound)
            if isinstance(found, Mapping):
                yield found

    def _bound(self, each: Node | None) -> Iterator[Given]:
        known = list(elements(each))[:MAX_COPIES]
        for key, value in known:
            yield {"each.key": key, "each.value": value}
        if not known and not (isinstance(each, Mapping | Sequence)):
            yield {}

    def named(self, name: str, depth: int) -> Node | None:
        """Return what a name stands for, `var.image` or `local.images.web`; None where nobody knows."""
        if name not in self.known:
            self.known[name] = None  # one that names itself comes to nothing
            self.known[name] = self._named(name.split("."), depth + 1)
        return self.known[name]

    def _named(self, parts: list[str], depth: int) -> Node | None:
        kind, *rest = parts
        if kind == "path" and rest in (["module"], ["root"]):
            folder = self.folder if rest == ["module"] else self._outermost().folder
            return written(folder or ".", self.root.place)
        if not rest or depth > MAX_DEPTH:
            return None
        if kind == "var":
            name, *inner = rest
            if name in self.given:
                return _inside(self.given[name], inner)
            return _inside(
                self.value(find(self.root, "variable", name, "default"), None, depth), inner
            )
        if kind == "local":
            held = (find(one, rest[0]) for one in blocks(self.root.get("locals")))
            local = next((one for one in held if one is not None), None)
            return _inside(self.value(local, None, depth), rest[1:])
        return self._attribute([kind, *rest], depth)

    def _outermost(self) -> Module:
        """Return the module that nobody calls."""
        found = self
        while found.caller is not None:
            found = found.caller
        return found

    def _attribute(self, parts: list[str], depth: int) -> Node | None:
        """Return what a resource itself writes for an attribute; what only its provider knows is unknown."""
        block = (
            find(self.root, "data", *parts[1:3])
            if parts[0] == "data"
            else find(self.root, "resource", *parts[:2])
        )
        inner = parts[3:] if parts[0] == "data" else parts[2:]
        inner = inner[1:] if inner and inner[0].isdecimal() else inner
        if not inner or not isinstance(block, Mapping) or block.get("for_each") is not None:
            return None
        type_ = parts[1] if parts[0] == "data" else parts[0]
        if (type_, inner[0]) == ("template_file", "rendered"):
            return rendered(
                self.value(block.get("template"), None, depth),
                self.value(block.get("vars"), None, depth),
            )
        key = _SAME.get((type_, inner[0]), inner[0]) if block.get("build") is None else inner[0]
        return _inside(self.value(block.get(key), None, depth), inner[1:])


class _Evaluation(Record, frozen=True):
    """Values inside one block: the module, and what `for_each` or `dynamic` bind there."""

    module: Module
    bound: Given

    def value(self, node: Node | None, depth: int) -> Node | None:
        if depth > MAX_DEPTH or node is None:
            return node
        if isinstance(node, Mapping):
            return self._mapping(node, depth)
        if isinstance(node, Sequence):
            items = (self.value(item, depth + 1) for item in node.items)
            return replace(node, items=[item for item in items if item is not None])
        if isinstance(node, Expression):
            return self._expression(node, depth)
        return self._scalar(node, depth) if "{" in node.text else node

    def _mapping(self, node: Mapping, depth: int) -> Mapping:
        entries = {}
        for name, (key, held) in node.entries.items():
            found = None if name == "dynamic" else self.value(held, depth + 1)
            if found is not None:
                entries[name] = (key, found)
        for key, block in pairs(node, "dynamic"):
            made = [one for each in blocks(block) for one in self._dynamic(key, each, depth)]
            old = entries.get(key.text)
            if made:
                entries[key.text] = (
                    key,
                    Sequence([*listed(old[1] if old else None), *made], place=made[0].place),
                )
        return replace(node, entries=entries)

    def _dynamic(self, key: Scalar, block: Mapping, depth: int) -> Iterator[Node]:
        """Yield the blocks that a `dynamic` one makes; a single one of unknown content where nobody knows how many."""
        iterator = scalar(block, "iterator")
        name = iterator.text.strip("${}") if iterator else key.text
        each = self.value(block.get("for_each"), depth + 1)
        known: list[tuple[Node | None, Node | None]] = [
            (key, value) for key, value in islice(elements(each), MAX_COPIES)
        ]
        if not known and isinstance(each, Mapping | Sequence):
            return
        for held_key, value in known or [(None, None)]:
            bound = {**self.bound, f"{name}.key": held_key, f"{name}.value": value}
            found = _Evaluation(self.module, bound).value(block.get("content"), depth + 1)
            if found is not None:
                yield found

    def _expression(self, node: Expression, depth: int) -> Node:
        found: Node | None = None
        arguments = [self.value(one, depth + 1) for one in node.arguments]
        if node.name == "?":
            found = _chosen(node, arguments)
        elif node.name in FUNCTIONS:
            known = [one for one in arguments if one is not None]
            found = FUNCTIONS[node.name](known, self.module.files, self.module.folder)
            if found is None and node.name in READING and _is_known(known):
                return _unknown(node, ABSENT)
        return _unknown(node) if found is None else found

    def _scalar(self, node: Scalar, depth: int) -> Node:
        whole = REFERENCE.fullmatch(node.text)
        if whole and whole[1]:
            return self._named(whole[1], depth) or _unknown(node)
        text = filled(node.written, REFERENCE, lambda found, own: self._given(found, own, depth))
        return Scalar(text, node.place, plain=False, tag=node.tag)

    def _given(self, found: re.Match[str], own: LocatedText, depth: int) -> LocatedText | None:
        if found[0] in {"$${", "%%{"}:
            return unaligned(found[0][1:], own)
        node = self._named(found[1], depth) if found[1] else None
        return node.written if isinstance(node, Scalar) and not node.null else None

    def _named(self, name: str, depth: int) -> Node | None:
        """Return what is bound here, a part of it, or what the module knows of a name."""
        for prefix, node in self.bound.items():
            if name == prefix:
                return node
            if name.startswith(f"{prefix}."):
                return _inside(node, name[len(prefix) + 1 :].split("."))
        return self.module.named(name, depth)


def elements(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """Yield keys and values of what a block is repeated for; those of a set are their own keys."""
    if isinstance(node, Mapping):
        yield from node.entries.values()
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield (item if isinstance(item, Scalar) else written(str(index), item.place)), item


def _chosen(node: Scalar, parts: list[Node | None]) -> Node | None:
    """Return the branch of a condition that is known to hold; where nobody knows, both."""
    condition, *branches = parts
    holds = _TRUTH.get(condition.text) if isinstance(condition, Scalar) else None
    if len(branches) != len(_TRUTH):
        return None
    if holds is None:
        unknown = _unknown(node)
        known = [one for one in branches if one is not None]
        return Choice(unknown.written, unknown.place, known)
    return branches[0 if holds else 1]


def _inside(node: Node | None, keys: list[str]) -> Node | None:
    for key in keys:
        if isinstance(node, Sequence) and key.isdecimal():
            node = node.items[int(key)] if int(key) < len(node.items) else None
        else:
            node = find(node, key)
    return node


def _is_known(arguments: list[Node]) -> bool:
    """Whether the first of the arguments, the path of a file, is known."""
    first = arguments[0] if arguments else None
    return isinstance(first, Scalar) and first.written.known


def _unknown(node: Scalar, name: str = "") -> Scalar:
    name = name or node.text.strip("${}") or "…"
    return Scalar(replace(node.written, unresolved=(node.text,)), node.place, plain=False, tag=name)
