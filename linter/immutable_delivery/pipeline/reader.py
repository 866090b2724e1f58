"""How a run reads files: with what earlier runs remember where there is much to read, and by several processes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from immutable_delivery.config import Config
from immutable_delivery.context import ReadingSettings
from immutable_delivery.formats.registry import candidates
from immutable_delivery.pipeline.examined import reading_settings
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.project import Reader, Tell
from immutable_delivery.records import Record, replace
from immutable_delivery.repository.discover import Tree
from immutable_delivery.source.files import MarkedFiles

if TYPE_CHECKING:
    from immutable_delivery.reading.cache.reader import Remembered
    from immutable_delivery.repository.tree import RepositoryFiles

REMEMBERED = 60
"""So many files are read sooner than what is remembered of them."""


class ReadOptions(Record, frozen=True):
    """What all states of a repository are read with."""

    settings: ReadingSettings
    jobs: int
    remembered: Remembered | None
    tell: Tell | None = None
    """Is told how far reading is."""

    def reader(self, files: MarkedFiles) -> Reader:
        """Return a reader of one state."""
        reader = self._reader(files)
        reader.tell = self.tell or reader.tell
        return reader

    def _reader(self, files: MarkedFiles) -> Reader:
        if not _are_text(files.paths):
            return Reader(files, self.settings)
        if self.remembered is None:
            return Reader(files, self.settings, self.jobs)
        from immutable_delivery.reading.cache.reader import RememberingReader  # noqa: PLC0415 (as below)

        return RememberingReader(files, self.settings, self.remembered, self.jobs)

    def close(self) -> None:
        """Leave what is known for the next run."""
        if self.remembered is not None:
            self.remembered.save()


def read_options(
    tree: Tree,
    config: Config,
    request: Request,
    tell: Tell | None = None,
    *,
    wholes: bool = False,
) -> ReadOptions:
    """Return what to read a repository with; ``wholes``, where only those are asked for."""
    settings = replace(reading_settings(config), wholes=wholes)
    if request.read_as:
        named = tuple((f"/{path}", request.read_as) for path in sorted(tree.named))
        settings = replace(settings, formats=(*named, *settings.formats))
    remembered = None
    if request.cache and not request.strangers and _many(tree.files):
        from immutable_delivery.reading.cache.reader import remembered_of  # noqa: PLC0415 (only a large tree pays for it)

        about = (str(tree.root), type(tree.files).__name__, repr(settings))
        classes = repr((config.paths, sorted(tree.named), request.inline_ignores))
        remembered = remembered_of(about, classes)
    return ReadOptions(settings, request.jobs, remembered, tell)


def _are_text(paths: Sequence[str]) -> bool:
    """Tell whether names can be written down, to remember them or to tell another process: bytes that no UTF-8 holds cannot."""
    try:
        "".join(paths).encode()
    except UnicodeEncodeError:
        return False
    return True


def _many(files: RepositoryFiles) -> bool:
    """Tell whether there is so much to read that remembering pays."""
    found = (path for path in files.paths if candidates(path))
    return next(islice(found, REMEMBERED, None), None) is not None
