"""Reading two states of a repository that are almost the same: what does not differ is read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from immutable_delivery.facts import Build
from immutable_delivery.formats.registry import NAMED
from immutable_delivery.reading.project import Classify, Input, Reader
from immutable_delivery.reading.units import Reading, Unit
from immutable_delivery.reading.workers import Task
from immutable_delivery.records import replace


class Rereader(Reader):
    """Reads a state with another reader, and keeps what it gives; ``newer`` is the one of a state that is read already."""

    def __init__(
        self, reader: Reader, touched: frozenset[str], newer: Rereader | None = None
    ) -> None:
        super().__init__(reader.files, reader.settings, reader.jobs)
        self._reader = reader
        self._touched = touched
        self._newer = newer
        self._inputs: dict[str, Input] = {}
        self._readings: dict[Unit, tuple[Sequence[Build], Reading]] = {}

    def claimed(self, paths: Iterable[str], classify: Classify) -> Iterator[Input]:
        """Yield the files that some format claims."""
        known = self._newer._inputs if self._newer else {}  # noqa: SLF001 (its own kind)
        rest = []
        for path in paths:
            if path in known and path not in self._touched:
                yield self._keep(known[path])
            else:
                rest.append(path)
        yield from map(self._keep, self._reader.claimed(rest, classify))

    def grouped(self, format_name: str, paths: Sequence[str]) -> list[Unit]:
        """Return the files of a format, put together that are to be read together."""
        return self._reader.grouped(format_name, paths)

    def readings(self, tasks: Sequence[Task]) -> Iterator[Reading]:
        """Yield what every group says, in their order."""
        known = [self._known(task) for task in tasks]
        rest = [task for task, reading in zip(tasks, known, strict=True) if reading is None]
        found = iter(self._reader.readings(rest))
        for (unit, builds), reading in zip(tasks, known, strict=True):
            one = next(found) if reading is None else reading
            self._readings[unit] = builds, one
            yield one

    def _keep(self, one: Input) -> Input:
        """Return a file as it was claimed: what becomes of it is noted in it later."""
        self._inputs[one.path] = replace(one)
        return one

    def _known(self, task: Task) -> Reading | None:
        """Return what a Dockerfile says, where nothing differs that this depends on; other formats read what lies around."""
        unit, builds = task
        if self._newer is None or not NAMED[unit.format].describes_images:
            return None
        before, reading = self._newer._readings.get(unit, ((), None))  # noqa: SLF001 (its own kind)
        if reading is None or before != builds or self._touched.intersection(unit.paths):
            return None
        guessed = any(recipe.assumed for recipe in reading.recipes)  # by what lies around
        return None if guessed else reading
