"""What the tables know of a program, as records."""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutable_delivery.effects.arguments import PLAIN, Options
from immutable_delivery.effects.rules import Rule
from immutable_delivery.facts import Action
from immutable_delivery.records import Record, field

_NONE: frozenset[str] = frozenset()


class Verb(Record, frozen=True):
    """What a package manager does on a word or two: `install`, `mod download`."""

    words: tuple[str, ...]
    action: Action
    """install, upgrade, refresh or run; empty for what installs nothing."""
    operands: str = "all"
    """Which operands are packages: all, none, first, rest, pair, versions (each may have its version behind it) …"""
    manifest: bool = False
    """Whether it reads a manifest where no package is named."""
    frozen: bool = False
    locked: bool = False
    """Whether the lock file says the version of a package that is named without one: `go install` in a module."""
    reads: str = ""
    project: bool = False
    """Whether it runs something in the environment of a project, which it first completes: `uv run`."""
    name: str = ""
    """The package that it installs, where its operand is only a version."""
    delegate: str = ""
    """The manager whose rules apply: `uv pip install` reads as pip."""


class Manager(Record, frozen=True):
    """A package manager; the sets hold options, as commands.yaml names them."""

    names: tuple[str, ...]
    ecosystem: str
    reads: str
    family: str
    verbs: tuple[Verb, ...]
    """Those of several words first."""
    option_verbs: Mapping[str, Action] = field(default_factory=dict)
    option_modifiers: Mapping[str, str] = field(default_factory=dict)
    options: Options = PLAIN
    inert: frozenset[str] = _NONE
    bypass: frozenset[str] = _NONE
    freezes: frozenset[str] = _NONE
    freezes_env: frozenset[str] = _NONE
    lean: frozenset[str] = _NONE
    """Options that leave out what is only for development."""
    lean_env: frozenset[str] = _NONE
    partly: frozenset[str] = _NONE
    """Options that leave the project itself out."""
    as_it_is: frozenset[str] = _NONE
    """Options with which the environment of a project is taken as it is."""
    as_it_is_env: frozenset[str] = _NONE
    """Settings that do the same."""
    """Variables with the value that does so: `NODE_ENV=production`."""
    hashes: frozenset[str] = _NONE
    snapshots: frozenset[str] = _NONE
    version: frozenset[str] = _NONE
    aliases: frozenset[str] = _NONE
    sources: frozenset[str] = _NONE
    instead: frozenset[str] = _NONE
    files: frozenset[str] = _NONE
    constraints: frozenset[str] = _NONE
    git: frozenset[str] = _NONE
    commit: frozenset[str] = _NONE
    tag: frozenset[str] = _NONE
    branch: frozenset[str] = _NONE
    folder: frozenset[str] = _NONE
    bundled: frozenset[str] = _NONE
    """What the runtime itself brings, at its own version: it is only turned on."""
    projects: tuple[str, ...] = ()
    """The files in which the folder of a local package says what it needs."""
    alone: frozenset[str] = _NONE
    """Options that install a package without what it needs."""
    manifest: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    frozen_forms: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    """What to write for a verb so that it installs just what the lock says; by a text in the lock file where that decides."""
    thaws: frozenset[str] = _NONE
    honours: bool = False
    """Whether it installs what the lock file says, where there is one."""
    looks: frozenset[str] = _NONE
    """The verbs that run a package and look first at what is installed."""
    fetching: frozenset[str] = _NONE
    """Options with which those fetch it all the same."""
    ends: bool = False
    """Whether what follows `--` is for another program."""


class Fetcher(Record, frozen=True):
    """A program that takes bytes from the network."""

    names: tuple[str, ...]
    run: tuple[tuple[str, ...], ...] = ()
    """The words that make it one (`s3 cp`); empty for all."""
    options: Options = PLAIN
    output: frozenset[str] = _NONE
    keeps: frozenset[str] = _NONE
    folder: frozenset[str] = _NONE
    url: frozenset[str] = _NONE
    named: frozenset[str] = _NONE
    repository: frozenset[str] = _NONE
    revision: frozenset[str] = _NONE
    checksum: frozenset[str] = _NONE
    bypass: frozenset[str] = _NONE
    other: frozenset[str] = _NONE
    """Options that make it a request, no download."""
    inert: frozenset[str] = _NONE
    target: str = ""
    remote: re.Pattern[str] = re.compile("")
    """How a source begins that lies elsewhere, where the last operand says where it goes: a pattern."""
    trees: frozenset[str] = _NONE
    """Verbs and options with which a folder may come, with all that is in it."""
    tagged: bool = False
    """Whether the first operand is the revision: `gh release download v1`."""
    keys: bool = False
    """Whether what it takes are keys."""
    fingerprint: frozenset[str] = _NONE
    """Options that name a key by its fingerprint, or by a part of it, which others can have as well."""
    follows: str = ""
    """What it takes where no revision is given."""
    writes: bool = False
    repository_type: str = ""
    """git for repositories; model for what lies in one, and comes as files."""


class Interpreter(Record, frozen=True):
    """A program that runs a file, code or its input."""

    names: tuple[str, ...]
    options: Options = PLAIN
    code: frozenset[str] = _NONE
    module: frozenset[str] = _NONE
    files: frozenset[str] = _NONE
    """Options whose value is the file that it runs."""
    verb: str = ""
    shell: bool = False
    sourced: bool = False


class Line(Record, frozen=True):
    """A line that a command writes into a file, and that turns checks off."""

    line: re.Pattern[str]
    file: re.Pattern[str]


class Role(Record, frozen=True):
    """All that the tables know of one program."""

    manager: Manager | None = None
    fetcher: Fetcher | None = None
    interpreter: Interpreter | None = None
    options: Options = PLAIN
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    """Rules by section: mutations, builders, migrators, dev_servers, verifiers, settings."""
    sets: frozenset[str] = _NONE
    """The lists of words that name it: unpackers, passing, extracting, keyrings."""
