"""The model: what files say of a delivery, whatever their format.

Every field of a fact is a variable of the policy language (CEL) under its own name, except those marked *place*, which tell
where things are written. A field whose value cannot be known from the files is ``None`` and is left out of the evaluation;
what does not apply is empty (``""``, ``()``, ``False``). The field docstrings are the reference for policy authors.

A field whose values the product makes has a closed vocabulary: a new word is added here first, and a policy that names a
word which is not here does not load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, TypeVar, get_args, get_origin

from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place

Pin: TypeAlias = Literal["digest", "exact", "partial", "alias", "none", "malformed", ""]
"""The ladder of pins, best first; `malformed` stands beside it."""

Phase: TypeAlias = Literal["build", "start", "hook", "init", "probe", "boot", "pipeline"]
"""When something happens; `boot` is when a machine starts for the first time."""

Layer: TypeAlias = Literal["os", "middleware", "application", "data"]

ContainerRole: TypeAlias = Literal["container", "init", "sidecar", "ephemeral"]

Role: TypeAlias = Literal[
    ContainerRole,
    "pipeline",
    "base",
    "copy",
    "mount",
    "stage",
    "frontend",
    "volume",
    "build",
    "contract",
    "",
]

StageProblem: TypeAlias = Literal["unknown", "duplicate", "self", "reserved", "later", ""]

Action: TypeAlias = Literal["install", "upgrade", "refresh", "run", ""]

FetchSource: TypeAlias = Literal["url", "git", ""]

PackageSource: TypeAlias = Literal[FetchSource, "path"]

Execution: TypeAlias = Literal["pipe", "substitution", "file", ""]

SourceType: TypeAlias = Literal[
    "git", "chart", "oci", "bucket", "include", "kustomize", "feature", "action", "workflow", "orb", "component", "template",
    "task", "plugin", "bundle", "library", "hook", "module", "provider", "",
]  # fmt: skip

MountType: TypeAlias = Literal[
    "host", "volume", "tmpfs", "empty", "config", "secret", "image", "git", "projected", ""
]

ConfigEvidence: TypeAlias = Literal["tracked", "untracked", "outside", ""]

SocketAccess: TypeAlias = Literal["socket", "parent", "reading", ""]

Workload: TypeAlias = Literal[
    "Pod", "PodTemplate", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob",
    "DeploymentConfig", "Rollout", "Workflow", "Task", "Service", "custom", "service", "task definition", "",
]  # fmt: skip

Origin: TypeAlias = Literal[
    "ENTRYPOINT", "CMD", "HEALTHCHECK", "entrypoint", "command", "args", "entryPoint", "Entrypoint", "Exec", "Procfile",
    "start", "hook", "probe", "",
]  # fmt: skip

Idle: TypeAlias = Literal["waits", "shell", ""]

Movement: TypeAlias = Literal["pointer", "series", "word", ""]

Form: TypeAlias = Literal["exec", "shell", ""]

Mutation: TypeAlias = Literal["container", "workload", "host", "tag", "files", ""]

Built: TypeAlias = Literal["image", "code", ""]

Effect: TypeAlias = Literal[
    "changes", "unknown", "enters", "data", "copies", "publishes", "reads", ""
]

Throwaway: TypeAlias = Literal["yes", "no", "undecided", ""]

Deployment: TypeAlias = Literal["moving", "fixed", "unknown", "edited", "restarted", ""]

Verb: TypeAlias = Literal[
    "create", "alter", "drop", "rename", "insert", "upsert", "replace", "update", "delete", "truncate", "merge", "retype", "other", "",
]  # fmt: skip

MigrationChange: TypeAlias = Literal["edited", "renumbered", "removed", "squashed", ""]

VariableType: TypeAlias = Literal["env", "arg", "label", "annotation", "setting", ""]

SecretEvidence: TypeAlias = Literal["name", "value", "url", ""]

ContainerType: TypeAlias = Literal[ContainerRole, "stage", "service", ""]

Repeated: TypeAlias = Literal["CMD", "ENTRYPOINT", ""]

ResourceType: TypeAlias = Literal[
    "config map", "secret", "registry", "workload", "role", "binding", "updater", "deployer", "runner", "machine image", "runtime", "",
]  # fmt: skip

Grant: TypeAlias = Literal["exec", "attach", "portforward", "ephemeralcontainers"]

T = TypeVar("T")
Hidden: TypeAlias = Annotated[T, "hidden"]
"""A field that tells where something is written or helps linking: no variable of the policy language."""


class Scope(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a fact belongs to; its fields are variables of every fact kind."""

    owner: str = ""
    """The service, workload, container or build stage it belongs to, as a person would name it."""
    service: str = ""
    """The service that linking found it to be part of; empty where there is none."""
    phase: Phase = "build"
    """When it takes effect."""
    layer: Layer = "application"
    """What part of the delivery it belongs to."""
    environments: tuple[str, ...] = ()
    """The environments it reaches, in order; empty where the repository names none."""
    development: bool = False
    """Whether it reaches nothing but development."""
    evidence: Hidden[tuple[str, ...]] = ()
    """What names those environments, or says that it is for development, in words."""
    shipped: bool = True
    """Whether it is part of what is delivered: a shipped build stage or one that feeds it, a deployed container."""
    deployed: bool = False
    """Whether a manifest runs it (else it only builds an artifact)."""
    machine: bool = False
    """Whether what is built is the image of a machine, not of a container."""
    dockerfile: Hidden[str] = ""
    """The Dockerfile that it is written in, for what builds an image."""
    also: Hidden[tuple[str, ...]] = ()
    """Further services that it is part of: those that build from one Dockerfile."""
    defaults: bool = False
    """Whether only the defaults of a chart say it, and nothing here releases that chart: an error of it is a warning."""
    chart: Hidden[str] = ""
    """The folder of the chart that says it."""
    manifest: Hidden[str] = ""
    """The manifest that deploys the service, where parts of it stand in other files (`extends`, `include`)."""
    overlay: Hidden[str] = ""
    """The object that applies it otherwise than its files say: `Kustomization/shop` of Flux; empty where none does."""

    alone: bool = False
    """Whether it is read by itself, from a file of commands that nothing here is known to run."""

    @property
    def services(self) -> tuple[str, ...]:
        """Every service that it is part of."""
        return (self.service, *self.also) if self.service else ()


class Fact(Record, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """What every fact has: where it is written, where it is decided, and its scope."""

    used_at: Hidden[Place]
    """Where it is written."""
    extent: Hidden[Place]
    """The statement that it is part of; what a suppression above that statement covers."""
    places: Hidden[Mapping[str, Place]] = field(default_factory=dict)
    """Per field, the place where a person would change it."""
    related: Hidden[tuple[Place, ...]] = ()
    """Other places that lead here: the use of a value decided elsewhere, the instruction that names a script."""
    scope: Hidden[Scope] = Scope()

    @property
    def manifest(self) -> str:
        """The file that deploys it: where it is written, or what includes or extends that."""
        return self.scope.manifest or self.used_at.file

    def place_of(self, *names: str) -> Place:
        """Return the place of the first of these fields that is written, else of the fact."""
        return next((self.places[name] for name in names if name in self.places), self.used_at)


class Image(Fact, frozen=True, kw_only=True):
    """A reference to a container image."""

    reference: str | None = ""
    """The whole reference as resolved (`docker.io/library/nginx:1.27`), or as written where nothing is to resolve."""
    registry: str | None = ""
    """The registry as written; empty for the default one."""
    repository: str | None = ""
    """The repository with its registry, without tag and digest."""
    name: str | None = ""
    """The familiar name: the repository without `docker.io/` and `library/`."""
    tag: str | None = ""
    """The tag; empty where none is written."""
    digest: str | None = ""
    """The digest, `sha256:…`; empty where none is written."""
    platform: str | None = ""
    """The platform that the reference asks for."""
    text: str = ""
    """The reference for a person: resolved as far as the files allow."""
    role: Role = ""
    """What the reference is there for."""
    pin: Pin | None = ""
    """How far the reference fixes the image: from a digest to no tag at all."""
    moves: Movement | None = ""
    """How the tag moves: a pointer always names the newest (as no tag does), a series its newest release; what a word means only its
    owner knows. Empty for what is fixed."""
    problem: str = ""
    """Why the reference is malformed, for a person."""
    built_here: bool = False
    """Whether the same tool builds this image and puts it here, or it is a base made here whose tag each build gives."""
    unresolved: str = ""
    """The variables or placeholders, without a value in the repository, that hide how it is pinned."""
    unpinned_from: str = ""
    """The digest that an overlay or override removed."""
    machine_registry: bool = False
    """The registry is one of a single machine (`localhost:5000`, `kind-registry:5000`): a job pushes there what it has just built."""
    stage_problem: StageProblem = ""
    """What is wrong with a reference that means a build stage, or with the name of one; else empty."""
    local: Hidden[bool] = False
    """Whether the machine's own is taken where it holds one: a command starts it there."""
    pull_policy: str | None = ""
    """always, never, missing …, lower case, as written."""


class Package(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One package of an install; a policy with `each: packages` sees these fields as `item.…`."""

    name: str | None = ""
    """The name without version; None where a variable hides it."""
    version: str | None = ""
    """The version, range or tag as written; empty where none is."""
    pin: Pin | None = ""
    """How far the version fixes the package; an alias is a name that moves (`latest`)."""
    spec: str = ""
    """The word as written: `curl=8.5.0-2`."""
    local: bool = False
    """Whether it is a file or folder of the build, not taken from outside."""
    source_type: PackageSource = ""
    """Where it comes from, where that is no registry; else empty."""
    place: Hidden[Place]
    """Where the package is named."""


class Install(Fact, frozen=True, kw_only=True):
    """One invocation of a package manager."""

    manager: str = ""
    """The command: apt-get, apk, pip, npm …"""
    ecosystem: str = ""
    """os, python, node, ruby, go, rust …"""
    action: Action = ""
    """What it does: upgrade means of everything, refresh the index, run fetches a package and runs it."""
    command: str = ""
    """The manager and its verb as written: `apt-get install`."""
    packages: tuple[Package, ...] = ()
    alone: bool = False
    """A refresh in a layer of its own."""
    frozen: bool = False
    """Whether it installs just what a lock file says (`npm ci`, `--frozen-lockfile`, `--locked`)."""
    hashed: bool = False
    """Whether hashes are required of every package."""
    snapshot: bool | None = False
    """Whether the package repository is fixed: a snapshot, or one that its release freezes."""
    lock_file: str = ""
    """The lock file that lies beside the manifest it installs from; empty where none does."""
    bypassed_checks: tuple[str, ...] = ()
    """The flags or settings that turn integrity checks off."""
    fetches: bool | None = False
    """For run: whether it takes the package from the network each time; None where nobody knows what is installed."""
    sudo: bool = False
    """Whether it runs through sudo."""
    through: str = ""
    """The program by which it leaves the container, so that it changes the node: nsenter; empty where it stays inside."""
    reads: Hidden[tuple[str, ...]] = ()
    """The requirement files that it names, relative to the root."""
    frozen_form: Hidden[str] = ""
    """What to write for its verb so that it installs just what the lock file says; empty where nothing is certain."""
    lean: Hidden[bool] = False
    """Whether it leaves out what is only for development (`--omit=dev`, `--no-dev`)."""
    partly: Hidden[bool] = False
    """Whether it leaves the project itself out (`--no-install-project`)."""
    lock_present: Hidden[bool] = False
    """Whether the lock file is known to lie where it runs: copied into the image."""


class Fetch(Fact, frozen=True, kw_only=True):
    """Bytes taken from the network or from version control by a command or by ADD."""

    tool: str = ""
    """curl, wget, git, ADD …"""
    url: str | None = ""
    """What is fetched; None where it is not known."""
    source_type: FetchSource = ""
    """What kind of address it is."""
    written: str = ""
    """The address of a repository that a command names, as it is written; empty where it holds credentials."""
    revision: str | None = ""
    """The branch, tag or commit of a repository; for a URL what of it moves (`latest`, `main`) or is a version."""
    pin: Pin | None = ""
    """How far the address fixes the bytes: digest is a commit or content address, exact a version in the URL, alias a branch or `latest`."""
    verified: bool | None = False
    """Whether a checksum or signature of the bytes is checked before they are used."""
    executed: Execution = ""
    """How it is run unseen; empty where it is not."""
    bypassed_checks: tuple[str, ...] = ()
    """The flags or settings that turn integrity checks off."""
    credentials: bool = False
    """Whether the URL holds a user name and password or a token."""
    unpacked: bool = False
    """Whether an archive is unpacked into the image or container."""
    installed: bool = False
    """Whether it is put where a shell looks for programs (`/usr/local/bin`)."""
    key: bool = False
    """Whether it is a key or certificate that decides what is believed later."""


class Source(Fact, frozen=True, kw_only=True):
    """A declared reference to code or configuration elsewhere: action, Git, chart, module, kustomize base."""

    source_type: SourceType = ""
    """What declares it."""
    url: str | None = ""
    ref: str | None = ""
    """The branch, tag, commit or range; empty where none is written."""
    pin: Pin | None = ""
    """How far the reference fixes it: digest is a full commit, partial a range, alias a branch; empty where another object says it."""
    range: bool = False
    """Whether the reference is a range of versions, of which each deploy takes the newest."""
    locked: bool = False
    """Whether a lock file that the consuming tool enforces fixes it."""
    own: bool = False
    """Whether it is this repository itself: the same remote, or a path that lies here."""
    values_of: str = ""
    """The chart, fixed to one version, that takes its values from here; else empty."""
    throwaway: Throwaway = ""
    """Whether a command deploys it to a cluster made for the same run; empty where no command does."""
    undecided: str = ""
    """Why nobody here can tell; empty where that is known."""
    doubtful: Hidden[bool] = False
    """Whether only what else the repository holds tells if that cluster is throw-away."""
    folder: Hidden[str | None] = ""
    """The path in it that is taken; None where it is not known."""
    through: Hidden[str] = ""
    """The object that says where it is and how it is fixed: `GitRepository/shop`; empty where this one does."""
    read: Hidden[bool] = False
    """Whether what it brings is judged here all the same."""
    applies: Hidden[tuple[str, ...]] = ()
    """The files whose objects it applies otherwise than they say."""


class Mount(Fact, frozen=True, kw_only=True):
    """Something mounted into a container."""

    mount_type: MountType = ""
    """What is mounted; empty for what nobody knows, or a type that is none of these."""
    source: str | None = ""
    """The host path, or the name of the volume, config map …"""
    written_source: str = ""
    """The same as it is written, with the variables that nothing gives a value."""
    target: str | None = ""
    """The path in the container."""
    read_only: bool | None = False
    host: bool | None = False
    """Whether it is a path of the machine that runs the container."""
    covers_code: str = ""
    """The evidence that the target holds the code of the image; empty where there is none."""
    covers_code_likely: bool = False
    """Whether only the target says so: a folder in which images usually keep their code."""
    covers_config: ConfigEvidence = ""
    """Where the source lies that is configuration of what runs, as version control has it; else empty."""
    of_machine: bool = False
    """Whether the source is what only the machine itself is made of: its kernel, its kubelet, its logs."""
    script: str = ""
    """A program of the mount that the container starts; empty where none is known."""
    runtime_socket: SocketAccess = ""
    """What of the container runtime the mount hands over: its socket, a folder that holds it, or the socket to a proxy that allows reading alone."""
    source_immutable: bool | None = False
    """Whether the source cannot change without a new deploy (immutable, hash-suffixed, by digest)."""
    workload: Workload = ""
    """The kind of what runs the container; `custom` for a kind that no cluster has by itself."""
    sample: Hidden[str] = ""
    """What the source usually is where it is not known: as a sample of the settings (`.env.example`) says."""
    host_path: Hidden[str | None] = None
    """The host path relative to the root of the repository ("" is the root); None where it is outside."""


class Start(Fact, frozen=True, kw_only=True):
    """How a container or a build stage starts."""

    origin: Origin = ""
    """The key or instruction that says it, as it is written."""
    form: Form = ""
    """Whether a shell runs it."""
    argv: tuple[str, ...] | None = ()
    """The words; for the shell form the one string."""
    text: str = ""
    """The command as one line, for a person."""
    json_error: str = ""
    """Why JSON that was meant is not valid, so that the shell form applies."""
    overridden: bool = False
    """Whether something later replaces it."""
    dev_server: str = ""
    """The development or reloading server that it starts, as written; else empty."""
    script: str = ""
    """The script of the repository that it runs; empty where none is known."""
    folders: Hidden[tuple[str, ...]] = ()
    """The folders of which it runs whatever lies there."""


class Command(Fact, frozen=True, kw_only=True):
    """A command that changes something that runs, that builds, or that needs naming."""

    tool: str = ""
    """The program: kubectl, docker, ssh, rsync …"""
    verb: str = ""
    """The subcommand, `set image`; empty where there is none."""
    text: str = ""
    """The command as one line, for a person."""
    target: str | None = ""
    """What it changes or writes to."""
    mutates: Mutation = ""
    """What it changes in place; files are copied or unpacked when a container starts. Empty where it changes nothing."""
    volume_type: MountType = ""
    """For files: what they go into, as the type of a mount; empty where that is the image."""
    volume: str = ""
    """The volume or host path that they go into; for one without a name its path in the container."""
    code: str = ""
    """The evidence that those files are code; empty where there is none."""
    builds: Built = ""
    """What it builds; code is compiled or bundled."""
    migrates: bool = False
    """Whether it changes the schema of a database (`alembic upgrade head`)."""
    replicas: int | None = 1
    """How many replicas of its workload may run it at once, as far as the manifest says it; 0 for a job, which runs until it is done."""
    sudo: bool = False
    throwaway: Throwaway = ""
    """Whether what it changes is a cluster, container or host made for the same run, or one that is there for developers; empty where it changes none."""
    undecided: str = ""
    """Why nobody here can tell; empty where that is known."""
    effect: Effect = ""
    """What it does to the host, container or workload; where it runs other commands there (`ssh`, `docker exec`), what those do.
    A shell for somebody to type into enters; data is stored data that is copied there: a volume,
    a backup, a dump; where it copies and nothing tells what, it copies; it publishes what others download from there, where
    nothing is run on that host afterwards."""
    deploys: str | None = ""
    """The image, tag or revision that it puts in, as written; empty where it names none."""
    deployment: Deployment = ""
    """How it changes what a workload runs: it puts in what something moving names, or something fixed (a digest, a version), edits it,
    or only has it restarted, so that a moved tag is taken."""
    doubtful: Hidden[bool] = False
    """Whether only what else the repository holds tells if what it changes is throw-away."""
    image: Hidden[str] = ""
    """The whole reference that it puts in, as it is written; a tag alone (`:1.2`) where nothing beside it names the repository."""
    unknown: Hidden[tuple[str, ...]] = ()
    """The parts of that whose value nobody here knows."""
    makes: Hidden[str] = ""
    """What it makes for its own run: cluster, container, host; else empty."""
    sources: Hidden[tuple[str, ...]] = ()
    """The paths in the container that it copies or unpacks."""


class Unread(Fact, frozen=True, kw_only=True):
    """A script, object, field or source that delivers and that nobody read: no other fact tells what it does."""

    subject: str = ""
    """PowerShell, cmd, HelmRelease, remote base …; sh for a script that is too long or nests too deep."""
    reason: str = ""
    """Why it was not read, for a person."""
    count: int = 0
    """How many of this subject were not read for this reason; 0 for all but the first of them."""


class Copy(Fact, frozen=True, kw_only=True):
    """Files put into an image from the build context."""

    sources: tuple[str, ...] | None = ()
    target: str | None = ""
    whole_context: bool = False
    """Whether it copies the whole context (`COPY . …`)."""
    ships: bool = True
    """Whether it gets into what is delivered as it is; not where other stages take only what was made of it."""
    ignored: tuple[str, ...] = ()
    """What a .dockerignore leaves in though it does not belong into an image: `.git`, secrets, dependencies."""
    ignore_file: str = ""
    """The .dockerignore that applies; empty where there is none."""
    secret_file: str = ""
    """A source that is a secret by its name (`id_rsa`, `.env`, `.npmrc`); else empty."""
    untracked: str = ""
    """A source that version control ignores or does not track; else empty."""
    left_out: str = ""
    """A source that the .dockerignore keeps out of the build altogether; else empty."""


class Variable(Fact, frozen=True, kw_only=True):
    """An ENV, ARG, label, annotation or environment entry."""

    variable_type: VariableType = ""
    """What it is; a setting is a configuration that a command writes."""
    name: str = ""
    value: str | None = ""
    secret: SecretEvidence = ""
    """What tells that it is a secret; else empty."""
    literal: bool = False
    """For the environment of a container: whether the manifest itself writes the value out, and no placeholder in its place."""
    installs: str | None = ""
    """What the image installs at start because of it (`plugins`); else empty."""
    bypassed_checks: tuple[str, ...] | None = ()
    """The integrity checks that it turns off."""


class Container(Fact, frozen=True, kw_only=True):
    """A build stage, a service or a container as a whole: for what is absent."""

    container_type: ContainerType = ""
    """What kind of container it is."""
    name: str = ""
    image: str | None = ""
    """The reference it runs, or the base of the stage."""
    runs: bool = False
    """Whether something here runs it: a manifest, or for a stage a manifest that deploys what is built."""
    starts: bool | None = True
    """Whether anything starts it: its own command, the image's or the base's; None where the base is not known."""
    own_start: bool = True
    """Whether the repository states the start command itself."""
    adds_code: bool = False
    """Whether it is an image built here that copies application code in."""
    application: str = ""
    """For the last stage of a Dockerfile: where application code arrives, by narrow evidence (a program that the repository
    holds, what a stage made of one); never lists of packages, scripts, configuration, exports to the root. Empty where none does."""
    tool: bool = False
    """Whether that arrives only in folders for programs that somebody calls."""
    purposes: tuple[str, ...] = ()
    """For a build stage: what its path, name or labels say that it is for, where that is not to run: base, builder, test …; base, too,
    where ONBUILD leaves code or the start to another build."""
    attended: bool = False
    """For a build stage: whether they say that people or tests work in it."""
    feeds: bool = False
    """For a build stage: whether another Dockerfile here builds on an image of its name."""
    idle: Idle | None = ""
    """How its whole start command starts nothing: it waits (`sleep infinity`), or it is a shell that nobody types into.
    Empty for a container whose name says that it only holds a place."""
    repeated: Repeated = ""
    """The instruction that one stage has several of; else empty."""
    user: str | None = ""
    """The user it runs as; empty where nothing says it."""
    root: bool | None = False
    """Whether it runs as root."""
    unverified_user: str = ""
    """The user of the image built here, where that is a name and the engine has to see that it is not root: it starts numbers alone."""
    refuses_root: Hidden[bool] = False
    """Whether the engine refuses to start it as root, and no user is said beside that."""
    read_only_root: bool | None = False
    ports: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """The names of its labels."""
    onbuild: bool = False
    stdin: bool = False
    tty: bool = False
    builds: bool = False
    """Whether the deployed manifest itself builds the image."""
    watches: bool = False
    """Whether changes of the code are copied into it while it runs."""
    volume_over_code: str = ""
    """The declared volume that hides code copied there; else empty."""
    updater: str = ""
    """The program that swaps images in place, where it is one."""
    dockerfile: Hidden[str] = ""
    """For a build stage: the Dockerfile."""
    stage: Hidden[str] = ""
    """For a build stage: its name, or its number."""
    last: bool = False
    """For a build stage: whether it is what the build delivers."""
    workdir: Hidden[str | None] = ""
    """The working directory at the end of the stage."""
    entry: Hidden[tuple[str, ...] | None] = ()
    """The words that start it: ENTRYPOINT and CMD, or command and args."""
    works: Hidden[bool] = False
    """Whether they start a program that does something although a variable hides some of them."""
    entrypoint: Hidden[tuple[str, ...] | None] = ()
    """Those of them that take the place of the image's own program; empty where none do."""
    code: Hidden[tuple[tuple[str, str], ...]] = ()
    """What was copied in: pairs of the path in the image and the path in the repository."""
    built: Hidden[tuple[str, ...]] = ()
    """For a build stage: where in the image lies what another stage built."""
    volumes: Hidden[tuple[str, ...]] = ()
    """For a build stage: the volumes that it declares."""


class Resource(Fact, frozen=True, kw_only=True):
    """An object that is mutable itself, or that grants change."""

    resource_type: ResourceType = ""
    """What kind of object it is."""
    name: str = ""
    immutable: bool | None = False
    hashed: bool = False
    """Whether its name carries a hash of its content."""
    history: int | None = -1
    """Revisions kept for going back; -1 where nothing says it, 0 for a registry that deletes images pinned by digest."""
    grants: tuple[Grant, ...] = ()
    """What it allows whoever has it to do with running containers."""
    role: str = ""
    """For a binding: the role of every cluster that it gives."""
    tolerates: str = ""
    """For a deployer: the difference between the cluster and Git that it is told to leave, for a person; else empty."""
    pin: Pin | None = ""
    """For a runner, a machine image or the run time of a platform: how far it is fixed; an alias is the newest of a family."""
    choice: str = ""
    """What chooses it, as written: `most_recent = true`."""
    public: bool = False
    """Whether everybody may use it."""
    catalogued: bool = True
    """For a machine image that is built here: whether its name tells its version or time, and it is tagged."""
    leaves: str = ""
    """For a machine image that is built here: what nothing takes out of it before it is made; empty where all is, or nobody knows."""


class Artifact(Record, frozen=True, kw_only=True, omit_defaults=True):
    """An image that a job builds, pushes or deploys; a policy with `each: pushes` sees these fields as `item.…`."""

    image: str | None = ""
    """The repository, without tag and digest; None where it is not known."""
    tags: tuple[str, ...] = ()
    """The tags, as far as they are known."""
    text: str = ""
    """The reference as it is written, the first one."""
    pin: Pin | None = ""
    """How far the best of its tags fixes it: the commit, the number of the run and a version do; None where that is not known."""
    again: bool = False
    """Whether it is built for another environment too."""
    dockerfile: str = ""
    """The Dockerfile that it is built from; empty where a command does not say it in literal words."""
    maker: str = ""
    """The job, or the step of the same job, whose output says what is deployed (`needs.build.outputs.digest`); else empty."""
    key: Hidden[str] = ""
    """The repository as it is written, with what is not known in it."""
    place: Hidden[Place]
    """Where the reference is written."""


class Job(Fact, frozen=True, kw_only=True):
    """A pipeline job: what it builds, pushes and promotes."""

    name: str = ""
    environment: str | None = ""
    """The environment that it deploys to; empty where it names none."""
    builds: tuple[Artifact, ...] = ()
    """The images that it builds."""
    pushes: tuple[Artifact, ...] = ()
    """The images that it puts into registries."""
    deploys: tuple[Artifact, ...] = ()
    """The images that it puts into workloads."""


class Problem(Record, frozen=True, kw_only=True):
    """One fault of a delivery meta file; a policy with `each: problems` sees these fields as `item.…`."""

    text: str = ""
    """What is wrong, for a person."""
    path: str = ""
    """Where in the document: `environments[0].digest`."""
    place: Hidden[Place]


class Sentence(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a delivery meta file says in one place."""

    key: str
    """The entry that says it: `image`, `manifests`, `builds` …"""
    value: str
    """What it says; paths relative to the root."""
    path: str
    """Where in the document: `environments[0].digest`."""
    about: str = ""
    """The environment that it is about, where it is about one."""
    external: bool = False
    """Whether it is about something that is not in this repository."""
    place: Place


class Contract(Fact, frozen=True, kw_only=True):
    """The delivery meta file of one service."""

    name: str = ""
    """The service it describes."""
    image: str | None = ""
    pin: Pin | None = ""
    """How the image is pinned; see the ladder of pins."""
    builds: bool = False
    """Whether the contract says how the image is built here."""
    start: tuple[str, ...] | None = ()
    stages: tuple[str, ...] = ()
    """The environments that it names, in the order in which an artifact passes through them."""
    problems: tuple[Problem, ...] = ()
    sentences: Hidden[tuple[Sentence, ...]] = ()
    """What it says, place by place, as far as the repository can say something else."""


class Contradiction(Fact, frozen=True, kw_only=True):
    """Made by linking: a sentence of a delivery meta file, and what the repository says instead."""

    name: str = ""
    """The service."""
    sentence: str = ""
    """Where in the meta file: `environments[0].digest`."""
    says: str = ""
    """What the meta file says."""
    instead: str = ""
    """What the repository says, for a person."""


class Made(Record, frozen=True, kw_only=True, omit_defaults=True):
    """An artifact of a service, and what makes it; a policy with `each: makes` sees these fields as `item.…`."""

    dockerfile: str = ""
    """The Dockerfile; empty where none is known."""
    images: tuple[str, ...] = ()
    """The repositories that it is known by."""
    by: tuple[str, ...] = ()
    """The files of what builds it."""
    tags: tuple[str, ...] = ()
    """The tags under which jobs push it, as far as they are known."""
    shared: bool = False
    """Whether several services are made from it."""
    place: Hidden[Place]


class Stated(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A start command that something states; a policy with `each: commands` sees these fields as `item.…`."""

    said_by: str = ""
    """What states it: the Dockerfile, the object, the meta file."""
    text: str = ""
    """The whole command, with the program that the image gives it."""
    environments: tuple[str, ...] = ()
    instead_of: str = ""
    """The command that another one states for the same start; empty where all agree."""
    against: str = ""
    """Who states that."""
    whole: Hidden[bool] = True
    """Whether all of it is known; of some images nobody knows the program."""
    place: Hidden[Place]
    related: Hidden[tuple[Place, ...]] = ()
    """Where that is stated."""


class Deployed(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What one environment runs of a service; a policy with `each: images` sees these fields as `item.…`."""

    environment: str = ""
    """Empty where nothing names it."""
    development: bool = False
    image: str = ""
    """The reference, resolved as far as the files allow."""
    name: str = ""
    """The repository as people write it."""
    digest: str = ""
    """The digest; empty where none is stated."""
    earlier: tuple[str, ...] = ()
    """The environments that an artifact passes before this one, those that state a digest."""
    proved: bool | None = True
    """Whether an earlier environment runs this digest or has run it, or this one ran it before; None where history ends too early to tell."""
    back: str = ""
    """Which of them ran it before, where none runs it now; this one, where it was gone back to."""
    unseen: str = ""
    """Why history does not tell, where it ends too early; else empty."""
    instead_of: str = ""
    """What the pipeline builds under another name, while this is built by nothing here; else empty."""
    production: str = ""
    """For development: what runs elsewhere instead, of another series or by another maker; else empty."""
    owner: Hidden[str] = ""
    """What of the service runs it."""
    place: Hidden[Place]


class Service(Fact, frozen=True, kw_only=True):
    """Made by linking: everything known of one service."""

    name: str = ""
    builds: bool = False
    runs: bool = False
    starts: tuple[str, ...] = ()
    """The different start commands that contract, Dockerfile and manifests give it."""
    contract: str = ""
    """The meta file that speaks for it."""
    references: tuple[str, ...] = ()
    """The images that run as it, as far as they are known."""
    makes: tuple[Made, ...] = ()
    commands: tuple[Stated, ...] = ()
    images: tuple[Deployed, ...] = ()
    """What runs, environment by environment, in the order in which an artifact passes through them."""
    doubtful: tuple[str, ...] = ()
    """What could be linked with it and is not, because it is ambiguous, for a person."""


class Step(Record, frozen=True, array_like=True):
    """One statement of a migration, as far as telling two versions of it apart needs it."""

    digest: str
    """Of what it does, whatever its layout."""
    start: int
    end: int


class Migration(Fact, frozen=True, kw_only=True):
    """A change of a database that is applied once: a file of migrations, or a change set of one."""

    tool: str = ""
    """What applies it: flyway, liquibase, alembic, django, rails, prisma …; sql for numbered files that several tools read."""
    name: str = ""
    """Its file, or the change set, as a person would name it."""
    version: str = ""
    """What orders it among the others; empty where its tool orders otherwise."""
    down: bool = False
    """Whether all of it only takes another one back."""
    repeatable: bool = False
    """Whether its tool applies it again whenever it changes."""
    dump: bool = False
    """Whether a program wrote out a whole database here."""
    change: MigrationChange = ""
    """How it differs from what the default branch has had: other statements, another version, gone, or gone together with all before it."""
    merged: bool = False
    """Whether that change itself has been on the default branch before what is judged here."""
    commit: str = ""
    """The commit that made it, where the default branch has it already."""
    lost: str = ""
    """Of the migrations before it that are gone the first, of those that are gone together the last; or what its version was called before."""
    lost_count: int = 0
    """How many are gone."""
    steps: Hidden[tuple[Step, ...]] = ()
    """The statements that it applies, in order."""
    follows: Hidden[str] = ""
    """The version that it builds on, where it names one."""


class Statement(Fact, frozen=True, kw_only=True):
    """One statement of a migration."""

    tool: str = ""
    """What applies the migration."""
    verb: Verb = ""
    """What it does: an upsert inserts rows or overwrites them; an ALTER that drops, renames or gives a column another type is called after that."""
    object_type: str = ""
    """What it does that to: table, column, not null, index, view …; other where nobody knows."""
    object: str | None = ""
    """The name of that, a column with its table; None where a variable hides it."""
    text: str = ""
    """Its beginning as one line, for a person."""
    where: bool = False
    """Whether it chooses rows."""
    down: bool = False
    """Whether it takes a migration back."""
    seed: bool = False
    """Whether it puts sample or reference data in: by the name of its file or folder."""
    made_here: bool = False
    """Whether the same migration made what it concerns, or puts what takes its place there: a table that is built anew, a temporary one."""
    backfill: bool = False
    """Whether it only fills columns that the same migration adds."""
    applied: bool = False
    """Whether the default branch has had it before what is judged came."""
    migration: Hidden[str] = ""
    """The migration that it is of."""


class Project(Fact, frozen=True, kw_only=True):
    """The repository as a whole."""

    updaters: tuple[str, ...] = ()
    """What is configured to move digests and commits: Renovate, Dependabot …"""
    digests: int = 0
    """How many references a digest or a commit fixes."""


class File(Fact, frozen=True, kw_only=True):
    """An input file; `problem` says why it cannot be read."""

    path: str = ""
    format: str = ""
    problem: str = ""


class Suppression(Fact, frozen=True, kw_only=True):
    """A comment or configuration entry that silences findings."""

    ids: tuple[str, ...] = ()
    reason: str = ""
    used: bool = False
    expired: bool = False
    problem: str = ""
    """Why it does nothing: no reason, an unknown id, a broken date; else empty."""


AnyFact: TypeAlias = (
    Image | Install | Fetch | Source | Mount | Start | Command | Unread | Copy | Variable | Container
    | Resource | Job | Migration | Statement | Contract | Contradiction | Service | Project | File | Suppression
)  # fmt: skip

VOCABULARIES: dict[str, tuple[str, ...]] = {
    name: get_args(words)
    for name, words in tuple(globals().items())
    if get_origin(words) is Literal
}
"""The words of closed fields, by the type that their annotations name."""

KINDS: dict[str, type[Fact]] = {kind.__name__.lower(): kind for kind in get_args(AnyFact)}
"""Fact kinds by the name that a policy writes after `over:`."""

ITEMS: dict[tuple[str, str], type[Package | Problem | Artifact | Made | Stated | Deployed]] = {
    ("install", "packages"): Package,
    ("job", "builds"): Artifact,
    ("job", "pushes"): Artifact,
    ("job", "deploys"): Artifact,
    ("contract", "problems"): Problem,
    ("service", "makes"): Made,
    ("service", "commands"): Stated,
    ("service", "images"): Deployed,
}
"""Record lists that `each:` goes through, by kind and field."""


class Build(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How something here builds an image: the link from a manifest to a Dockerfile. No fact that a policy sees."""

    dockerfile: str = ""
    """The Dockerfile, relative to the root; empty where it is `inline`."""
    context: str | None = ""
    """The folder of the build context, relative to the root ("" is the root itself); None where it is elsewhere."""
    target: str = ""
    """The stage that ships; empty for the last."""
    args: Mapping[str, str | None] = field(default_factory=dict)
    """Build arguments; None where a variable hides the value."""
    arg_places: Hidden[Mapping[str, Place]] = field(default_factory=dict)
    """Where the values of build arguments are written; those not named here stand at ``place``."""
    contexts: Mapping[str, str | None] = field(default_factory=dict)
    """Additional build contexts by name, which are no images: a folder relative to the root, else `image:…`, `build:…` with what
    is built here, None where it is elsewhere."""
    said: str = ""
    """What identifies all that its manifest says of the build: labels and platforms too."""
    service: str = ""
    """The service, workload or artifact that it is built for."""
    image: str = ""
    """The reference that names the result; empty where nothing does."""
    names: tuple[str, ...] = ()
    """The repositories of further references, or of one that is not known as a whole."""
    tool: str = ""
    """compose, skaffold, contract, bake, score …; job for a pipeline."""
    job: str = ""
    """The job of a pipeline that builds it."""
    tags: tuple[str, ...] = ()
    """The tags that a job gives it, as far as they are known."""
    pushed: bool = False
    """Whether that job puts it into a registry."""
    deployed: bool = False
    """Whether the same manifest runs what it builds."""
    manifests: tuple[str, ...] = ()
    """Patterns of the manifests into which the tool puts what it builds, relative to the root (Skaffold)."""
    place: Hidden[Place]


class Input(Record, frozen=True, omit_defaults=True):
    """What an instruction takes from a build context."""

    folder: str | None
    """The context, relative to the root; None where it is elsewhere."""
    pattern: str | None
    """The path, or the pattern of paths, in it; None where only the build knows."""
    text: str
    """As it is written, for a person."""
    place: Place
    main: bool = True
    """Whether it is the context of the build itself, not an additional one."""
    later: bool = False
    """Whether ONBUILD leaves it to the builds on top of this image."""


class Recipe(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What goes into an image in one way to build a Dockerfile. No fact that a policy sees."""

    dockerfile: str
    context: str | None = ""
    """The folder of the build context; None where it is elsewhere."""
    assumed: bool = False
    """Whether nothing here says how it is built: the context is where its sources lie."""
    target: str = ""
    args: tuple[tuple[str, str | None], ...] = ()
    """The build arguments that it declares and is given, by name."""
    inputs: tuple[Input, ...] = ()
    """What the stages that the target needs take from contexts."""
    steps: tuple[tuple[str, Place], ...] = ()
    """The instructions of those stages as BuildKit reads them, without comments."""
    images: tuple[str, ...] = ()
    """The references to images that those stages build on or copy from, as far as they are known."""
    open: bool = False
    """Whether only the build knows what one of them is."""
    builds: tuple[Place, ...] = ()
    """Where it is said that it is built so."""
    place: Place


class Applied(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a manifest deploys, as a whole: an object of a cluster, a service of Compose. No fact that a policy sees."""

    owner: str
    """What it is called in its manifest: `Deployment/web`."""
    manifest: str
    environment: str = ""
    group: str
    """What is applied together: a kustomization, a folder, a release, a Compose project."""
    said: str
    """What identifies all that it says, after overlays."""
    development: bool = False
    place: Place
