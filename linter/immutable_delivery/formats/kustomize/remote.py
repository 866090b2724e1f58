"""What a kustomization takes from elsewhere: remote bases and charts, as sources with their pins."""

from __future__ import annotations

from immutable_delivery.facts import Source
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.charts import of_version
from immutable_delivery.references.urls import of_url
from immutable_delivery.syntax.yaml import Node, Scalar
from immutable_delivery.syntax.yaml.query import scalar, text

_REMOTE = lazy(
    r"(?:[\w+.-]+(?:::|://)|[\w.-]+@[\w.-]+:|(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)[/:])"
    r"|[^?]*\.git(?:/|\?|\Z)|[^?]*\?(?:ref|version|timeout|submodules)="
)
_FILE = lazy(r"https?://[^?]*\.(?:ya?ml|json)\Z")


def is_remote(entry: str) -> bool:
    """Whether a resource stands in another repository."""
    return _REMOTE.match(entry) is not None


def remote_base(entry: Scalar) -> Source:
    """Return the source that a remote base, component or file is."""
    address = of_url(entry.text.replace("?version=", "?ref="), git=not _FILE.match(entry.text))
    revision = address.revision
    start = entry.text.find(revision.text, revision.start) if revision.text else -1
    ref = entry.written.place(start, start + len(revision.text)) if start >= 0 else entry.place
    return Source(
        used_at=entry.place,
        extent=entry.place,
        places={"url": entry.place, "ref": ref, "pin": ref},
        source_type="kustomize",
        url=entry.text,
        ref=revision.text,
        pin=revision.pin,
    )


def chart(entry: Node) -> Source | None:
    """Return the source that an entry of `helmCharts` is; None for a chart that lies in the repository."""
    name = scalar(entry, "name") or scalar(entry, "chartName")
    version = scalar(entry, "version") or scalar(entry, "chartVersion")
    repo = scalar(entry, "repo") or scalar(entry, "chartRepo")
    if name is None or repo is None:
        return None
    places = {"url": repo.place, "name": name.place}
    return Source(
        used_at=(version or name).place,
        extent=entry.place,
        places=places | ({"ref": version.place, "pin": version.place} if version else {}),
        source_type="chart",
        url=f"{repo.text.rstrip('/')}/{name.text}",
        ref=text(version),
        pin=of_version(text(version)),
    )
