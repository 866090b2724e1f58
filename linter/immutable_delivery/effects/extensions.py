"""The tables as a configuration extends them: checked once, so that no run trips over a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from immutable_delivery.context import ReadingSettings
from immutable_delivery.effects.program_tables import Role
from immutable_delivery.effects.tables import Tables, load
from immutable_delivery.references.packages import READERS
from immutable_delivery.tables import SUBJECTS
from immutable_delivery.tables import fault as fault_of_subject

_ACTIONS = {"install", "upgrade", "refresh", "run", ""}
_NAMED = ("managers", "fetchers", "interpreters", "tools")


def tables_of(settings: ReadingSettings) -> Tables:
    """Return the tables with what the configuration adds."""
    extension = {name: rows for name, rows in settings.tables.items() if name not in SUBJECTS}
    return _merged(msgspec.json.encode(extension)) if extension else load()


@lru_cache(maxsize=4)
def _merged(extension: bytes) -> Tables:
    return load().merge(msgspec.json.decode(extension))


def fault(section: str, rows: Any) -> tuple[tuple[str, ...], str] | None:
    """Return where these rows cannot extend a section and why, for a person; None where they can."""
    if section in SUBJECTS:
        return fault_of_subject(section, rows)
    reason = _reason(section, rows)
    return ((), reason) if reason else None


def _reason(section: str, rows: Any) -> str:
    known = load().data
    if section not in known:
        return f"there is no table '{section}'; there are {', '.join(sorted([*known, *SUBJECTS]))}"
    wanted = dict if isinstance(known[section], dict) else (list, str)
    if not isinstance(rows, wanted):
        return f"'{section}' must be {'a mapping' if wanted is dict else 'a list'}"
    try:
        return next(_faults(section, rows), "")
    except KeyError as error:
        return f"a row of '{section}' lacks {error}"
    except (TypeError, ValueError, AttributeError, IndexError, re.error) as error:
        return f"a row of '{section}' is not as it should be: {error}"


def _faults(section: str, rows: Any) -> Iterator[str]:
    """Yield what is wrong with rows, and build of them whatever a run would."""
    tables = Tables(
        {name: type(own)() for name, own in load().data.items()} | {"git": load().data["git"]}
    )
    tables = tables.merge({section: rows})
    tables.build()
    for row in tables.data[section] if section in _NAMED else ():
        for name in row["names"]:
            yield from _of_role(tables.role(name))


def _of_role(role: Role) -> Iterator[str]:
    if role.manager is None:
        return
    verbs = role.manager.verbs
    for reads in {role.manager.reads, *(verb.reads for verb in verbs)} - {"", *READERS}:
        yield f"'{reads}' is no way to read a package; there are {', '.join(sorted(READERS))}"
    for action in {verb.action for verb in verbs} - _ACTIONS:
        yield f"'{action}' is nothing that a verb does"
