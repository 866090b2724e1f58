"""TOML as the tree that YAML gives, so that one reader serves both; the parser of TOML tells no places, so they are looked up."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from immutable_delivery.errors import ConfigError, Fault
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence

_HEADER = lazy(r"[ \t]*\[(\[?)([^\[\]]+)\]")
_KEY = lazy(
    r"""[ \t]*((?:"[^"\n]*"|'[^'\n]*'|[\w-]+)(?:[ \t]*\.[ \t]*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))*)[ \t]*="""
)
_AT = lazy(r" \(at line (\d+), column (\d+)\)")
_PART = lazy(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def table(text: Text, *names: str) -> Mapping | None:
    """Return the table of these names, or None where the file has none."""
    try:
        data: Any = tomllib.loads(text.value)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_fault(text, str(error))) from None
    except RecursionError:
        raise ConfigError(Fault("is nested too deeply", text.path)) from None
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    if not isinstance(data, dict):
        return None
    node = _node(data, names, text, dict(_spans(text)), Place(text.path, Span(0, 0)))
    return node if isinstance(node, Mapping) else None


def _fault(text: Text, reason: str) -> Fault:
    """Return what the parser says at the place that it names in words."""
    said = _AT.search(reason)
    if said is None:
        return text.fault(Span(len(text.value), len(text.value)), reason)
    start = text.line_starts[int(said[1]) - 1] + int(said[2]) - 1
    return text.fault(Span(start, start), reason.removesuffix(said[0]))


def _spans(text: Text) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Yield the keys of headers and assignments with their place; what multi-line strings hold may mislead."""
    header: tuple[str, ...] = ()
    items: Counter[tuple[str, ...]] = Counter()
    for number, start in enumerate(text.line_starts, 1):
        line = text.line(number)
        if found := _HEADER.match(line):
            header = _parts(found[2])
            yield header, Span(start + found.start(2), start + found.end(2))
            if found[1]:
                header, items[header] = (*header, str(items[header])), items[header] + 1
                yield header, Span(start + found.start(2), start + found.end(2))
        elif found := _KEY.match(line):
            yield (*header, *_parts(found[1])), Span(start + found.start(1), start + found.end(1))


def _parts(written: str) -> tuple[str, ...]:
    return tuple(found[1] or found[2] or found[3] or "" for found in _PART.finditer(written))


def _node(
    value: Any, keys: tuple[str, ...], text: Text, spans: dict[tuple[str, ...], Span], outer: Place
) -> Node:
    place = Place(text.path, spans[keys]) if keys in spans else outer
    if isinstance(value, dict):
        entries = {
            name: _entry(name, inner, keys, text, spans, place) for name, inner in value.items()
        }
        return Mapping(entries, place=place)
    if isinstance(value, list):
        items = [
            _node(item, (*keys, str(index)), text, spans, place) for index, item in enumerate(value)
        ]
        return Sequence(items, place=place)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return _scalar(shown, place, text, plain=not isinstance(value, str))


def _entry(
    name: str,
    value: Any,
    keys: tuple[str, ...],
    text: Text,
    spans: dict[tuple[str, ...], Span],
    outer: Place,
) -> tuple[Scalar, Node]:
    own = (*keys, name)
    place = Place(text.path, spans[own]) if own in spans else outer
    return _scalar(name, place, text, plain=False), _node(value, own, text, spans, place)


def _scalar(value: str, near: Place, text: Text, *, plain: bool) -> Scalar:
    """Return a scalar at the next place after ``near`` where its text is written, else at ``near``."""
    at = text.value.find(value, near.span.start) if value else -1
    place = near if at < 0 else near.at(at, at + len(value))
    return Scalar(LocatedText.literal(value, place), place, plain=plain)
