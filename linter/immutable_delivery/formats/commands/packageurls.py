"""Packages that come from an address instead of a registry: they are fetches too."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.facts import Fetch, Install, Package
from immutable_delivery.formats.commands.urls import Address, of_url
from immutable_delivery.text import Place


def _revision(package: Package, address: Address) -> Place:
    """Return where the revision stands in the word, where the word is written as it reads."""
    text, start = address.revision.text, address.revision.start
    span = package.place.span
    if not text or span.end - span.start != len(package.spec):
        return package.place
    return package.place.at(span.start + start, span.start + start + len(text))


_PHASES = frozenset(("build", "pipeline"))


def package_fetches(install: Install) -> Iterator[Fetch]:
    """Yield a fetch for each package that is a URL or a repository; at start the install says it all."""
    if install.scope.phase not in _PHASES:
        return
    for package in install.packages:
        if package.source_type not in {"url", "git"}:
            continue
        address = of_url(package.spec, git=package.source_type == "git")
        known = package.pin is not None
        yield Fetch(
            used_at=package.place,
            extent=install.extent,
            related=install.related,
            scope=install.scope,
            places={"url": package.place, "revision": _revision(package, address)},
            tool=install.manager,
            url=package.spec if known else None,
            source_type=package.source_type,
            revision=package.version,
            pin=package.pin,
            verified=package.pin == "digest" or bool(address.checksum),
            bypassed_checks=install.bypassed_checks,
            credentials=address.credentials,
        )
