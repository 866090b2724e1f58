"""Commits for what pipelines take from other repositories: `uses: actions/checkout@v4` becomes the commit, with its tag as a comment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from immutable_delivery.commands.pin import pins_file
from immutable_delivery.commands.pin.pins_file import Entry, Pins
from immutable_delivery.commands.pin.plan import Skipped
from immutable_delivery.commands.pin.repository import Repository
from immutable_delivery.facts import Source
from immutable_delivery.findings import Edit
from immutable_delivery.fixes.revisions import TAKEN, wants_commit
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field, replace
from immutable_delivery.references.git import of_ref
from immutable_delivery.registry.batch import RegistryOptions
from immutable_delivery.registry.reference import ImageReference, Mirrors
from immutable_delivery.source.text import Place, Text
from immutable_delivery.transport.client import RefusedError, Transport
from immutable_delivery.transport.gitrefs import refs

_ACCEPTABLE = frozenset(("floating-source", "unpinned-source"))
_ADDRESS = lazy(r"https?://(?P<host>[^/]+)/(?P<path>[^?#]+)")
_REST = lazy(r"[\"']?(?P<end>)(?:[ \t]*(?:\r?\n|\Z)|[ \t]+#)")
AT_ONCE = 8
_SHORTEST = 7
"""Git cuts commits no shorter."""

Name = tuple[str, str]
"""The host and the path of a repository."""


class SourcePin(Record, frozen=True):
    """What is written for a source."""

    source: Source
    ref: str
    """The commit; the tag or branch where a commit is taken away."""
    comment: str
    edits: tuple[Edit, ...]


class Planned(Record):
    """What is written, what is left, and what no host told."""

    pins: list[SourcePin] = field(default_factory=list)
    left: list[Skipped] = field(default_factory=list)
    refused: list[Skipped] = field(default_factory=list)


class Known(Record, frozen=True):
    """The commits of a repository by ref, or why nobody told."""

    commits: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


Ask = Callable[[Mapping[Name, set[str]]], Mapping[Name, Known]]
"""Returns what hosts say of the refs that begin so, for each repository."""


def pending(repository: Repository) -> list[Source]:
    """Return the sources that the caller asks about and that no commit fixes."""
    silent = {one.place for one in repository.examined.suppressed if one.policy in _ACCEPTABLE}
    return [
        one for one in asked(repository)
        if wants_commit(one) and one.place_of("ref") not in silent
    ]  # fmt: skip


def asked(repository: Repository) -> Iterator[Source]:
    """Yield what pipelines take from elsewhere, once for each place."""
    seen: set[Place] = set()
    for one in repository.examined.facts:
        if not isinstance(one, Source) or one.source_type not in TAKEN or one.own or not one.url:
            continue
        at = one.place_of("ref")
        if at not in seen and repository.asks(one, at) and _is_named(repository, one):
            seen.add(at)
            yield one


def _is_named(repository: Repository, source: Source) -> bool:
    names = {source.url, f"{source.url}@{source.ref}"}
    return not repository.names or not repository.names.isdisjoint(names)


def pin(repository: Repository, ask: Ask) -> Planned:
    """Work out the commits behind the tags and branches."""
    made = Planned()
    wanted: dict[Name, set[str]] = {}
    named: list[tuple[Source, Name]] = []
    for one in pending(repository):
        name = address(one)
        if reason := _unaskable(one, name):
            made.left.append(left_of(one, reason))
        elif name is not None:
            wanted.setdefault(name, set()).add(one.ref or "")
            named.append((one, name))
    answers = ask(wanted) if wanted else {}
    for one, name in named:
        _pinned(one, answers[name], repository, made)
    return made


def _pinned(
    source: Source, known: Known, repository: Repository, made: Planned, old: str = ""
) -> None:
    ref = source.ref or ""
    commit = known.commits.get(f"refs/tags/{ref}") or known.commits.get(f"refs/heads/{ref}")
    if known.reason or commit is None:
        made.refused.append(left_of(source, known.reason or f"it has no tag and no branch '{ref}'"))
        return
    comment = _version(ref, commit, known.commits)
    made.pins.append(
        SourcePin(source, commit, comment, _edits(source, commit, comment, repository, old))
    )


def _version(ref: str, commit: str, commits: Mapping[str, str]) -> str:
    """Return the whole version that a short tag stands for, where another tag of the commit says it."""
    tags = (name.removeprefix("refs/tags/") for name, one in commits.items() if one == commit)
    longer = [tag for tag in tags if tag.startswith(ref) and of_ref(tag) == "exact"]
    return max(longer, key=lambda tag: (len(tag), tag), default=ref)


def _edits(
    source: Source, commit: str, comment: str, repository: Repository, old: str = ""
) -> tuple[Edit, ...]:
    """Return what writes a commit, and behind it the version, in the place of an ``old`` one where there is one."""
    at = source.place_of("ref")
    text = repository.sheet.texts[at.file]
    written = f"  # frozen: {comment}" if source.source_type == "hook" else f" # {comment}"
    edit, rest = Edit(place=at, text=commit), _REST.match(text.value, at.span.end)
    place = _own_comment(text, at, old) if old else None
    if place is None and rest is not None:
        place = at.at(rest.end("end"), rest.end("end"))
    return (edit, Edit(place=place, text=written)) if place is not None else (edit,)


def update(repository: Repository, ask: Ask) -> Planned:
    """Work out the commits that the tags and branches name today of which `imd pin` wrote the commits."""
    made = Planned()
    pins = pins_file.read(repository.tree.files)
    wanted: dict[Name, set[str]] = {}
    named: list[tuple[Source, Name, str, str]] = []
    for one in asked(repository):
        found = _entry(pins, one.place_of("ref").file, one) if one.pin == "digest" else None
        name = address(one)
        if found is not None and name is not None:
            wanted.setdefault(name, set()).add(found[0])
            named.append((one, name, found[0], found[1].tag))
    answers = ask(wanted) if wanted else {}
    for one, name, ref, tag in named:
        again = Planned()
        _pinned(replace(one, ref=ref), answers[name], repository, again, tag)
        made.refused += again.refused
        made.pins += (new for new in again.pins if new.ref != one.ref)
    return made


def unpin(repository: Repository) -> Planned:
    """Work out the sources as they were before `imd pin` wrote their commits."""
    made = Planned()
    pins = pins_file.read(repository.tree.files)
    for one in asked(repository):
        at = one.place_of("ref")
        found = _entry(pins, at.file, one)
        if one.pin != "digest" or found is None:
            continue
        ref, entry = found
        text = repository.sheet.texts[at.file]
        comment = _own_comment(text, at, entry.tag)
        gone = (Edit(place=comment, text=""),) if comment else ()
        made.pins.append(SourcePin(one, ref, "", (Edit(place=at, text=ref), *gone)))
    return made


def _own_comment(text: Text, at: Place, tag: str) -> Place | None:
    for written in (f" # {tag}", f"  # frozen: {tag}"):
        for quote in ("", '"', "'"):
            if text.value.startswith(quote + written, at.span.end):
                start = at.span.end + len(quote)
                return at.at(start, start + len(written))
    return None


def _entry(pins: Pins, file: str, source: Source) -> tuple[str, Entry] | None:
    """Return what a commit took the place of; None where that was not us."""
    own = {
        key.partition("@")[2]: entry
        for key, entry in pins.files.get(file, {}).items()
        if key.startswith(f"{source.url}@")
    }
    exact = ((ref, entry) for ref, entry in own.items() if entry.digest == source.ref)
    return next(exact, next(iter(own.items())) if len(own) == 1 else None)


def recorded(pins: Pins, made: Planned) -> Pins:
    """Return the record with what the plan adds or takes away."""
    files = {path: dict(entries) for path, entries in pins.files.items()}
    for one in made.pins:
        file = one.source.place_of("ref").file
        if one.comment:
            key = f"{one.source.url}@{one.source.ref}"
            files.setdefault(file, {})[key] = Entry(one.ref, one.comment)
        else:
            files.get(file, {}).pop(f"{one.source.url}@{one.ref}", None)
    return Pins(
        pins.version,
        {path: dict(sorted(files[path].items())) for path in sorted(files) if files[path]},
        pins.sources,
    )


def faulty(
    before: Iterable[Source],
    after: Iterable[Source],
    made: Planned,
    revised: Mapping[Place, str],
) -> bool:
    """Whether the edited files take something else than what was planned, here or for other sources."""
    planned = {**revised, **{one.source.place_of("ref"): one.ref for one in made.pins}}
    for old, new in zip(before, after, strict=True):
        ref = planned.get(old.place_of("ref"), old.ref)
        if old.url != new.url or new.ref != ref:
            return True
    return False


def address(source: Source) -> Name | None:
    """Return where a repository is asked for; None where that is not over HTTPS."""
    url = source.url or ""
    if found := _ADDRESS.match(url):
        path = found["path"].strip("/")
        parts = path if source.source_type == "hook" else "/".join(path.split("/")[:2])
        return found["host"], parts
    parts = "/".join(url.split("/")[:2])
    host = "data.forgejo.org" if "/.forgejo/" in f"/{source.used_at.file}" else "github.com"
    return (host, parts) if source.source_type != "hook" and parts.count("/") == 1 else None


def _unaskable(source: Source, name: Name | None) -> str:
    if name is None:
        return "its host is not asked: only addresses over HTTPS are"
    if not source.ref:
        return "it names no tag and no branch"
    cut = len(source.ref) >= _SHORTEST and not source.ref.strip("0123456789abcdef")
    return "a commit that is cut short; write all of its digits" if cut else ""


def left_of(source: Source, reason: str) -> Skipped:
    """Return that a source stays as it is."""
    return Skipped(source.place_of("ref"), f"{source.url}@{source.ref}", reason)


def online(reach: RegistryOptions) -> Ask:
    """Return what asks the hosts."""
    mirrors = Mirrors(reach.mirrors)

    def ask(wanted: Mapping[Name, set[str]]) -> Mapping[Name, Known]:
        transport = Transport(reach.insecure, reach.limits)

        def told(name: Name) -> Known:
            host, path = mirrors.location(ImageReference(*name))
            prefixes = [
                f"refs/{kind}/{ref}" for ref in sorted(wanted[name]) for kind in ("tags", "heads")
            ]
            try:
                return Known(refs(transport, host, path, prefixes))
            except RefusedError as error:
                return Known(reason=str(error))

        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                return dict(zip(wanted, pool.map(told, wanted), strict=True))
        finally:
            transport.close()

    return ask
