"""How a Dockerfile is built: by the manifests that name it, else by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from immutable_delivery.facts import Build
from immutable_delivery.formats.dockerfile.document import Document
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place


class Request(Record, frozen=True):
    """One way to build a Dockerfile."""

    args: Mapping[str, LocatedText | None] = field(default_factory=dict)
    """Build arguments; None where their value is not known."""
    target: str = ""
    context: str | None = None
    """The folder of the build context as a manifest says; None where none does, or where it is elsewhere."""
    elsewhere: bool = False
    """The context is not in this repository."""
    contexts: Mapping[str, str | None] = field(default_factory=dict)
    """Additional build contexts by name."""
    builds: tuple[Place, ...] = ()
    """Where it is said that it is built so."""


def requests(
    document: Document, builds: Iterable[Build], given: Iterable[tuple[str, str]] = ()
) -> list[Request]:
    """Return the different ways in which a Dockerfile is built, at least one; ``given`` arguments win."""
    declared = _declared(document)
    own = {name: _given(value, declared[name]) for name, value in given if name in declared}
    found: dict[tuple[object, ...], Request] = {}
    places: dict[tuple[object, ...], dict[Place, None]] = defaultdict(dict)
    for build in builds:
        if build.dockerfile == document.path:
            one = _request(build, declared, own)
            found.setdefault(_key(one), one)
            places[_key(one)][build.place] = None
    same = [replace(one, builds=tuple(places[key])) for key, one in found.items()]
    return same or [Request(own)]


def _key(one: Request) -> tuple[object, ...]:
    """Return what one way to build differs in from another."""
    args = tuple((name, value.text if value else None) for name, value in sorted(one.args.items()))
    contexts = tuple(sorted(one.contexts.items(), key=lambda pair: pair[0]))
    return args, one.target.lower(), one.context, one.elsewhere, contexts


def _declared(document: Document) -> Mapping[str, Place]:
    """Return the names of all arguments, and where each is declared last."""
    steps = [instruction.trigger or instruction for instruction in document.instructions]
    return {
        word.text.partition("=")[0]: word.used_at
        for step in steps
        if step.name == "ARG"
        for word in step.words
    }


def _given(value: str, place: Place) -> LocatedText:
    """Return an argument of the call, which stands nowhere: it is told of where it is declared."""
    return LocatedText.unaligned(value, place)


def _request(
    build: Build, declared: Mapping[str, Place], given: Mapping[str, LocatedText]
) -> Request:
    said = {name: _argument(build, name) for name in build.args if name in declared}
    args: dict[str, LocatedText | None] = {**said, **given}
    return Request(args, build.target, build.context, build.context is None, build.contexts)


def _argument(build: Build, name: str) -> LocatedText | None:
    value = build.args[name]
    if value is None:
        return None
    if name in build.arg_places:
        return LocatedText.literal(value, build.arg_places[name])
    return LocatedText.unaligned(value, build.place)
