"""Which kustomization builds on which: the order to build them in, the roots, and the files they use up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from immutable_delivery.formats.kustomize.model import Kustomization, Report, files_named
from immutable_delivery.formats.kustomize.plugins import long_forms
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.source.files import resolve
from immutable_delivery.syntax.yaml import Scalar


class Graph:
    """The kustomizations of a repository and their references."""

    def __init__(self, repository: Repository, folders: Iterable[str], report: Report) -> None:
        self._repository = repository
        self._report = report
        self._folders = sorted(set(folders))
        self.order: list[str] = []
        """Folders, what is built on before what builds on it."""
        self.roots: list[str] = []
        """Folders that nothing builds on."""
        self.cut: set[tuple[str, str]] = set()
        """References that would lead round in a circle: from, to."""
        self._arrange()

    def folder(self, kustomization: Kustomization, entry: Scalar) -> str | None:
        """Return the folder with a kustomization that an entry names, None where it names none."""
        found = resolve(kustomization.folder, entry.text)
        known = found is not None and self._repository.kustomization(found) is not None
        return found if known else None

    def consumed(self) -> set[str]:
        """Return the files that are read through some kustomization."""
        return {path for folder in self.order for path in self._files(folder)}

    def uses(self, folder: str) -> Iterator[str]:
        """Yield what a kustomization is built from: files, and other folders as `folder/`."""
        yield from self._files(folder)
        yield from (f"{to}/" for _, to in self._references(folder))

    def _files(self, folder: str) -> Iterator[str]:
        kustomization = self._repository.kustomization(folder)
        for entry in self._entries(kustomization) if kustomization else ():
            path = resolve(folder, _path_of(entry.text)) if "\n" not in entry.text else None
            if path:
                yield path

    def _entries(self, kustomization: Kustomization) -> Iterator[Scalar]:
        yield from files_named(kustomization)
        for key in ("generators", "transformers"):
            for form in long_forms(kustomization, self._repository, key):
                yield from files_named(form)

    def _arrange(self) -> None:
        done: set[str] = set()
        reached = dict.fromkeys(self._folders)
        waiting, referred = list(self._folders), set[str]()
        while waiting:
            folder = waiting.pop()
            inner = {to for _, to in self._references(folder)} - {folder}
            waiting += inner - reached.keys()
            referred |= inner
            reached |= dict.fromkeys(inner)
        first = [folder for folder in self._folders if folder not in referred]
        for folder in first + self._folders:
            if folder not in done:
                self.roots.append(folder)
                self._visit(folder, done)

    def _visit(self, start: str, done: set[str]) -> None:
        open_folders = {start}
        stack = [(start, self._references(start))]
        while stack:
            folder, references = stack[-1]
            for entry, to in references:
                if to in open_folders:
                    self.cut.add((folder, to))
                    self._report(entry.place, f"`{entry.text}` leads round in a circle")
                elif to not in done:
                    open_folders.add(to)
                    stack.append((to, self._references(to)))
                    break
            else:
                stack.pop()
                open_folders.discard(folder)
                done.add(folder)
                self.order.append(folder)

    def _references(self, folder: str) -> Iterator[tuple[Scalar, str]]:
        kustomization = self._repository.kustomization(folder)
        if kustomization is not None:
            for entry in (*kustomization.resources, *kustomization.components):
                to = self.folder(kustomization, entry)
                if to is not None:
                    yield entry, to


def _path_of(entry: str) -> str:
    """Return the path of a generator's `key=path` or of a plain one."""
    return entry.rpartition("=")[2]
