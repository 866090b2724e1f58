"""What a script of Groovy is made of here."""

from __future__ import annotations

from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place


class Call(Record):
    """A call, an assignment (`=`, with its name) or an annotation (`@`, with its name)."""

    name: str
    place: Place
    """Where the name stands."""
    extent: Place
    receiver: Call | None = None
    """What it is called on: `docker.image(…)` of `docker.image(…).inside`."""
    target: str = ""
    """The name of what it is called on, where that is no call; for an assignment the name that is given a value."""
    texts: tuple[LocatedText, ...] = ()
    """The texts that it is given, in order."""
    named: dict[str, LocatedText] = field(default_factory=dict)
    """The texts that it is given by name."""
    inside: list[Call] = field(default_factory=list)
    """The calls in its blocks, and in what else it is given."""
