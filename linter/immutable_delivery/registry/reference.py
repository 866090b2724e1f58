"""An image reference as registries take it: host, repository, tag and digest, with Docker Hub's defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record
from immutable_delivery.references.images import parts, registry_of

HUB = "docker.io"
_HUB_HOSTS = {HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}


class ImageReference(Record, frozen=True, order=True):
    """One image of one registry; without a digest it is a tag, which may move."""

    host: str
    repository: str
    tag: str = "latest"
    digest: str = ""

    @property
    def wanted(self) -> str:
        """What to ask the registry for."""
        return self.digest or self.tag


def named(reference: str) -> ImageReference:
    """Return the name of a valid reference."""
    repository, tag, digest = parts(reference)
    host = registry_of(repository)
    path = repository[len(host) + 1 :] if host else repository
    if not host or host in _HUB_HOSTS:
        host, path = HUB, path if "/" in path else f"library/{path}"
    return ImageReference(host, path, tag or "latest", digest)


class Mirrors:
    """Where images are asked for instead: `docker.io=mirror.example/hub`, the longest fitting prefix first."""

    def __init__(self, given: Iterable[str] = ()) -> None:
        pairs = [_mirror(one) for one in given]
        self._map: Mapping[str, str] = dict(sorted(pairs, key=lambda pair: -len(pair[0])))

    def location(self, name: ImageReference) -> tuple[str, str]:
        """Return the host that answers for a name, and the repository there."""
        whole = f"{name.host}/{name.repository}"
        for prefix, target in self._map.items():
            if f"{whole}/".startswith(f"{prefix}/"):
                host, _, path = f"{target}{whole[len(prefix) :]}".partition("/")
                return host, path
        return ("registry-1.docker.io" if name.host == HUB else name.host), name.repository


def _mirror(given: str) -> tuple[str, str]:
    prefix, _, target = given.partition("=")
    if "@" in given:
        raise UsageError(
            "a mirror names no user and no password: keep them where `docker login` does"
        )
    if not prefix or not target or "://" in given:
        raise UsageError(f"'{given}' is no mirror: write registry=mirror, without https://")
    return prefix.rstrip("/"), target.rstrip("/")
