"""The files that kustomizations name: read once, whether or not the format was given them."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from copy import copy
from typing import TypeGuard

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.kustomize.model import FILE_NAMES, Kustomization, is_kustomization
from immutable_delivery.source.files import Files, read_text, resolve
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Document, Mapping, documents


class Repository:
    """Documents and kustomizations by path."""

    def __init__(
        self, files: Files, parsed: AnyMapping[str, list[Document]], texts: dict[str, Text]
    ) -> None:
        self.files = files
        self._parsed = parsed
        self._texts = texts
        self._paths = frozenset(files.paths)
        self._read: dict[str, list[Document]] = {}
        self._kustomizations: dict[str, Kustomization | None] = {}

    def is_file(self, path: str | None) -> TypeGuard[str]:
        """Whether there is a file of this path."""
        return path in self._paths

    def text(self, path: str) -> Text | None:
        """Return the text of a file that facts may point into."""
        if path not in self._texts and (found := read_text(self.files, path)):
            self._texts[path] = found
        return self._texts.get(path)

    def bytes(self, path: str) -> bytes:
        """Return what a file holds; nothing where it cannot be read."""
        try:
            return self.files.read(path)
        except UnreadableError:
            return b""

    def documents(self, path: str) -> list[Document]:
        """Return the documents of a file, none where it cannot be read."""
        if path in self._parsed:
            return self._parsed[path]
        if path not in self._read:
            found = self.text(path)
            self._read[path] = documents(found) if found else []
        return self._read[path]

    def kustomization(self, folder: str) -> Kustomization | None:
        """Return the kustomization of a folder."""
        if folder not in self._kustomizations:
            paths = (resolve(folder, name) for name in FILE_NAMES)
            path = next((path for path in paths if self.is_file(path)), None)
            self._kustomizations[folder] = self._kustomization_in(path) if path else None
        return self._kustomizations[folder]

    def aside(self) -> Repository:
        """Return one that shares what was read: what it takes counts there alone."""
        found = copy(self)
        found._kustomizations = dict(self._kustomizations)  # noqa: SLF001 (its own)
        return found

    def take(self, kustomization: Kustomization) -> None:
        """Take this for the kustomization of its folder."""
        self._kustomizations[kustomization.folder] = kustomization

    def _kustomization_in(self, path: str) -> Kustomization | None:
        for document in self.documents(path):
            if isinstance(document.root, Mapping) and is_kustomization(path, document.root):
                return Kustomization(path, document.root)
        return None
