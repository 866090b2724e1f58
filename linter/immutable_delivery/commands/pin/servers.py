"""Who tells revisions: Git servers commits, registries digests, repositories of charts versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from immutable_delivery.commands.pin.charts import versions
from immutable_delivery.commands.pin.revisions import Answers, Ask, Key, key_of
from immutable_delivery.facts import Source
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.registry.batch import RegistryOptions
from immutable_delivery.registry.reference import ImageReference, Mirrors, named
from immutable_delivery.transport.client import RefusedError, Transport
from immutable_delivery.transport.gitrefs import refs

_ADDRESS = lazy(
    r"(?:https?://(?:[^/@]*@)?|ssh://(?:[^/@]*@)?|[\w.-]+@)(?P<host>[\w.-]+(?::\d+(?=/))?)[:/](?P<path>[^?#]+)"
)


class Told(Protocol):
    """What registries say."""

    @property
    def digests(self) -> Mapping[ImageReference, str]:
        """Return the digests that they name."""

    @property
    def reasons(self) -> Mapping[ImageReference, str]:
        """Return why they name none."""


def online(reach: RegistryOptions, resolve: Callable[[Iterable[ImageReference]], Told]) -> Ask:
    """Return what asks Git servers for commits, registries for digests, and both kinds of chart repositories for versions."""

    def ask(wanted: Iterable[Source]) -> Answers:
        keys: dict[str, set[Key]] = defaultdict(set)
        for one in wanted:
            keys[one.source_type].add(key_of(one))
        answers = [
            _commits(keys["git"], reach),
            _digests(keys["oci"], resolve),
            versions(keys["chart"], reach),
        ]
        found = {key: said for one, _ in answers for key, said in one.items()}
        return found, {key: reason for _, one in answers for key, reason in one.items()}

    return ask


def _digests(wanted: Iterable[Key], resolve: Callable[[Iterable[ImageReference]], Told]) -> Answers:
    """Return the digests of artifacts; without a tag it is the newest."""
    names = {
        (url, tag): named(f"{url.removeprefix('oci://')}:{tag or 'latest'}") for url, tag in wanted
    }
    if not names:
        return {}, {}
    told = resolve(names.values())
    found = {key: told.digests[name] for key, name in names.items() if name in told.digests}
    return found, {key: told.reasons[name] for key, name in names.items() if name in told.reasons}


def _commits(wanted: Iterable[Key], reach: RegistryOptions) -> Answers:
    """Return the commits of branches and tags; every repository is asked once."""
    by_url: dict[str, set[str]] = defaultdict(set)
    for url, ref in wanted:
        by_url[url].add(ref)
    if not by_url:
        return {}, {}
    transport, mirrors = Transport(reach.insecure, reach.limits), Mirrors(reach.mirrors)
    found: dict[Key, str] = {}
    refused: dict[Key, str] = {}
    try:
        for url, names in sorted(by_url.items()):
            known, reason = _refs(url, names, transport, mirrors)
            for ref in names:
                commit = commit_of(known, ref)
                if commit:
                    found[url, ref] = commit
                else:
                    refused[url, ref] = reason or f"it has no tag and no branch '{ref}'"
    finally:
        transport.close()
    return found, refused


def _refs(
    url: str, names: Iterable[str], transport: Transport, mirrors: Mirrors
) -> tuple[Mapping[str, str], str]:
    address = _ADDRESS.fullmatch(url)
    if address is None:
        return {}, "its host is not asked: only addresses over HTTPS and SSH are known"
    host, path = mirrors.location(ImageReference(address["host"], address["path"].strip("/")))
    prefixes = sorted({prefix for name in names for prefix in _ways(name)})
    try:
        return refs(transport, host, path, prefixes), ""
    except RefusedError as error:
        return {}, str(error)


def _ways(ref: str) -> list[str]:
    if ref in {"", "HEAD"}:
        return ["HEAD"]
    return [ref] if ref.startswith("refs/") else [f"refs/tags/{ref}", f"refs/heads/{ref}"]


def commit_of(known: Mapping[str, str], ref: str) -> str:
    """Return the commit that a name stands for, of a tag before a branch; "" where nobody told."""
    return next((known[way] for way in _ways(ref) if way in known), "")
