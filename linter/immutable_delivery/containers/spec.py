"""What any format says of a container, before anything is concluded from it.

How to write an adapter: fill one :class:`ContainerSpec` per container and yield ``lower.lower(spec, around)``::

    spec = ContainerSpec(
        used_at=key.place, extent=node.place, scope=scope, name="web",
        image=Setting(written.value, written.whole),
        images=(ImageSpec(written, extent=node.extent("image")),),
        entrypoint=CommandSpec("command", words, place, extent),
        arguments=CommandSpec("args", words, place, extent),
        others=(CommandSpec("healthCheck", words, place, extent, phase="probe"),),
        variables=(VariableSpec(name, value, extent),),
        mounts=(MountSpec("host", source, target, extent, read_only=Flag(False)),),
        files=ContainerFiles(around, folder="app"),
    )

What is not said is None or empty. What is said and not known is unknown: a :class:`LocatedText` with missing variables, a
:class:`Setting` or :class:`Flag` whose value is None. No default claims anything: where an engine has a known default (a
container of Compose may write to its root), the adapter says it: ``Flag(value=False)``.
"""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.containers.files import NOWHERE, FileView
from immutable_delivery.facts import (
    ContainerType,
    Form,
    MountType,
    Origin,
    Phase,
    Role,
    Scope,
    VariableType,
    Workload,
)
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

Values = Mapping[str, LocatedText | None]
"""Variables that commands see; None for one that has a value nobody here knows."""


class Setting(Record, frozen=True):
    """A text that is said, and where a person would change it."""

    value: str | None
    """None where only the deployment knows it."""
    place: Place


class Flag(Record, frozen=True):
    """A truth that is said, or that the engine is known to take where nothing is."""

    value: bool | None
    """None where only the deployment knows it."""
    place: Place | None = None
    """Where it stands; None where nothing stands."""


class CommandSpec(Record, frozen=True):
    """A command: the words of the exec form, or the one string of the shell form."""

    origin: Origin
    """What the format calls it: entrypoint, args, healthCheck …"""
    words: tuple[LocatedText, ...]
    place: Place
    extent: Place
    form: Form = "exec"
    """exec or shell."""
    phase: Phase | None = None
    """When it runs, where that is not when the container starts: hook, probe, init …"""
    shell: str = "sh"
    """The program that reads the shell form."""

    @property
    def argv(self) -> tuple[str, ...] | None:
        """The words; None where a variable hides one."""
        known = all(word.known for word in self.words)
        return tuple(word.text for word in self.words) if known else None

    @property
    def run(self) -> tuple[str, ...] | None:
        """The words that are run: for the shell form the shell with its script; None where a variable hides one."""
        return (self.shell, "-c", *self.argv) if self.form == "shell" and self.argv else self.argv


class ImageSpec(Record, frozen=True):
    """A reference to an image: the one that runs, or another that the container needs."""

    written: LocatedText
    extent: Place
    used_at: Place | None = None
    """Where the reference stands, where that is not where its text is decided."""
    role: Role = "container"
    phase: Phase | None = None
    """When it is needed, where that is not when the container starts."""
    pull_policy: Setting | None = None
    platform: Setting | None = None
    built_here: bool = False
    local: bool = False
    """Whether the machine's own is taken where it holds one."""
    unpinned_from: str = ""
    """The digest that an overlay or override removed."""


class VariableSpec(Record, frozen=True):
    """An entry of the environment, a label, an annotation."""

    name: LocatedText
    value: LocatedText | None
    """None where the files do not tell it."""
    extent: Place
    kind: VariableType = "env"
    used_at: Place | None = None
    """Where it is written, where that is neither its value nor its name."""


class MountSpec(Record, frozen=True):
    """Something mounted into the container."""

    kind: MountType
    """The type of mount that the fact has: host, volume, tmpfs, empty, config …"""
    source: LocatedText | None
    """None where it has none: memory, a volume without a name."""
    target: LocatedText | None
    extent: Place
    read_only: Flag
    used_at: Place | None = None
    """Where it is written, where that is not the extent."""
    source_at: Place | None = None
    """Where a person would change the source, where that is not where its text is decided."""
    file: LocatedText | None = None
    """The file on the machine that a config or secret is made of: what a person wrote as its source."""
    host_path: str | None = None
    """The host path relative to the root of the repository; None where it lies outside."""
    sample: LocatedText | None = None
    """What the source usually is, where it is not known: as a sample of the settings says."""
    immutable: bool | None = False
    """Whether the object behind it cannot change under its name."""


class ContainerSpec(Record, frozen=True, kw_only=True):
    """One container, as a format says it."""

    used_at: Place
    """Where it is named."""
    extent: Place
    scope: Scope
    container_type: ContainerType = "container"
    """service, container, init, sidecar or ephemeral."""
    name: str = ""
    workload: Workload = ""
    """What kind of object runs it, as facts of mounts name it."""
    replicas: int | None = 1
    """How many of it may run at once, as far as the manifest says it; 0 for what runs until it is done."""
    image: Setting | None = None
    """The image it runs, through whatever names it; None where it is built or none is named."""
    images: tuple[ImageSpec, ...] = ()
    """The references that are written here."""
    entrypoint: CommandSpec | None = None
    """The program, instead of the image's."""
    arguments: CommandSpec | None = None
    """The words behind the program; where no program is said, behind the image's own."""
    others: tuple[CommandSpec, ...] = ()
    """What else is run: hooks and probes, each with its phase, and scripts that the manifest holds (without one)."""
    variables: tuple[VariableSpec, ...] = ()
    values: Values | None = None
    """What the commands see, where that is more than ``variables`` tell."""
    mounts: tuple[MountSpec, ...] = ()
    files: FileView = NOWHERE
    """Which files of the repository the container sees."""
    user: Setting | None = None
    refuses_root: Flag | None = None
    """Whether the engine refuses to run it as root."""
    read_only: Flag | None = None
    """Whether its root file system is read-only."""
    stdin: Flag | None = None
    tty: Flag | None = None
    workdir: Setting | None = None
    ports: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    builds: bool = False
    """Whether the deployed manifest itself builds the image."""
    watches: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where further fields of the container are written: name, ports, labels, builds, watches …"""

    @property
    def starts(self) -> tuple[CommandSpec, ...]:
        """The commands that make up the start command."""
        return tuple(command for command in (self.entrypoint, self.arguments) if command)
