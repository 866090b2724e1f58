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

_BELOW = f"/{FILE}"
_LOCAL = "file://"
_NAME = lazy(rb"(?m)^name:[ \t]*[\"']?([\w.-]+)")
_VERSION = lazy(rb"(?m)^version:[ \t]*[\"']?([\w.+-]+)")


class Charts:
    """The charts of a repository."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._engine = Engine()
        self._read: dict[str, Chart] = {}
        self._names: dict[str, tuple[str, str]] = {}

    def at(self, path: str) -> Chart:
        """Return the chart in a folder, or the packed one; raise UnreadableError."""
        return self._at(path, ())

    def named(self, name: str, version: str) -> str | None:
        """Return the folder of the chart of this name whose version lies in a range; None where none is here."""
        called = [folder for folder in self._folders if folder.rpartition("/")[2] == name]
        for folder in (*called, *self._folders):  # first those that need not all be read
            own, its_version = self._about(folder)
            if own == name and satisfies(its_version, version):
                return folder
        return None

    def render(self, path: str, release: Release = DEFAULTS) -> Rendered:
        """Return what a release of a chart is; raise UnreadableError."""
        return render(self.at(path), release, self._engine)

    @cached_property
    def _folders(self) -> list[str]:
        """The folders of charts that are in no other one."""
        named = [path for path in self._files.paths if path.endswith(FILE)]
        folders = {folder_of(path) for path in named if path == FILE or path.endswith(_BELOW)}
        holders = {folder: folder_of(folder).rpartition("/") for folder in sorted(folders)}
        return [
            folder
            for folder, (holder, _, last) in holders.items()
            if last != "charts" or holder not in folders
        ]

    def _about(self, folder: str) -> tuple[str, str]:
        """Return the name and the version of a chart."""
        if folder not in self._names:
            self._names[folder] = self._read_about(f"{folder}/{FILE}" if folder else FILE)
        return self._names[folder]

    def _read_about(self, path: str) -> tuple[str, str]:
        try:
            data = self._files.read(path)
        except UnreadableError:
            return "", ""
        name, version = _NAME.search(data), _VERSION.search(data)
        return name[1].decode() if name else "", version[1].decode() if version else ""

    def _at(self, path: str, above: tuple[str, ...]) -> Chart:
        if path not in self._read:
            self._read[path] = read(store.at(self._files, path))
            self._complete(self._read[path], above)
        return self._read[path]

    def _complete(self, chart: Chart, above: tuple[str, ...]) -> None:
        """Add the charts that this one needs and that lie elsewhere in the repository, as `helm dependency build` does."""
        below = (*above, chart.path)
        for one in chart.charts:
            self._complete(one, below)
        there = {one.metadata.name for one in chart.charts}
        missing = [need for need in chart.metadata.dependencies if need.name not in there]
        paths = dict.fromkeys(self._elsewhere(chart, need) for need in missing)
        for path in paths:
            if path is not None and path not in below:
                chart.charts += self._taken(path, below)

    def _elsewhere(self, chart: Chart, need: Dependency) -> str | None:
        if need.repository.startswith(_LOCAL):
            return resolve(chart.path, need.repository.removeprefix(_LOCAL))
        locked = chart.locked.get(need.name)
        here = self.named(need.name, locked) if locked else None
        return here or self.named(need.name, need.version)

    def _taken(self, path: str, above: tuple[str, ...]) -> list[Chart]:
        try:
            return [self._at(path, above)]
        except UnreadableError:
            return []
