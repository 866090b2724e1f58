"""What a fleet is as a whole: its repositories, its teams, the bases they share, and who runs whose images."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from immutable_delivery import __version__
from immutable_delivery.commands.fleet.judging import Outcome
from immutable_delivery.commands.report.overview import Overview, Team, Tool
from immutable_delivery.commands.report.teams import need
from immutable_delivery.records import Record, field

WORDS = ("divergent", "convergent", "undetermined", "congruent", "not run here")


class Row(Record, frozen=True, kw_only=True):
    """A repository."""

    name: str
    words: Mapping[str, int] = field(default_factory=dict)
    """How many services have each word."""
    moving: int = 0
    """How many builds move."""
    errors: int = 0
    warnings: int = 0
    judged: int = 0
    """How many files were; where none was, all the numbers say nothing."""
    url: str = ""
    failure: str = ""


class Version(Record, frozen=True, kw_only=True):
    """A tag with its digest, and the repositories that build on it or run it."""

    name: str
    repositories: tuple[str, ...]


class Shared(Record, frozen=True, kw_only=True):
    """An image, and what of it is in use where."""

    name: str
    repositories: tuple[str, ...]
    versions: tuple[Version, ...]
    """The most used first; many of them are sprawl."""


class Link(Record, frozen=True, order=True):
    """A service of one repository that runs the image of another."""

    image: str
    made: str
    runs: str


class Fleet(Record, frozen=True, kw_only=True):
    """All of it."""

    day: str
    tool: Tool = Tool(__version__)
    rows: tuple[Row, ...]
    """The worst first."""
    teams: tuple[Team, ...]
    bases: tuple[Shared, ...]
    """What builds begin with."""
    images: tuple[Shared, ...]
    """What services of several repositories run."""
    links: tuple[Link, ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """The repositories that nobody could judge."""
        return tuple(row for row in self.rows if row.failure)


Uses: TypeAlias = dict[str, dict[str, set[str]]]
"""The repositories by the image and the version that they use."""


class _Gathered:
    """Takes one outcome after another and keeps of each what the whole needs."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.teams: dict[str, Counter[str]] = defaultdict(Counter)
        self.bases: Uses = defaultdict(lambda: defaultdict(set))
        self.images: Uses = defaultdict(lambda: defaultdict(set))
        self.made: dict[str, set[str]] = defaultdict(set)
        self.runs: dict[str, set[str]] = defaultdict(set)

    def add(self, outcome: Outcome) -> None:
        found = outcome.overview
        if found is None:
            self.rows.append(Row(name=outcome.name, failure=outcome.failure))
            return
        self.rows.append(_row(outcome.name, found))
        for team in found.teams:
            for part in ("divergent", "convergent", "errors", "warnings"):
                self.teams[team.name][part] += getattr(team, part)
        for base in found.bases:
            self.bases[base.name][_version(base.tag, base.digest)].add(outcome.name)
        for service in found.services:
            whole = f"{outcome.name}:{service.name}"
            for image in service.makes:
                self.made[image].add(whole)
            for ran in service.ran:
                self.runs[_bare(ran.image)].add(whole)
                if ran.name:
                    self.images[ran.name][_version(_tag(ran.image), ran.digest)].add(outcome.name)


def _version(tag: str, digest: str) -> str:
    return f"{tag}@{digest.partition(':')[2][:12]}" if digest else tag


def _tag(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def summed(outcomes: Iterable[Outcome], day: str) -> Fleet:
    """Return the whole of outcomes that come one by one."""
    found = _Gathered()
    for outcome in outcomes:
        found.add(outcome)
    teams = (
        Team(
            name=name,
            **{part: counted[part] for part in ("divergent", "convergent", "errors", "warnings")},
        )
        for name, counted in found.teams.items()
    )
    return Fleet(
        day=day,
        rows=tuple(sorted(found.rows, key=_worst)),
        teams=tuple(sorted(teams, key=need)),
        bases=_uses(found.bases),
        images=tuple(one for one in _uses(found.images) if len(one.repositories) > 1),
        links=tuple(sorted(_links(found))),
    )


def _row(name: str, found: Overview) -> Row:
    words = Counter(service.runs for service in found.services)
    severities = Counter(one.severity for one in found.findings)
    return Row(
        name=name, words={word: words[word] for word in WORDS},
        moving=sum(service.builds == "moving" for service in found.services),
        errors=severities["error"], warnings=severities["warning"], judged=found.judged, url=found.url,
    )  # fmt: skip


def _worst(row: Row) -> tuple[bool, int, int, int, int, str]:
    words = row.words
    return (
        not row.failure, -words.get("divergent", 0), -words.get("convergent", 0), -row.errors, -row.warnings, row.name,
    )  # fmt: skip


def _uses(found: Uses) -> tuple[Shared, ...]:
    shared = map(_shared, found.items())
    return tuple(sorted(shared, key=lambda one: (-len(one.repositories), one.name)))


def _shared(entry: tuple[str, Mapping[str, set[str]]]) -> Shared:
    name, versions = entry
    told = (
        Version(name=version or "no tag", repositories=tuple(sorted(those)))
        for version, those in versions.items()
    )
    counted = sorted(told, key=lambda one: (-len(one.repositories), one.name))
    return Shared(
        name=name,
        repositories=tuple(sorted(set().union(*versions.values()))),
        versions=tuple(counted),
    )


def _links(found: _Gathered) -> Iterable[Link]:
    """Yield who runs what another repository makes; an image that two make is nobody's."""
    for image, makers in found.made.items():
        if len(makers) == 1:
            (made,) = makers
            for runs in found.runs.get(image, ()):
                if runs.partition(":")[0] != made.partition(":")[0]:
                    yield Link(image, made, runs)


def _bare(image: str) -> str:
    """Return a reference without tag and digest."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"
