"""The rows of commands.yaml become records whose fields are what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_type_hints

from immutable_delivery.effects.tables import load
from immutable_delivery.records import Record

_PLAIN = (bool, str, frozenset)


def records() -> Iterator[Record]:
    tables = load()
    for section in ("managers", "fetchers", "interpreters"):
        for row in tables.data[section]:
            role = tables.role(row["names"][0])
            yield from filter(None, (role.manager, role.fetcher, role.interpreter))


def test_fields_are_of_their_types() -> None:
    seen = set()
    for one in records():
        for name, type_ in get_type_hints(type(one)).items():
            plain = getattr(type_, "__origin__", type_)
            if plain in _PLAIN:
                seen.add((type(one).__name__, name))
                assert isinstance(getattr(one, name), plain), (one, name)
    assert {("Interpreter", "files"), ("Fetcher", "tagged"), ("Manager", "tag")} <= seen
