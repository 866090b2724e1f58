"""What is known of the world (images, programs, conventions): data in YAML, that a configuration extends.

The files here are compiled for runs; the first use of a subject reads it. What a configuration adds holds while a unit
is read or linked (:func:`extended_by`), so that no parser has to carry it along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from immutable_delivery.resources import shipped
from immutable_delivery.tables.compiling import worded
from immutable_delivery.tables.mounts import Mounts  # noqa: F401 (a subject, by being a subclass)
from immutable_delivery.tables.subjects import Subject

Known = TypeVar("Known", bound=Subject)

SUBJECTS: Mapping[str, type[Subject]] = {
    "".join(f"_{char}" if char.isupper() else char for char in subject.__name__)[
        1:
    ].lower(): subject
    for subject in Subject.__subclasses__()
}
"""The subjects by their names in the configuration, which are those of their files."""
_NAMES = {subject: name for name, subject in SUBJECTS.items()}
_added: ContextVar[bytes] = ContextVar("added", default=b"")


def known(subject: type[Known]) -> Known:
    """Return what is known of a subject, with what the configuration of this run adds."""
    return cast("Known", _known(subject, _added.get()))


@contextmanager
def extended_by(tables: Mapping[str, Any] | None) -> Iterator[None]:
    """Let the `tables:` of a configuration hold within."""
    own = {name: rows for name, rows in (tables or {}).items() if name in SUBJECTS}
    token = _added.set(msgspec.json.encode(own) if own else b"")
    try:
        yield
    finally:
        _added.reset(token)


def fault(name: str, rows: Any) -> tuple[tuple[str, ...], str] | None:
    """Return which part of these rows cannot extend a subject and why, for a person; None where they can."""
    if not isinstance(rows, dict):
        return (), f"'{name}' must be a mapping"
    fields = SUBJECTS[name].__struct_fields__
    for path, part in _parts(rows):
        if path[0] not in fields:
            return path[:1], f"there is no '{path[0]}' in '{name}'; there are {', '.join(fields)}"
        try:
            msgspec.convert(_joined(name, part), SUBJECTS[name])
        except msgspec.ValidationError as error:
            reason = str(error).partition(" - at ")[0].replace("`", "'").replace("'array'", "words")
            return path, f"'{'.'.join(path)}' of '{name}' is not as it should be: {reason}"
    return None


def _parts(rows: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield every row by itself, with the keys that lead to it."""
    for key, value in rows.items():
        if isinstance(value, dict):
            yield from (((key, inner), {key: {inner: row}}) for inner, row in value.items())
        else:
            yield (key,), {key: value}


@lru_cache(maxsize=64)
def _known(subject: type[Subject], added: bytes) -> Subject:
    name = _NAMES[subject]
    if added and (rows := msgspec.json.decode(added).get(name)):
        return msgspec.convert(_joined(name, rows), subject)
    return msgspec.json.decode(_shipped(name), type=subject)


def _joined(name: str, rows: Mapping[str, Any]) -> Any:
    own = msgspec.json.decode(_shipped(name))
    return own | {key: _added_to(own.get(key), value) for key, value in worded(rows).items()}


def _added_to(old: Any, new: Any) -> Any:
    """Return both: new words come first, and of two rows for one thing the new one counts."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old | new
    return [*new, *old] if isinstance(old, list) and isinstance(new, list) else new


def _shipped(name: str) -> bytes:
    return shipped("_compiled", "tables", f"{name}.json")
