"""Reading a repository with what earlier runs remember of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

import msgspec

from immutable_delivery.context import ReadingSettings
from immutable_delivery.reading import units
from immutable_delivery.reading.cache.contents import Contents, Known
from immutable_delivery.reading.cache.store import Claim, Memory, load, name_of, save
from immutable_delivery.reading.dependencies import Recorder, Trace, digest, holds
from immutable_delivery.reading.project import Classify, Input, Reader, claimed
from immutable_delivery.reading.units import Reading, Unit
from immutable_delivery.reading.workers import Site, Task, outcomes
from immutable_delivery.source.files import MarkedFiles


class Remembered:
    """What is known from before, and what of it to know next time; a run that reads two states knows the first in the second."""

    def __init__(self, name: str, classifier: str, before: Memory | None = None) -> None:
        self._name = name
        self.before = load(name) if before is None else before
        self.after = Memory(classifier=classifier, judged=self.before.judged)
        self.changed = self.before.classifier != classifier
        if self.changed:
            self.before.claims = {}
        self._readings: dict[bytes, Reading] = {}
        """What this run itself has read, by how it is kept."""

    def recall(self, key: str, reader: RememberingReader) -> tuple[Trace, bytes] | None:
        """Return what a computation asked and gave, where all that it asked has the same answer still."""
        known = (memory.results.get(key, ()) for memory in (self.before, self.after))
        for trace, data in chain.from_iterable(known):
            if reader.holds(trace):
                self._keep(key, trace, data)
                return trace, data
        return None

    def remember(self, key: str, trace: Trace, value: Reading | Sequence[Unit]) -> None:
        """Keep what a computation gave, where that can be written."""
        data = units.encode(value)
        if data is not None:
            self._keep(key, trace, data)
            self.changed = True
            if isinstance(value, Reading):
                self._readings[data] = value

    def reading(self, data: bytes) -> Reading:
        """Return what a group said; two states share the facts of what is the same in both."""
        if data not in self._readings:
            self._readings[data] = units.decode(data)
        return self._readings[data]

    def judge(self, judged: bytes) -> None:
        """Keep what was found of all that was read."""
        self.after.judged = judged
        self.changed |= judged != self.before.judged

    @cached_property
    def marks(self) -> Mapping[int, str]:
        """What identifies each reading of this run from one run to the next, by where it lies."""
        return {id(reading): digest(data) for data, reading in self._readings.items()}

    @cached_property
    def known(self) -> Mapping[str, bytes]:
        """What groups said in the run before, by what identifies it."""
        kept = chain.from_iterable(self.before.results.values())
        return {digest(data): data for _, data in kept}

    @property
    def files(self) -> Known:
        """What tells untouched files, of earlier runs and of this one."""
        return self.before.files | self.after.files

    def claim(self, path: str, told: str | None) -> Claim | None:
        """Return who claims a file that holds what it held."""
        known = (memory.claims.get(path) for memory in (self.before, self.after))
        return next((one for one in known if one and one[0] == told), None)

    def claimed(self, path: str) -> bool:
        """Tell whether somebody asked who claims a file."""
        return path in self.before.claims or path in self.after.claims

    def save(self) -> None:
        """Leave what is known for the next run, where it is not the same."""
        if self.changed or self.after.files != self.before.files:
            save(self._name, self.after)

    def _keep(self, key: str, trace: Trace, data: bytes) -> None:
        kept = self.after.results.setdefault(key, [])
        if (trace, data) not in kept:
            kept.append((trace, data))


def remembered_of(about: Sequence[str], classes: str) -> Remembered:
    """Return what is remembered of a repository; ``classes`` is what the classes of its files depend on."""
    return Remembered(name_of(*about), digest(classes.encode("utf-8", "surrogateescape")))


class RememberingReader(Reader):
    """Reads only what has changed."""

    def __init__(
        self, files: MarkedFiles, settings: ReadingSettings, remembered: Remembered, jobs: int
    ) -> None:
        super().__init__(files, settings, jobs)
        self.grouping: dict[str, Trace] = {}
        """What grouping the files of a format asked of the repository."""
        self.traces: list[Trace] = []
        """What reading each group asked, in their order."""
        self.remembered = remembered
        self._contents = Contents(files, remembered.files, remembered.after.files)
        self._answers = {
            "read": self._contents.digest,
            "state": self._contents.state,
            "paths": lambda _path: self._contents.listing,
        }

    @property
    def listing(self) -> str:
        """What identifies the list of all files."""
        return self._contents.listing

    def digest(self, path: str) -> str:
        """Return what identifies what a file holds, or why it cannot be read."""
        return self._contents.digest(path)

    def holds(self, trace: Trace) -> bool:
        """Tell whether every question still has the answer that it had."""
        return holds(trace, self._answers)

    def grouped(self, format_name: str, paths: Sequence[str]) -> list[Unit]:
        """Return the files of a format, put together that are to be read together."""
        key = _key(("grouped", format_name, paths))
        if recalled := self.remembered.recall(key, self):
            self.grouping[format_name], data = recalled
            return units.decode_groups(data)
        recorder = Recorder(self.files)
        found = units.group_files(format_name, paths, recorder)
        self.grouping[format_name] = recorder.trace
        self.remembered.remember(key, recorder.trace, found)
        return found

    def readings(self, tasks: Sequence[Task]) -> Iterable[Reading]:
        """Yield what every group says, in their order."""
        keys = [_key(task) for task in tasks]
        known = {key: self.remembered.recall(key, self) for key in keys}
        new = [task for key, task in zip(keys, tasks, strict=True) if known[key] is None]
        site = Site(self.files, self.settings, new, traced=True)
        found = outcomes(site, self._costs(new), self.jobs)
        for key in keys:
            if (recalled := known[key]) is not None:
                trace, data = recalled
                reading = self.remembered.reading(data)
            else:
                reading, trace = next(found)
                self.remembered.remember(key, trace, reading)
                self._note(trace)
            self.traces.append(trace)
            yield reading

    def _note(self, trace: Trace) -> None:
        for what, path, answer in trace:
            if what == "read":
                self._contents.note(path, answer)

    def _may_be_claimed(self, path: str) -> bool:
        return self.remembered.claimed(path) or super()._may_be_claimed(path)

    def _claimed(self, path: str, classify: Classify) -> Input | None:
        claims = self.remembered.after.claims
        if known := self.remembered.claim(path, self._contents.told(path)):
            claims[path] = known
            _, format_name, skipped, size = known
            return Input(path, format_name, skipped, size) if format_name else None
        one = claimed(path, self._contents.read, classify, self._assigned(path))
        about = (one.format, one.skipped, one.size) if one else ("", "", 0)
        claims[path] = (self._contents.digest(path), *about)
        self.remembered.changed = True
        return one


def _key(asked: Task | tuple[str, str, Sequence[str]]) -> str:
    """Return what identifies a computation; repr, the slower, writes names that are no Unicode too."""
    try:
        return digest(msgspec.msgpack.encode(asked))
    except UnicodeEncodeError:
        return digest(repr(asked).encode())
