"""Charts by version: the newest that their repository holds of those that are allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from immutable_delivery.commands.pin.revisions import Answers, Key
from immutable_delivery.records import replace
from immutable_delivery.references.semver import Version, satisfies, version_of
from immutable_delivery.registry.batch import RegistryOptions, ask_all
from immutable_delivery.registry.chartindex import listed
from immutable_delivery.registry.reference import ImageReference, Mirrors, named
from immutable_delivery.registry.tags import tags_of
from immutable_delivery.transport.client import RefusedError, Transport

_LARGEST = 64 << 20
"""Bytes of an index; those of large repositories have 20 MB."""


def versions(wanted: Iterable[Key], reach: RegistryOptions) -> Answers:
    """Return the newest version that each address holds in a range, and the reasons where there is none."""
    ranges: dict[str, set[str]] = defaultdict(set)
    for address, allowed in wanted:
        ranges[address].add(allowed)
    web = {one for one in ranges if one.startswith(("https://", "http://"))}
    held, refused = _of_registries(ranges.keys() - web, reach)
    indexed, unread = _of_indexes(web, reach)
    held, refused = {**held, **indexed}, {**refused, **unread}
    found: dict[Key, str] = {}
    reasons: dict[Key, str] = {}
    for address, allowed in ((one, given) for one, those in ranges.items() for given in those):
        newest = _newest(held.get(address, ()), allowed)
        if newest:
            found[address, allowed] = newest
        else:
            reasons[address, allowed] = refused.get(address) or f"no version of it fits '{allowed}'"
    return found, reasons


def _newest(those: Sequence[str], allowed: str) -> str:
    """Return the newest version that a range takes; prereleases only where it names one."""
    fitting: list[tuple[Version, str]] = []
    for one in those:
        version = version_of(one)
        if version is not None and satisfies(one, allowed or "*"):
            fitting.append((version, one))
    return max(fitting)[1] if fitting else ""


def _of_registries(
    addresses: Iterable[str], reach: RegistryOptions
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the versions of charts that are artifacts: their tags, where `+` is written `_`."""
    names = {one: _artifact(one) for one in addresses}
    if not names:
        return {}, {}
    found, reasons = ask_all(
        names.values(), lambda registry, repository, _: tags_of(registry, repository), reach
    )
    held = {
        one: [tag.replace("_", "+") for tag in found[name]]
        for one, name in names.items()
        if name in found
    }
    return held, {one: reasons[name] for one, name in names.items() if name in reasons}


def _artifact(address: str) -> ImageReference:
    return named(address.removeprefix("oci://"))


def _of_indexes(
    addresses: Iterable[str], reach: RegistryOptions
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the versions of charts that an index lists; every repository is asked once."""
    charts: dict[str, list[str]] = defaultdict(list)
    for one in addresses:
        charts[one.rpartition("/")[0]].append(one)
    found: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    if not charts:
        return found, reasons
    transport = Transport(reach.insecure, replace(reach.limits, bytes=_LARGEST))
    try:
        for repository, those in sorted(charts.items()):
            try:
                host, path = _location(repository, reach)
                index = listed(transport, host, path, {one.rpartition("/")[2] for one in those})
            except RefusedError as error:
                reasons |= dict.fromkeys(those, str(error))
            else:
                found |= {one: index.get(one.rpartition("/")[2], []) for one in those}
    finally:
        transport.close()
    return found, reasons


def _location(repository: str, reach: RegistryOptions) -> tuple[str, str]:
    try:
        parts = urlsplit(repository)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        raise RefusedError("its address is not valid") from None
    return Mirrors(reach.mirrors).location(ImageReference(host, parts.path.strip("/")))
