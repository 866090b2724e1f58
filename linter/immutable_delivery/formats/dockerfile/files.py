"""What a stage sees of the repository: what was copied or mounted into it."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.containers.files import Body, whole
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.records import Record
from immutable_delivery.source.files import Files


class StageFiles(Record, frozen=True):
    """The view of a stage, as far as it has come."""

    state: State

    @property
    def files(self) -> Files:
        """The repository."""
        return self.state.site.ctx.files

    @property
    def folder(self) -> str:
        """The folder of the repository that lies in the working directory."""
        return self.state.contents.folder(self.state.workdir)

    def locate(self, path: str) -> str | None:
        """Return the file of the repository that was copied to a path of the image."""
        found = self.state.locate(path)
        return found[1] if found else None

    def body(self, path: str) -> Body | None:
        """Return the text at a path of the image: a here-document, or a file that was copied."""
        found = self.state.locate(path)
        if found is None:
            return None
        brought, source = found
        if brought.body is not None:
            return Body(brought.body, extent=brought.instruction)
        return whole(self.state.site.ctx, source)

    def below(self, folder: str) -> Sequence[str]:
        """Return the files that were copied below a folder."""
        return self.state.contents.below(folder)
