"""`imd explain PATH:LINE`: what a line decides, and where that is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from immutable_delivery.commands.facts import linked
from immutable_delivery.errors import UsageError
from immutable_delivery.facts import Fact, File
from immutable_delivery.source.escape import shown
from immutable_delivery.source.text import Place, Text

_SAID = ("text", "target", "url", "name", "subject")
"""What of a fact names it for a person, the first that it has."""
_INDENT = "  "


def chain(start: Path, path: str, line: int) -> str:
    """Return what every fact that this line decides or shows comes from, from the value to the object that has it."""
    facts, texts, named = linked(start, path)
    own = [
        fact
        for fact in facts
        if not isinstance(fact, File)
        and any(place.file in named and _line(place, texts) == line for place in places(fact))
    ]
    if not own:
        raise UsageError(f"{shown(path)}:{line}: nothing that a policy sees stands on this line")
    return "\n\n".join(dict.fromkeys("\n".join(told(fact, texts)) for fact in own)) + "\n"


def told(fact: Fact, texts: Mapping[str, Text]) -> Iterator[str]:
    """Yield what a fact says, and beneath it where each part of that comes from."""
    kind = type(fact).__name__.lower()
    said = next((str(value) for name in _SAID if (value := getattr(fact, name, ""))), "")
    owner = f" of {fact.scope.owner}" if fact.scope.owner else ""
    yield f"{kind} {said}{owner}".rstrip()
    seen: set[tuple[str, int]] = set()
    for words, place in _decisions(fact):
        at = place.file, _line(place, texts)
        if at not in seen:
            seen.add(at)
            yield f"{_INDENT}{words} {_shown(place, texts)}"


def _decisions(fact: Fact) -> Iterator[tuple[str, Place]]:
    decided: dict[Place, list[str]] = {}
    for name, place in fact.places.items():
        decided.setdefault(place, []).append(name.replace("_", " "))
    for place, names in sorted(decided.items(), key=lambda one: one[0]):
        yield f"{', '.join(sorted(names))} from", place
    yield "used at", fact.used_at
    yield from (("and at", place) for place in fact.related)


def places(fact: Fact) -> Iterable[Place]:
    """Return every place that a fact stands for or comes from."""
    return fact.used_at, *fact.places.values(), *fact.related


def _line(place: Place, texts: Mapping[str, Text]) -> int:
    text = texts.get(place.file)
    return text.line_of(place.span.start) if text else 0


def _shown(place: Place, texts: Mapping[str, Text]) -> str:
    text = texts.get(place.file)
    if text is None:
        return shown(place.file)
    line = text.line_of(place.span.start)
    return f"{shown(place.file)}:{line}: {shown(text.line(line).strip())}"
