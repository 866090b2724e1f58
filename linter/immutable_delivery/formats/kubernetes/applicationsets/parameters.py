"""One set of parameters: what a template is filled with, flat by name or as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Held

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import written

_UNFIT = lazy(r"[^-a-z0-9.]")
_LONGEST_NAME = 253


class Parameters(Record, frozen=True):
    """What one application is made with."""

    values: Mapping
    open: bool = False
    """Whether there are others that nobody here knows."""
    unknown: tuple[str, ...] = ()
    """Their names, where those are certain."""
    template: Mapping | None = None
    """What its generator lays over the template."""


def flat(node: Mapping, prefix: str = "") -> Iterator[tuple[str, Scalar]]:
    """Yield the scalars of a tree by their dotted names."""
    waiting: list[tuple[str, Node]] = [(f"{prefix}{key}", value) for key, value in node.items()]
    waiting.reverse()
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Scalar):
            yield name, value
            continue
        inner = value.items() if isinstance(value, Mapping) else enumerate(value.items)
        waiting += reversed([(f"{name}.{step}", one) for step, one in inner])


def flattened(node: Mapping) -> Mapping:
    """Return a tree with one entry for each scalar, by its dotted name."""
    return tree(node.place, dict(flat(node)))


def tree(place: Place, values: Held[str, Node]) -> Mapping:
    """Return a mapping out of named values."""
    entries = {name: (written(name, node.place), node) for name, node in values.items()}
    return Mapping(entries, place=place)


def of_path(path: str, at: Place, *, go: bool, prefix: str = "", file: str = "") -> Mapping:
    """Return what a folder, or a file in it, gives: `path`, `path.basename`, `path[0]` and so on."""
    words = {
        "basename": path.rpartition("/")[2],
        "basenameNormalized": normalized(path.rpartition("/")[2]),
    }
    if file:
        words |= {"filename": file, "filenameNormalized": normalized(file)}
    segments = path.split("/")
    if go:
        values: dict[str, Node] = {
            name: written(word, at) for name, word in ({"path": path} | words).items()
        }
        values["segments"] = Sequence([written(one, at) for one in segments], place=at)
        found = tree(at, {"path": tree(at, values)})
        return tree(at, {prefix: found}) if prefix else found
    base = f"{prefix}.path" if prefix else "path"
    named = {base: path} | {f"{base}.{name}": word for name, word in words.items()}
    named |= {f"{base}[{number}]": one for number, one in enumerate(segments) if one}
    return tree(at, {name: written(word, at) for name, word in named.items()})


def normalized(name: str) -> str:
    """Return a name as Kubernetes takes one."""
    return _UNFIT.sub("-", name.lower())[:_LONGEST_NAME].strip("-.")
