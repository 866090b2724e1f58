"""A tree in which every string that names variables has its value."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Variables

from immutable_delivery.source.located import Written
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.interpolation import InvalidTemplateError, interpolate
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence

Report = Callable[[Place, str], None]
"""Takes where something stands and what is wrong with it."""


class Interpolation:
    """Interpolates trees; what aliases share stays shared, what holds no variable stays the same."""

    def __init__(self, variables: Variables[str, Written], report: Report) -> None:
        self._variables = variables
        self._report = report
        self._done: dict[int, tuple[Node, Node]] = {}

    def apply(self, node: Node) -> Node:
        """Return the tree with values."""
        if isinstance(node, Scalar):
            return self._scalar(node) if "$" in node.text else node
        if id(node) not in self._done:
            self._done[id(node)] = (node, self._collection(node))
        return self._done[id(node)][1]

    def _collection(self, node: Mapping | Sequence) -> Node:
        if isinstance(node, Sequence):
            items = [self.apply(item) for item in node.items]
            return Sequence(items, place=node.place, tag=node.tag)
        entries = {name: (key, self.apply(value)) for name, (key, value) in node.entries.items()}
        return Mapping(entries, place=node.place, tag=node.tag)

    def _scalar(self, node: Scalar) -> Scalar:
        try:
            written = interpolate(node.written, self._variables)
        except InvalidTemplateError as error:
            place = node.written.place(error.offset, error.offset + 1)
            self._report(
                place, "holds a reference to a variable that is not valid; `$$` writes a dollar"
            )
            return node
        return Scalar(written, node.place, plain=False, tag=node.tag)
