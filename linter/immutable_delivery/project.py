"""The repository as facts: claim and parse each file, then let each format compose what belongs together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact, File, Scope
from immutable_delivery.files import Files
from immutable_delivery.formats import Comment, Surroundings, Trouble
from immutable_delivery.formats.registry import REGISTRY, Entry, candidates, claim, load
from immutable_delivery.records import Record, field, replace
from immutable_delivery.text import Place, Span, Text

Classify = Callable[[str, bytes], str]
"""Path and head of a file → why it is not judged (fixture, vendored …), "" where it is."""


class Input(Record):
    """One claimed file and what became of it."""

    path: str
    format: str
    text: Text
    document: Any = None
    problem: str = ""
    problem_at: int = 0
    skipped: str = ""

    def fact(self, scope: Scope) -> File:
        """Return the file as a fact."""
        found = problem_fact(self.text, self.problem_at, self.problem, self.format)
        return replace(found, scope=scope)


class Project(Record):
    """All claimed files of a repository, their facts and what could not be followed."""

    files: Files
    inputs: dict[str, Input] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)

    def comments(self) -> dict[str, list[Comment]]:
        """Return the comments of the files that were parsed, by path."""
        parsed = [one for one in self.inputs.values() if one.document is not None]
        return {one.path: load(one.format).comments(one.document, one.text) for one in parsed}


def read(files: Files, classify: Classify, settings: Mapping[str, Any] | None = None) -> Project:
    """Read a repository: the facts of every file in scope, not yet linked."""
    project = Project(files)
    for path in files.paths:
        if candidates(path) and (one := _input(files, path, classify)):
            project.inputs[path] = one
            if not one.skipped:  # what a manifest in scope builds on is read all the same
                project.texts[path] = one.text
    around = Surroundings(files, settings=settings or {}, texts=project.texts)
    for entry in sorted(REGISTRY, key=lambda entry: entry.describes_images):
        around.builds = tuple(project.builds)
        _gather(project, entry, around)
    project.facts += [
        one.fact(around.scopes.get(path, Scope()))
        for path, one in project.inputs.items()
        if not one.skipped
    ]
    _note_troubles(project, around.troubles)
    return project


def facts_of(path: str, data: bytes) -> list[Fact]:
    """Return the facts of one file by itself: pure, and the only way from bytes to facts."""
    from immutable_delivery.files import MemoryFiles  # noqa: PLC0415 (for single files only)

    return read(MemoryFiles({path: data}), lambda _path, _head: "").facts


def problem_fact(text: Text, offset: int, problem: str, format_name: str) -> File:
    """Return the fact of a file, with its problem at a line of it where it has one."""
    place = _line_place(text, offset) if problem else Place(text.path, Span(0, 0))
    return File(used_at=place, extent=place, path=text.path, format=format_name, problem=problem)


def _line_place(text: Text, offset: int) -> Place:
    offset = min(offset, len(text.value))
    number = text.line_of(offset)
    start = text.line_starts[number - 1]
    return Place(
        text.path, Span(min(offset, start + len(text.line(number))), start + len(text.line(number)))
    )


def _input(files: Files, path: str, classify: Classify) -> Input | None:
    try:
        data = files.read(path)
    except UnreadableError as error:
        entry = claim(path, b"")
        if entry is None:
            return None
        skipped = classify(path, b"")
        return Input(
            path,
            entry.name,
            Text(path, ""),
            problem="" if skipped else error.reason,
            skipped=skipped,
        )
    entry = claim(path, data)
    if entry is None:
        return None
    if skipped := classify(path, data):
        return Input(path, entry.name, Text(path, ""), skipped=skipped)
    return _parsed(entry, path, data)


def _parsed(entry: Entry, path: str, data: bytes) -> Input:
    text = Text(path, "")
    try:
        text = Text.decode(path, data)
        return Input(path, entry.name, text, load(entry.name).parse(text))
    except UnreadableError as error:
        text = text if text.value else Text(path, error.text)
        return Input(path, entry.name, text, problem=error.reason, problem_at=error.offset)


def _gather(project: Project, entry: Entry, around: Surroundings) -> None:
    inputs = [
        one
        for one in project.inputs.values()
        if one.format == entry.name and one.document is not None
    ]
    if not inputs:
        return
    for fact in load(entry.name).facts({one.path: one.document for one in inputs}, around):
        if isinstance(fact, Build):
            project.builds.append(fact)
        else:
            project.facts.append(fact)


def _note_troubles(project: Project, troubles: Sequence[Trouble]) -> None:
    """Count templates as not judged; make anything else that cannot be followed a problem of its file."""
    for trouble in troubles:
        one = project.inputs.get(trouble.path)
        if trouble.template and one:
            one.skipped = f"template: {trouble.reason}"
        elif not trouble.template:
            text = project.texts.get(trouble.path) or Text(trouble.path, "")
            project.facts.append(
                problem_fact(text, trouble.offset, trouble.reason, one.format if one else "")
            )
