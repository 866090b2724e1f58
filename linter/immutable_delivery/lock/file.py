"""`imd.lock`: what registries said of the images that a repository names. It informs and fixes, it never exempts."""

from __future__ import annotations

from immutable_delivery.records import Record, field

FILE = "imd.lock"
VERSION = 1


class Described(Record, frozen=True, kw_only=True):
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


class Lock(Record, frozen=True, kw_only=True):
    """The whole file: images by the reference as it is written, without a digest."""

    version: int = VERSION
    images: dict[str, Described] = field(default_factory=dict)
