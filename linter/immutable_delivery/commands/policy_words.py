"""The words of a policy that nothing has: no table of this run, no fact of the policy's own examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from immutable_delivery.commands.policy_test import examined
from immutable_delivery.context import ReadingSettings, Tables
from immutable_delivery.effects.extensions import tables_of
from immutable_delivery.effects.program_tables import Role
from immutable_delivery.effects.tables import Tables as Programs
from immutable_delivery.errors import Fault
from immutable_delivery.facts import ITEMS, Fact
from immutable_delivery.policy.load import PolicyFile
from immutable_delivery.policy.model import Policy
from immutable_delivery.source.escape import nearest
from immutable_delivery.tables import SUBJECTS, extended_by, known

_OPEN = frozenset(("manager", "tool", "ecosystem", "name"))
"""The fields whose words the world makes; those of items count as well."""


class _World:
    """The words of the tables, with what a configuration adds."""

    def __init__(self, added: Tables) -> None:
        self.programs: Programs = tables_of(ReadingSettings(tables=added))
        with extended_by(added):
            subjects = [msgspec.to_builtins(known(subject)) for subject in SUBJECTS.values()]
        self.words = frozenset(_words([self.programs.data, subjects]))

    def has(self, field: str, word: str) -> bool:
        """Whether a field may have a word, as far as the tables know."""
        role = self.programs.role(word)
        if field == "manager":
            return role.manager is not None
        if field == "tool":
            return role != Role() or word in self.programs.wrappers
        if field == "ecosystem":
            return any(row.get("ecosystem") == word for row in self.programs.data["managers"])
        return word in self.words


def warnings(
    file: PolicyFile, others: list[Policy], added: Callable[[], Tables]
) -> Iterator[Fault]:
    """Yield each word of an open field that neither a table nor an example has, at its place."""
    open_ = [one for one in file.compared if one.text and _OPEN.issuperset(map(_field, one.names))]
    if not open_:
        return
    world, seen = _world(msgspec.json.encode(added())), _seen(file, others)
    for one in open_:
        fields = [_field(name) for name in one.names]
        if not any(world.has(field, one.text) or one.text in seen[field] for field in fields):
            like = {word for word in world.words if world.has(fields[0], word)} | seen[fields[0]]
            near = nearest(one.text, like)
            hint = f"did you mean '{near}'?" if near else "give it an example"
            reason = f"no table and no example has '{one.text}' as '{one.names[0]}'; {hint}"
            yield file.text.fault(one.at, reason)


def _field(name: str) -> str:
    return name.removeprefix("item.")


@lru_cache(maxsize=1)
def _world(added: bytes) -> _World:
    return _World(msgspec.json.decode(added))


def _words(data: Any) -> Iterator[str]:
    """Yield every word of tables, the keys among them; `a|b` holds two."""
    if isinstance(data, str):
        yield from data.replace("|", " ").split()
    elif isinstance(data, dict | list | tuple):
        for part in data:
            yield from _words(part)
        yield from _words(list(data.values()) if isinstance(data, dict) else "")


def _seen(file: PolicyFile, others: list[Policy]) -> dict[str, set[str]]:
    """Return the words that facts of the examples have, by field."""
    runs = [
        examined(example, file.policy, others, fixed=fixed)
        for example in file.examples
        for fixed in {False, bool(example.fixed)}
    ]
    owners = [one for run in runs for fact in run.facts for one in (fact, *_items(fact))]
    return {name: {getattr(one, name, None) or "" for one in owners} - {""} for name in _OPEN}


def _items(fact: Fact) -> Iterator[object]:
    for _, each in ITEMS:
        items = getattr(fact, each, ())  # a field of that name may be no list in another kind
        yield from items if isinstance(items, (list, tuple)) else ()
