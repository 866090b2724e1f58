"""The tables of commands.yaml: compiled to JSON for runs, and built into records as they are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from immutable_delivery.formats.commands.arguments import Options
from immutable_delivery.formats.commands.rules import Rule
from immutable_delivery.formats.shell import Wrapper

_NONE: frozenset[str] = frozenset()
_TEXTS = frozenset(("run", "pattern", "ecosystem", "family", "reads", "unknown", "action", "operands", "name", "as"))
_TEXTS |= {"stdout", "target", "scheme", "repository_type", "verb", "mutates", "builds", "line", "file", "after"}


@dataclass(frozen=True, slots=True)
class Verb:
    """What a package manager does on a word or two: `install`, `mod download`."""

    words: tuple[str, ...]
    action: str
    """install, upgrade, refresh or run; empty for what installs nothing."""
    operands: str = "all"
    """Which operands are packages: all, none, first, rest, pair …"""
    manifest: bool = False
    """Whether it reads a manifest where no package is named."""
    frozen: bool = False
    reads: str = ""
    name: str = ""
    """The package that it installs, where its operand is only a version."""
    delegate: str = ""
    """The manager whose rules apply: `uv pip install` reads as pip."""


@dataclass(frozen=True, slots=True)
class Manager:
    """A package manager."""

    names: tuple[str, ...]
    ecosystem: str
    reads: str
    family: str
    verbs: tuple[Verb, ...]
    """Those of several words first."""
    option_verbs: Mapping[str, str] = field(default_factory=dict)
    option_modifiers: Mapping[str, str] = field(default_factory=dict)
    options: Options = Options()
    inert: frozenset[str] = _NONE
    bypass: frozenset[str] = _NONE
    freezes: frozenset[str] = _NONE
    freezes_env: frozenset[str] = _NONE
    hashes: frozenset[str] = _NONE
    snapshots: frozenset[str] = _NONE
    version: frozenset[str] = _NONE
    aliases: frozenset[str] = _NONE
    sources: frozenset[str] = _NONE
    files: frozenset[str] = _NONE
    constraints: frozenset[str] = _NONE
    git: frozenset[str] = _NONE
    commit: frozenset[str] = _NONE
    tag: frozenset[str] = _NONE
    branch: frozenset[str] = _NONE
    path: frozenset[str] = _NONE
    folder: frozenset[str] = _NONE
    manifest: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    honours: bool = False
    """Whether it installs what the lock file says, where there is one."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """A program that takes bytes from the network."""

    names: tuple[str, ...]
    run: tuple[tuple[str, ...], ...] = ()
    """The words that make it one (`s3 cp`); empty for all."""
    options: Options = Options()
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
    stdout: str = ""
    target: str = ""
    scheme: str = ""
    writes: bool | str = False
    repository_type: str = ""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A program that runs a file, code or its input."""

    names: tuple[str, ...]
    options: Options = Options()
    code: frozenset[str] = _NONE
    module: frozenset[str] = _NONE
    file: frozenset[str] = _NONE
    verb: str = ""
    shell: bool = False
    sourced: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a command writes into a file, and that turns checks off."""

    line: re.Pattern[str]
    file: re.Pattern[str]


class Tables:
    """What is known of programs; records are built when they are asked for, and kept."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self._managers: dict[str, Manager | None] = {}

    def merge(self, extension: Mapping[str, Any]) -> Tables:
        """Return tables in which the rows of an extension, in the syntax of commands.yaml, come first."""
        merged = dict(self.data)
        for section, rows in _compiled(extension).items():
            old = merged.get(section, type(rows)())
            merged[section] = {**old, **rows} if isinstance(rows, dict) else [*rows, *old]
        return Tables(merged)

    @cached_property
    def wrappers(self) -> dict[str, tuple[Wrapper, ...]]:
        """Programs that run another program, by name."""
        found: dict[str, list[Wrapper]] = {}
        for row in self.data["wrappers"]:
            words = tuple(row["run"].split())
            keys = ("values", "until", "script", "query")
            sets = {key: frozenset(row.get(key, ())) for key in keys}
            rest = {key: row[key] for key in ("operands", "after", "assigns") if key in row}
            found.setdefault(words[0], []).append(Wrapper(words, **sets, **rest))
        return {name: tuple(sorted(rows, key=lambda w: -len(w.words))) for name, rows in found.items()}

    def manager(self, name: str) -> Manager | None:
        """Return the package manager of a name, by its own name or its pattern."""
        if name not in self._managers:
            row = self._by_name["managers"].get(name) or self._by_pattern("managers", name)
            self._managers[name] = _manager(row) if row else None
        return self._managers[name]

    def fetcher(self, name: str) -> Fetcher | None:
        """Return the fetcher of a name."""
        row = self._by_name["fetchers"].get(name)
        return _record(Fetcher, row, run=_runs(row.get("run", ""))) if row else None

    def interpreter(self, name: str) -> Interpreter | None:
        """Return the interpreter of a name."""
        row = self._by_name["interpreters"].get(name) or self._by_pattern("interpreters", name)
        return _record(Interpreter, row) if row else None

    def options(self, name: str) -> Options:
        """Return the options with a value of a program that rules name."""
        row = self._by_name["tools"].get(name)
        return Options(values=frozenset(row["values"])) if row else Options()

    def words(self, section: str) -> frozenset[str]:
        """Return a section that is a list of words."""
        return self._words[section]

    def rules(self, section: str, name: str) -> tuple[Rule, ...]:
        """Return the rules of a section for a program."""
        return self._rules(section).get(name, ())

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Lines in files that turn integrity checks off."""
        rows = self.data["bypassing_lines"]
        return tuple(Line(re.compile(row["line"], re.I), re.compile(row["file"])) for row in rows)

    @cached_property
    def git(self) -> dict[str, Options]:
        """The options of git, and of its subcommands: clone, fetch, checkout."""
        rows = self.data["git"]
        base = frozenset(rows["values"])
        kinds = ("clone", "fetch", "checkout")
        return {"": Options(base)} | {kind: Options(base | set(rows[f"{kind}_values"])) for kind in kinds}

    def bypassed_by(self, name: str, value: str) -> bool:
        """Whether a variable of this value turns an integrity check off."""
        pattern = self.data["bypassing_variables"].get(name)
        return pattern is not None and re.fullmatch(pattern, value.strip("'\""), re.I | re.S) is not None

    @cached_property
    def _words(self) -> dict[str, frozenset[str]]:
        return {
            section: frozenset(words)
            for section, words in self.data.items()
            if isinstance(words, list) and all(isinstance(word, str) for word in words)
        }

    @cached_property
    def _by_name(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for section in ("managers", "fetchers", "interpreters", "tools"):
            index = found.setdefault(section, {})
            for row in self.data[section]:
                for name in row["names"]:
                    index.setdefault(name, row)
        return found

    def _by_pattern(self, section: str, name: str) -> dict[str, Any] | None:
        for pattern, row in self._patterns[section]:
            if pattern.fullmatch(name):
                return row
        return None

    @cached_property
    def _patterns(self) -> dict[str, list[tuple[re.Pattern[str], dict[str, Any]]]]:
        return {
            section: [(re.compile(row["pattern"]), row) for row in self.data[section] if row.get("pattern")]
            for section in ("managers", "interpreters")
        }

    def _rules(self, section: str) -> dict[str, tuple[Rule, ...]]:
        if section not in self._indexed:
            index: dict[str, list[Rule]] = {}
            for rule in _parsed(self.data[section]):
                for name in rule.names:
                    index.setdefault(name, []).append(rule)
            self._indexed[section] = {name: tuple(rules) for name, rules in index.items()}
        return self._indexed[section]

    @cached_property
    def _indexed(self) -> dict[str, dict[str, tuple[Rule, ...]]]:
        return {}


def _parsed(rows: list[Any]) -> Iterator[Rule]:
    for row in rows:
        yield Rule.parse(row) if isinstance(row, str) else Rule.parse(**row)


def _runs(run: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part.split()) for part in run.split("|") if part)


def _record(kind: Any, row: Mapping[str, Any], **given: Any) -> Any:
    """Build a record of a row: lists become what the field is."""
    values: dict[str, Any] = {"options": _options(row), **given}
    for name in {f.name for f in fields(kind)} & row.keys() - given.keys():
        value = row[name]
        values[name] = value if not isinstance(value, list) else frozenset(value)
    values["names"] = tuple(row["names"])
    return kind(**values)


def _options(row: Mapping[str, Any]) -> Options:
    listed = row.get("values", ())
    values = frozenset(name for name in listed if not name.endswith("="))
    optional = frozenset(name[:-1] for name in listed if name.endswith("="))
    inert = frozenset(name.partition("=")[0] for name in row.get("inert", ()))
    sources = frozenset(row.get("sources", ())) | frozenset(row.get("version", ()))
    values |= (sources | frozenset(row.get("files", ())) | frozenset(row.get("constraints", ()))) - optional
    switches = frozenset(row.get("switches", ()))
    flags = ("bypass", "freezes", "hashes", "snapshots", "aliases")
    known = frozenset(name.partition("=")[0] for key in flags for name in row.get(key, ()))
    unknown = row.get("unknown", "doubt" if switches else "switch")
    every = (switches | optional | inert | known) - values
    return Options(values, every, unknown, row.get("joined", False))


_VERBS: dict[str, dict[str, Any]] = {
    "group": {"action": "install", "reads": "named"},
    "module": {"action": "install", "reads": "module"},
    "rest": {"action": "install", "operands": "rest"},
    "pair": {"action": "install", "operands": "pair", "manifest": True},
    "manifest": {"action": "install", "manifest": True},
    "manifest-none": {"action": "install", "manifest": True, "operands": "none"},
    "manifest-run": {"action": "run", "operands": "none"},
    "bundle": {"action": "install", "manifest": True, "operands": "none"},
    "run": {"action": "run", "operands": "first"},
}


def _manager(row: Mapping[str, Any]) -> Manager:
    verbs = [_verb(words, row) for words, row in row["verbs"].items()]
    rest = {key: row[key] for key in ("option_verbs", "option_modifiers", "honours") if key in row}
    manager: Manager = _record(
        Manager, row,
        verbs=tuple(sorted(verbs, key=lambda verb: -len(verb.words))),
        family=row.get("family", row["names"][0]),
        manifest=tuple(row.get("manifest", ())),
        locks=tuple(row.get("locks", ())),
        **rest,
    )  # fmt: skip
    return manager


def _verb(words: str, row: Any) -> Verb:
    given = {"action": row} if isinstance(row, str) else dict(row)
    given = {**_VERBS.get(given.get("action", ""), {}), **{k: v for k, v in given.items() if k != "action"}} | (
        {} if given.get("action", "") in _VERBS else {"action": given.get("action", "")}
    )
    given["delegate"] = given.pop("as", "")
    return Verb(tuple(words.split()), **given)


def _compiled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Split the strings that are lists of words."""
    return {section: _section(rows) for section, rows in data.items()}


def _section(rows: Any) -> Any:
    if isinstance(rows, str):
        return rows.split()
    if isinstance(rows, list):
        return [_row(row) if isinstance(row, dict) else row for row in rows]
    return {key: value.split() if key.endswith("values") else value for key, value in rows.items()}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.split() if isinstance(value, str) and key not in _TEXTS else value
        for key, value in row.items()
    }


def compile_tables(yaml_text: str) -> str:
    """Return commands.yaml as JSON, for runs that read no YAML; the generator of the package calls it."""
    from ruamel.yaml import YAML

    data = YAML(typ="safe", pure=True).load(yaml_text)
    return json.dumps(_compiled(data), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@lru_cache(maxsize=1)
def load() -> Tables:
    """Return the built-in tables."""
    compiled = files("immutable_delivery").joinpath("_compiled", "commands.json")
    return Tables(json.loads(compiled.read_text(encoding="utf-8")))
