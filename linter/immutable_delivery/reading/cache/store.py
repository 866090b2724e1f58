"""The file that a run leaves for the next: whole or not there, and nothing that is trusted unseen."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from immutable_delivery import __version__, validity
from immutable_delivery.cachefolder import folder
from immutable_delivery.errors import UsageError
from immutable_delivery.reading.dependencies import Trace
from immutable_delivery.records import Record, field
from immutable_delivery.resources import PACKAGE
from immutable_delivery.source.escape import shown

MOST_FILES = 64
"""So many repositories are remembered; the one that was longest ago is forgotten first."""
MOST_BYTES = 100_000_000
"""A larger memory is not kept."""

_UNFINISHED = ".imd.tmp"
_WRITTEN = 3600
"""Nobody writes for so many seconds: who began was killed."""

_MAGIC = b"imd cache 1\n"
_SUM = 32


Claim = tuple[str, str, str, int]


class Memory(Record, array_like=True):
    """What is known of one repository."""

    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By path: the mark of a version of the file and the digest of what it held."""
    classifier: str = ""
    """What the classes of the claims depend on."""
    claims: dict[str, Claim] = field(default_factory=dict)
    """By path: the digest of what it held, the format, why it is not judged, its size in bytes."""
    results: dict[str, list[tuple[Trace, bytes]]] = field(default_factory=dict)
    """By what was computed: what that asked, and what it gave."""
    judged: bytes = b""
    """What was found of all of it, for who can read that."""


def load(name: str) -> Memory:
    """Return what is remembered under a name; nothing where that is not whole."""
    try:
        data = _file(name).read_bytes()
        body = data[len(_MAGIC) + _SUM :]
        if not data.startswith(_MAGIC) or sha256(body).digest() != data[len(_MAGIC) :][:_SUM]:
            return Memory()
        return msgspec.msgpack.decode(body, type=Memory)
    except (OSError, UsageError, msgspec.MsgspecError):
        return Memory()


def save(name: str, memory: Memory) -> None:
    """Leave something for the next run; a cache that cannot be written is none."""
    try:
        body = msgspec.msgpack.encode(memory)
    except UnicodeEncodeError:  # the name of a file is no Unicode
        return
    if len(body) > MOST_BYTES:
        return
    with suppress(OSError, UsageError):
        _write(_file(name), _MAGIC + sha256(body).digest() + body)
        _prune()


def _write(place: Path, data: bytes) -> None:
    from tempfile import mkstemp  # noqa: PLC0415 (a run that changes nothing writes nothing)

    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = mkstemp(_UNFINISHED, dir=place.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 (a descriptor)
            file.write(data)
        Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)


def clean() -> int:
    """Forget everything; return how many repositories were remembered."""
    found = list(_kept())
    try:
        for path in [*found, *_unfinished(), *validity.marks()]:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{shown(str(error.filename))} stays: {error.strerror}") from error
    return len(found)


def name_of(*parts: str) -> str:
    """Return the name of what depends on these parts, this version of imd and its files."""
    text = "\0".join((__version__, _build(), *parts))
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _build() -> str:
    """Return what tells this build from another of the same version, and with other parsers beside it.

    A checkout changes without a new version; the folder of installed packages does not without a new time.
    """
    tree = os.walk(str(PACKAGE))  # a thousand paths as objects would cost more
    marks = [_mark(f"{root}/{name}") for root, _, names in tree for name in names]
    beside = os.path.dirname(os.path.dirname(msgspec.__file__))  # noqa: PTH120
    installed = f"{beside}:{os.stat(beside).st_mtime_ns}"  # noqa: PTH116
    return ",".join([installed, *sorted(mark for mark in marks if mark)])


def _mark(path: str) -> str:
    if not path.endswith((".py", ".json", ".yaml")):
        return ""
    about = os.stat(path)  # noqa: PTH116
    return f"{path}:{about.st_size}:{about.st_mtime_ns}"


def _file(name: str) -> Path:
    return folder() / f"{name}.imd"


def _kept() -> Iterator[Path]:
    return folder().glob("*.imd")


def _unfinished() -> Iterator[Path]:
    return folder().glob(f"*{_UNFINISHED}")


def _prune() -> None:
    """Keep the folder bounded, whatever was killed while it wrote."""
    kept = sorted(_kept(), key=lambda path: path.stat().st_mtime, reverse=True)
    late = time.time() - _WRITTEN
    given_up = [path for path in _unfinished() if path.stat().st_mtime < late]
    for path in [*kept[MOST_FILES:], *given_up]:
        path.unlink(missing_ok=True)
