"""Records built from the rows of the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from immutable_delivery.effects.arguments import Options
from immutable_delivery.effects.program_tables import Fetcher, Interpreter, Manager, Verb
from immutable_delivery.effects.rules import Rule
from immutable_delivery.records import Record
from immutable_delivery.syntax.shell import Wrapper

_FLAGS = (
    "partly",
    "as_it_is",
    "bypass",
    "freezes",
    "thaws",
    "lean",
    "hashes",
    "snapshots",
    "aliases",
    "fetching",
)
_VALUED = (
    "sources",
    "instead",
    "version",
    "files",
    "constraints",
    "git",
    "commit",
    "tag",
    "branch",
    "code",
    "module",
)
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
    "project-run": {"action": "run", "operands": "none", "project": True},
    "versions": {"action": "install", "operands": "versions"},
}
"""What the short words for verbs in commands.yaml stand for."""


def manager(row: Mapping[str, Any]) -> Manager:
    """Build a package manager."""
    verbs = [_verb(words, verb) for words, verb in row["verbs"].items()]
    lists: dict[str, Any] = {
        key: tuple(row.get(key, ())) for key in ("manifest", "locks", "projects")
    }
    rest = {
        key: row[key]
        for key in ("option_verbs", "option_modifiers", "honours", "ends", "frozen_forms")
        if key in row
    }
    return Manager(
        **_fields(Manager, row, {*lists, *rest, "verbs", "family"}),
        verbs=tuple(sorted(verbs, key=lambda verb: -len(verb.words))),
        family=row.get("family", row["names"][0]),
        **lists,
        **rest,
    )


def fetcher(row: Mapping[str, Any]) -> Fetcher:
    """Build a fetcher."""
    run = tuple(tuple(part.split()) for part in row.get("run", "").split("|") if part)
    remote = re.compile(row.get("remote", ""))
    return Fetcher(**_fields(Fetcher, row, {"run", "remote"}), run=run, remote=remote)


def interpreter(row: Mapping[str, Any]) -> Interpreter:
    """Build an interpreter."""
    return Interpreter(**_fields(Interpreter, row, set()))


def tool(row: Mapping[str, Any]) -> Options:
    """Build the options of a program that rules name."""
    switches = frozenset(row.get("switches", ()))
    return Options(frozenset(row["values"]), switches, joined=row.get("joined", False))


def wrapper(row: Mapping[str, Any]) -> Wrapper:
    """Build a wrapper."""
    keys = ("values", "until", "script", "query")
    sets: dict[str, Any] = {key: frozenset(row.get(key, ())) for key in keys}
    rest = {
        key: row[key]
        for key in ("operands", "after", "assigns", "leaves", "elsewhere", "joins")
        if key in row
    }
    return Wrapper(tuple(row["run"].split()), **sets, **rest)


def rule(row: str | Mapping[str, Any]) -> Rule:
    """Build a rule."""
    return Rule.parse(row) if isinstance(row, str) else Rule.parse(**row)


def _verb(words: str, row: str | Mapping[str, Any]) -> Verb:
    given = {"action": row} if isinstance(row, str) else dict(row)
    action = given.pop("action", "")
    delegate = given.pop("as", "")
    given = {**_VERBS.get(action, {"action": action}), **given}
    return Verb(tuple(words.split()), delegate=delegate, **given)


def _fields(kind: type[Record], row: Mapping[str, Any], given: set[str]) -> dict[str, Any]:
    """Return the fields of a record that a row holds: lists as sets, the options apart."""
    names = set(kind.__struct_fields__) & row.keys() - given
    values = {name: row[name] for name in names}
    found = {key: frozenset(v) if isinstance(v, list) else v for key, v in values.items()}
    return found | {"names": tuple(row["names"]), "options": _options(row)}


def _options(row: Mapping[str, Any]) -> Options:
    listed = row.get("values", ())
    optional = frozenset(name[:-1] for name in listed if name.endswith("="))
    values = frozenset(name for name in listed if not name.endswith("=")) | _named(row, _VALUED)
    switches = frozenset(row.get("switches", ()))
    known = switches | optional | _named(row, (*_FLAGS, "inert"))
    unknown = row.get("unknown", "doubt" if switches else "switch")
    return Options(
        values - optional, known - (values - optional), unknown, row.get("joined", False)
    )


def _named(row: Mapping[str, Any], keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.partition("=")[0] for key in keys for name in row.get(key, ()))
