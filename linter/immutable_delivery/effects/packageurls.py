"""Packages that come from an address instead of a registry: they are fetches too."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Fetch, FetchSource, Install, Package
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.urls import Address, of_url
from immutable_delivery.source.text import Place

_PHASES = frozenset(("build", "pipeline"))
_ADDRESS = lazy(r"(?:(?:[a-z]+\+)?[a-z]+://|git@)\S+")


def package_fetches(install: Install) -> Iterator[Fetch]:
    """Yield a fetch for each package that is a URL or a repository; at start the install says it all."""
    if install.scope.phase not in _PHASES:
        return
    for package in install.packages:
        if package.source_type == "url" or package.source_type == "git":  # noqa: PLR1714 (mypy narrows only so)
            yield _fetch(install, package, package.source_type)


def _fetch(install: Install, package: Package, kind: FetchSource) -> Fetch:
    written = _ADDRESS.search(package.spec)
    text = written[0] if written else package.spec
    address = of_url(text, git=kind == "git")
    return Fetch(
        used_at=package.place,
        extent=install.extent,
        related=install.related,
        scope=install.scope,
        places={"url": package.place, "revision": _revision(package, text, address)},
        tool=install.manager,
        url=text if package.pin is not None else None,
        source_type=kind,
        revision=package.version,
        pin=package.pin,
        verified=package.pin == "digest" or bool(address.checksum),
        bypassed_checks=install.bypassed_checks,
        credentials=address.credentials,
    )


def _revision(package: Package, text: str, address: Address) -> Place:
    """Return where the revision stands in the word, where the word is written as it reads."""
    revision, span = address.revision, package.place.span
    if not revision.text or span.end - span.start != len(package.spec):
        return package.place
    start = span.start + package.spec.index(text) + revision.start
    return package.place.at(start, start + len(revision.text))
