"""Files that say something together, and what they say: the one way from bytes to facts.

Reading a group is pure: it depends on the group, what manifests build of it, the settings and what it reads of the
repository. So a process can do it elsewhere, and a cache can remember it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, groupby, islice
from sys import intern
from typing import cast

from msgspec import msgpack
from msgspec.structs import force_setattr

from immutable_delivery.context import (
    Comment,
    ParseContext,
    ParseProblem,
    ReadingSettings,
)
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import AnyFact, Applied, Build, Fact, Recipe, Scope
from immutable_delivery.formats import Families, Within, implements
from immutable_delivery.formats.registry import NAMED, load
from immutable_delivery.reading.allowance import within_allowance
from immutable_delivery.reading.dependencies import Recorder
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Place, Text
from immutable_delivery.tables import extended_by


class Unit(Record, frozen=True):
    """Files of one format that are read together."""

    format: str
    paths: tuple[str, ...]


class Reading(Record, kw_only=True, omit_defaults=True):
    """What a group says."""

    facts: list[AnyFact] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    """The files that were read for it, where the settings ask for wholes."""
    troubles: list[ParseProblem] = field(default_factory=list)
    comments: dict[str, list[Comment]] = field(default_factory=dict)
    """By path; those of files that could be parsed."""
    problems: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Why files could not be parsed, and at which offset."""
    scopes: dict[str, Scope] = field(default_factory=dict)


def group_files(format_name: str, paths: Sequence[str], files: Files) -> list[Unit]:
    """Return the files of a format, put together that are to be read together."""
    if NAMED[format_name].apart:
        return [Unit(format_name, (path,)) for path in paths]
    own = load(format_name)
    found = own.families(paths, files) if implements(own, Families) else [paths]
    return [Unit(format_name, tuple(one)) for one in found if one]


def read(group: Unit, files: Files, builds: Sequence[Build], settings: ReadingSettings) -> Reading:
    """Return what a group says; ``builds`` are what manifests say of building it."""
    with extended_by(settings.tables):
        if not settings.wholes:
            return _read(group, files, builds, settings)
        recorder = Recorder(files)
        found = _read(group, recorder, builds, settings)
        found.looked_at = [path for what, path, _ in recorder.trace if what == "read"]
        return found


def _read(group: Unit, files: Files, builds: Sequence[Build], settings: ReadingSettings) -> Reading:
    format_, found = load(group.format), Reading()
    ctx = ParseContext(files, builds, settings)
    documents = {}
    decoded = Text.lenient if NAMED[group.format].bytewise else Text.decode
    for path in group.paths:
        try:
            text = ctx.texts[path] = decoded(path, files.read(path))
            documents[path] = format_.parse(text)
        except UnreadableError as error:
            found.problems[path] = (error.offset, error.reason)
        else:
            found.comments[path] = format_.comments(documents[path], text)
    facts = chain(format_.facts(documents, ctx) if documents else (), _inside(ctx))
    for fact in within_allowance(facts, ctx, len(group.paths)):
        if isinstance(fact, Build):
            found.builds.append(fact)
        elif isinstance(fact, Recipe):
            found.recipes.append(fact)
        else:
            found.facts.append(cast("AnyFact", fact))
    found.troubles, found.scopes, found.applied = ctx.troubles, ctx.scopes, ctx.applied
    return found


def _inside(ctx: ParseContext) -> Iterator[Fact | Build | Recipe]:
    """Yield what documents of other formats say that stand in these files."""
    for held in ctx.inside:
        format_ = load(held.format)
        if implements(format_, Within):
            yield from format_.within(held, ctx)


class _Written(Record, array_like=True):
    """A reading as data: facts beside each other have the scope that they share once."""

    reading: Reading
    scopes: list[tuple[int, Scope]]
    """Each with the number of facts that have it, in their order."""


def encode(value: Reading | Sequence[Unit]) -> bytes | None:
    """Return a reading, or groups, as data: compressed, for places repeat the names of files.

    None where something in it is no Unicode: a file may be named so.
    """
    try:
        written = _written(value) if isinstance(value, Reading) else value
        return zlib.compress(msgpack.encode(written), 1)
    except UnicodeEncodeError:
        return None


def _written(reading: Reading) -> _Written:
    scopes = groupby(fact.scope for fact in reading.facts)
    facts = [replace(fact, scope=_LEFT_OUT) for fact in reading.facts]
    return _Written(
        replace(reading, facts=facts),
        [(len(list(same)), scope) for scope, same in scopes],
    )


def decode(data: bytes) -> Reading:
    """Return the reading that :func:`encode` made data of; zlib's and msgspec's errors for anything else.

    What its facts have in common they share again, which is most of what they take: scopes, places, names of files.
    """
    written = _decoder().decode(zlib.decompress(data))
    facts, known = iter(written.reading.facts), dict[Place, Place]()
    for number, scope in written.scopes:
        for fact in islice(facts, number):
            force_setattr(fact, "scope", scope)
            force_setattr(fact, "used_at", _known(fact.used_at, known))
            force_setattr(fact, "extent", _known(fact.extent, known))
            places = {name: _known(place, known) for name, place in fact.places.items()}
            force_setattr(fact, "places", places)
    return written.reading


def _known(place: Place, known: dict[Place, Place]) -> Place:
    """Return the one object that stands for a place."""
    found = known.setdefault(place, place)
    if found is place:
        force_setattr(place, "file", intern(place.file))
    return found


def decode_groups(data: bytes) -> list[Unit]:
    """Return the groups that :func:`encode` made data of."""
    return msgpack.decode(zlib.decompress(data), type=list[Unit])


@cache
def _decoder() -> msgpack.Decoder[_Written]:
    return msgpack.Decoder(_Written)


_LEFT_OUT = Scope()
