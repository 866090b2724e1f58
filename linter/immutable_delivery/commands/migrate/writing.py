"""What was taken over from other tools as one configuration, in words that say where each value comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutable_delivery.commands.migrate.taken import Listed, Taken, only_strict
from immutable_delivery.records import Record


class Migrated(Record, frozen=True):
    """A configuration of ours, as text, and what it could not take over."""

    text: str
    left: tuple[str, ...]


def written(every: Sequence[Taken], more: Mapping[str, str]) -> Migrated:
    """Return one configuration with ``more`` keys; where tools contradict each other the first is heard."""
    left = [line for taken in every for line in taken.left]
    lines = [
        *_heads(every),
        *_block("ignore:", _ignored(every)),
        *_block("severity:", _severities(every, left)),
        *_block("per-path:", _per_path(every)),
        *_block("params:", _params(every)),
        *_block("paths:", _block("fixtures:", _fixtures(every))),
        *_fail_on(every, left),
        *(f"{key}: {value}" for key, value in more.items()),
    ]
    return Migrated("\n".join([*lines, ""]), tuple(left))


def _heads(every: Sequence[Taken]) -> Iterator[str]:
    for one in every:
        yield f"# from {_quoted(one.path)} of {one.tool}; the comments name its rules and keys"
    if not every:
        yield "# what imd goes by in this repository; `imd config schema` describes every key"


def _ignored(every: Iterable[Taken]) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for taken in every:
        for policy, said in taken.ignore.items():
            found.setdefault(policy, []).append(said)
    yield from (f"- {policy} # {'; '.join(said)}" for policy, said in found.items())


def _severities(every: Iterable[Taken], left: list[str]) -> Iterator[str]:
    found: dict[str, str] = {}
    for one in every:
        for policy, (severity, said) in one.severity.items():
            if policy not in found:
                found[policy] = severity
                yield f"{policy}: {severity} # {said}{only_strict(policy)}"
            elif found[policy] != severity:
                left.append(f"{one.path}: {said}: {policy} is of severity {found[policy]} already")


def _per_path(every: Iterable[Taken]) -> Iterator[str]:
    for taken in every:
        for pattern, ignored in taken.per_path.items():
            names = (f"- {policy} # {said}" for policy, said in ignored.items())
            yield from _block(f"{_quoted(pattern)}:", _block("ignore:", names))


def _params(every: Iterable[Taken]) -> Iterator[str]:
    for taken in every:
        for policy, lists in taken.params.items():
            lines = (line for name, values in lists.items() for line in _list(name, values))
            yield from _block(f"{policy}:", lines)


def _fixtures(every: Iterable[Taken]) -> Iterator[str]:
    found = {
        path: taken.fixtures.source
        for taken in every
        if taken.fixtures
        for path in taken.fixtures.values
    }
    yield from (f"- {_quoted(path)} # {said}" for path, said in found.items())


def _fail_on(every: Iterable[Taken], left: list[str]) -> Iterator[str]:
    levels = [(taken, *taken.fail_on) for taken in every if taken.fail_on]
    for _, level, said in levels[:1]:
        yield f"fail-on: {level} # {said}"
    left += [
        f"{one.path}: {said}: fail-on is {levels[0][1]} already" for one, _, said in levels[1:]
    ]


def _block(head: str, lines: Iterable[str]) -> list[str]:
    inner = [f"  {line}" for line in lines]
    return [head, *inner] if inner else []


def _list(name: str, listed: Listed) -> list[str]:
    values = dict.fromkeys(listed.values)
    return _block(f"{name}: # {listed.source}", (f"- {_quoted(one)}" for one in values))


def _quoted(text: str) -> str:
    """Return a text as YAML's double-quoted scalar, on one line whatever is in it."""
    return "".join(
        char if char.isprintable() else f"\\U{ord(char):08x}"
        for char in json.dumps(text, ensure_ascii=False)
    )
