"""Which file of the repository lies at a path of a container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import join, normpath
from typing import TYPE_CHECKING, Protocol

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import MissingError, UnreadableError
from immutable_delivery.records import Record, field
from immutable_delivery.references.checkouts import from_root
from immutable_delivery.source.files import POINTER, Files, below, lies_here, resolve
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text

if TYPE_CHECKING:
    from immutable_delivery.syntax.yaml import Scalar


class Body(Record, frozen=True):
    """The text of a file that the container sees."""

    text: LocatedText
    path: str = ""
    """Its path in the repository; empty where a manifest holds the text."""
    extent: Place | None = None
    """The statement of the manifest that holds the text, where that is more than the text."""
    unread: str = ""
    """Why nobody here knows what is in it; empty where the text is whole."""


def whole(ctx: ParseContext, path: str | None) -> Body | None:
    """Return a file of the repository as a program finds it; None where there is none."""
    if path is None:
        return None
    try:
        data = ctx.files.read(path)
    except MissingError:
        return None
    except UnreadableError as error:
        return Body(LocatedText.literal("", Place(path, Span(0, 0))), path, unread=error.reason)
    text = Text.lenient(path, data)
    ctx.texts.setdefault(path, text)
    place = Place(path, Span(0, len(text.value)))
    return Body(LocatedText.literal(text.value, place), path, unread=_hidden(data))


def _hidden(data: bytes) -> str:
    if data.startswith(POINTER):
        return "is a pointer of Git LFS: its text is elsewhere"
    return "holds a NUL byte" if b"\0" in data else ""


class FileView(Protocol):
    """What a container sees of the repository: its build context, its mounts, the texts that its manifest brings."""

    @property
    def files(self) -> Files | None:
        """The repository, for commands that look beside what they name; None where nothing of it is in the container."""

    @property
    def folder(self) -> str | None:
        """The folder of the repository that relative paths start from."""

    def locate(self, path: str) -> str | None:
        """Return the path in the repository of a path that is certain to show it: a mount, a copy."""

    def body(self, path: str) -> Body | None:
        """Return the text at a path of the container; None where nobody knows one."""

    def below(self, folder: str) -> Sequence[str]:
        """Return the known paths of files below a folder of the container."""


class ContainerFiles(Record, frozen=True):
    """The view of most formats: a folder that holds the code, mounts of the repository, texts of the manifest."""

    ctx: ParseContext
    folder: str | None = None
    """The build context, or the folder that a platform builds; None where nobody knows where the code comes from."""
    mounted: Mapping[str, str] = field(default_factory=dict)
    """Per path in the container the path of the repository that is mounted there."""
    texts: Mapping[str, Scalar] = field(default_factory=dict)
    """Per path in the container the text that the manifest puts there."""
    workdir: str = ""

    @property
    def files(self) -> Files | None:
        """The repository, where some of it is in the container."""
        known = self.folder is not None or bool(self.mounted)
        return self.ctx.files if known else None

    def locate(self, path: str) -> str | None:
        """Return the file of the repository that is mounted at a path of the container."""
        wanted = normpath(join(self.workdir or "/", path))
        for target, source in self.mounted.items():
            if wanted == target or wanted.startswith(f"{target.rstrip('/')}/"):
                found = normpath(f"{source or '.'}/{wanted[len(target) :].lstrip('/')}")
                if lies_here(self.ctx.files, found):
                    return found
        return None

    def body(self, path: str) -> Body | None:
        """Return the text at a path: one of the manifest, of a mount, or of what was most likely copied."""
        if path in self.texts:
            return Body(self.texts[path].written)
        return whole(self.ctx, self.locate(path) or self._beside(path))

    def below(self, folder: str) -> Sequence[str]:
        """Return the texts of the manifest below a folder, and the files of the repository that are mounted there."""
        start = f"{folder}/"
        found = [path for path in self.texts if path.startswith(start)]
        for target, source in self.mounted.items():
            if target == folder or target.startswith(start):
                found += [
                    f"{target}{path[len(source) :]}" for path in below(self.ctx.files.paths, source)
                ]
        return found

    def _beside(self, path: str) -> str | None:
        """Return the file of the folder that a relative path most likely is a copy of."""
        rest = from_root(path)
        folder = self.folder if rest is None else ""
        found = resolve(folder, rest or path) if folder is not None else None
        return found if found is not None and lies_here(self.ctx.files, found) else None


class _Nowhere:
    """The view of a container of which nobody knows what lies in it."""

    files = None
    folder = None

    def locate(self, path: str) -> str | None:  # noqa: ARG002 (nothing lies anywhere)
        """Return nothing."""
        return None

    def body(self, path: str) -> Body | None:  # noqa: ARG002 (nothing lies anywhere)
        """Return nothing."""
        return None

    def below(self, folder: str) -> Sequence[str]:  # noqa: ARG002 (nothing lies anywhere)
        """Return nothing."""
        return ()


NOWHERE: FileView = _Nowhere()
"""Nothing of the repository is known to lie in the container."""
