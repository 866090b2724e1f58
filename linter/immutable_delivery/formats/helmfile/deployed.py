"""What the releases of a Helmfile deploy, in every environment that it declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from immutable_delivery import releases
from immutable_delivery.containers.environments import Environment, environment, is_development
from immutable_delivery.containers.reach import Reach
from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Pin, Scope, Source
from immutable_delivery.formats.helmfile import state as states
from immutable_delivery.formats.helmfile.state import DEFAULT, State
from immutable_delivery.formats.helmfile.templates import Renderer
from immutable_delivery.formats.kubernetes.gitops.values import Given
from immutable_delivery.formats.kubernetes.releasing import Releasing
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.charts import of_chart
from immutable_delivery.references.urls import is_remote, of_url
from immutable_delivery.releases import Layer, laid
from immutable_delivery.source.files import resolve
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping as Tree
from immutable_delivery.syntax.yaml import Scalar, documents
from immutable_delivery.syntax.yaml.query import items, mappings, scalar, text

_GIT = "git::"
_FOLDER = lazy(r"(?<=[\w.-])@[^@:]*\Z")
"""The folder of a chart within its repository: behind the last `@`."""
_LOCK = ".lock"
_OCI = "oci://"


def deployed(files: Mapping[str, Text], ctx: ParseContext) -> Iterable[Fact]:
    """Return what every file releases, each fact once with the environments that it reaches."""
    reach = Reach(ctx)
    for _, source in sorted(files.items()):
        first = states.read(source, DEFAULT, ctx)
        names = [name for name in first.environments() if name != DEFAULT]
        for name in names or [DEFAULT]:
            state = states.read(source, name, ctx) if names else first
            reached = Environment(name, f"environments: {name}", is_development(name))
            _Deployment(
                state, ctx, reach, reached if names else environment(source.path, ctx)
            ).add()
    return reach.facts()


class _Deployment:
    def __init__(self, state: State, ctx: ParseContext, reach: Reach, reached: Environment) -> None:
        self._state = state
        self._ctx = ctx
        self._reach = reach
        self._reached = reached
        self._renderer = Renderer(ctx)
        self._releasing = Releasing.of(ctx)
        self._repositories = {
            text(one, "name"): text(one, "url") for one in state.mappings("repositories")
        }
        self._locked = _locked(state, ctx)

    def add(self) -> None:
        """Add the facts of every release, and what other files it takes from elsewhere."""
        for one in self._state.mappings("helmfiles"):
            path = scalar(one, "path")
            if path is not None and is_remote(path.text.removeprefix(_GIT)):
                self._reach.add([_remote(path, one, _scope("helmfile"))], self._reached)
        for release in self._state.mappings("releases"):
            if not states.is_off(self._state, release) and text(release, "chart"):
                self._add(release)

    def _add(self, release: Tree) -> None:
        name, chart = text(release, "name"), text(release, "chart")
        scope = _scope(name)
        folder = self._folder(chart)
        layers = tuple(self._layers(release))
        if folder is not None:
            given = Given(
                name=name, namespace=text(release, "namespace") or "default", layers=lambda: layers, folder=folder
            )  # fmt: skip
            for found, one in self._releasing.release(
                given, self._ctx, release.place, self._reached
            ):
                self._reach.add(found, one)
            return
        held = laid(layers)
        source = self._source(release, scope, whole=releases.is_whole(held))
        self._reach.add([source], self._reached)
        self._reach.add(releases.facts(held, scope, self._ctx) if held else (), self._reached)

    def _folder(self, chart: str) -> str | None:
        """Return the folder of a chart that lies here."""
        found = resolve(self._state.folder, chart)
        there = found is not None and self._ctx.files.state(f"{found}/Chart.yaml") != "missing"
        return found if there else None

    def _layers(self, release: Tree) -> Iterator[Layer]:
        data = states.data_of(self._state, release)
        for one in items(release, "values"):
            if isinstance(one, Tree):
                yield Layer(one)
            elif isinstance(one, Scalar):
                path = resolve(self._state.folder, one.text)
                yield from states.layers_of(path, data, self._renderer, self._ctx)
        settings = [(text(one, "name"), scalar(one, "value")) for one in mappings(release, "set")]
        yield Layer(
            None, tuple((name, value.written) for name, value in settings if name and value)
        )

    def _source(self, release: Tree, scope: Scope, *, whole: bool) -> Source:
        chart, version = scalar(release, "chart"), scalar(release, "version")
        assert chart is not None  # noqa: S101 (asked before)
        if chart.text.startswith(_GIT):
            return _remote(chart, release, scope)
        repository, _, name = chart.text.partition("/")
        url = self._repositories.get(repository)
        locked = self._locked.get(name or chart.text, "")
        known = version is None or version.written.known
        said = text(release, "version")
        pin: Pin | None = of_chart(chart.text, said) if known else None
        return Source(
            used_at=(version or chart).place,
            extent=release.place,
            places={
                "url": chart.place,
                **(
                    {"ref": version.written.place(), "pin": version.written.place()}
                    if version
                    else {}
                ),
            },
            scope=scope,
            source_type="chart",
            url=(f"{url.rstrip('/')}/{name}" if url else chart.text)
            if chart.written.known
            else None,
            ref=said if known else None,
            pin="exact" if locked and pin != "digest" else pin,
            locked=bool(locked),
            read=whole,
        )


def _remote(path: Scalar, entry: Tree, scope: Scope) -> Source:
    """Return a chart, or another file of Helmfile, in another repository: `git::https://host/name.git@folder?ref=v1.2.3`."""
    address, _, query = path.text.partition("?")
    repository = _FOLDER.sub("", address.removeprefix(_GIT))
    found = of_url(f"{repository}?{query}", git=True).revision
    start = path.text.find(found.text, len(address)) if found.text else -1
    at = path.written.place(start, start + len(found.text)) if start >= 0 else path.place
    known = path.written.known
    return Source(
        used_at=path.place, extent=entry.place, places={"url": path.place, "ref": at, "pin": at}, scope=scope,
        source_type="git", url=address, ref=found.text if known else None, pin=found.pin if known else None,
    )  # fmt: skip


def _scope(name: str) -> Scope:
    return Scope(
        owner=f"release {name}", service=name, phase="start", layer="middleware", deployed=True
    )


def _locked(state: State, ctx: ParseContext) -> dict[str, str]:
    """Return the versions that the lock beside a file gives charts: Helmfile takes those and no others."""
    path = f"{state.path.removesuffix('.gotmpl').rpartition('.')[0]}{_LOCK}"
    if ctx.files.state(path) == "missing":
        return {}
    data = Text.lenient(path, ctx.files.read(path))
    rows = [row for one in documents(data) for row in mappings(one.root, "dependencies")]
    return {text(row, "name"): text(row, "version") for row in rows}
