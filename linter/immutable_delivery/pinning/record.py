"""`.imd/pins.json`: what `imd pin` has written, so that `imd unpin` takes away that and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from immutable_delivery.errors import ConfigError, UnreadableError
from immutable_delivery.facts import Image
from immutable_delivery.files import Files
from immutable_delivery.records import Record, field

FILE = ".imd/pins.json"


class Pins(Record, frozen=True):
    """By file, the references that got a digest, as they were written, and that digest."""

    version: int = 1
    files: dict[str, dict[str, str]] = field(default_factory=dict)

    def added(self, image: Image) -> bool:
        """Whether a pinned reference owes its digest to us; update bots may have moved it since."""
        file, own = image.places["digest"].file, bare(image)
        digest = self.files.get(file, {}).get(own)
        return digest is not None

    def exactly(self, image: Image) -> bool:
        """Whether it has the very digest that we wrote."""
        file = image.places["digest"].file
        return self.files.get(file, {}).get(bare(image)) == image.digest

    def changed(self, now: Iterable[Image], before: Iterable[Image] = ()) -> Pins:
        """Return the record with the pins that are there now, and without those that are gone."""
        files = {path: dict(entries) for path, entries in self.files.items()}
        for image in before:
            files.get(image.places["digest"].file, {}).pop(bare(image), None)
        for image in now:
            files.setdefault(image.places["digest"].file, {})[bare(image)] = image.digest or ""
        kept = {path: dict(sorted(files[path].items())) for path in sorted(files) if files[path]}
        return Pins(self.version, kept)


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
        return msgspec.json.decode(data, type=Pins)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE}: is not what `imd pin` writes: {error}") from error


def write(root: Path, pins: Pins) -> None:
    """Write the record; what records nothing leaves no file."""
    path = root / FILE
    if not pins.files:
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
        return
    path.parent.mkdir(exist_ok=True)
    data = msgspec.json.format(msgspec.json.encode(pins), indent=2) + b"\n"
    beside = path.with_suffix(".tmp")
    beside.write_bytes(data)
    beside.replace(path)


def joined(one: Pins, other: Pins) -> Pins:
    """Return both records: what counts while files are being written, for a run may die in between."""
    files = {path: dict(entries) for path, entries in one.files.items()}
    for path, entries in other.files.items():
        files.setdefault(path, {}).update(entries)
    return Pins(one.version, files)


def within(new: Pins, old: Pins, refused: Collection[str]) -> Pins:
    """Return the new record, but the old one of files that could not be written."""
    files = {path: one for path, one in new.files.items() if path not in refused}
    files |= {path: old.files[path] for path in refused if path in old.files}
    return Pins(new.version, dict(sorted(files.items())))
