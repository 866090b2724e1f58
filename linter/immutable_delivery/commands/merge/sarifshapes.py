"""What of SARIF 2.1.0 a report is made of; all else is left aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from immutable_delivery.records import Record, field

Level = Literal["none", "note", "warning", "error"]
Ordinal = Annotated[int, Meta(ge=1)]


class Message(Record, frozen=True):
    """A text."""

    text: str = ""
    markdown: str = ""


class Configuration(Record, frozen=True):
    """How a rule is set."""

    level: Level = "warning"


class Properties(Record, frozen=True):
    """What the standard leaves to tools."""

    tags: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """What of its services one of our findings is about."""


class Descriptor(Record, frozen=True, rename="camel"):
    """A rule."""

    id: str
    short_description: Message = Message()
    full_description: Message = Message()
    help: Message = Message()
    help_uri: str = ""
    default_configuration: Configuration = Configuration()
    properties: Properties = Properties()


class Component(Record, frozen=True):
    """A tool and its rules."""

    name: str
    rules: tuple[Descriptor, ...] = ()


class Tool(Record, frozen=True):
    """The tool of a run."""

    driver: Component


class Provenance(Record, frozen=True, rename="camel"):
    """Which repository was judged."""

    repository_uri: str = ""
    revision_id: str = ""
    branch: str = ""


class Region(Record, frozen=True, rename="camel"):
    """A stretch of a file; its end is exclusive."""

    start_line: Ordinal = 1
    start_column: Ordinal = 1
    end_line: Ordinal | None = None
    end_column: Ordinal | None = None


class Artifact(Record, frozen=True):
    """A file."""

    uri: str = ""


class Physical(Record, frozen=True, rename="camel"):
    """A place in a file."""

    artifact_location: Artifact = Artifact()
    region: Region = Region()


class Logical(Record, frozen=True, rename="camel"):
    """What a place belongs to."""

    fully_qualified_name: str = ""


class Location(Record, frozen=True, rename="camel"):
    """Where a result is."""

    physical_location: Physical = Physical()
    logical_locations: tuple[Logical, ...] = ()


class Suppression(Record, frozen=True):
    """Why a result is silenced."""

    status: str = "accepted"
    justification: str = ""


class ComponentReference(Record, frozen=True):
    """The taxonomy of a reference."""

    name: str = ""


class Reference(Record, frozen=True, rename="camel"):
    """A reference to a rule or a taxon."""

    id: str = ""
    index: int = -1
    tool_component: ComponentReference = ComponentReference()


class Result(Record, frozen=True, rename="camel"):
    """What a rule found."""

    rule_id: str = ""
    rule_index: int = -1
    rule: Reference = Reference()
    kind: str = "fail"
    level: Level | None = None
    message: Message = Message()
    locations: tuple[Location, ...] = ()
    related_locations: tuple[Location, ...] = ()
    partial_fingerprints: Mapping[str, str] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    taxa: tuple[Reference, ...] = ()
    properties: Properties = Properties()


class Run(Record, frozen=True, rename="camel"):
    """One run of a tool."""

    tool: Tool
    results: tuple[Result, ...] | None = None
    version_control_provenance: tuple[Provenance, ...] = ()


class Log(Record, frozen=True):
    """A file of runs."""

    runs: tuple[Run, ...]
