"""A repository read before, of which some files hold something else now: only what read them is read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from immutable_delivery.context import ReadingSettings
from immutable_delivery.facts import Build
from immutable_delivery.formats.registry import NAMED, candidates
from immutable_delivery.reading import units
from immutable_delivery.reading.dependencies import Recorder, Trace, digest
from immutable_delivery.reading.project import (
    TEMPLATE,
    Classify,
    Input,
    Project,
    Reader,
    assembled,
    builds_of,
    built_from,
    by_dockerfile,
)
from immutable_delivery.reading.workers import Site, perform
from immutable_delivery.records import Record, replace
from immutable_delivery.source.files import LinkedFiles
from immutable_delivery.tables import extended_by


class Standing(Record):
    """A repository as it was read, and what reading it asked: the same files are there still."""

    project: Project
    grouping: dict[str, Trace]
    """By format."""
    traces: list[Trace]
    """Of the groups, in their order."""

    def held(self, path: str, data: bytes) -> bool | None:
        """Tell whether a file held these bytes whenever it was read; None where nobody read it."""
        asked = chain.from_iterable((*self.traces, *self.grouping.values()))
        answers = {answer for what, name, answer in asked if (what, name) == ("read", path)}
        return answers == {digest(data)} if answers else None

    def reread(
        self,
        files: LinkedFiles,
        settings: ReadingSettings,
        classify: Classify,
        changed: Collection[str],
    ) -> Standing | None:
        """Return the repository with these files changed; None where they may be read otherwise than by the same groups."""
        with extended_by(settings.tables):
            if not self._is_claimed_alike(files, settings, classify, changed):
                return None
            grouping = self._grouped(files, changed)
            if grouping is None:
                return None
            return _Rereading(self, files, settings).done(changed, grouping)

    def _is_claimed_alike(
        self,
        files: LinkedFiles,
        settings: ReadingSettings,
        classify: Classify,
        changed: Iterable[str],
    ) -> bool:
        """Whether each file is still of the format that it was, and judged where it was."""
        inputs, reader = self.project.inputs, Reader(files, settings)
        new = {one.path: one for one in reader.claimed(changed, classify)}
        for path in changed:
            before, after = inputs.get(path), new.get(path)
            if before is not None and NAMED[before.format].encloses:
                alike = NAMED[before.format] not in candidates(path)
            else:
                alike = _claim(before) == _claim(after)
            if not alike:
                return False
        return True

    def _grouped(self, files: LinkedFiles, changed: Collection[str]) -> dict[str, Trace] | None:
        """Return what grouping asked; None where files belong to other groups now."""
        found = dict(self.grouping)
        for name, trace in self.grouping.items():
            if not _reads(trace, changed):
                continue
            before = [unit for unit, _ in self.project.readings if unit.format == name]
            recorder = Recorder(files)
            if units.group_files(name, self._paths(name), recorder) != before:
                return None
            found[name] = recorder.trace
        return found

    def _paths(self, name: str) -> list[str]:
        """Return the files of a format that were to be judged."""
        inputs = self.project.inputs.values()
        return [one.path for one in inputs if one.format == name and not _claim(one)[1]]


def _claim(one: Input | None) -> tuple[str, str]:
    """Return the format of a file and why it is not judged, but for what reading it told."""
    if one is None:
        return "", ""
    return one.format, "" if one.skipped.startswith(TEMPLATE) else one.skipped


def _reads(trace: Trace, changed: Collection[str]) -> bool:
    return any(what == "read" and path in changed for what, path, _ in trace)


class _Rereading:
    """The groups that are read again, and the others."""

    def __init__(self, known: Standing, files: LinkedFiles, settings: ReadingSettings) -> None:
        self._known, self._files = known, files
        self._site = Site(files, settings, (), traced=True)
        self._readings = list(known.project.readings)
        self._traces = list(known.traces)

    def done(self, changed: Collection[str], grouping: dict[str, Trace]) -> Standing | None:
        """Read the groups again that read one of these files, or of whose builds something else is said."""
        before = self._known.project
        moved = [i for i, trace in enumerate(self._traces) if _reads(trace, changed)]
        first = [i for i in moved if not NAMED[self._readings[i][0].format].describes_images]
        self._read(first, before.builds)
        builds = (
            builds_of(self._readings, self._files) if self._said_otherwise(first) else before.builds
        )
        if built_from(builds) != built_from(before.builds):
            return None
        self._read(
            sorted({*moved, *self._built_otherwise(before.builds, builds)} - {*first}), builds
        )
        inputs = {path: _as_claimed(one) for path, one in before.inputs.items()}
        texts = before.texts.with_other(self._files, changed)
        project = Project(self._files, texts, inputs, builds=builds, readings=self._readings)
        return Standing(assembled(project), grouping, self._traces)

    def _read(self, indices: Iterable[int], builds: Sequence[Build]) -> None:
        by_path = by_dockerfile(builds)
        for index in indices:
            unit = self._readings[index][0]
            describing = NAMED[unit.format].describes_images
            own = [one for path in unit.paths for one in by_path[path]] if describing else []
            reading, self._traces[index] = perform((unit, own), self._site)
            self._readings[index] = unit, reading

    def _said_otherwise(self, indices: Iterable[int]) -> bool:
        before = self._known.project.readings
        return any(before[i][1].builds != self._readings[i][1].builds for i in indices)

    def _built_otherwise(self, before: Sequence[Build], after: Sequence[Build]) -> set[int]:
        """Return the groups of the files of whose builds something else is said."""
        if before is after:
            return set()
        one, other = by_dockerfile(before), by_dockerfile(after)
        changed = {path for path in one.keys() | other.keys() if one[path] != other[path]}
        return {
            index
            for index, (unit, _) in enumerate(self._readings)
            if NAMED[unit.format].describes_images and not changed.isdisjoint(unit.paths)
        }


def _as_claimed(one: Input) -> Input:
    return replace(one, skipped=_claim(one)[1])
