"""One chart as it is read: what it says of itself, its values, templates and files, and the charts in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from immutable_delivery.context import ParseProblem
from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.helm.metadata import Metadata, metadata
from immutable_delivery.formats.helm.store import PACKED, Store
from immutable_delivery.formats.helm.values import Values, merged, values_of
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Document, Mapping, documents
from immutable_delivery.syntax.yaml.query import mappings, text

FILE = "Chart.yaml"
VALUES = "values.yaml"
REQUIREMENTS = "requirements.yaml"
_LOCKS = ("Chart.lock", "requirements.lock")
_READ = frozenset({FILE, VALUES, "values.schema.json", *_LOCKS})
"""What Helm itself reads: templates do not see it among the files."""
_MAX_NESTING = 20
"""Charts in charts: Helm has no limit, and no chart comes near this."""


class Chart(Record, eq=False):
    """A chart."""

    store: Store
    metadata: Metadata
    defaults: Values
    said: list[Document]
    """What its values.yaml holds."""
    templates: list[str]
    """The names of its templates, sorted."""
    files: list[str]
    """The names of the other files, which templates may read."""
    charts: list[Chart] = field(default_factory=list)
    foreign: bool = False
    """Whether somebody else wrote it."""
    locked: dict[str, str] = field(default_factory=dict)
    """The versions that the lock file gives what it needs."""
    problems: list[ParseProblem] = field(default_factory=list)
    _texts: dict[str, Text] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The folder or packed chart that it is read from."""
        return self.store.place

    def text(self, name: str) -> Text:
        """Return the text of a template; raise UnreadableError."""
        if name not in self._texts:
            self._texts[name] = self.store.text(name)
        return self._texts[name]

    def all(self) -> Iterator[Chart]:
        """Yield it and all charts in it."""
        yield self
        for one in self.charts:
            yield from one.all()


def read(store: Store, *, foreign: bool = False, nesting: int = 0) -> Chart:
    """Return the chart in a store; raise UnreadableError where Helm would find none."""
    problems: list[ParseProblem] = []
    root = _mapping(store, FILE, problems)
    name = text(root, "name")
    if root is None or not name:
        raise UnreadableError("is no chart: its Chart.yaml gives no name", 0)
    if "/" in name or name in {".", ".."}:
        raise UnreadableError(f"is no chart: '{name}' cannot be its name", 0)
    found = metadata(root, _mapping(store, REQUIREMENTS, problems))
    values = store.text(VALUES) if VALUES in store.names else Text(store.path(VALUES), "")
    said = documents(values)
    templates = sorted(name for name in store.names if name.startswith("templates/"))
    chart = Chart(
        store,
        found,
        values_in(said, values.path, problems),
        said,
        templates,
        [
            name
            for name in store.names
            if not name.startswith(("templates/", "charts/")) and name not in _READ
        ],
        foreign=foreign,
        locked=_locked(store, problems),
        problems=problems,
    )
    chart.charts = list(_charts(chart, nesting)) if nesting < _MAX_NESTING else []
    return chart


def values_in(said: list[Document], path: str, problems: list[ParseProblem]) -> Values:
    """Return the values of a file: those of its documents, laid over each other."""
    found: Values = {}
    for document in said:
        if document.problem:
            problems.append(ParseProblem(path, document.problem_at, document.problem))
        elif isinstance(document.root, Mapping):
            found = merged(found, values_of(document.root))
        elif document.root is not None:
            reason = "Helm takes a mapping as values, and this is none"
            problems.append(ParseProblem(path, document.root.place.span.start, reason))
    return found


def _locked(store: Store, problems: list[ParseProblem]) -> dict[str, str]:
    roots = [_mapping(store, name, problems) for name in _LOCKS]
    rows = [row for root in roots for row in mappings(root, "dependencies")]
    return {text(row, "name"): text(row, "version") for row in rows}


def _mapping(store: Store, name: str, problems: list[ParseProblem]) -> Mapping | None:
    """Return the first document of a file, where that is a mapping."""
    if name not in store.names:
        return None
    found = documents(store.text(name))[:1]
    broken = (one for one in found if one.problem)
    problems += (ParseProblem(store.path(name), one.problem_at, one.problem) for one in broken)
    root = found[0].root if found else None
    return root if isinstance(root, Mapping) else None


def _charts(chart: Chart, nesting: int) -> Iterator[Chart]:
    """Yield the charts in `charts/`; what is none there is a problem of its own."""
    inside: dict[str, list[str]] = defaultdict(list)
    for name in chart.store.names:
        if name.startswith("charts/"):
            top, _, rest = name.removeprefix("charts/").partition("/")
            if rest or top.endswith(PACKED):
                inside[top].append(rest)
    for top in sorted(inside):
        if top[0] not in "_.":
            yield from _chart(chart, top, nesting)


def _chart(chart: Chart, top: str, nesting: int) -> Iterator[Chart]:
    packed, place = top.endswith(PACKED), f"charts/{top}"
    try:
        store = chart.store.packed(place) if packed else chart.store.within(place)
        if FILE in store.names:
            foreign = chart.foreign or packed or _is_foreign(chart, store)
            yield read(store, foreign=foreign, nesting=nesting + 1)
    except UnreadableError as error:
        path = chart.store.path(place)
        chart.problems.append(ParseProblem(path, error.offset if packed else 0, error.reason))


def _is_foreign(chart: Chart, store: Store) -> bool:
    """Whether a chart in a folder came from a repository of charts: its parent says so."""
    root = _mapping(store, FILE, [])
    said = [one for one in chart.metadata.dependencies if one.name == text(root, "name")]
    return any(not one.local for one in said)
