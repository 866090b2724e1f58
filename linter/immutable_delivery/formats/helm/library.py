"""The charts of a repository: each read once, whoever asks for it."""

from __future__ import annotations

from functools import cached_property

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.helm import store
from immutable_delivery.formats.helm.chart import FILE, Chart, read
from immutable_delivery.formats.helm.engine import Engine
from immutable_delivery.formats.helm.layers import DEFAULTS, Release
from immutable_delivery.formats.helm.metadata import Dependency
from immutable_delivery.formats.helm.rendering import Rendered, render
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.semver import satisfies
from immutable_delivery.source.files import Files, folder_of, resolve

_LOCAL = "file://"
_NAME = lazy(rb"(?m)^name:[ \t]*[\"']?([\w.-]+)")
_VERSION = lazy(rb"(?m)^version:[ \t]*[\"']?([\w.+-]+)")
_MOST = 8
"""Charts of a repository in charts of it: more are a circle."""


class Charts:
    """The charts of a repository."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._engine = Engine()
        self._read: dict[str, Chart] = {}

    def at(self, path: str) -> Chart:
        """Return the chart in a folder, or the packed one; raise UnreadableError."""
        if path not in self._read:
            self._read[path] = read(store.at(self._files, path))
            self._complete(self._read[path], ())
        return self._read[path]

    def named(self, name: str, version: str) -> str | None:
        """Return the folder of the chart of this name whose version lies in a range."""
        fitting = [path for path, own in self._known.get(name, []) if satisfies(own, version)]
        return fitting[0] if fitting else None

    def render(self, path: str, release: Release = DEFAULTS) -> Rendered:
        """Return what a release of a chart is; raise UnreadableError."""
        return render(self.at(path), release, self._engine)

    @cached_property
    def _known(self) -> dict[str, list[tuple[str, str]]]:
        """The folders of charts and their versions, by name."""
        found: dict[str, list[tuple[str, str]]] = {}
        for path in self._files.paths:
            if path == FILE or path.endswith(f"/{FILE}"):
                name, version = self._about(path)
                found.setdefault(name, []).append((folder_of(path), version))
        return found

    def _about(self, path: str) -> tuple[str, str]:
        try:
            data = self._files.read(path)
        except UnreadableError:
            return "", ""
        name, version = _NAME.search(data), _VERSION.search(data)
        return name[1].decode() if name else "", version[1].decode() if version else ""

    def _complete(self, chart: Chart, above: tuple[str, ...]) -> None:
        """Add the charts that this one needs and that lie elsewhere in the repository, as `helm dependency build` does."""
        for one in chart.charts:
            self._complete(one, above)
        there = {one.metadata.name for one in chart.charts}
        for need in chart.metadata.dependencies:
            path = None if need.name in there else self._elsewhere(chart, need)
            if path is not None and path not in above and len(above) < _MOST:
                chart.charts += self._copy(path, (*above, chart.path))

    def _elsewhere(self, chart: Chart, need: Dependency) -> str | None:
        if need.repository.startswith(_LOCAL):
            return resolve(chart.path, need.repository.removeprefix(_LOCAL))
        locked = self.named(need.name, chart.locked.get(need.name, ""))
        path = locked or self.named(need.name, need.version)
        return None if path == chart.path else path

    def _copy(self, path: str, above: tuple[str, ...]) -> list[Chart]:
        try:
            chart = read(store.at(self._files, path))
        except UnreadableError:
            return []
        self._complete(chart, above)
        return [chart]
