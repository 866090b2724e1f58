"""Small images made by hand, and pushed with the standard library alone."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
KINDS = {
    "oci": (f"{OCI}index.v1+json", f"{OCI}manifest.v1+json", f"{OCI}config.v1+json", f"{OCI}layer.v1.tar"),
    "docker": (
        f"{DOCKER}distribution.manifest.list.v2+json", f"{DOCKER}distribution.manifest.v2+json",
        f"{DOCKER}container.image.v1+json", f"{DOCKER}image.rootfs.diff.tar",
    ),
}  # fmt: skip
SETTINGS = {
    "Entrypoint": ["/app/run"], "Cmd": ["--serve"], "User": "65532:65532", "ExposedPorts": {"8080/tcp": {}},
    "Volumes": {"/data": {}}, "Labels": {"org.opencontainers.image.source": "https://example.com/x"},
}  # fmt: skip
EMPTY_LAYER = b"\0" * 1024


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass
class Image:
    """The documents of an image, children first; the last is what a tag names."""

    blobs: list[bytes] = field(default_factory=list)
    manifests: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return digest_of(self.manifests[-1][1])

    def child(self, index: int) -> str:
        return digest_of(self.manifests[index][1])


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _described(media_type: str, data: bytes, **more: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data), **more}


def single(
    kind: str = "oci",
    architecture: str = "amd64",
    settings: dict[str, Any] | None = None,
    note: str = "",
) -> Image:
    """Return an image for one platform."""
    _, manifest_type, config_type, layer_type = KINDS[kind]
    config = {
        "os": "linux", "architecture": architecture, "created": "2026-01-02T03:04:05Z",
        "config": SETTINGS if settings is None else settings,
        "rootfs": {"type": "layers", "diff_ids": [digest_of(EMPTY_LAYER)]}, "history": [{"comment": note}],
    }  # fmt: skip
    data = _json(config)
    manifest = {
        "schemaVersion": 2, "mediaType": manifest_type, "config": _described(config_type, data),
        "layers": [_described(layer_type, EMPTY_LAYER)],
    }  # fmt: skip
    return Image([EMPTY_LAYER, data], [(manifest_type, _json(manifest))])


def multi(kind: str = "oci", settings: dict[str, Any] | None = None, note: str = "") -> Image:
    """Return an image for two platforms, arm64 first, and an attestation."""
    whole = Image()
    entries = []
    for architecture in ("arm64", "amd64"):
        one = single(kind, architecture, settings, note)
        whole.blobs += one.blobs
        whole.manifests += one.manifests
        entries.append(
            _described(*one.manifests[-1], platform={"os": "linux", "architecture": architecture})
        )
    if kind == "oci":
        attested = single(kind, "unknown", {}, f"attestation {note}")
        whole.blobs += attested.blobs
        whole.manifests += attested.manifests
        about = {"vnd.docker.reference.type": "attestation-manifest"}
        platform = {"os": "unknown", "architecture": "unknown"}
        entries.insert(0, _described(*attested.manifests[-1], platform=platform, annotations=about))
    index_type = KINDS[kind][0]
    whole.manifests.append(
        (index_type, _json({"schemaVersion": 2, "mediaType": index_type, "manifests": entries}))
    )
    return whole


def push(base: str, repository: str, tag: str, image: Image, authorization: str = "") -> str:
    """Push an image under a tag; return the digest that the registry gives it."""
    own = {"Authorization": authorization} if authorization else {}
    for blob in image.blobs:
        _push_blob(base, repository, blob, own)
    digest = ""
    for media_type, data in image.manifests:
        last = data is image.manifests[-1][1]
        url = f"{base}/v2/{repository}/manifests/{tag if last else digest_of(data)}"
        _, headers = call("PUT", url, data, {"Content-Type": media_type, **own})
        digest = headers["docker-content-digest"]
    assert digest == image.digest
    return digest


def _push_blob(base: str, repository: str, data: bytes, own: dict[str, str]) -> None:
    digest = digest_of(data)
    if call("HEAD", f"{base}/v2/{repository}/blobs/{digest}", headers=own)[0] == 200:
        return
    _, headers = call("POST", f"{base}/v2/{repository}/blobs/uploads/", b"", own)
    location = urllib.parse.urljoin(base, headers["location"])
    joint = "&" if "?" in location else "?"
    url = f"{location}{joint}digest={urllib.parse.quote(digest)}"
    status, _ = call("PUT", url, data, {"Content-Type": "application/octet-stream", **own})
    assert status == 201


def call(
    method: str, url: str, data: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str]]:
    """Return status and headers (in lower case) of a request."""
    request = urllib.request.Request(url, data, headers or {}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        error.read()
        return error.code, {name.lower(): value for name, value in error.headers.items()}
