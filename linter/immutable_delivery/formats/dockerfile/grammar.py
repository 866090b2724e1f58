"""What BuildKit refuses once a Dockerfile is cut: unknown instructions and wrong numbers of arguments.

Unknown flags are let through: each version of BuildKit adds some, and none of them hides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from immutable_delivery.errors import UnreadableError
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.lazy_regex import lazy

MAX_STAGES = 500
"""No delivery has more; each takes over what the one before it has."""

_STAGE_NAME = lazy(r"[a-z][a-z0-9\-_.]*\Z")
_NOT_TRIGGERED = frozenset({"FROM", "MAINTAINER", "ONBUILD"})


def check(instructions: Sequence[Instruction]) -> None:
    """Raise UnreadableError for the first instruction that BuildKit would refuse."""
    staged = 0
    for one in instructions:
        reason = _problem(one)
        if not reason and not staged and one.name not in {"ARG", "FROM"}:
            reason = f"{one.name} stands before the first FROM"
        if reason:
            raise UnreadableError(reason, one.place.span.start)
        staged += one.name == "FROM"
        if staged > MAX_STAGES:
            raise UnreadableError(f"has more than {MAX_STAGES} stages", one.place.span.start)
    if not staged:
        raise UnreadableError("has no FROM", instructions[-1].place.span.end)


def _problem(one: Instruction) -> str:
    rule = INSTRUCTIONS.get(one.name)
    return (
        rule(one)
        if rule
        else f"'{one.line.split(maxsplit=1)[0][:40] if one.line.strip() else ''}' is no instruction"
    )


def _anything(_: Instruction) -> str:
    return ""


def _one_or_more(one: Instruction) -> str:
    return "" if one.words else f"{one.name} needs an argument"


def _source_and_target(one: Instruction) -> str:
    return "" if len(one.words) > 1 else f"{one.name} needs a source and a target"


def _from(instruction: Instruction) -> str:
    if len(instruction.words) == 1:
        return ""
    if len(instruction.words) != 3 or instruction.words[1].text.lower() != "as":  # noqa: PLR2004 (image AS name)
        return "FROM takes an image, or an image AS a name"
    name = instruction.words[2].text
    return "" if _STAGE_NAME.match(name.lower()) else f"'{name}' cannot name a stage"


def _pairs(one: Instruction) -> str:
    if any(not name.text for name in one.words[::2]):
        return f"{one.name} has a value without a name"
    return _one_or_more(one)


def _arg(instruction: Instruction) -> str:
    if any(word.text.startswith("=") for word in instruction.words):
        return "ARG has a value without a name"
    return _one_or_more(instruction)


def _healthcheck(instruction: Instruction) -> str:
    kind = instruction.words[0].text.upper() if instruction.words else ""
    if kind == "NONE":
        return "" if len(instruction.words) == 1 else "HEALTHCHECK NONE takes no argument"
    if kind != "CMD":
        return "HEALTHCHECK is followed by CMD or NONE"
    return "" if len(instruction.words) > 1 else "HEALTHCHECK CMD needs a command"


def _shell(instruction: Instruction) -> str:
    return "" if instruction.json and instruction.words else "SHELL takes a JSON array"


def _onbuild(one: Instruction) -> str:
    if one.trigger is None:
        return "ONBUILD needs an instruction"
    if one.trigger.name in _NOT_TRIGGERED:
        return f"ONBUILD cannot trigger {one.trigger.name}"
    return _problem(one.trigger)


INSTRUCTIONS: dict[str, Callable[[Instruction], str]] = {
    "ADD": _source_and_target,
    "ARG": _arg,
    "CMD": _anything,
    "COPY": _source_and_target,
    "ENTRYPOINT": _anything,
    "ENV": _pairs,
    "EXPOSE": _one_or_more,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs,
    "MAINTAINER": _one_or_more,
    "ONBUILD": _onbuild,
    "RUN": _anything,
    "SHELL": _shell,
    "STOPSIGNAL": _one_or_more,
    "USER": _one_or_more,
    "VOLUME": _one_or_more,
    "WORKDIR": _one_or_more,
}
"""Every instruction, and what tells whether its arguments fit."""
