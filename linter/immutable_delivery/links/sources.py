"""What deployers take from where: the objects that name one another put together, and what is this repository itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from immutable_delivery.context import Trust
from immutable_delivery.facts import Fact, Scope, Source
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.references.git import repository_of
from immutable_delivery.source.files import Files, above, resolve
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Environments

_REPOSITORIES = frozenset({"git", "kustomize"})
_RAW = lazy(
    r"https?://raw\.githubusercontent\.com/(?P<owner>[^/]+/[^/]+)/(?:refs/heads/)?[^/]+/(?P<path>[^?#]+)"
)
"""A file of a repository, by its address."""
_TAKEN = frozenset({"action", "workflow"})
"""What pipelines take by `owner/name/path`."""


def link_sources(facts: Sequence[Fact], files: Files, remote: Callable[[], str]) -> list[Fact]:
    """Return the facts with every source complete: its address, and whether it is this repository, whose remote is asked for."""
    found = [fact for fact in facts if isinstance(fact, Source) and fact.scope.deployed]
    if not found:
        return list(facts)
    taken: dict[str, list[Source]] = defaultdict(list)
    for one in found:
        if one.through:
            taken[one.through].append(one)
    here = _Here(repository_of(remote()), files)
    own = here.addresses(found, taken)
    bases = {
        one.scope.owner: replace(one, own=_address(one) in own)
        for one in found
        if one.scope.owner in taken
    }
    done = {id(one): _completed(one, bases, own, here) for one in found}
    return [done.get(id(fact), fact) for fact in facts]


def link_own(facts: Sequence[Fact], files: Files, remote: Callable[[], str]) -> list[Fact]:
    """Return the facts with what pipelines take of this repository itself, by its name or, where nobody knows that, by its files."""
    taken = [one for one in facts if isinstance(one, Source) and _may_be_own(one)]
    if not taken:
        return list(facts)
    here = repository_of(remote())
    own = {id(one) for one in taken if _is_own(one, here, files)}
    return [replace(fact, own=True) if id(fact) in own else fact for fact in facts]


def _is_own(source: Source, here: str, files: Files) -> bool:
    """Whether what a pipeline takes is this repository: a clone of the same remote, an action or a file that lies here."""
    if source.source_type == "git":
        return bool(here) and _address(source) == here
    return _is_taken_here(source.url or "", here.partition("/")[2], files)


def _is_taken_here(url: str, name: str, files: Files) -> bool:
    """Whether `owner/name/path` means this repository."""
    raw = _RAW.match(url)
    owner_and_path = f"{raw['owner']}/{raw['path']}" if raw else url
    if name:
        return f"{owner_and_path.lower()}/".startswith(f"{name}/")
    path = "/".join(owner_and_path.split("/")[2:])
    return bool(path) and files.state(path) != "missing"


def _may_be_own(source: Source) -> bool:
    """Whether a source may be this repository: by `owner/name/path`, a file of it by its address, a clone of it."""
    named = source.source_type == "git" or bool(_RAW.match(source.url or ""))
    return source.source_type in _TAKEN or (source.scope.phase == "pipeline" and named)


def link_overlays(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts without those of files that something applies otherwise than they say: what it makes of them counts.

    What takes the same path of another repository applies nothing of this one.
    """
    applying = [one for one in facts if isinstance(one, Source) and one.applies]
    applied = {path for one in applying if one.own for path in one.applies}
    ours = {one.scope.owner for one in applying if one.own}
    foreign = {one.scope.owner for one in applying} - ours
    return [
        one
        for one in facts
        if (one.scope.overlay or one.scope.manifest not in applied)
        and one.scope.overlay not in foreign
    ]


def link_environments(facts: Sequence[Fact], trust: Trust) -> list[Fact]:
    """Return the facts with the environments that deployers of this repository's paths name, where nothing else names one.

    What a stranger wrote never makes development of what it deploys.
    """
    reached: dict[str, list[Scope]] = defaultdict(list)
    for one in facts:
        if not isinstance(one, Source) or not one.own or not one.folder:
            continue
        if folder := resolve("", one.folder.lstrip("/")):
            believed = one.scope.development and trust.knows(one.used_at.file)
            reached[folder].append(replace(one.scope, development=believed))
    if not any(scope.environments for scopes in reached.values() for scope in scopes):
        return list(facts)
    return [_reaching(one, reached) for one in facts]


def _reaching(fact: Fact, reached: Mapping[str, Sequence[Scope]]) -> Fact:
    scope = fact.scope
    if not scope.deployed or scope.environments or scope.overlay or isinstance(fact, Source):
        return fact
    scopes = [one for folder in above(fact.manifest) for one in reached.get(folder, ())]
    if not scopes or not all(one.environments for one in scopes):
        return fact
    named: dict[str, str] = {}
    for one in scopes:
        named |= dict(zip(one.environments, one.evidence, strict=False))
    names = tuple(sorted(named, key=_position))
    said = tuple(named[name] for name in names)
    development = all(one.development for one in scopes)
    told = replace(scope, environments=names, evidence=said, development=development)
    return replace(fact, scope=told)


def _position(name: str) -> tuple[int, str]:
    order = known(Environments).order
    return order.index(name.lower()) if name.lower() in order else len(order), name


class _Here(Record, frozen=True):
    repository: str
    files: Files

    def addresses(
        self, sources: Sequence[Source], taken: Mapping[str, Sequence[Source]]
    ) -> frozenset[str]:
        """Return the addresses of this repository: its remote, and those of which paths are taken that lie here."""
        found = {self.repository}
        for one in sources:
            address = _address(one)
            takers = (one, *taken.get(one.scope.owner, ()))
            if address and address not in found and self._means(address, takers):
                found.add(address)
        return frozenset(found - {""})

    def _means(self, address: str, takers: Sequence[Source]) -> bool:
        """Whether an address may be this repository, and something that is taken of it lies here."""
        known = self.repository.rpartition("/")[2]
        renamed = known and address.rpartition("/")[2] != known
        return not renamed and any(self.holds(one.folder) for one in takers if one.folder)

    def holds(self, folder: str) -> bool:
        """Whether a folder below the root lies here."""
        path = resolve("", folder.lstrip("/"))
        return bool(path) and self.files.state(path or "") != "missing"

    def brings(self, source: Source) -> bool:
        """Whether what a source takes of this repository lies in this commit of it, as far as its path is known."""
        folder = source.folder or ""
        path = resolve("", folder.lstrip("/"))
        return not path or "$" in path or self.files.state(path) != "missing"


def _address(source: Source) -> str:
    """Return the repository that a source is; empty for what is none."""
    named = source.source_type in _REPOSITORIES and not source.through
    return repository_of(source.url) if named and source.url else ""


def _completed(
    one: Source, bases: Mapping[str, Source], own_addresses: frozenset[str], here: _Here
) -> Source:
    base = bases.get(one.through) if one.through else None
    if base is not None:
        charts = base.source_type == "chart" and base.url and one.url
        url = f"{base.url.rstrip('/')}/{one.url}" if charts and base.url else base.url
        read = one.read or (base.own and here.brings(one))
        return replace(one, url=url, own=base.own, read=read)
    if one.through:  # what declares it is made by the deployer itself, or lies in the cluster
        own = one.source_type != "oci" and bool(one.folder) and here.holds(one.folder or "")
        return replace(one, own=own, read=one.read or own)
    own = _address(one) in own_addresses
    read = one.read or (own and here.brings(one)) or one.scope.owner in bases
    return replace(one, own=own, read=read)
