"""What any format of a pipeline says of a job, before anything is concluded from it.

How to write an adapter: fill one :class:`JobSpec` per job and yield ``lower.lower(spec, ctx)``::

    spec = JobSpec(
        used_at=key.place, extent=node.place, scope=pipeline_scope(path, key.text), name=key.text,
        environment=Setting("production", place),
        variables={"TAG": LocatedText.literal("1.2.3", place), "TOKEN": None},
        images=(ImageSpec(written, extent=node.extent("image"), role="pipeline"),),
        services=(ImageSpec(written, extent=place, role="pipeline"),),
        runners=(RunnerSpec(written, extent),),
        sources=(SourceSpec("template", url, ref, extent, pin=git.of_release(ref.text)),),
        steps=(
            StepSpec(used_at=place, extent=extent, scripts=(line, line)),
            StepSpec(used_at=place, extent=extent, image=ImageSpec(...), argv=words),
            StepSpec(used_at=place, extent=extent, uses=SourceSpec(...), does="docker/build-push-action", inputs={...}),
        ),
    )

What is not said is None or empty. What is said and not known is unknown: a :class:`LocatedText` with ``unresolved`` parts, which
stand in its text as they are written, or a value that is None. A value that differs from run to run (a matrix) is several
:class:`ImageSpec`, one for each text that it may have; in a script it is unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutable_delivery.containers.spec import ImageSpec, Setting, Values
from immutable_delivery.facts import Pin, Scope, SourceType
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

__all__ = [
    "ImageSpec",
    "JobSpec",
    "Recipe",
    "RunnerSpec",
    "Setting",
    "SourceSpec",
    "StepSpec",
    "Values",
    "pipeline_scope",
    "scope_of",
]

_DEVELOPMENT = lazy(
    r"(?:^|[-_.:])(?:dev|develop|development|local|localhost|devel|debug|watch)(?:[-_.:]|\Z)",
    re.IGNORECASE,
)


class SourceSpec(Record, frozen=True):
    """A reference to code or configuration elsewhere: an action, an orb, an included file."""

    source_type: SourceType
    url: LocatedText
    """What is taken, without its version: `actions/checkout`."""
    ref: LocatedText | None
    """The branch, tag, commit or range; None where none is written."""
    extent: Place
    pin: Pin | None = "none"
    """How far the version fixes it, as the engine reads it; None where it is not known."""
    used_at: Place | None = None
    """Where it stands, where that is not where its text is decided."""
    locked: bool = False


class RunnerSpec(Record, frozen=True):
    """The machine that a job asks for, by the name of its image: `ubuntu-24.04`."""

    written: LocatedText
    extent: Place


class StepSpec(Record, frozen=True, kw_only=True):
    """One step: a script, the words of one program, or something that is taken from elsewhere, in an image of its own or not."""

    used_at: Place
    extent: Place
    """The statement; what a suppression above the step covers."""
    name: str = ""
    scripts: tuple[LocatedText, ...] = ()
    """What one shell runs, line after line or block after block."""
    shell: str = "sh"
    """The program that reads them."""
    argv: tuple[LocatedText, ...] = ()
    """The words of a program that no shell runs."""
    variables: Values = field(default_factory=dict)
    """Beside those of the job."""
    folder: str | None = ""
    """The folder of the repository that it runs in; None where nobody knows."""
    images: tuple[ImageSpec, ...] = ()
    """The image that it runs in, where that is its own; several where a matrix gives several."""
    uses: tuple[SourceSpec, ...] = ()
    """What is taken from elsewhere to do it."""
    does: str = ""
    """The name by which the table `steps` knows what it does: `docker/build-push-action`."""
    inputs: Mapping[str, LocatedText | None] = field(default_factory=dict)
    """What it is told, by the names of that table; None where nobody knows."""


class JobSpec(Record, frozen=True, kw_only=True):
    """One job, as a format says it."""

    used_at: Place
    """Where it is named."""
    extent: Place
    scope: Scope
    """See :func:`pipeline_scope`."""
    name: str
    environment: Setting | None = None
    """The environment that it deploys to, as the pipeline calls it."""
    variables: Values = field(default_factory=dict)
    """What its commands see; None for one whose value nobody here knows."""
    images: tuple[ImageSpec, ...] = ()
    """The images that its steps run in."""
    services: tuple[ImageSpec, ...] = ()
    """The images of what runs beside it."""
    runners: tuple[RunnerSpec, ...] = ()
    sources: tuple[SourceSpec, ...] = ()
    """What the whole job is taken from."""
    steps: tuple[StepSpec, ...] = ()
    tagged: bool = False
    """Whether it only runs for tags and releases, so that the name of what was pushed is a version."""
    whole: bool = True
    """Whether it is a job; else it is part of one that is written elsewhere: an action, a template."""
    checked_out: bool = True
    """Whether its commands see the repository, in the folder that they run in."""


def pipeline_scope(path: str, name: str, environment: str | None = None) -> Scope:
    """Return the scope of what a job says."""
    return Scope(
        owner=name,
        phase="pipeline",
        layer="application",
        environments=(environment,) if environment else (),
        manifest=path,
    )


class Recipe(Record, frozen=True):
    """What is run together, under one name."""

    name: str
    scripts: tuple[LocatedText, ...]
    """Each is for a shell of its own."""
    scope: Scope
    folder: str | None = ""
    shell: str = "sh"
    needs: tuple[str, ...] = ()
    """The recipes that are run before it, or that it calls."""
    values: Values = field(default_factory=dict)
    path: LocatedText | None = None
    """What its script is called by, where it is a file."""
    programs: tuple[tuple[LocatedText, ...], ...] = ()
    """Programs with their words that no shell reads."""


def scope_of(path: str, name: str) -> Scope:
    """Return the scope of what a file of commands says under a name: of development where that says so."""
    developed = _DEVELOPMENT.search(name.rpartition("/")[2]) is not None
    return Scope(owner=name, phase="pipeline", development=developed, alone=True, manifest=path)
