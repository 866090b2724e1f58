"""`imd.lock`: what registries said of the images that a repository names. It informs and fixes, it never exempts.

The truth is in the files: an entry is only used for the very reference that it is written for, digest and all.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from immutable_delivery.errors import ConfigError, Fault, MissingError, UnreadableError
from immutable_delivery.records import Record, field
from immutable_delivery.references.images import digest_problem
from immutable_delivery.source.files import Files
from immutable_delivery.source.text import Text
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import ImageStarts

FILE = "imd.lock"
VERSION = 1

_ANEW = "remove it, and `imd lock` writes it anew"


class ImageInfo(Record, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an image says of itself."""

    digest: str
    """The digest of the index, or of the manifest where there is no index."""
    platforms: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    user: str = ""
    ports: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    created: str = ""

    @property
    def starts(self) -> bool:
        """Whether it starts a program by itself, not just a shell or an interpreter that waits for input."""
        program, *arguments = self.command or self.entrypoint or [""]
        waits = program.rpartition("/")[2] in {"", *known(ImageStarts).waiting}
        return not waits or any(not one.startswith("-") for one in arguments)


class Lock(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file: images by the reference as it is written."""

    version: int = VERSION
    images: dict[str, ImageInfo] = field(default_factory=dict)

    def digest_of(self, reference: str) -> str | None:
        """Return the digest of a reference, None where the lock does not know it."""
        found = self.images.get(reference)
        return found.digest if found else None

    def problems(self, references: Iterable[str]) -> list[str]:
        """Return what of the lock is not what these references need, for a person."""
        wanted = set(references)
        missing = [f"{one}: is not locked" for one in wanted - self.images.keys()]
        spare = [
            f"{one}: is locked, and nothing here names it" for one in self.images.keys() - wanted
        ]
        return sorted([*missing, *spare])


NONE = Lock()
"""The lock of who has none."""


def read(files: Files) -> Lock:
    """Return the lock of a repository, an empty one where it has none."""
    try:
        data = files.read(FILE)
    except MissingError:
        return Lock()
    except UnreadableError as error:
        raise _unusable(error.reason) from None
    lock = _decoded(data)
    for reference, one in lock.images.items():
        _judge(reference, one.digest)
    return lock


def _decoded(data: bytes) -> Lock:
    """Return the lock that these bytes say; refuse what its schema does not know."""
    try:
        said = msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise _unusable(str(error)) from error
    if isinstance(said, dict) and said.get("version", VERSION) != VERSION:
        raise _unusable("is of another version")
    from immutable_delivery.syntax.yaml.schema import schema_of  # noqa: PLC0415 (most repositories have no lock)

    schema = schema_of("lock")
    if not schema.fits(said):
        faults = schema.faults_of_json(Text.decode(FILE, data))
        raise ConfigError(*faults, Fault(_ANEW, FILE))
    return msgspec.convert(said, Lock)


def written(lock: Lock) -> bytes:
    """Return the bytes of a lock: sorted, so that a change of one image is a change of a few lines."""
    ordered = Lock(images=dict(sorted(lock.images.items())))
    return msgspec.json.format(msgspec.json.encode(ordered), indent=2) + b"\n"


def _judge(reference: str, digest: str) -> None:
    own = reference.partition("@")[2]
    problem = digest_problem(digest) or (
        "is not the digest of the reference" if own not in {"", digest} else ""
    )
    if problem:
        raise _unusable(f"{reference}: {problem}")


def _unusable(reason: str) -> ConfigError:
    return ConfigError(Fault(f"{reason}; {_ANEW}", FILE))
