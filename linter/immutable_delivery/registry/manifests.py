"""What registries keep of an image: indexes, manifests and configurations, of OCI and of Docker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from immutable_delivery.records import Record, field

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
CONFIGS = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
ACCEPT = ", ".join((*INDEXES, *MANIFESTS))
"""All four at once: who leaves out the indexes is given the manifest of one platform."""

T = TypeVar("T")


class Platform(Record, frozen=True):
    """An operating system on a processor."""

    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Descriptor(Record, rename="camel"):
    """A reference from one document of a registry to another."""

    digest: str
    media_type: str = ""
    platform: Platform | None = None
    annotations: dict[str, str] | None = None

    @property
    def runs(self) -> bool:
        """Whether it is an image for a platform, not what was said about one (an attestation)."""
        about = self.annotations or {}
        known = self.platform is None or self.platform.os != "unknown"
        return known and "vnd.docker.reference.type" not in about


class Manifest(Record, rename="camel"):
    """An index or a manifest: one has ``manifests``, the other a ``config``."""

    media_type: str = ""
    manifests: list[Descriptor] | None = None
    config: Descriptor | None = None
    artifact_type: str = ""


class Settings(Record, rename="pascal"):
    """How a container of an image starts."""

    entrypoint: list[str] | None = None
    cmd: list[str] | None = None
    user: str | None = None
    exposed_ports: dict[str, object] | None = None
    volumes: dict[str, object] | None = None
    labels: dict[str, str] | None = None


class Configuration(Record):
    """The configuration of an image for one platform."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    created: str | None = None
    config: Settings | None = field(default_factory=Settings)

    @property
    def settings(self) -> Settings:
        """How it starts."""
        return self.config or Settings()

    @property
    def platform(self) -> Platform:
        """What it is for."""
        return Platform(self.os, self.architecture, self.variant)


_DECODERS: Mapping[type, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in (Manifest, Configuration)
}
"""Made before there are threads: two that are first to decode a class at the same time crash the interpreter (msgspec 0.22)."""


def decoded(body: bytes, kind: type[T]) -> T:
    """Return a document; raise ValueError with the reason where it is none."""
    try:
        found: T = _DECODERS[kind].decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    return found
