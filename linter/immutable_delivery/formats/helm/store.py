"""The files of a chart, wherever they lie: in a folder, in a packed chart, or below another chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.helm import archive
from immutable_delivery.formats.helm.ignorefile import NAME, Ignored
from immutable_delivery.source.files import Files, below
from immutable_delivery.source.text import Text

PACKED = ".tgz"


class Store:
    """Files by their names in the chart."""

    def __init__(
        self,
        place: str,
        names: Sequence[str],
        read: Callable[[str], bytes],
        allowance: archive.Allowance | None = None,
    ) -> None:
        self.place = place
        """The folder, or the packed chart."""
        self.names = names
        self.read = read
        self._allowance = allowance or archive.Allowance()

    def path(self, name: str) -> str:
        """Return the path of a file in the repository; one in a packed chart stands below that."""
        return f"{self.place}/{name}" if self.place else name

    def text(self, name: str) -> Text:
        """Return the text of a file; raise UnreadableError."""
        return Text.decode(self.path(name), self.read(name))

    def content(self, name: str) -> Text:
        """Return the text of a file, whatever its bytes are; none where it cannot be read."""
        try:
            return Text.lenient(self.path(name), self.read(name))
        except UnreadableError:
            return Text(self.path(name), "")

    def within(self, folder: str) -> Store:
        """Return the files of a folder in the chart."""
        start = f"{folder}/"
        names = [name.removeprefix(start) for name in self.names if name.startswith(start)]
        return Store(
            self.path(folder), names, lambda name: self.read(start + name), self._allowance
        )

    def packed(self, name: str) -> Store:
        """Return the files of a packed chart in the chart; raise UnreadableError."""
        return _packed(self.path(name), self.read(name), self._allowance)


def at(files: Files, path: str) -> Store:
    """Return the files of a chart in a folder, without those that it ignores, or of a packed chart."""
    if path.endswith(PACKED):
        return _packed(path, files.read(path), archive.Allowance())
    start = f"{path}/" if path else ""
    names = [found.removeprefix(start) for found in below(files.paths, path) if found != path]
    store = Store(path, names, lambda name: files.read(start + name))
    ignored = Ignored(store.content(NAME).value if NAME in names else "")
    store.names = [name for name in names if name not in ignored]
    return store


def _packed(path: str, data: bytes, allowance: archive.Allowance) -> Store:
    held = archive.members(data, allowance)
    return Store(path, sorted(held), held.__getitem__, allowance)
