"""The generators of an application set: each gives the parameters of the applications that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.kubernetes.applicationsets import files, selection
from immutable_delivery.formats.kubernetes.applicationsets.parameters import (
    Parameters,
    flattened,
    tree,
)
from immutable_delivery.formats.kubernetes.applicationsets.templates import (
    Filler,
    filled_mapping,
)
from immutable_delivery.records import replace
from immutable_delivery.releases.layers import merged
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import (
    items,
    mapping,
    mappings,
    pairs,
    scalar,
    scalars,
    text,
    with_entry,
)

_SELECTOR = "selector"
_STEPS = 10
"""So many sets of parameters are looked at for each application that may come of them."""
_DEEPEST = 3
"""A matrix in a matrix; Argo CD takes no more."""


_NAMES = {
    "clusters": ("name", "nameNormalized", "server", "project", "metadata"),
    "pullRequest": (
        "number", "title", "branch", "branch_slug", "target_branch", "target_branch_slug", "head_sha", "head_short_sha", "head_short_sha_7",
        "labels", "author",
    ),
    "scmProvider": ("organization", "repository", "repository_id", "url", "branch", "branchNormalized", "sha", "short_sha", "short_sha_7", "labels"),
}  # fmt: skip
"""The parameters that a generator gives, where they are always the same."""

T = TypeVar("T")


class Generators:
    """The generators of one set, and what is not known of them."""

    def __init__(self, ctx: ParseContext, filler: Filler, most: int) -> None:
        self._filler = filler
        self.go = filler.go
        self.unknown: list[tuple[Mapping, str, str]] = []
        """Generators whose parameters nobody here knows."""
        self._ctx = ctx
        self._most = most
        self._steps = most * _STEPS

    def of(
        self, node: Mapping, depth: int = 0, given: Parameters | None = None
    ) -> list[Parameters]:
        """Return the parameters that an entry of `generators` gives."""
        if given is not None:
            node = filled_mapping(node, given, self._filler)
        found: list[Parameters] = []
        for key, held in node.items():
            if key != _SELECTOR and isinstance(held, Mapping):
                made = self._made(key, held, depth)
                template = mapping(held, "template")
                found += [replace(one, template=template) for one in made] if template else made
        chooser = mapping(node, _SELECTOR)
        return [one for one in found if selection.fits(one, chooser)] if chooser else found

    def _made(self, kind: str, node: Mapping, depth: int) -> list[Parameters]:
        """Return what a generator gives, as much as is looked at."""
        if kind == "matrix":
            return self._matrix(node, depth)
        if kind == "merge":
            return self._merge(node, depth)
        found: Iterator[Parameters]
        if kind == "list":
            found = self._list(node)
        elif kind == "git":
            found = files.of(node, self._ctx, go=self.go)
        else:
            found = iter([self._elsewhere(kind, node)])
        return self._bounded((self._with_values(one, node, kind) for one in found), node)

    def _bounded(self, found: Iterator[T], node: Mapping) -> list[T]:
        kept: list[T] = []
        for one in found:
            if len(kept) == self._most or self._steps == 0:
                self.unknown.append(
                    (
                        node,
                        "ApplicationSet",
                        "it makes too many applications to look at all of them",
                    )
                )
                break
            self._steps -= 1
            kept.append(one)
        return kept

    def _list(self, node: Mapping) -> Iterator[Parameters]:
        inline = scalar(node, "elementsYaml")
        read = inner_documents(inline.written) if inline is not None else []
        for one in (
            *mappings(node, "elements"),
            *(item for document in read for item in items(document.root)),
        ):
            if isinstance(one, Mapping):
                yield Parameters(one if self.go else flattened(one))

    def _elsewhere(self, kind: str, node: Mapping) -> Parameters:
        """Return what is known of what only the cluster, or another program, can tell."""
        if kind != "clusters":
            self.unknown.append((node, f"{kind} generator", "what it finds is not known here"))
        return Parameters(tree(node.place, {}), open=True, unknown=_NAMES.get(kind, ()))

    def _with_values(self, one: Parameters, node: Mapping, kind: str) -> Parameters:
        """Add the `values` that a generator gives with every set."""
        own = mapping(node, "values")
        if own is None or kind == "list":
            return one
        extra = filled_mapping(own, one, self._filler)
        if self.go:
            return replace(one, values=with_entry(one.values, "values", extra))
        named = {
            f"values.{key.text}": value for key, value in pairs(extra) if isinstance(value, Scalar)
        }
        return replace(one, values=merged(one.values, tree(own.place, named)))

    def _matrix(self, node: Mapping, depth: int) -> list[Parameters]:
        """Return every pair of what two generators give; the second is filled with what the first gives."""
        both = _children(node)
        if len(both) != 2 or depth >= _DEEPEST:  # noqa: PLR2004 (Argo CD takes two)
            return []
        first, second = both
        pairs_ = (
            _paired(low, high, go=self.go)
            for low in self.of(first, depth + 1)
            for high in self.of(second, depth + 1, low)
        )
        found = self._bounded(pairs_, node)
        return [one for one in found if one is not None] if None not in found else []

    def _merge(self, node: Mapping, depth: int) -> list[Parameters]:
        """Return what the first generator gives, with what later ones say of the same keys laid over."""
        keys = [one.text for one in scalars(node, "mergeKeys")]
        sets = [self.of(one, depth + 1) for one in _children(node)]
        if len(sets) < 2 or not keys or depth >= _DEEPEST:  # noqa: PLR2004
            return []
        by_key = [{selection.key_of(one, keys): one for one in given} for given in sets]
        if any(len(held) < len(given) for held, given in zip(by_key, sets, strict=True)):
            return []  # Argo CD refuses two sets with the same keys
        found = by_key[0]
        for later in by_key[1:]:
            found = {key: _over(one, later.get(key)) for key, one in found.items()}
        return list(found.values())


def _children(node: Mapping) -> list[Mapping]:
    """Return the generators of a matrix or merge; none where one of them is more than one, which Argo CD refuses."""
    found = mappings(node, "generators")
    kinds = [[key for key in one.entries if key != _SELECTOR] for one in found]
    return found if all(len(one) == 1 for one in kinds) else []


def _paired(low: Parameters, high: Parameters, *, go: bool) -> Parameters | None:
    """Return two sets as one: the first one's values count; None where Argo CD refuses what they say differently."""
    both = low.values.entries.keys() & high.values.entries.keys()
    differ = any(text(low.values, name) != text(high.values, name) for name in both)
    if differ and not go:
        return None
    return _together(merged(high.values, low.values), low, high)


def _together(values: Mapping, one: Parameters, other: Parameters) -> Parameters:
    """Return parameters of two generators; where one gives what nobody can name, nobody can name it here."""
    nameless = any(given.open and not given.unknown for given in (one, other))
    names = () if nameless else (*one.unknown, *other.unknown)
    return Parameters(values, one.open or other.open, names)


def _over(one: Parameters, other: Parameters | None) -> Parameters:
    if other is None:
        return one
    return _together(merged(one.values, other.values), one, other)
