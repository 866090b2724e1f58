"""What a kustomization takes from elsewhere: remote bases and charts, as sources with their pins."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from immutable_delivery.facts import Source
from immutable_delivery.formats.lookup import scalar, text
from immutable_delivery.formats.yamltree import Node, Scalar
from immutable_delivery.text import Place

_REMOTE = re.compile(
    r"(?:[\w+.-]+(?:::|://)|git@|[\w.-]+@[\w.-]+:|(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|gist\.github\.com|dev\.azure\.com)[/:])"
    r"|[^?]*\.git(?:/|\?|$)|[^?]*\?(?:ref|version|timeout|submodules)="
)
_FILE_REF = re.compile(
    r"https?://(?:raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/(?:heads|tags)/)?(?P<raw>[^/]+)/"
    r"|[^/]+/[^/]+/[^/]+/releases/(?:download/(?P<release>[^/]+)/|(?P<latest>latest)/)"
    r"|[^/]+/[^/]+/[^/]+/(?:-/)?(?:raw|blob)/(?P<blob>[^/]+)/)"
)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_RELEASE = re.compile(r"(?:[\w-]+[-/])?v?\d+\.\d+(?:\.\d+)?(?:[-+.][\w.+-]+)?\Z")
_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?\Z")


def is_remote(entry: str) -> bool:
    """Whether a resource stands in another repository."""
    return _REMOTE.match(entry) is not None


def remote_base(entry: Scalar) -> Source:
    """Return the source that a remote base, component or file is."""
    ref = _ref(entry.text)
    start = entry.text.rfind(ref) if ref else 0
    return Source(
        used_at=entry.place,
        extent=entry.place,
        places={
            "url": entry.place,
            "ref": entry.written.place(start, start + len(ref)) if ref else entry.place,
        },
        source_type="kustomize",
        url=entry.text,
        ref=ref,
        pin=ref_pin(ref),
    )


def chart(entry: Node) -> Source | None:
    """Return the source that an entry of `helmCharts` is; None for a chart that lies in the repository."""
    name, version = scalar(entry, "name"), scalar(entry, "version")
    repo = scalar(entry, "repo")
    if name is None or repo is None:
        return None
    where: dict[str, Place] = {"url": repo.place, "name": name.place}
    return Source(
        used_at=(version or name).place,
        extent=entry.place,
        places=where | ({"ref": version.place} if version else {}),
        source_type="chart",
        url=f"{repo.text.rstrip('/')}/{name.text}",
        ref=text(version),
        pin=_version_pin(text(version)),
    )


def ref_pin(ref: str) -> str:
    """Return how far a Git ref pins: a commit, a release tag, or a branch."""
    if not ref:
        return "none"
    if _COMMIT.match(ref):
        return "digest"
    return "exact" if _RELEASE.match(ref) else "alias"


def _version_pin(version: str) -> str:
    if not version:
        return "none"
    return "exact" if _VERSION.match(version) else "partial"


def _ref(entry: str) -> str:
    query = parse_qs(entry.partition("?")[2])
    named = query.get("ref") or query.get("version")
    if named:
        return named[0]
    found = _FILE_REF.match(entry)
    return next((part for part in found.groups() if part), "") if found else ""
