"""Sources by commit and digest: which want one, what servers say, and how the format writes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from immutable_delivery.commands.pin.plan import Revision, Skipped
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.facts import Source
from immutable_delivery.findings import Edit
from immutable_delivery.fixes.digests import Sheet
from immutable_delivery.formats import Revises
from immutable_delivery.formats.registry import load
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.git import COMMIT
from immutable_delivery.registry.batch import RegistryOptions
from immutable_delivery.registry.reference import ImageReference, Mirrors, named
from immutable_delivery.source.text import Place
from immutable_delivery.transport.client import RefusedError, Transport
from immutable_delivery.transport.gitrefs import refs

_ADDRESS = lazy(
    r"(?:https?://(?:[^/@]*@)?|ssh://(?:[^/@]*@)?|[\w.-]+@)(?P<host>[\w.-]+(?::\d+(?=/))?)[:/](?P<path>[^?#]+)"
)
_KINDS = frozenset({"git", "oci"})
_WANT = frozenset({"exact", "alias", "none"})
_ACCEPTABLE = frozenset({"floating-source", "unpinned-source"})

Key = tuple[str, str]
"""An address and a revision of it."""
Answers = tuple[Mapping[Key, str], Mapping[Key, str]]
Ask = Callable[[Iterable[Source]], Answers]
"""Return commits and digests by what is asked, and the reasons where there is none."""


class Told(Protocol):
    """What registries say."""

    @property
    def digests(self) -> Mapping[ImageReference, str]:
        """Return the digests that they name."""

    @property
    def reasons(self) -> Mapping[ImageReference, str]:
        """Return why they name none."""


def pending(repository: Repository) -> list[Source]:
    """Return the sources that are asked about, and that a commit or digest could fix."""
    floating = {one.place for one in repository.examined.suppressed if one.policy in _ACCEPTABLE}
    return [
        one
        for one in sources_of(repository)
        if one.source_type in _KINDS and one.pin in _WANT and not one.own and not one.range
        and not one.through and _format(one, repository.sheet) and floating.isdisjoint(one.places.values())
    ]  # fmt: skip


def sources_of(repository: Repository) -> Iterator[Source]:
    """Yield the sources that the caller asks about: all, or those of the files that are named."""
    for fact in repository.examined.facts:
        asked = isinstance(fact, Source) and fact.url and not repository.names
        if asked and isinstance(fact, Source) and repository.tree.covers(fact.used_at.file):
            yield fact


def lacking(source: Source) -> Skipped:
    """Return that a source has no commit or digest."""
    what = "digest" if source.source_type == "oci" else "commit"
    return Skipped(_place(source), _name(source), f"has no {what}")


def plan(repository: Repository, ask: Ask) -> tuple[list[Revision], list[Skipped], list[Skipped]]:
    """Return what to write, what is left, and what no server told."""
    wanted, sheet = pending(repository), repository.sheet
    found, reasons = ask(wanted)
    made: dict[Place, Revision] = {}
    left, refused = [], []
    for place, sources in _by_place(wanted).items():
        answers = {found.get(key_of(one), "") for one in sources}
        one = sources[0]
        if len(answers) > 1:
            left.append(
                Skipped(
                    place,
                    _name(one),
                    "one value decides several sources, and cannot hold a commit for each",
                )
            )
        elif answers == {""}:
            refused.append(Skipped(place, _name(one), reasons.get(key_of(one), "nobody was asked")))
        elif edits := _edits(one, place, answers.pop(), sheet):
            made[place] = Revision(one, found[key_of(one)], tuple(edits))
        else:
            left.append(
                Skipped(place, _name(one), "its revision is not written here as plain text")
            )
    return list(made.values()), left, refused


def restored(repository: Repository, recorded: Mapping[str, Mapping[str, str]]) -> list[Revision]:
    """Return what takes away the commits and digests that were written: by file and revision what stood there."""
    found: dict[Place, Revision] = {}
    for one in sources_of(repository):
        own = recorded.get(one.used_at.file, {})
        key = f"{one.url}@{one.ref}"
        place, format_ = one.places.get("ref"), _format(one, repository.sheet)
        if key in own and place and format_:
            edits = format_.restore(repository.sheet.texts[place.file], place, own[key])
            if edits:
                found[place] = Revision(one, own[key], tuple(edits))
    return list(found.values())


def key_of(source: Source) -> Key:
    """Return what is asked: an address and a revision."""
    return source.url or "", source.ref or ""


def _by_place(sources: Iterable[Source]) -> dict[Place, list[Source]]:
    found: dict[Place, list[Source]] = defaultdict(list)
    for one in sources:
        found[_place(one)].append(one)
    return found


def _place(source: Source) -> Place:
    return source.place_of("ref", "url")


def _name(source: Source) -> str:
    return f"{source.url} {source.ref}".rstrip()


def _format(source: Source, sheet: Sheet) -> Revises | None:
    name = sheet.formats.get(_place(source).file)
    own = load(name) if name else None
    return own if isinstance(own, Revises) else None


def _edits(source: Source, place: Place, revision: str, sheet: Sheet) -> list[Edit]:
    own = _format(source, sheet)
    plain = sheet.at(place) == source.ref if source.ref else True
    known = COMMIT.fullmatch(revision) or revision.startswith("sha256:")
    return own.revise(sheet.texts[place.file], place, revision) if own and plain and known else []


def online(reach: RegistryOptions, resolve: Callable[[Iterable[ImageReference]], Told]) -> Ask:
    """Return what asks Git servers for commits, and registries for digests."""

    def ask(wanted: Iterable[Source]) -> Answers:
        every = list(wanted)
        commits, unknown = _commits(
            {key_of(one) for one in every if one.source_type == "git"}, reach
        )
        names = {key_of(one): _artifact(one) for one in every if one.source_type == "oci"}
        told = resolve(names.values()) if names else None
        digests = {
            key: told.digests[name] for key, name in names.items() if told and name in told.digests
        }
        reasons = {
            key: told.reasons[name] for key, name in names.items() if told and name in told.reasons
        }
        return {**commits, **digests}, {**unknown, **reasons}

    return ask


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


def _artifact(source: Source) -> ImageReference:
    """Return an artifact of a registry; without a tag it is the newest."""
    return named(f"{(source.url or '').removeprefix('oci://')}:{source.ref or 'latest'}")
