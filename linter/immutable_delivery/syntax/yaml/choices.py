"""Values of which a condition decides that nobody here can answer: unknown to whoever does not ask for all that may come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml.nodes import Node, Scalar
from immutable_delivery.syntax.yaml.nodes import Sequence as Listed
from immutable_delivery.syntax.yaml.query import find


class Choice(Scalar):
    """One of several values."""

    __slots__ = ("branches",)

    def __init__(self, written: LocatedText, place: Place, branches: Sequence[Node]) -> None:
        super().__init__(written, place, plain=False)
        self.branches = branches
        """What it may be."""


def choices(node: Node | None) -> Iterator[Node]:
    """Yield what a value may be: the branches of a choice, else itself."""
    if isinstance(node, Choice):
        for branch in node.branches:
            yield from choices(branch)
    elif node is not None:
        yield node


def at(node: Node | None, path: Sequence[str]) -> Iterator[Node]:
    """Yield what stands at a path, through blocks that stand there more than once and through choices."""
    for one in choices(node):
        if not path:
            yield one
            continue
        for held in one.items if isinstance(one, Listed) else [one]:
            yield from at(find(held, path[0]), path[1:])
