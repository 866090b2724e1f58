"""What a module takes from elsewhere: other modules, providers, charts, each with how far it is fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Pin, Scope, Source, SourceType
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.charts import beneath, of_chart, of_tag, of_version
from immutable_delivery.references.urls import of_url
from immutable_delivery.source.files import lies_here
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.hcl.blocks import blocks
from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import pairs, scalar

_LOCAL = lazy(
    r"\.{1,2}(?:/|\Z)|/|[A-Za-z]:\\|\$\{(?:dirname\()?(?:get_\w*_?(?:root|dir)|find_in_parent_folders|path_relative_\w+)\("
)
"""A folder of this repository, in Terragrunt by a function that finds one."""
_REGISTRY = lazy(r"(?:[\w.-]+\.[\w.-]+/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?\Z")
_HOSTS = lazy(r"(?:www\.)?(?:github\.com|bitbucket\.org|gitlab\.com)/")
_TERRAGRUNT = lazy(r"tfr://(?P<address>[^?]*)(?:\?version=(?P<version>.*))?")
_ARTIFACT = lazy(r"oci://(?P<name>[^?]*?)(?<!:)(?://[^?]*)?(?:\?.*)?\Z")
_ARTIFACT_REF = (lazy(r"[?&]digest=([^&]+)"), lazy(r"[?&]tag=([^&]+)"))
"""How OpenTofu says which one of a registry, what counts most first."""
_OBJECT = lazy(r"(?:s3|gcs)::|https?://")
_FOLDER = lazy(r"(?<!:)//[^?#]*")
"""The folder of a module within its archive."""
_EXACT = lazy(r"\s*=?\s*v?\d+(?:\.\d+){0,2}(?:[-+][\w.+-]+)?\s*\Z")
"""A version without an operator is that one alone: `6.56` is 6.56.0."""
_GIT = "git::"


def module_source(node: Mapping, scope: Scope) -> Iterator[Source]:
    """Yield where a module comes from, unless that is this repository."""
    source, version = scalar(node, "source"), scalar(node, "version")
    if source is None or _LOCAL.match(source.text):
        return
    if found := _TERRAGRUNT.match(source.text):
        yield _of_registry(source.written, found, node.place, scope)
    elif _REGISTRY.match(source.text) and not _HOSTS.match(source.text):
        yield _versioned("module", source.written, version, node.place, scope)
    elif found := _ARTIFACT.match(source.text):
        yield _from_registry(source.written, found["name"], node.place, scope)
    elif (
        source.text.startswith(_GIT) or _HOSTS.match(source.text) or not _OBJECT.match(source.text)
    ):
        yield _from_git(source.written, node.place, scope)
    else:
        yield _from_archive(source.written, node.place, scope)


def required_providers(root: Mapping, folder: str, ctx: ParseContext) -> Iterator[Source]:
    """Yield the first provider whose version is a range that no lock file fixes: one cause, whatever their number.

    Only a configuration that keeps a state is applied by itself. A module for others says ranges, as it should.
    """
    settings = blocks(root.get("terraform"))
    applied = any(one.get(key) is not None for one in settings for key in ("backend", "cloud"))
    path = f"{folder}/.terraform.lock.hcl" if folder else ".terraform.lock.hcl"
    if not applied or lies_here(ctx.files, path):
        return
    scope = Scope(
        owner=f"terraform {folder or '.'}", phase="start", layer="middleware", deployed=True
    )
    ranges = list(_ranges(settings))
    for key, version in ranges[:1]:
        related = tuple(one.place for _, one in ranges[1:])
        yield replace(_provider(key, version, scope), related=related)


def _ranges(settings: list[Mapping]) -> Iterator[tuple[Scalar, Scalar]]:
    for block in settings:
        for key, value in pairs(block, "required_providers"):
            version = value if isinstance(value, Scalar) else scalar(value, "version")
            if (
                version is not None
                and version.written.known
                and version_pin(version.text) == "partial"
            ):
                yield key, version


def _provider(key: Scalar, version: Scalar, scope: Scope) -> Source:
    return Source(
        used_at=version.place,
        extent=version.place,
        scope=scope,
        places=dict.fromkeys(("ref", "pin"), version.place),
        source_type="provider",
        url=key.text,
        ref=version.text,
        pin="partial",
        range=True,
    )


def release_source(node: Mapping, scope: Scope, kind: SourceType = "chart") -> Iterator[Source]:
    """Yield the chart of a release, unless it lies in this repository."""
    chart, repository = scalar(node, "chart"), scalar(node, "repository")
    if (
        chart is None
        or _LOCAL.match(chart.text)
        or (repository is None and "://" not in chart.text)
    ):
        return
    address = beneath(repository.written if repository else None, chart.written)
    written = replace(address or chart.written, used_at=chart.place)
    yield _versioned(kind, written, scalar(node, "version"), node.place, scope)


def version_pin(version: str) -> Pin:
    """Return how far a version constraint fixes what it names."""
    if not version.strip():
        return "none"
    return "exact" if _EXACT.match(version) else "partial"


def _versioned(
    kind: SourceType, address: LocatedText, version: Scalar | None, extent: Place, scope: Scope
) -> Source:
    at = {} if version is None else dict.fromkeys(("ref", "pin"), version.place)
    known = version is None or version.written.known
    said = version.text if version else ""
    pin = (version_pin(said) if said else of_chart(address.text, "")) if known else None
    return Source(
        used_at=address.used_at,
        extent=extent,
        scope=scope,
        places={"url": address.used_at, **at},
        source_type=kind,
        url=address.value,
        ref=version.text if version and known else "" if version is None else None,
        pin=pin,
        range=pin == "partial",
    )


def _of_registry(source: LocatedText, found: re.Match[str], extent: Place, scope: Scope) -> Source:
    """Return a module as Terragrunt writes one of a registry: with its version behind the address."""
    version = source.slice(*found.span("version")) if found["version"] else None
    said = Scalar(version, version.used_at, plain=False) if version else None
    return _versioned("module", source.slice(*found.span("address")), said, extent, scope)


def _from_git(source: LocatedText, extent: Place, scope: Scope) -> Source:
    """Return a module of a repository; where only a part of the address is known, its revision may be all the same."""
    start = len(_GIT) if source.text.startswith(_GIT) else 0
    address = of_url(source.text[start:], git=True)
    revision = address.revision
    at = source.text.find(revision.text, start + revision.start) if revision.text else -1
    ref = source.place(at, at + len(revision.text)) if at >= 0 else source.used_at
    known = source.known or (bool(revision.text) and "$" not in revision.text)
    return Source(
        used_at=source.used_at,
        extent=extent,
        scope=scope,
        places={"url": source.used_at, "ref": ref, "pin": ref},
        source_type="git",
        url=address.url,
        ref=revision.text if known else None,
        pin=revision.pin if known else None,
    )


def _from_registry(source: LocatedText, name: str, extent: Place, scope: Scope) -> Source:
    """Return a module of a registry of images: its digest decides, else its tag."""
    said = next((found for one in _ARTIFACT_REF if (found := one.search(source.text))), None)
    ref = source.slice(*said.span(1)) if said else None
    text = ref.text if ref else ""
    at = ref.place() if ref else source.used_at
    known = ref.known if ref else source.known
    return Source(
        used_at=source.used_at,
        extent=extent,
        scope=scope,
        places={"url": source.used_at, "ref": at, "pin": at},
        source_type="oci",
        url=f"oci://{name}",
        ref=text if known else None,
        pin=(of_version(text) if text.startswith("sha256:") else of_tag(name, text))
        if known
        else None,
    )


def _from_archive(source: LocatedText, extent: Place, scope: Scope) -> Source:
    """Return a module of an archive; a part that somebody fills in (`$VERSION`) leaves open what it is."""
    text = source.text.partition("::")[2] or source.text
    address = of_url(_FOLDER.sub("", text))
    known = source.known and "$" not in text
    pin: Pin = "digest" if address.checksum else address.pin
    return Source(
        used_at=source.used_at,
        extent=extent,
        scope=scope,
        places={"url": source.used_at},
        source_type="module",
        url=source.text,
        ref=address.revision.text if known else None,
        pin=pin if known or pin == "digest" else None,
    )
