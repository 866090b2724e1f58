"""What commands build images from: a folder, a Dockerfile, one of its stages, arguments."""

from __future__ import annotations

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.stage import Event, Stage
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText

_FILE = ("-f", "--file", "--dockerfile")
_TARGET = ("--target",)
_ARGUMENT = ("--build-arg",)


class Recipe(Record, frozen=True):
    """A build by a Dockerfile, as a command says it."""

    folder: str | None
    """Where it runs; None where nobody knows."""
    context: LocatedText
    file: LocatedText | None
    """The Dockerfile; None where it is the one of the context."""
    target: LocatedText | None
    args: tuple[LocatedText, ...]
    """Arguments: `NAME=value`, or a name alone."""
    beside: bool = False
    """Whether the Dockerfile is looked for in the context, and not where the command runs."""


def recipe(event: Event, stage: Stage, rule: Rule, arguments: Arguments) -> Recipe | None:
    """Return what a call builds from; None where it says no folder."""
    context = _context(rule, arguments)
    if context is None:
        return None
    return Recipe(
        where(event, stage),
        context,
        _value(arguments, _FILE),
        _value(arguments, _TARGET),
        tuple(value.written for value in arguments.values(_ARGUMENT)),
        beside=rule.context[0].startswith("-"),
    )


def _context(rule: Rule, arguments: Arguments) -> LocatedText | None:
    if not rule.context or rule.context[0].startswith("-"):
        return _value(arguments, rule.context)
    operands = [one for one in arguments.operands[len(rule.words) :] if not one.doubtful]
    index = int(rule.context[0])
    return operands[index].word.written if index < len(operands) else None


def _value(arguments: Arguments, names: tuple[str, ...]) -> LocatedText | None:
    value = arguments.value(names)
    return value.written if value is not None else None


def where(event: Event, stage: Stage) -> str | None:
    """Return the folder of the repository in which a call runs; None where nobody knows."""
    inside = event.call.folder
    if inside is None or inside.startswith("/"):  # no folder of the repository
        return None
    return "/".join(filter(None, (stage.folder, inside)))
