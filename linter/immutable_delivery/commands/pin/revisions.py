"""Sources by commit, digest and version: which want one, and how the format writes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from immutable_delivery.commands.pin.plan import Revision, Skipped
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.facts import Source
from immutable_delivery.findings import Edit
from immutable_delivery.fixes.digests import Sheet
from immutable_delivery.fixes.revisions import wants_revision
from immutable_delivery.formats import Revises, implements
from immutable_delivery.formats.registry import load
from immutable_delivery.references.git import COMMIT
from immutable_delivery.references.semver import version_of
from immutable_delivery.source.text import Place

_ACCEPTABLE = frozenset({"floating-source", "unpinned-source"})


Key = tuple[str, str]
"""An address and a revision of it."""
Answers = tuple[Mapping[Key, str], Mapping[Key, str]]


Ask = Callable[[Iterable[Source]], Answers]
"""Return commits, digests and versions by what is asked, and the reasons where there is none."""


def pending(repository: Repository) -> list[Source]:
    """Return the sources that a commit, digest or version could fix, and that somebody can be asked about."""
    floating = {one.place for one in repository.examined.suppressed if one.policy in _ACCEPTABLE}
    return [
        one
        for one in sources_of(repository)
        if wants_revision(one) and _format(one, repository.sheet) and floating.isdisjoint(one.places.values())
    ]  # fmt: skip


def sources_of(repository: Repository) -> Iterator[Source]:
    """Yield the sources that the caller asks about: all, or those of the files that are named."""
    for fact in repository.examined.facts:
        asked = isinstance(fact, Source) and fact.url and not repository.names
        if asked and isinstance(fact, Source) and repository.asks(fact, fact.used_at):
            yield fact


def lacking(source: Source) -> Skipped:
    """Return that a source has no commit, digest or version."""
    what = {"oci": "digest", "chart": "exact version"}.get(source.source_type, "commit")
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
            reason = "one value decides several sources, and cannot hold a revision for each"
            left.append(Skipped(place, _name(one), reason))
        elif answers == {""}:
            refused.append(Skipped(place, _name(one), reasons.get(key_of(one), "nobody was asked")))
        elif edits := _edits(one, place, answers.pop(), sheet):
            made[place] = Revision(one, found[key_of(one)], tuple(edits))
        else:
            reason = "its revision is not written here as plain text"
            left.append(Skipped(place, _name(one), reason))
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
    return own if implements(own, Revises) else None


def _edits(source: Source, place: Place, revision: str, sheet: Sheet) -> list[Edit]:
    own = _format(source, sheet)
    plain = sheet.at(place) == source.ref if source.ref else True
    known = COMMIT.fullmatch(revision) or revision.startswith("sha256:") or version_of(revision)
    return own.revise(sheet.texts[place.file], place, revision) if own and plain and known else []
