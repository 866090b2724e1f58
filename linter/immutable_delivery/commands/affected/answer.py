"""The answer to what a change rebuilds and redeploys."""

from __future__ import annotations

from typing import Literal

from immutable_delivery.records import Record

Kind = Literal[
    "file", "instruction", "argument", "definition", "context", "ignore file", "base", "new", "unknown", "manifest", "image",
]  # fmt: skip
"""What decides: a path that is taken in, what says how to build, an image that it is built on, what runs it, or that nobody can know."""


class Reason(Record, frozen=True):
    """Why something is affected: one line for a person, and what decides it."""

    kind: Kind
    text: str
    path: str = ""
    """The path that changed; empty where none did."""
    file: str = ""
    """Where it is said that this counts."""
    line: int = 0


class Intake(Record, frozen=True):
    """What an image takes in: a path or a pattern, and where that is said."""

    path: str
    file: str
    line: int


class Artifact(Record, frozen=True, kw_only=True):
    """An image that is built here, in one way."""

    name: str
    """What to call it: its image, its service, or its Dockerfile; no two have one name."""
    dockerfile: str
    context: str | None
    """The folder of the build context, `.` for the root; None where it is elsewhere."""
    assumed: bool = False
    """Whether nothing here says which folder that is."""
    target: str = ""
    image: str = ""
    services: tuple[str, ...] = ()
    affected: bool = False
    unknown: bool = False
    """Whether it counts as affected because nobody can know."""
    reasons: tuple[Reason, ...] = ()
    takes: tuple[Intake, ...] = ()
    """All that it takes in from here: what is not among that leaves it alone."""
    moves: tuple[str, ...] = ()
    """What it takes from elsewhere that may change without any change here."""


class Redeploy(Record, frozen=True):
    """A service in one environment."""

    service: str
    environment: str
    """Empty where the repository names none."""
    affected: bool = False
    reasons: tuple[Reason, ...] = ()


class Answer(Record, frozen=True, kw_only=True):
    """What a change rebuilds, and what it then redeploys."""

    since: str
    """The commit that it is compared with; empty where that is not here."""
    paths: int
    """How many paths changed."""
    artifacts: tuple[Artifact, ...] = ()
    services: tuple[Redeploy, ...] = ()
    removed: tuple[str, ...] = ()
    """The Dockerfiles of images that are not built here any more."""
    notices: tuple[str, ...] = ()
