"""The repository as facts: claim each file, read together what belongs together, put together what that says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import cast

from immutable_delivery.context import UNCONFIGURED, Comment, ParseProblem, ReadingSettings
from immutable_delivery.errors import AbsentError, HiddenError, UnreadableError
from immutable_delivery.facts import Applied, Build, Fact, File, Recipe, Scope, Unread
from immutable_delivery.formats import Encloses
from immutable_delivery.formats.registry import NAMED, REGISTRY, candidates, claim, load
from immutable_delivery.reading import units
from immutable_delivery.reading.units import Reading, Unit
from immutable_delivery.reading.workers import Site, Task, outcomes
from immutable_delivery.records import Record, field, replace
from immutable_delivery.repository.classify import classify as path_class
from immutable_delivery.repository.classify import held_by
from immutable_delivery.source.files import POINTER, Files, LinkedFiles, Texts
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.gitignore import fits
from immutable_delivery.tables import extended_by

Classify = Callable[[str], str]
"""Path of a file → why it is not judged (fixture, vendored …), "" where it is."""

Tell = Callable[[int, int], None]

_MOST_TOLD = 50
"""Problems that are told of one file."""
TEMPLATE = "template: "
"""Before the reason why an input is skipped that is not what it seemed."""
_HIDDEN = "not read: "
"""Before the reason why an input is skipped that who deploys can read."""
_PER_FILE = {"dockerfile": 1.5}
_PER_OTHER = 0.5
_PER_MILLISECOND = {"github": 250, "script": 400}
_PER_OTHER_MILLISECOND = 8_000
"""Bytes: scripts, and the jobs that run them, say much in few."""


class Input(Record):
    """One claimed file and what became of it."""

    path: str
    format: str
    skipped: str = ""
    size: int = 0
    """Bytes."""


class Project(Record):
    """All claimed files of a repository, their facts and what could not be followed."""

    files: Files
    texts: Texts
    inputs: dict[str, Input] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    """What goes into images, by how each is built."""
    applied: list[Applied] = field(default_factory=list)
    """What is deployed as a whole, where the settings ask for it."""
    readings: list[tuple[Unit, Reading]] = field(default_factory=list)
    """What each group of files says."""
    claims: list[File | Unread] = field(default_factory=list)
    """What is said of each file as such: that it is there, and what is wrong with it."""
    looked_at: frozenset[str] = frozenset()
    """The files that were read for all this, where the settings ask for it."""
    comments: dict[str, list[Comment]] = field(default_factory=dict)
    """The comments of the files that were parsed, by path."""


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


class Reader:
    """Reads files; ``jobs`` processes share the work where that pays."""

    def __init__(self, files: Files, settings: ReadingSettings, jobs: int = 1) -> None:
        self.files = files
        self.settings = settings
        self.jobs = jobs
        self.tell: Tell = _silent
        """Is told how many of how many groups are read."""
        self._sizes: dict[str, int] = {}

    def claimed(self, paths: Iterable[str], classify: Classify) -> Iterator[Input]:
        """Yield the files that some format claims."""
        for path in paths:
            if self._may_be_claimed(path) and (one := self._claimed(path, classify)):
                self._sizes[path] = one.size
                yield one

    def grouped(self, format_name: str, paths: Sequence[str]) -> list[Unit]:
        """Return the files of a format, put together that are to be read together."""
        return units.group_files(format_name, paths, self.files)

    def readings(self, tasks: Sequence[Task]) -> Iterable[Reading]:
        """Yield what every group says, in their order."""
        found = outcomes(Site(self.files, self.settings, tasks), self._costs(tasks), self.jobs)
        return (reading for reading, _ in found)

    def _may_be_claimed(self, path: str) -> bool:
        return bool(self._assigned(path) or candidates(path))

    def _claimed(self, path: str, classify: Classify) -> Input | None:
        return claimed(path, self.files.read, classify, self._assigned(path))

    def _assigned(self, path: str) -> str:
        """Return the format that somebody says a file has; empty where nobody does."""
        pairs = self.settings.formats
        return next((name for pattern, name in pairs if fits(path, pattern)), "")

    def _costs(self, tasks: Sequence[Task]) -> list[float]:
        """Return about how many milliseconds each takes: some for a file, and one for so many bytes."""
        return [
            sum(
                _PER_FILE.get(group.format, _PER_OTHER)
                + self._sizes.get(path, 0)
                / _PER_MILLISECOND.get(group.format, _PER_OTHER_MILLISECOND)
                for path in group.paths
            )
            for group, _ in tasks
        ]


def read(files: LinkedFiles, classify: Classify, reader: Reader | None = None) -> Project:
    """Read a repository: the facts of every file in scope, not yet linked."""
    reader = reader or Reader(files, UNCONFIGURED)
    with extended_by(reader.settings.tables):
        return _read(files, classify, reader)


def _read(files: LinkedFiles, classify: Classify, reader: Reader) -> Project:
    project = Project(files, Texts(files))
    project.inputs = {one.path: one for one in reader.claimed(files.paths, classify)}
    project.inputs |= _enclosed(project, classify)
    for describing in (False, True):
        project.inputs |= _built(project, classify)
        tasks = _tasks(project, reader, describing=describing)
        for number, reading in enumerate(reader.readings(tasks), 1):
            project.readings.append((tasks[number - 1][0], reading))
            reader.tell(number, len(tasks))
        project.builds = builds_of(project.readings, files)
    return assembled(project)


def builds_of(readings: Iterable[tuple[Unit, Reading]], files: LinkedFiles) -> list[Build]:
    """Return what all groups say of builds, once."""
    said = chain.from_iterable(reading.builds for _, reading in readings)
    return [_through_links(build, files) for build in _distinct(said)]


def assembled(project: Project) -> Project:
    """Put together what the groups of a project say."""
    found = Reading()
    for _, reading in project.readings:
        _add(found, reading)
    project.facts, project.comments = [*found.facts], found.comments
    project.recipes, project.applied = found.recipes, found.applied
    project.looked_at = frozenset(found.looked_at)
    project.claims = [*_files(project, found), *_hidden(project)]
    project.facts += project.claims
    return project


def claimed(
    path: str, read_file: Callable[[str], bytes], classify: Classify, assigned: str = ""
) -> Input | None:
    """Return a file with the format that it is assigned, or that claims it, and why it is not judged."""
    data, hidden, absent = _bytes(path, read_file)
    entry = NAMED[assigned] if assigned else claim(path, data)
    if hidden and (absent or not entry):  # else reading it will tell what is wrong
        name = (entry or candidates(path)[-1]).name
        return Input(path, name, classify(path) or f"{_HIDDEN}{hidden}")
    return Input(path, entry.name, classify(path), len(data)) if entry else None


def _bytes(path: str, read_file: Callable[[str], bytes]) -> tuple[bytes, str, bool]:
    """Return what a file holds, why that is hidden from us alone, and whether this clone has no more than its name."""
    try:
        data = read_file(path)
    except HiddenError as error:
        return b"", error.reason, isinstance(error, AbsentError)
    except UnreadableError:
        return b"", "", False
    return (b"", "is a pointer of Git LFS", True) if data.startswith(POINTER) else (data, "", False)


def _enclosed(project: Project, classify: Classify) -> dict[str, Input]:
    """Return what belongs to a claimed file, whoever else would claim it."""
    found: dict[str, Input] = {}
    for one in project.inputs.values():
        if NAMED[one.format].encloses:
            own = cast("Encloses", load(one.format))
            for path, why in own.enclosed(one.path, project.files):
                known = project.inputs.get(path) or Input(path, one.format, classify(path))
                found[path] = replace(known, format=one.format, skipped=why or known.skipped)
    return found


def _built(project: Project, classify: Classify) -> dict[str, Input]:
    """Return what manifests build from and nothing has been read of: no name and no folder hides a Dockerfile.

    What a job builds and pushes nowhere is for its own tests.
    What the configuration leaves out stays left out.
    """
    found = built_from(project.builds).intersection(project.files.paths)
    inputs = project.inputs
    hidden = (path for path in found if path not in inputs or inputs[path].skipped)
    described = next(entry.name for entry in REGISTRY if entry.describes_images)

    def left_out(path: str) -> str:
        skipped, by_itself = classify(path), path_class(path, held_by(project.files.paths))
        return "" if skipped == by_itself else skipped

    named = (claimed(path, project.files.read, left_out, described) for path in sorted(hidden))
    return {one.path: one for one in named if one}


def built_from(builds: Iterable[Build]) -> set[str]:
    """Return the Dockerfiles that are read because something builds from them."""
    return {build.dockerfile for build in builds if build.pushed or not build.job}


def by_dockerfile(builds: Iterable[Build]) -> defaultdict[str, list[Build]]:
    """Return what is said of building each Dockerfile."""
    found: defaultdict[str, list[Build]] = defaultdict(list)
    for build in builds:
        found[build.dockerfile].append(build)
    return found


def _distinct(builds: Iterable[Build]) -> Iterator[Build]:
    """Yield builds once: a file that several units read says the same in each."""
    told: dict[tuple[str, Place], list[Build]] = defaultdict(list)
    for build in builds:
        same = told[build.dockerfile, build.place]
        if build not in same:
            same.append(build)
            yield build


def _through_links(build: Build, files: LinkedFiles) -> Build:
    """Return a build with the places that links lead to, as its engine follows them."""
    context = build.context and files.real(build.context)
    return replace(build, dockerfile=files.real(build.dockerfile), context=context)


def _tasks(project: Project, reader: Reader, *, describing: bool) -> list[Task]:
    """Return the work: formats that describe images know what manifests build."""
    paths: dict[str, list[str]] = defaultdict(list)
    for one in project.inputs.values():
        if not one.skipped:
            paths[one.format].append(one.path)
    builds = by_dockerfile(project.builds)
    return [
        (group, [build for path in group.paths for build in builds[path]])
        for entry in REGISTRY
        if entry.describes_images is describing and entry.name in paths
        for group in reader.grouped(entry.name, paths[entry.name])
    ]


def _add(found: Reading, reading: Reading) -> None:
    found.facts += reading.facts
    found.builds += reading.builds
    found.recipes += reading.recipes
    found.applied += reading.applied
    found.looked_at += reading.looked_at
    found.troubles += reading.troubles
    found.comments |= reading.comments
    found.problems |= reading.problems
    found.scopes |= reading.scopes


def _files(project: Project, found: Reading) -> Iterator[File]:
    """Yield every file as a fact, and again for each problem in it; count templates as not judged."""
    judged = [one for one in project.inputs.values() if not one.skipped]
    for trouble in found.troubles:
        if trouble.template and trouble.path in project.inputs:
            project.inputs[trouble.path].skipped = f"{TEMPLATE}{trouble.reason}"
    for one in judged:
        offset, problem = found.problems.get(one.path, (0, ""))
        scope = found.scopes.get(one.path, Scope())
        yield _file(project, one.path, offset, problem, scope)
    for trouble in _told(found.troubles):
        yield _file(project, trouble.path, trouble.offset, trouble.reason)


def _told(troubles: Iterable[ParseProblem]) -> Iterator[ParseProblem]:
    """Yield the first problems of every file: a thousand lines of something else tell no more than fifty."""
    held: dict[str, list[ParseProblem]] = defaultdict(list)
    for trouble in dict.fromkeys(troubles):
        if not trouble.template:
            held[trouble.path].append(trouble)
    for all_of_it in held.values():
        ordered = sorted(all_of_it, key=lambda one: (one.offset, one.reason))
        yield from ordered[: _MOST_TOLD - 1]
        for last in ordered[_MOST_TOLD - 1 : _MOST_TOLD]:
            more = len(ordered) - _MOST_TOLD
            yield (
                replace(last, reason=f"{last.reason}; {more} more such places follow")
                if more
                else last
            )


def _hidden(project: Project) -> Iterator[Unread]:
    """Yield the files that may deliver, and that nobody here can read."""
    for path, one in project.inputs.items():
        if one.skipped.startswith(_HIDDEN):
            place = Place(path, Span(0, 0))
            reason = f"it {one.skipped.removeprefix(_HIDDEN)}"
            yield Unread(used_at=place, extent=place, subject="file", reason=reason)


def _file(project: Project, path: str, offset: int, problem: str, scope: Scope = Scope()) -> File:
    """Return a file as a fact, with its problem at a line of it where it has one."""
    text = (project.texts.get(path) if problem else None) or Text(path, "")
    place = _line_place(text, offset) if problem else Place(path, Span(0, 0))
    one = project.inputs.get(path)
    return File(
        used_at=place, extent=place, scope=scope, path=path, format=one.format if one else "", problem=problem
    )  # fmt: skip


def _line_place(text: Text, offset: int) -> Place:
    offset = min(offset, len(text.value))
    number = text.line_of(offset)
    start = text.line_starts[number - 1]
    end = start + len(text.line(number))
    return Place(text.path, Span(min(offset, end), end))
