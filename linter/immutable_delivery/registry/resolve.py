"""From a tag to the digest of the index behind it, and from there to what the image says of itself.

Every body is checked against the digest that it was asked for by, or is hashed: nothing is taken on a header's word.
"""

from __future__ import annotations

import hashlib

from immutable_delivery.links.lockfile import ImageInfo
from immutable_delivery.records import Record
from immutable_delivery.references.images import digest_problem
from immutable_delivery.registry import manifests
from immutable_delivery.registry.client import CLOSED, Registry, refusal
from immutable_delivery.registry.manifests import ACCEPT, Configuration, Descriptor, Manifest
from immutable_delivery.source.escape import shown
from immutable_delivery.transport.client import Answer, RefusedError

_OK, _MISSING = 200, 404


class MissingError(RefusedError):
    """The registry answers, and has nothing under that name."""


class Found(Record, frozen=True):
    """What stands under a name: the digest and the document of that digest."""

    digest: str
    manifest: Manifest

    @property
    def index(self) -> bool:
        """Whether it lists platforms."""
        return self.manifest.manifests is not None

    @property
    def platforms(self) -> dict[str, str]:
        """The platforms of an index and their digests."""
        return {
            str(image.platform): image.digest for image in _images(self.manifest) if image.platform
        }


def digest_of(registry: Registry, repository: str, tag: str) -> str:
    """Return what the registry says a tag is, without fetching it; "" where it does not say without."""
    answer = registry.ask("HEAD", repository, f"manifests/{tag}", {"Accept": ACCEPT})
    if answer.status in CLOSED:
        raise RefusedError(f"{registry.host}: {refusal(answer)}")
    digest = answer.headers.get("docker-content-digest", "")
    return digest if answer.status == _OK and not digest_problem(digest) else ""


def find(registry: Registry, repository: str, wanted: str) -> Found:
    """Return what a tag or digest names."""
    is_digest = not digest_problem(wanted)
    digest = wanted if is_digest else digest_of(registry, repository, wanted)
    answer = registry.ask("GET", repository, f"manifests/{digest or wanted}", {"Accept": ACCEPT})
    body = _body(registry, answer, digest)
    manifest = _document(registry, body, Manifest)
    _judge(registry, manifest, answer)
    return Found(digest or _sha256(body), manifest)


def describe(registry: Registry, repository: str, found: Found) -> ImageInfo:
    """Return what an image says of itself: of the platform most people run, where it has several."""
    platforms = sorted(found.platforms)
    manifest = found.manifest
    if found.index:
        chosen = _chosen(manifest)
        if chosen is None:
            raise RefusedError(f"{registry.host}: the index lists no image")
        manifest = find(registry, repository, chosen.digest).manifest
    config = _configuration(registry, repository, manifest)
    settings = config.settings
    return ImageInfo(
        digest=found.digest,
        platforms=platforms or [str(config.platform)],
        entrypoint=settings.entrypoint or [],
        command=settings.cmd or [],
        user=settings.user or "",
        ports=sorted(settings.exposed_ports or {}),
        volumes=sorted(settings.volumes or {}),
        labels=dict(sorted((settings.labels or {}).items())),
        created=config.created or "",
    )


def _configuration(registry: Registry, repository: str, manifest: Manifest) -> Configuration:
    described = manifest.config
    if described is None or described.media_type not in manifests.CONFIGS:
        raise RefusedError(f"{registry.host}: it is an artifact, not an image")
    answer = registry.ask("GET", repository, f"blobs/{described.digest}", {})
    return _document(registry, _body(registry, answer, described.digest), Configuration)


def _body(registry: Registry, answer: Answer, digest: str) -> bytes:
    if answer.status == _MISSING:
        raise MissingError(f"{registry.host}: {refusal(answer)}")
    if answer.status != _OK:
        raise RefusedError(f"{registry.host}: {refusal(answer)}")
    if digest and not _matches(answer.body, digest):
        raise RefusedError(f"{registry.host}: the content does not have the digest {digest}")
    return answer.body


def _matches(body: bytes, digest: str) -> bool:
    algorithm, _, value = digest.partition(":")
    return algorithm in {"sha256", "sha512"} and hashlib.new(algorithm, body).hexdigest() == value


def _sha256(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _document(registry: Registry, body: bytes, kind: type[manifests.T]) -> manifests.T:
    try:
        return manifests.decoded(body, kind)
    except ValueError as error:
        raise RefusedError(f"{registry.host}: the manifest is not valid: {error}") from error


def _judge(registry: Registry, manifest: Manifest, answer: Answer) -> None:
    """Refuse what is neither an index nor a manifest, or is not what the header says."""
    said = answer.headers.get("content-type", "").partition(";")[0].strip()
    own = manifest.media_type or said
    known = manifests.INDEXES if manifest.manifests is not None else manifests.MANIFESTS
    if own not in known:
        raise RefusedError(
            f"{registry.host}: '{own or said}' is no kind of image that can be pinned"
        )
    if said and said != own:
        raise RefusedError(
            f"{registry.host}: its header `Content-Type` says '{shown(said)}', the manifest '{shown(own)}'"
        )


def _images(manifest: Manifest) -> list[Descriptor]:
    return [one for one in manifest.manifests or () if one.runs]


def _chosen(index: Manifest) -> Descriptor | None:
    """Return the image for linux/amd64, else the first."""
    images = _images(index)
    usual = (image for image in images if str(image.platform) == "linux/amd64")
    return next(usual, next(iter(images), None))
