"""What a word for a package says: name, version, how much the version fixes, where it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable

from immutable_delivery.facts import PackageSource, Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.references.urls import of_url


class Spec(Record, frozen=True):
    """A package as a manager reads the word that names it."""

    name: str
    version: str = ""
    pin: Pin = "none"
    local: bool = False
    source: PackageSource = ""
    """path, url or git, where it comes from no registry."""


Reader = Callable[[str], Spec | None]
"""Reads the word for a package; None for a word that installs nothing (`pkg-`, `!pkg`)."""

_PATH = lazy(r"\.{0,2}/|\.{1,2}$|~/|\.\[|[A-Za-z]:\\|file:", needs=("/", ".", ":"))
_ARCHIVE = lazy(
    r"\.(?:whl|tar|tgz|tar\.(?:gz|bz2|xz|zst)|zip|gem|deb|rpm|apk|nupkg|pkg\.tar\.\w+|vsix|jar|phar)(?:\[[^]]*\])?$",
    needs=(".",),
)
_URL = lazy(
    r"(?:[a-z]+\+)?[a-z]+://|git@|[\w.+-]+@[\w.-]+:[\w~]", re.IGNORECASE, needs=("://", "@")
)
_NUMBERS = lazy(r"v?(\d+(?:\.\d+)*)[-+._~:A-Za-z0-9]*")
_EXACT = lazy(r"v?\d+(?:[.-]\w+)*")
_SERIES = lazy(r"\.(?:x|X|\*)(?:\.|$)")


def grade(version: str, parts: int = 3) -> Pin:
    """Return the pin of a version of which ``parts`` components make it exact."""
    version = version.lstrip("=").strip()
    if not version:
        return "none"
    numbers = _NUMBERS.fullmatch(version)
    if numbers is None:
        return loose(version)
    whole = numbers[1].count(".") + 1 >= parts and not _SERIES.search(version)
    return "exact" if whole else "partial"


def requirement(version: str) -> Pin:
    """Grade a version or range where a plain version means just that one: RubyGems, options."""
    version = version.strip()
    if re.match(r"=\s*\d", version):
        version = version.lstrip("= ")
    if not version:
        return "none"
    exact = _EXACT.fullmatch(version) and not _SERIES.search(version)
    return "exact" if exact else loose(version)


def whole(version: str) -> Pin:
    """Grade a version that the manager compares as a whole: exact unless it holds a wildcard."""
    if not version:
        return "none"
    return "partial" if any(char in version for char in "*?") else "exact"


def loose(version: str) -> Pin:
    """Grade a version that is not exact: a range of numbers, or a name that moves."""
    return "partial" if any(char.isdigit() for char in version) else "alias"


def remote(word: str) -> Spec | None:
    """Read a URL or repository address; None for anything else."""
    if not _URL.match(word):
        return None
    address = of_url(word)
    pin = "digest" if address.checksum else address.pin
    name = re.split(r"[/:]", re.split(r"[?#]", address.url)[0].rstrip("/"))[-1].removesuffix(".git")
    egg = re.search(r"#.*?egg=([\w.-]+)", word)
    return Spec(egg[1] if egg else name, address.revision.text, pin, source=address.source_type)


def local(word: str) -> Spec | None:
    """Read a path or the name of an archive."""
    if _URL.match(word) or not (_PATH.match(word) or _ARCHIVE.search(word)):
        return None
    return Spec(word.rpartition("/")[2] or word, local=True, source="path")


def elsewhere(word: str) -> Spec | None:
    """Read what comes from no registry: an address, a path, an archive."""
    return remote(word) or local(word)
