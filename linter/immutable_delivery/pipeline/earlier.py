"""What an earlier run has found of a repository, kept beside what it has read: only what has changed since is judged."""

from __future__ import annotations

import zlib
from contextlib import suppress
from itertools import chain
from typing import cast

import msgspec

from immutable_delivery.facts import AnyFact, Build, File, Unread
from immutable_delivery.facts import Project as Pinned
from immutable_delivery.links.lockfile import Lock
from immutable_delivery.links.neighbours import Bonds
from immutable_delivery.pipeline.examined import Examined, Linked, Terms, Told, examined
from immutable_delivery.pipeline.reexamine import Changed, Reexaminer
from immutable_delivery.reading.cache.reader import RememberingReader
from immutable_delivery.reading.dependencies import digest
from immutable_delivery.reading.project import Input, Project
from immutable_delivery.reading.units import Reading, Unit
from immutable_delivery.records import Record, asdict, replace
from immutable_delivery.source.text import Place


class Judgement(Record, array_like=True):
    """What is kept of a state: what it was judged by, what it held, and what that came to."""

    terms: str
    groups: list[tuple[Unit, str, Bonds]]
    """Each with what identifies what it said."""
    contents: dict[str, str]
    """The digests of all files that have to do with it."""
    listing: str
    inputs: dict[str, Input]
    builds: list[Build]
    claims: list[File | Unread]
    lock: Lock
    linked: Linked
    far: tuple[Pinned | Unread, ...]
    told: Told
    about: list[tuple[str, Place, list[AnyFact]]]
    """What the findings are about that have come since all was judged: the next run may still have to report them."""


class Earlier:
    """Judges a state of a repository as a whole, with what the memory of its reader knows of an earlier one."""

    def __init__(self, reader: RememberingReader, terms: Terms) -> None:
        self._reader, self._memory = reader, reader.remembered
        self._terms = _identity(terms)
        self.again = Reexaminer(terms)

    def examined(self, read: Project) -> Examined:
        """Return what is to be known of a state, and leave it for the next run, which may have another history."""
        kept = self._kept()
        found = (kept and self._since(kept, read)) or examined(read, self.again.terms)
        if not found.linked.history:
            with suppress(KeyError, UnicodeEncodeError):  # the name of a file is no Unicode
                self._memory.judge(_packed(self._judgement(found)))
        return found

    def _kept(self) -> Judgement | None:
        """Return what was found before, where it was judged by the same."""
        with suppress(zlib.error, msgspec.MsgspecError):
            kept = _unpacked(self._memory.before.judged)
            return kept if kept.terms == self._terms else None
        return None

    def _since(self, kept: Judgement, read: Project) -> Examined | None:
        """Judge what has changed since; None where that may concern all."""
        readings = list[tuple[Unit, Reading]]()
        for unit, mark, bonds in kept.groups:
            if mark not in self._memory.known:
                return None
            reading = self._memory.reading(self._memory.known[mark])
            readings.append((unit, reading))
            self.again.know(reading, bonds)
        about = {(policy, place): facts for policy, place, facts in kept.about}
        known = Examined(
            project=replace(
                read, inputs=kept.inputs, builds=kept.builds, claims=[*kept.claims], readings=readings
            ),
            terms=self.again.terms, lock=kept.lock, linked=kept.linked, far=kept.far, **asdict(replace(kept.told, about=about))
        )  # fmt: skip
        return self.again.examined(known, read, self._changed(kept))

    def _changed(self, kept: Judgement) -> Changed:
        contents = {
            path for path, held in kept.contents.items() if self._reader.digest(path) != held
        }
        return Changed(contents, listing=self._reader.listing != kept.listing)

    def _judgement(self, found: Examined) -> Judgement:
        """Return what to keep of a state; a KeyError where what it was read of is not."""
        read, marks = found.project, self._memory.marks
        groups = [
            (unit, marks[id(reading)], self.again.bonds_of(unit, reading))
            for unit, reading in read.readings
        ]
        paths = {*found.linked.contents, *chain.from_iterable(bonds.files for *_, bonds in groups)}
        since = {} if found.linked.by_file is not None else found.about
        about = [(*key, cast("list[AnyFact]", facts)) for key, facts in since.items()]
        return Judgement(
            terms=self._terms, groups=groups,
            contents={path: self._reader.digest(path) for path in sorted(paths)},
            listing=self._reader.listing, inputs=read.inputs, builds=read.builds, claims=read.claims,
            lock=found.lock, linked=replace(found.linked, by_file=None), far=found.far,
            told=Told(**{name: getattr(found, name) for name in Told.__struct_fields__} | {"about": {}}),
            about=about,
        )  # fmt: skip


def _identity(terms: Terms) -> str:
    """Return what identifies by what is judged; policies that have judged already are none that an earlier run knew."""
    words = repr((terms.config, terms.today, terms.trust, terms.ignored, terms.remote()))
    policies = msgspec.msgpack.encode(terms.policies, enc_hook=lambda _: "judged")
    return digest(words.encode("utf-8", "surrogateescape") + policies)


def _packed(kept: Judgement) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(kept), 1)


def _unpacked(data: bytes) -> Judgement:
    return msgspec.msgpack.decode(zlib.decompress(data), type=Judgement)
