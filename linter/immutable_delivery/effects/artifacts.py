"""Images that commands build, push and deploy, by every name that they give them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.stage import Event, Stage
from immutable_delivery.facts import Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.wrappers import tail

if TYPE_CHECKING:
    from immutable_delivery.effects.recipes import Recipe

_TRANSPORT = lazy(r"(?:docker|oci|registry|containers-storage)://")


class MadeImage(Record, frozen=True):
    """A name under which an image is built or pushed."""

    written: LocatedText | None
    """The reference; None where the command names none."""
    place: Place
    """The program."""
    scope: Scope
    builds: bool = False
    pushes: bool = False
    recipe: Recipe | None = None
    """What it is built from, by a Dockerfile."""
    renames: LocatedText | None = None
    """The image that is known by this name, too, from there on: one on the machine, or where it pushes one in a registry."""


def made_images(event: Event, stage: Stage) -> Iterator[MadeImage]:
    """Yield the images that a call builds or pushes."""
    rule = event.rule("mutations")
    if rule is None or not _makes(rule):
        return
    arguments = event.arguments
    place = event.call.words[0].place
    names: list[LocatedText | None] = [*_names(rule, arguments)]
    source = _recipe(event, stage, rule, arguments)
    for written in names or [None]:
        yield MadeImage(
            written,
            place,
            event.scope,
            rule.builds == "image",
            rule.pushes and not _by_digest(arguments),
            source,
            _renamed(rule, arguments),
        )


def _recipe(event: Event, stage: Stage, rule: Rule, arguments: Arguments) -> Recipe | None:
    if not rule.context:
        return None
    from immutable_delivery.effects.recipes import recipe  # noqa: PLC0415 (most commands build nothing)

    return recipe(event, stage, rule, arguments)


def _by_digest(arguments: Arguments) -> bool:
    """Whether a build pushes what it makes under no tag: those that are given with it name the repository alone."""
    outputs = arguments.values(("--output", "-o"))
    return any("push-by-digest=true" in one.text for one in outputs)


def _makes(rule: Rule) -> bool:
    return rule.builds == "image" or rule.pushes or rule.mutates == "tag"


def _renamed(rule: Rule, arguments: Arguments) -> LocatedText | None:
    """Return the image that a call gives another name, on the same machine or in a registry."""
    operands = [one for one in arguments.operands[len(rule.words) :] if not one.doubtful]
    if rule.mutates != "tag" or rule.builds or (rule.pushes and not rule.copies):
        return None
    return _named(operands[0].word) if operands else None


def _names(rule: Rule, arguments: Arguments) -> Iterator[LocatedText]:
    yield from map(_named, rule.concerned(arguments))


def _named(word: Word) -> LocatedText:
    """Return a reference without its transport."""
    transport = _TRANSPORT.match(word.text)
    return tail(word, transport.end()).written if transport else word.written
