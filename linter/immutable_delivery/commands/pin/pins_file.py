"""`.imd/pins.json`: what `imd pin` has written, so that `imd unpin` takes away that and nothing else."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from immutable_delivery.commands.pin.plan import Revision
from immutable_delivery.edits.write import put
from immutable_delivery.errors import ConfigError, Fault, UnreadableError, UsageError
from immutable_delivery.facts import Image
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import Files

FILE = ".imd/pins.json"


class Entry(Record, frozen=True, omit_defaults=True):
    """What was written for a reference."""

    digest: str
    tag: str = ""
    """The tag that the digest took the place of."""


class Pins(Record, frozen=True, omit_defaults=True):
    """By file and by the reference as a person wrote it, what was written for it."""

    version: int = 1
    files: dict[str, dict[str, Entry]] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    """By file and by a source at its commit or digest (`https://git.example/a.git@0123…`), the revision that stood there."""

    def entry(self, image: Image) -> Entry | None:
        """Return what was written for a pinned reference, None where that was not us; update bots may have moved it."""
        own = self._of(image)
        exact = (one for one in own.values() if one.digest == image.digest)
        return next(exact, next(iter(own.values())) if len(own) == 1 else None)

    def changed(self, now: Iterable[tuple[Image, str]], before: Iterable[Image] = ()) -> Pins:
        """Return the record with the pins (and tags) that are there now, and without those that are gone."""
        files = {path: dict(entries) for path, entries in self.files.items()}
        for image in before:
            gone = self.entry(image)
            for reference in (key for key, one in self._of(image).items() if one is gone):
                files[_file(image)].pop(reference, None)
        for image, tag in now:
            reference = f"{bare(image)}:{tag}" if tag else bare(image)
            files.setdefault(_file(image), {})[reference] = Entry(image.digest or "", tag)
        kept = {path: dict(sorted(files[path].items())) for path in sorted(files) if files[path]}
        return Pins(self.version, kept, self.sources)

    def revised(self, revisions: Iterable[Revision]) -> Pins:
        """Return the record with what was written for sources, and without what was taken away."""
        found = {path: dict(entries) for path, entries in self.sources.items()}
        for one in revisions:
            own = found.setdefault(one.source.used_at.file, {})
            if one.taken:
                own.pop(f"{one.source.url}@{one.source.ref}", None)
            else:
                own[f"{one.source.url}@{one.digest}"] = one.source.ref or ""
        kept = {path: dict(sorted(found[path].items())) for path in sorted(found) if found[path]}
        return Pins(self.version, self.files, kept)

    def _of(self, image: Image) -> dict[str, Entry]:
        """Return what a pinned reference may have been before."""
        entries = self.files.get(_file(image), {})
        own = bare(image)
        return {
            key: one
            for key, one in entries.items()
            if key == (f"{own}:{one.tag}" if one.tag else own)
        }


def _file(image: Image) -> str:
    return image.places["digest"].file


def bare(image: Image) -> str:
    """Return a reference without its digest."""
    return image.text.partition("@")[0]


def read(files: Files) -> Pins:
    """Return the record of a repository; empty where there is none."""
    try:
        data = files.read(FILE)
    except UnreadableError:
        return Pins()
    try:
        return msgspec.convert(json.loads(data), Pins)
    except (ValueError, RecursionError) as error:
        raise ConfigError(Fault(f"is not what `imd pin` writes: {error}", FILE)) from error


def write(root: Path, pins: Pins) -> None:
    """Write the record; what records nothing leaves no file."""
    path = root / FILE
    if pins.files or pins.sources:
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:  # a file, or a link to nowhere
            raise UsageError(f"{FILE} cannot be written: {error.strerror or error}") from error
        put(root, FILE, _encoded(pins))
    elif path.exists() and not path.parent.is_symlink():
        path.unlink()
        with suppress(OSError):  # other things lie there
            path.parent.rmdir()


def _encoded(pins: Pins) -> bytes:
    """Return the bytes of a record; msgspec's own encoder has none for names of files that are not UTF-8."""
    text = json.dumps(msgspec.to_builtins(pins), indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def joined(pins: Pins, other: Pins) -> Pins:
    """Return both records: what counts while files are being written, for a run may die in between."""
    files = {path: dict(entries) for path, entries in pins.files.items()}
    for path, entries in other.files.items():
        files.setdefault(path, {}).update(entries)
    sources = {path: dict(entries) for path, entries in pins.sources.items()}
    for path, held in other.sources.items():
        sources.setdefault(path, {}).update(held)
    return Pins(pins.version, files, sources)


def within(new: Pins, old: Pins, refused: Collection[str]) -> Pins:
    """Return the new record, but the old one of files that could not be written."""
    files = {path: one for path, one in new.files.items() if path not in refused}
    files |= {path: old.files[path] for path in refused if path in old.files}
    sources = {path: one for path, one in new.sources.items() if path not in refused}
    sources |= {path: old.sources[path] for path in refused if path in old.sources}
    return Pins(new.version, dict(sorted(files.items())), dict(sorted(sources.items())))
