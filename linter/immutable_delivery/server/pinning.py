"""The pin of one finding: what `imd pin` writes at its place, into the buffers as they are once the registry has answered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import TypeVar

from lsprotocol import types

from immutable_delivery.commands.pin import output, pins_file, revisions, servers, sources
from immutable_delivery.commands.pin import pin as pins
from immutable_delivery.commands.pin.joined import Both, joined, left_of_both, refused_of_both
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.edits.write import Change
from immutable_delivery.facts import Source
from immutable_delivery.pipeline.run import examine_in
from immutable_delivery.pipeline.settings import settings_of
from immutable_delivery.records import Record
from immutable_delivery.registry.batch import RegistryOptions
from immutable_delivery.server.telling import range_of
from immutable_delivery.server.workspace import Buffers, Workspace
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Span, Text

Question = TypeVar("Question")
Answer = TypeVar("Answer")

_TRIES = 5
"""So often the buffers may change while a pin is worked out."""


class Target(Record, frozen=True):
    """The finding whose reference is to be pinned; by its place it would be lost when a line is typed above it."""

    path: str
    policy: str
    fingerprint: str


class Pinned(Record, frozen=True):
    """What to write into the buffers, or what to say where that is nothing."""

    buffers: Buffers
    changes: tuple[Change, ...] = ()
    record: pins_file.Pins = pins_file.Pins()
    reasons: tuple[str, ...] = ()

    @property
    def edits(self) -> dict[str, list[types.TextEdit]]:
        """The changes as edits, by file."""
        return {one.path: [_replaced(one)] for one in self.changes}

    def remember(self, root: Path, files: Files) -> None:
        """Note down what was written, so that `imd unpin` can take it away."""
        pins_file.write(root, pins_file.joined(pins_file.read(files), self.record))


class Pinning:
    """Pins what a finding is about. Each question is asked once, however often the buffers change meanwhile."""

    def __init__(self, workspace: Workspace, reach: RegistryOptions) -> None:
        self._workspace = workspace
        self._resolve = _once(_images(reach), frozenset, workspace.engine)
        self._ask = _once(servers.online(reach, _images(reach)), _sources, workspace.engine)
        self._taken = _once(sources.online(reach), _names, workspace.engine)

    def pinned(self, target: Target) -> Pinned:
        """Return the pin for the buffers as they are when it is known."""
        for _ in range(_TRIES):
            buffers = dict(self._workspace.buffers)
            found = self._pinned(target, buffers)
            if buffers == self._workspace.buffers:
                return found
        return Pinned({}, reasons=("nothing is pinned while the file is being typed",))

    def _pinned(self, target: Target, buffers: Buffers) -> Pinned:
        with self._workspace.engine:
            repository = self._repository(target, buffers)
            if repository is None:
                return Pinned(buffers, reasons=("what was to be pinned is not there any more",))
            images = pins.pin(repository, self._resolve, ask=self._ask)
            both = joined(repository, images, sources.pin(repository, self._taken))
            return Pinned(
                buffers,
                tuple(both.images.changes),
                both.images.record,
                tuple(_reasons(both, repository)),
            )

    def _repository(self, target: Target, buffers: Buffers) -> Repository | None:
        """Return the repository, of which nothing is asked but what the finding is about; None where it is gone."""
        seen, request = self._workspace.tree(buffers), self._workspace.request()
        settings = settings_of(seen, request, seen.root)
        examined = examine_in(seen.files, settings, seen, request)
        places = frozenset(
            one.place
            for one in examined.findings
            if Target(one.place.file, one.policy, one.fingerprint) == target
        )
        if not places:
            return None
        return Repository(seen, settings, request, examined, frozenset(), places)


def _images(reach: RegistryOptions) -> pins.Resolve:
    return pins.online(reach, lambda _done, _total: None)


def _sources(wanted: Iterable[Source]) -> Hashable:
    return frozenset(map(revisions.key_of, wanted))


def _names(wanted: Mapping[sources.Name, set[str]]) -> Hashable:
    return frozenset((name, *sorted(refs)) for name, refs in wanted.items())


def _once(
    ask: Callable[[Question], Answer], key: Callable[[Question], Hashable], engine: Lock
) -> Callable[[Question], Answer]:
    """Return what asks each question once, and lets others judge until it is answered."""
    known: dict[Hashable, Answer] = {}

    def asked(question: Question) -> Answer:
        name = key(question)
        if name not in known:
            engine.release()
            try:
                known[name] = ask(question)
            finally:
                engine.acquire()
        return known[name]

    return asked


def _replaced(change: Change) -> types.TextEdit:
    """Return the edit of what lies between what two states of a file begin and end with."""
    old, new = Text.decode(change.path, change.before), Text.decode(change.path, change.after)
    start = _alike(old.value, new.value)
    rest = _alike(old.value[start:][::-1], new.value[start:][::-1])
    where = range_of(old, Span(start, len(old.value) - rest))
    return types.TextEdit(where, new.value[start : len(new.value) - rest])


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _reasons(both: Both, repository: Repository) -> Iterable[str]:
    return output.left([*left_of_both(both), *refused_of_both(both)], repository.sheet)
