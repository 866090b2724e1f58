"""Which downloads a stage holds, by the names of the files that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import basename

from immutable_delivery.effects.download import PROGRAMS, Download
from immutable_delivery.effects.paths import below, located, same
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.shell import Call

MAX_NAMESAKES = 50
MAX_PENDING = 200

_SIGNATURE = lazy(r"\.(?:asc|sig|sign|gpg|minisig|sha\d+(?:sum)?|md5)$")
_WORDS = lazy(r"[^\s'\"=|()<>*,;]+")


class StoredDownloads:
    """The downloads of a stage."""

    def __init__(self) -> None:
        self.all: list[Download] = []
        self._by_name: dict[str, list[Download]] = {}
        self._folders: list[Download] = []

    def __bool__(self) -> bool:
        return bool(self.all)

    def add(self, download: Download) -> None:
        """Take a download in, with the files that hold it."""
        self.all.append(download)
        for path in download.paths:
            self._index(download, path)
        if download.folder:
            self._folders.append(download)
            del self._folders[:-MAX_NAMESAKES]

    def keep(self, download: Download, call: Call, path: str) -> None:
        """Note that a file holds a download."""
        download.keep(call, path)
        self._index(download, path)

    def copied(self, download: Download, call: Call, path: str) -> None:
        """Note that a file is a copy of a download."""
        download.paths.append(located(call, path))
        self._index(download, path)

    def at(self, call: Call, path: str) -> list[Download]:
        """Return the downloads that a file holds."""
        if not path or not self.all:
            return []
        path = located(call, path)
        found = self._by_name.get(basename(path), ())
        files = [one for one in found if any(same(path, other) for other in one.paths)]
        return files or [one for one in self._folders if below(path, one.folder)]

    def on_path(self, name: str) -> list[Download]:
        """Return the downloads that the shell finds under a bare name."""
        found = self._by_name.get(name, ())
        return [one for one in found if any(PROGRAMS.match(path) for path in one.paths)]

    def named(self, texts: Iterable[str]) -> list[Download]:
        """Return the downloads whose files these texts name, or name the signature or checksum of."""
        found: dict[Download, None] = {}
        for text in texts:
            for word in _WORDS.findall(text):
                name = basename(word)
                for one in {name, _SIGNATURE.sub("", name)}:
                    found |= dict.fromkeys(self._by_name.get(one, ()))
        return list(found)

    def pending(self) -> list[Download]:
        """Return the downloads that nothing has checked, the last ones where there are many."""
        return [one for one in self.all[-MAX_PENDING:] if not one.material]

    def _index(self, download: Download, path: str) -> None:
        names = self._by_name.setdefault(basename(located(Call("", []), path)), [])
        if download not in names:
            names.append(download)
            del names[:-MAX_NAMESAKES]
