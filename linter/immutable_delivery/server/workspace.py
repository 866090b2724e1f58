"""One repository and the buffers of an editor over it: judged whole after each change, read only where something changed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from immutable_delivery.config import Config
from immutable_delivery.errors import ImdError
from immutable_delivery.findings import Report
from immutable_delivery.pipeline.examine import reading_settings, report
from immutable_delivery.pipeline.run import examine_in
from immutable_delivery.pipeline.settings import Request, Settings, settings_of
from immutable_delivery.reading.cache.reader import Remembered, RememberingReader
from immutable_delivery.reading.cache.store import Memory
from immutable_delivery.records import Record, replace
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.repository.handed import HandedFiles


class Judged(Record, frozen=True):
    """What is found, or why nothing could be."""

    report: Report | None
    problem: str = ""


class Workspace:
    """The repository around a folder, with the buffers that are open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._buffers: dict[str, bytes] = {}
        self._remembered: Remembered | None = None
        self.root = open_tree(folder).root
        self.judged = Judged(None)

    @staticmethod
    def today() -> date:
        """Return the day by which suppressions expire."""
        return datetime.now().astimezone().date()

    def path_of(self, file: Path) -> str:
        """Return the path of a file in the repository; "" for one that lies elsewhere."""
        resolved = file.resolve()
        return (
            resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else ""
        )

    def edit(self, path: str, text: str) -> None:
        """Take the text of a buffer for the file."""
        self._buffers[path] = text.encode("utf-8", "surrogatepass")

    def close(self, path: str) -> None:
        """Take what lies on the disk again."""
        self._buffers.pop(path, None)

    def judge(self) -> Judged:
        """Judge the repository as the editor sees it."""
        try:
            self.judged = Judged(self._report())
        except ImdError as error:
            self.judged = Judged(None, str(error))
        return self.judged

    def _report(self) -> Report:
        tree = open_tree(self._folder)
        files = HandedFiles(tree.files, dict(self._buffers))
        seen = replace(tree, files=files)
        request = Request(today=self.today(), origin=False)
        settings = settings_of(seen, request, self._folder)
        reader = RememberingReader(
            files, reading_settings(settings.config), self._memory(settings), 1
        )
        examined = examine_in(files, settings, seen, request, reader)
        return report(examined, settings.policies, covers=seen.covers)

    def _memory(self, settings: Settings) -> Remembered:
        """Return what was read before; it is kept here alone, and never written."""
        before = self._remembered.after if self._remembered is not None else Memory()
        self._remembered = Remembered("", _about(settings.config), before)
        return self._remembered


def _about(config: Config) -> str:
    return repr((reading_settings(config), config.paths))
