"""The shapes that formats ask for: what has another one is told with its place, and the rest is judged.

This is no second validator: other tools' files are not held to a schema, only what could not be read as meant is told, and every
run pays for it; jsonschema, which holds our own files to theirs, would take 130 ms for each of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.records import Record
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence

Report = Callable[[Place, str], None]
Shapes = AnyMapping[str, str]
"""By key, the shapes that its value may have: `text`, `mapping`, `list`, `texts` or `mappings` (lists of those), with `|`."""

_KINDS: dict[str, type[Scalar | Mapping | Sequence]] = {
    "text": Scalar,
    "mapping": Mapping,
    "list": Sequence,
    "texts": Sequence,
    "mappings": Sequence,
}
_NAMES = {
    "text": "text", "mapping": "a mapping", "list": "a list", "texts": "a list", "mappings": "a list",
}  # fmt: skip
_ITEMS = {"texts": "text", "mappings": "mapping"}


class Misfit(Record, frozen=True):
    """A value of another shape than its format asks for."""

    key: str
    place: Place
    reason: str
    whole: bool
    """Whether it is the value of the key itself, not an item of a list that may stay."""


def misfits(node: Mapping, shapes: Shapes, path: str = "") -> Iterator[Misfit]:
    """Yield what in a mapping has the wrong shape; ``path`` is how a person finds the mapping."""
    for key, (_, value) in node.entries.items():
        if key in shapes and not _empty(value):
            yield from _checked(key, value, shapes[key].split("|"), f"{path}{key}")


def tell(node: Node | None, shapes: Shapes, path: str, report: Report) -> None:
    """Report what in a mapping has the wrong shape."""
    if isinstance(node, Mapping):
        for misfit in misfits(node, shapes, path):
            report(misfit.place, misfit.reason)


def _checked(key: str, value: Node, allowed: list[str], path: str) -> Iterator[Misfit]:
    fitting = [shape for shape in allowed if isinstance(value, _KINDS[shape])]
    if not fitting and isinstance(value, Scalar) and not value.written.known:
        return
    if not fitting:
        names = " or ".join(_NAMES[shape] for shape in allowed)
        yield Misfit(key, value.place, f"'{path}' is not {names}", whole=True)
    elif isinstance(value, Sequence) and (item := _ITEMS.get(fitting[0])):
        for index, one in enumerate(value.items):
            if not isinstance(one, _KINDS[item]) and not _empty(one):
                reason = f"'{path}[{index}]' is not {_NAMES[item]}"
                yield Misfit(key, one.place, reason, whole=False)


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.null
