"""How much the version of a chart, or of an artifact, fixes: one version, a range of them, or nothing."""

from __future__ import annotations

from immutable_delivery.facts import Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.images import digest_problem, tag_pin
from immutable_delivery.references.urls import of_url
from immutable_delivery.source.located import LocatedText

_EXACT = lazy(r"=?\s*v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
_TERM = lazy(
    r"(?:[=!<>~^]|[<>!~]=|=[<>]|~>)?v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:[-+][\w.+-]+)?"
)
_NUMBER = lazy(r"v?\d+(?:\.\d+)*(?:[-+][\w.+-]+)?")
_SPACED = lazy(r"(?<=[=!<>~^])\s+")
_BETWEEN = lazy(r"\s*\|\|\s*|\s*,\s*|\s+-\s+|\s+")
_ANY = frozenset({"*", "x", "X", ">=0", ">=0.0.0", ">0.0.0", ">=0.0.0-0", ">0.0.0-0", "*-0"})
_ARCHIVE = (".tgz", ".tar.gz")
_MAX = 300
"""Longer constraints are not taken apart."""


def of_version(version: str) -> Pin:
    """Return how much the version that a chart is asked for in fixes; what allows every version fixes nothing."""
    version = version.strip()
    if not version:
        return "none"
    if _EXACT.fullmatch(version):
        return "exact"
    if version.startswith("sha256:"):
        return "malformed" if digest_problem(version) else "digest"
    return "alias" if _SPACED.sub("", version) in _ANY or not _is_constraint(version) else "partial"


def of_chart(name: str, version: str) -> Pin:
    """Return how much the name and the version of a chart fix it; an archive by its address holds one version, as far as that says it."""
    packed = not version and "://" in name and name.endswith(_ARCHIVE)
    return of_url(name).pin if packed else of_version(version)


def is_range(version: str) -> bool:
    """Whether a word that may name a tag or branch is a range of versions: `1.2.*`, `>=1 <2`, `~1.4`; a bare number is none."""
    return _is_constraint(version.strip()) and not _NUMBER.fullmatch(version.strip())


def of_tag(name: str, tag: str) -> Pin:
    """Return how much the tag of an artifact fixes."""
    return tag_pin(name, tag)[0] if tag else "none"


def beneath(url: LocatedText | None, name: LocatedText | None) -> LocatedText | None:
    """Return the address of a chart: its repository with its name."""
    if url is None or name is None:
        return url or name
    slash = LocatedText.literal("" if url.text.endswith("/") else "/", url.used_at)
    return LocatedText.joined((url, slash, name), url.used_at)


def _is_constraint(version: str) -> bool:
    if not version or len(version) > _MAX:
        return False
    terms = _BETWEEN.split(_SPACED.sub("", version))
    return all(_TERM.fullmatch(term) for term in terms)
