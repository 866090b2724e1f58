"""What judging finds: verdicts with exact places, and the report that they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, get_args

from msgspec import Meta

from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place, Text

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Worst first."""


def rank(severity: Severity) -> int:
    """Return how bad a severity is, 0 the worst."""
    return SEVERITIES.index(severity)


FailOn = Literal["error", "warning", "note", "divergent", "convergent", "moving"]
"""The least that makes a run fail: a severity, what would run, or what would build it."""

Drift = Literal["divergent", "convergent", "none"]

Part = Literal["runs", "builds"]
"""What of a service a finding is about: what runs, or what builds it."""

Runs = Literal["divergent", "convergent", "undetermined", "congruent", "not run here"]
RUNS: tuple[Runs, ...] = get_args(Runs)
"""What a service runs, the worst first."""

Builds = Literal["moving", "undetermined", "repeatable", "not built here"]
BUILDS: tuple[Builds, ...] = get_args(Builds)
"""What builds a service, the worst first."""


class Edit(Record, frozen=True, kw_only=True):
    """Replace the text at a place."""

    place: Place
    text: str


class Fix(Record, frozen=True, kw_only=True):
    """Edits that mend a finding, or the reason why there are none."""

    title: str
    edits: tuple[Edit, ...] = ()
    safe: bool = True
    reason: str = ""
    command: str = ""
    """The command that makes it where this run cannot, as `imd pin`."""


Event = Literal["added", "changed", "deleted", "renamed"]


class Cause(Record, frozen=True, kw_only=True):
    """What a change did elsewhere that brought a finding."""

    file: str
    event: Event
    line: int = 0
    """The first line that differs; 0 where the file is gone, or as a whole another."""

    def __str__(self) -> str:
        return f"{self.file}{f':{self.line}' if self.line else ''} was {self.event}"


class Finding(Record, frozen=True, kw_only=True):
    """One policy's objection to one deciding place."""

    policy: str
    severity: Severity
    message: str
    place: Place
    extent: Place
    drift: Drift = "none"
    layer: str = ""
    owner: str = ""
    services: tuple[str, ...] = ()
    """The services that it is about."""
    parts: tuple[Part, ...] = ("runs",)
    """What of those it is about: of both where one place decides what runs and what builds."""
    environments: tuple[str, ...] = ()
    uses: tuple[Place, ...] = ()
    """Where the value decided at ``place`` is used: related locations."""
    evidence: str = ""
    """What of it survives moved lines: the written text and its owner; the stuff of fingerprints."""
    subjects: tuple[str, ...] = ()
    """What it is about as a whole, of which the place may show only a part."""
    fingerprint: str = ""
    fix: Fix | None = None
    suppressed: str = ""
    """The reason of the suppression that silences it."""
    unknown: bool = False
    """Whether it only says that a value is unknown: then it leaves a service undetermined."""
    silenced_by: str = ""
    """The other tool whose comment that is; empty for a suppression of ours."""
    enabled: bool = True
    """Whether the profile and selection of this run report it; a service's class counts it all the same."""
    cause: Cause | None = None
    """What brought it, where no line that it points at has changed."""


class Rule(Record, frozen=True, kw_only=True):
    """What a report says of a policy."""

    id: str
    name: str
    group: str
    severity: Severity
    drift: Drift
    layer: str
    why: str
    remedy: str
    references: tuple[str, ...] = ()
    url: str = ""
    """Its page; empty for a policy that a repository made for itself."""
    profiles: tuple[str, ...] = ()


class ServiceReport(Record, frozen=True, kw_only=True):
    """One service, where what it runs stands on Traugott's scale, and what builds it."""

    name: str
    runs: Runs
    builds: Builds = "not built here"
    environments: tuple[str, ...] = ()
    runs_by: Finding | None = None
    """The finding that decides what it runs; only divergent and convergent have one."""
    builds_by: Finding | None = None
    """The finding that decides what builds it; only moving has one."""
    unknown: tuple[str, ...] = ()
    """What could not be known and so keeps the service undetermined."""
    place: Place | None = None
    makes: tuple[str, ...] = ()
    """The repositories of the images that are made here as it."""
    images: tuple[str, ...] = ()
    """The images that run as it, as far as they are known."""
    linked: tuple[str, ...] = ()
    """The services of other repositories that make what it runs, or run what it makes."""


class Worsened(Record, frozen=True):
    """A service whose class is worse than before."""

    service: str
    word: Runs | Builds
    """What it is now."""
    part: Part


class Unresolved(Record, frozen=True, kw_only=True):
    """A policy that could not judge a fact because a value is unknown."""

    policy: str
    place: Place
    owner: str
    fields: tuple[str, ...]


class Unanalysed(Record, frozen=True, kw_only=True):
    """A command or script that nobody analysed."""

    place: Place
    reason: str
    """Why, for a person."""


class Judged(Record, frozen=True, kw_only=True):
    """An input and what became of it."""

    path: str
    format: str
    """The format that claims it; empty where none does."""
    skipped: str = ""
    """Why it was not judged: fixture, vendored, generated, template; empty where it was."""
    environment: str = ""
    evidence: str = ""
    """What names the environment."""
    development: bool = False
    """Whether all that it deploys is taken for development, which some policies leave alone."""


class Recorded(Record, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a baseline knows: findings of one content in one file."""

    file: str
    policy: str
    severity: Severity
    """How bad they were when they were recorded; what has become worse is not known."""
    fingerprint: str
    count: Annotated[int, Meta(ge=1)] = 1


class Compared(Record, frozen=True):
    """What a baseline does to a report."""

    file: str
    known: int
    """How much is found and not reported, because the baseline has it."""
    fixed: tuple[Recorded, ...]
    """What the baseline has and nobody finds any more."""


class Configured(Record, frozen=True, kw_only=True):
    """Under which rules a report was made."""

    files: tuple[str, ...] = ()
    """The files of the configuration."""
    commit: str = ""
    """The commit that configuration, policies and baseline are of; empty where they are those of the files judged."""
    inline_ignores: bool = True
    """Whether ignore comments were honoured."""
    comments: int = 0
    """How many were not."""


class Circumstances(Record, frozen=True, kw_only=True):
    """What a report says of the run itself: of what, by what and when it was judged."""

    version: str = ""
    notices: tuple[str, ...] = ()
    """What the person should know of the run: nothing staged, no git …"""
    repository: str = ""
    """The URL of the origin, without credentials; empty where there is none."""
    revision: str = ""
    branch: str = ""
    configured: Configured = Configured()
    baseline: Compared | None = None
    """What was known before; None where nothing is compared."""
    day: str = ""
    """The day that it was judged by, as `2026-11-22`; suppressions expire by it."""
    fail_on: FailOn | None = "error"
    """The least that makes the run fail; None: nothing does."""
    only_new: bool = False
    """Whether the findings are only what a change brings, or what a baseline does not know."""
    worsened: tuple[Worsened, ...] = ()
    """The services that they make worse, where only what is new is reported."""


UNTOLD: Final = Circumstances()
"""What is said of a run where nobody asks."""


class Report(Circumstances, frozen=True, kw_only=True):
    """Everything one run has to say; reporters render it and decide nothing."""

    findings: tuple[Finding, ...]
    """Those to report, in order of file, place and policy."""
    suppressed: tuple[Finding, ...] = ()
    services: tuple[ServiceReport, ...] = ()
    files: tuple[Judged, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    not_analysed: tuple[Unanalysed, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """Every rule that ran, by id."""
    texts: Mapping[str, Text] = field(default_factory=dict)
    """The text of every file that a finding points into."""

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings."""
        found = {finding.severity for finding in self.findings}
        return next((severity for severity in SEVERITIES if severity in found), None)
