"""The tables of commands.yaml: compiled to JSON for runs, and built into records as they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

import msgspec

from immutable_delivery.effects import building
from immutable_delivery.effects.arguments import Options
from immutable_delivery.effects.program_tables import Line, Manager, Role
from immutable_delivery.effects.rules import programs_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.resources import shipped
from immutable_delivery.syntax.shell import Wrapper

_RULES = (
    "mutations",
    "builders",
    "migrators",
    "dev_servers",
    "verifiers",
    "bypassing_settings",
    "freezing_settings",
    "images",
    "reading",
    "makers",
    "taken",
)
_SETS = (
    "unpackers",
    "passing",
    "extracting",
    "keyrings",
    "consuming",
    "modules",
    "changing",
    "task_runners",
)


class Tables:
    """What is known of programs; records are built when they are asked for, and kept."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self._roles: dict[str, Role] = {}

    def merge(self, extension: Mapping[str, Any]) -> Tables:
        """Return tables in which the rows of an extension, in the syntax of commands.yaml, come first."""
        merged = dict(self.data)
        for section, rows in compiled(extension).items():
            old = merged.get(section, type(rows)())
            merged[section] = {**old, **rows} if isinstance(rows, dict) else [*rows, *old]
        return Tables(merged)

    def build(self) -> None:
        """Build all that is built on demand, to see that it can be."""
        _ = (self._index, self._sets)
        _ = [building.rule(row) for rows in self._rows.values() for row in chain(*rows.values())]
        _ = (self.wrappers, self.lines, self.git, self.frozen_hosts)
        for pattern in self.data["bypassing_variables"].values():
            re.compile(pattern)

    def role(self, name: str) -> Role:
        """Return what is known of a program by its name, without folders."""
        if name not in self._roles:
            self._roles[name] = self._role(name)
        return self._roles[name]

    def manager(self, name: str) -> Manager | None:
        """Return the package manager of a name."""
        return self.role(name).manager

    @cached_property
    def wrappers(self) -> dict[str, tuple[Wrapper, ...]]:
        """Programs that run another program, by name; those with a subcommand first."""
        found: dict[str, list[Wrapper]] = {}
        for row in self.data["wrappers"]:
            found.setdefault(row["run"].partition(" ")[0], []).append(building.wrapper(row))
        return {
            name: tuple(sorted(rows, key=lambda w: -len(w.words))) for name, rows in found.items()
        }

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Lines in files that turn integrity checks off."""
        rows = self.data["bypassing_lines"]
        return tuple(Line(lazy(row["line"], re.IGNORECASE), lazy(row["file"])) for row in rows)

    @cached_property
    def git(self) -> dict[str, Options]:
        """The options of git, and of its subcommands: clone, fetch, checkout."""
        rows = self.data["git"]
        base = frozenset(rows["values"])
        kinds = ("clone", "fetch", "checkout")
        return {"": Options(base)} | {
            kind: Options(base | set(rows[f"{kind}_values"])) for kind in kinds
        }

    @cached_property
    def frozen_hosts(self) -> re.Pattern[str]:
        """Recognises the addresses of package repositories that are fixed."""
        return lazy("|".join(re.escape(host.strip("*")) for host in self.data["frozen_hosts"]))

    def bypassed_by(self, name: str, value: str | None) -> bool | None:
        """Whether a variable of this value turns an integrity check off; None where the unknown value decides."""
        pattern = self.data["bypassing_variables"].get(name)
        if pattern is None:
            return False
        if value is None:
            return None
        return re.fullmatch(pattern, value.strip("'\""), re.IGNORECASE | re.DOTALL) is not None

    def _role(self, name: str) -> Role:
        manager = self._row("managers", name)
        fetcher = self._row("fetchers", name)
        interpreter = self._row("interpreters", name)
        tool = self._row("tools", name)
        rules = {
            section: tuple(map(building.rule, self._rows[section].get(name, ())))
            for section in _RULES
        }
        return Role(
            building.manager(manager) if manager else None,
            building.fetcher(fetcher) if fetcher else None,
            building.interpreter(interpreter) if interpreter else None,
            building.tool(tool) if tool else Options(),
            {section: found for section, found in rules.items() if found},
            frozenset(section for section in _SETS if name in self._sets[section]),
        )

    def _row(self, section: str, name: str) -> Mapping[str, Any] | None:
        rows, patterns = self._index[section]
        return rows.get(name) or next(
            (row for pattern, row in patterns if pattern.fullmatch(name)), None
        )

    @cached_property
    def _index(self) -> dict[str, tuple[dict[str, Any], list[tuple[re.Pattern[str], Any]]]]:
        return {
            key: _indexed(self.data[key])
            for key in ("managers", "fetchers", "interpreters", "tools")
        }

    @cached_property
    def _rows(self) -> dict[str, dict[str, list[Any]]]:
        return {section: _by_name(self.data[section]) for section in _RULES}

    @cached_property
    def _sets(self) -> dict[str, frozenset[str]]:
        return {section: frozenset(self.data[section]) for section in _SETS}


_VERSIONED = tuple("0123456789.")
"""What is in a name that a pattern fits; the names without it are listed beside the pattern."""


def _indexed(rows: list[Any]) -> tuple[dict[str, Any], list[tuple[re.Pattern[str], Any]]]:
    names: dict[str, Any] = {}
    for row in rows:
        for name in row["names"]:
            names.setdefault(name, row)
    return names, [
        (lazy(row["pattern"], needs=_VERSIONED), row) for row in rows if row.get("pattern")
    ]


def _by_name(rows: Iterable[Any]) -> dict[str, list[Any]]:
    """Return the rows of rules by the programs that they are about."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        for name in programs_of(row):
            found.setdefault(name, []).append(row)
    return found


@lru_cache(maxsize=1)
def load() -> Tables:
    """Return the built-in tables."""
    return Tables(msgspec.json.decode(shipped("_compiled", "commands.json")))


__all__ = ["Tables", "compile_tables", "load"]


_TEXTS = frozenset((
    "run", "pattern", "ecosystem", "family", "reads", "unknown", "action", "operands", "name", "as", "target", "remote", "leaves", "follows",
    "repository_type", "verb", "mutates", "builds", "line", "file", "after", "starts", "where", "makes", "deployment", "takes", "context",
    "converges", "holds",
))  # fmt: skip
"""Keys whose strings are no lists of words."""


def compiled(data: Mapping[str, Any]) -> dict[str, Any]:
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
    from ruamel.yaml import YAML  # noqa: PLC0415 (runs need none)

    data = YAML(typ="safe", pure=True).load(yaml_text)
    import json  # noqa: PLC0415 (for who makes the tables)

    return json.dumps(compiled(data), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
