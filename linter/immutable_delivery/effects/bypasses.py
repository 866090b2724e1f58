"""Options that turn integrity checks off."""

from __future__ import annotations

from collections.abc import Collection

from immutable_delivery.effects.arguments import Arguments, Option
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place


class Bypasses(Record, frozen=True):
    """The options that turn checks off, as one would name them, and where the first stands."""

    names: tuple[str, ...]
    place: Place | None


def bypasses(arguments: Arguments, names: Collection[str]) -> Bypasses:
    """Return the options of an invocation that turn integrity checks off."""
    found = arguments.all(names)
    texts = tuple(dict.fromkeys(_named(option) for option in found))
    return Bypasses(texts, found[0].word.place if found else None)


def _named(option: Option) -> str:
    """Return an option as one would name it: `--nogpgcheck`, `-o Acquire::…=true`."""
    if option.value is None:
        return option.name
    if "=" in option.word.text:
        return option.word.text
    return f"{option.name} {option.value.text}" if "=" in option.value.text else option.name
