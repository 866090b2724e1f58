"""What a report shows: records that a page, a Markdown text and JSON render alike."""

from __future__ import annotations

from typing import Literal, TypeAlias

from immutable_delivery.findings import Severity
from immutable_delivery.records import Record

Better: TypeAlias = Literal["more", "less"]


class Spot(Record, frozen=True, order=True):
    """A line of a file; a commit, or a file as a whole, where the line is 0."""

    file: str
    line: int
    url: str = ""
    """Where it can be read on the web; empty where nobody knows."""


class Told(Record, frozen=True):
    """A finding."""

    policy: str
    severity: Severity
    drift: str
    layer: str
    message: str
    at: Spot
    owners: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    page: str = ""
    """The page of the policy."""


class Ran(Record, frozen=True):
    """What one environment runs of a service."""

    environment: str
    image: str
    digest: str
    at: Spot
    name: str = ""
    """The repository of the image."""


class ServiceRow(Record, frozen=True, kw_only=True):
    """A service."""

    name: str
    runs: str
    builds: str
    runs_by: Told | None = None
    builds_by: Told | None = None
    unknown: tuple[str, ...] = ()
    """What the files do not tell, and so leaves a word open."""
    unknown_at: tuple[Spot, ...] = ()
    """Where it would have to stand."""
    start: str = ""
    contract: str = ""
    owners: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    """The repositories of images that are made of it."""
    ran: tuple[Ran, ...] = ()
    at: Spot | None = None


class Team(Record, frozen=True, kw_only=True):
    """Who owns files, and what drifts there."""

    name: str
    """As CODEOWNERS names it; empty for what nobody owns."""
    divergent: int
    convergent: int
    errors: int
    warnings: int


class Part(Record, frozen=True):
    """One number that a measure is made of."""

    name: str
    value: str
    at: tuple[Spot, ...] = ()
    """What is counted; of a share, what lacks it."""


class Measure(Record, frozen=True, kw_only=True):
    """One of the four V's of Willis' "Immutable Delivery": what a delivery should have more of, or less."""

    name: str
    value: str
    better: Better
    means: str
    """How it is counted, and why that direction is better."""
    parts: tuple[Part, ...] = ()


class Point(Record, frozen=True, kw_only=True):
    """The repository at one commit."""

    revision: str
    day: str
    divergent: int
    convergent: int
    congruent: int
    errors: int
    warnings: int
    url: str = ""


class Base(Record, frozen=True, order=True):
    """A base image as a build names it."""

    name: str
    tag: str
    digest: str


class Tool(Record, frozen=True):
    """What wrote the report."""

    version: str
    name: str = "imd"


class Overview(Record, frozen=True, kw_only=True):
    """Everything that a report shows."""

    title: str
    revision: str
    url: str
    """Where the commit can be read."""
    branch: str
    day: str
    tool: Tool
    services: tuple[ServiceRow, ...]
    environments: tuple[str, ...]
    """In the order in which an artifact passes through them."""
    findings: tuple[Told, ...]
    teams: tuple[Team, ...]
    """Those who should act first before others; empty where the repository names no owners."""
    measures: tuple[Measure, ...]
    bases: tuple[Base, ...] = ()
    """Every base image once."""
    trend: tuple[Point, ...] = ()
    judged: int = 0
    """How many files were."""
    left: int = 0
    """How many files that could have been judged were not: fixtures, third-party code, archives."""
    notices: tuple[str, ...] = ()
