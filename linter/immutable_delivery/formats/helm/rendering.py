"""Rendering a release: dependencies decided, values coalesced, templates executed, their texts read as objects."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from posixpath import basename

from immutable_delivery.budget import Budget, SpentError
from immutable_delivery.context import ParseProblem
from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.helm import dependencies
from immutable_delivery.formats.helm.chart import FILE, VALUES, Chart
from immutable_delivery.formats.helm.coalesce import MismatchError, coalesced
from immutable_delivery.formats.helm.engine import Engine, Failure, Template, execute
from immutable_delivery.formats.helm.layers import Release, laid
from immutable_delivery.formats.helm.parts import Part
from immutable_delivery.formats.helm.positioned import Texts, positioned
from immutable_delivery.formats.helm.scopes import Scope, scopes
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.traced import Partial, Traced
from immutable_delivery.syntax.yaml import Document

MAX_PARTS = 1000
"""Charts in charts under all their names: a few lines can ask for millions."""
_NOTES = "NOTES.txt"
"""What Helm tells a person: it is rendered, and no object."""
_KEY = "kind"
"""What every object has: other texts are not read."""
_KINDS = lazy(r"^kind:[ \t]*(\S+)", re.MULTILINE)
_DEFINITION = "CustomResourceDefinition"
"""A kind that deploys nothing, and is longer than all others together."""


class Manifest(Record):
    """What one template gives."""

    name: str
    """The template, by its path in the release: `web/charts/cache/templates/a.yaml`."""
    path: str
    """The template, by its path in the repository."""
    documents: list[Document]
    foreign: bool
    """Whether it belongs to somebody else's chart."""


class Rendered(Record):
    """What a release of a chart is."""

    chart: Chart
    manifests: list[Manifest] = field(default_factory=list)
    problems: list[ParseProblem] = field(default_factory=list)
    """What cannot be read, whatever the values are."""
    failures: list[ParseProblem] = field(default_factory=list)
    """What Helm refuses to render with these values, and so does not install."""
    missing: list[str] = field(default_factory=list)
    """The charts that take part and are not here."""
    _foreign: tuple[str, ...] = ()
    """How the paths of somebody else's charts begin."""

    def foreign(self, place: Place) -> bool:
        """Whether a place stands in somebody else's chart."""
        return self.is_foreign(place.file)

    def is_foreign(self, path: str) -> bool:
        """Whether a file is part of somebody else's chart."""
        if not self._foreign:
            strange = [f"{one.path}/" for one in self.chart.all() if one.foreign]
            self._foreign = tuple(strange) or ("\0",)
        return path.startswith(self._foreign)


def render(chart: Chart, release: Release, engine: Engine) -> Rendered:
    """Return what a release of a chart is; nothing in it is a circle, so that the collector of Python would look in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return _rendered(chart, release, engine)
    finally:
        if enabled:
            gc.enable()


def _rendered(chart: Chart, release: Release, engine: Engine) -> Rendered:
    found = Rendered(chart, problems=[one for part in chart.all() for one in part.problems])
    try:
        templates = _templates(chart, release, found)
    except MismatchError as error:
        reason = f"'{error}' is the name of a subchart, so its value is a mapping"
        found.failures.append(ParseProblem(chart.store.path(VALUES), 0, reason))
        return found
    except SpentError:
        reason = f"takes more than {MAX_PARTS} charts"
        found.problems.append(ParseProblem(chart.store.path(FILE), 0, reason))
        return found
    parsed, broken = engine.parse(templates, found.missing)
    found.problems += [one.problem for one in broken]
    for template, outcome in execute(templates, parsed):
        if isinstance(outcome, Failure):
            held = found.problems if outcome.broken else found.failures
            held.append(outcome.problem)
        elif _holds_objects(template, outcome):
            found.manifests.append(_manifest(template, outcome, found, engine.texts))
    found.manifests.sort(key=lambda one: one.name)
    return found


def _holds_objects(template: Template, text: str) -> bool:
    """Whether a text may hold something that is deployed."""
    if _KEY not in text or template.name.endswith(_NOTES):
        return False
    kinds = {found[1] for found in _KINDS.finditer(text)}
    return kinds != {_DEFINITION}


def _templates(chart: Chart, release: Release, found: Rendered) -> list[Template]:
    part, values = Part.of(chart, Budget(MAX_PARTS)), laid(release.layers)
    dependencies.enable(part, values)
    dependencies.take_over(part)
    found.missing += sorted({need.name for one in part.all() for need in one.absent})
    final = coalesced(part, values)
    held = scopes(part, final, release)
    return [one for scope in held for one in _of_scope(scope, found)]


def _of_scope(scope: Scope, found: Rendered) -> Iterator[Template]:
    """Yield the templates of a chart; those of a library are there for others only."""
    chart = scope.part.chart
    for name in chart.templates:
        if chart.metadata.library and not basename(name).startswith("_"):
            continue
        try:
            text = chart.text(name)
        except UnreadableError as error:
            path = chart.store.path(name)
            found.problems.append(ParseProblem(path, error.offset, error.reason))
            continue
        base = f"{scope.path}/templates"
        yield Template(f"{scope.path}/{name}", text, scope.data, base, chart.foreign)


def _manifest(template: Template, text: Traced, found: Rendered, known: Texts) -> Manifest:
    """Return what a template gives; a document that cannot be read is told, unless something unknown broke it."""
    held = positioned(text, template.text.path, known)
    broken = [one for one in held if one.problem]
    told = found.failures if isinstance(text, Partial) else found.problems
    told += [ParseProblem(template.text.path, one.problem_at, one.problem) for one in broken]
    readable = [one for one in held if not one.problem]
    return Manifest(template.name, template.text.path, readable, template.foreign)
