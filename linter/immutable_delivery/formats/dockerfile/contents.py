"""What was copied into an image, and where in the repository it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from posixpath import basename, normpath

from immutable_delivery.formats.dockerfile.context import Context, joined
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import below, folder_of
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

MAX_BROUGHT = 2_000
"""How much is remembered: more is no delivery, but an attack."""


MAX_BELOW = 200
"""How many files of a folder are looked at."""


class Brought(Record, frozen=True):
    """Something copied into the image; paths in it begin with a slash where the working directory is known."""

    target: str
    source: str | None
    """The path in the repository ("" is its root); None where it does not come from there."""
    instruction: Place
    body: LocatedText | None = None
    """A here-document that becomes the file."""
    code: bool = True
    """Whether it is code, not just configuration."""
    application: bool = False
    """Whether it is application code, by narrow evidence."""


class Contents(Record):
    """Everything that was copied into a stage, in that order."""

    context: Context
    brought: list[Brought] = field(default_factory=list)

    def __iter__(self) -> Iterator[Brought]:
        return iter(self.brought)

    def add(self, brought: Brought) -> None:
        """Note what was copied in."""
        if len(self.brought) < MAX_BROUGHT:
            self.brought.append(brought)

    def copy(self) -> Contents:
        """Return the same contents, to be changed on their own."""
        return Contents(self.context, list(self.brought))

    def folder(self, workdir: str) -> str:
        """Return the folder of the repository that lies in the working directory, as far as there is one."""
        for one in reversed(self.brought):
            if one.source is None:
                continue
            is_file = self.context.kind(one.source) == "file"
            if (folder_of(one.target) or "." if is_file else one.target) == workdir:
                return folder_of(one.source) if is_file else one.source
        return self.context.folder or ""

    def locate(self, path: str, name: str = "") -> tuple[Brought, str | None] | None:
        """Return what brought a file, and its path in the repository where it has one.

        ``name`` is that of a program which is looked for in every folder.
        """
        for one in reversed(self.brought):
            if one.target == path or (name and basename(one.target) == name):
                if one.source is None or self.context.sends(one.source):
                    return one, one.source
            elif one.source is not None and (inner := _inside(one, path) or name):
                source = joined(one.source, inner)
                if self.context.sends(source):
                    return one, source
        return None

    def below(self, folder: str) -> list[str]:
        """Return the paths in the image of the files that are known to lie below a folder."""
        each = (islice(self._below(one, f"{folder}/"), MAX_BELOW) for one in self.brought)
        return list(dict.fromkeys(chain.from_iterable(each)))[:MAX_BELOW]

    def _below(self, one: Brought, start: str) -> Iterator[str]:
        """Yield the paths below a folder of what one copy has brought; only that part of it is looked through."""
        target = f"{one.target.rstrip('/')}/"
        if not (target.startswith(start) or start.startswith(target)):
            return
        inner = start[len(target) :]
        source = one.source if one.source is None else joined(one.source, inner[:-1])
        held = iter(()) if source is None else below(self.context.files.paths, source)
        known = (f"{target}{inner}{path[len(source or '') :].lstrip('/')}" for path in held)
        first = next(known, one.target)
        if first.startswith(start):
            yield first.rstrip("/")
            yield from known

    def origin_of(self, path: str) -> str | None:
        """Return what a path comes from: copied there, or the folder that it is built from."""
        path = cleaned(f"/{path}")
        known = [one for one in self.brought if one.source is not None]
        for one in reversed(known):
            if one.target == path or one.target.startswith(f"{path.rstrip('/')}/"):
                return one.source
            inner = _inside(one, path)
            source = joined(one.source or "", inner)
            if inner and self.context.kind(source):
                return source
        built = next((one.source for one in known if one.code), None)
        is_file = built is not None and self.context.kind(built) == "file"
        return folder_of(built or "") if is_file else built


def _inside(one: Brought, path: str) -> str:
    """Return a path relative to the folder that was copied, "" where it is not in there."""
    folder = "" if one.target in {"/", "."} else f"{one.target}/"
    return path[len(folder) :].lstrip("/") if path.startswith(folder) else ""


def cleaned(path: str) -> str:
    """Return the shortest form of a path; POSIX keeps two slashes at the head, images do not."""
    return f"/{normpath(path).lstrip('/')}" if path.startswith("/") else normpath(path)
