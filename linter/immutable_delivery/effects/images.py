"""Images that commands name: what they pull, run, or put into a workload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join, normpath

from immutable_delivery.effects.arguments import Arguments, parse
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.stage import Event, Stage, hull
from immutable_delivery.facts import Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.wrappers import may_be_options, tail

_PAIRS = "pairs"
_TRANSPORT = lazy(r"(?:docker|oci|registry)://")
_OVERRIDDEN = lazy(r'"image"\s*:\s*"([^"\s]+)"')
_OPTIONS = "docker-run"
"""The name under which the tables hold the options of programs that start a container."""


class NamedImage(Record, frozen=True):
    """A reference that a command names."""

    written: LocatedText
    place: Place
    """The program and its verb."""
    extent: Place
    scope: Scope
    related: tuple[Place, ...]
    starts: str = ""
    """container or service where one is started from it."""
    options: Arguments | None = None
    """What the container is started with."""
    command: tuple[LocatedText, ...] = ()
    """The words behind the image."""
    folder: str | None = None
    """The folder of the repository that the command runs in; None where nobody knows."""
    remote: bool = False
    """Whether it runs on another machine."""


def images(event: Event, stage: Stage) -> Iterator[NamedImage]:
    """Yield the images that a call names."""
    rule = event.rule("images")
    if rule is None:
        return
    arguments = event.arguments
    verb = arguments.operands[len(rule.words) - 1].word if rule.words else event.call.words[0]
    if rule.starts:
        behind = event.words[event.words.index(verb) + 1 :]
        yield from _started(event, stage, rule, verb, behind)
        return
    for word in _named(rule, arguments):
        yield _image(event, stage, rule, verb, word)


def _started(
    event: Event, stage: Stage, rule: Rule, verb: Word, behind: list[Word]
) -> Iterator[NamedImage]:
    known = stage.tables.role(_OPTIONS).options
    options = parse(behind, known, stop=1, skip=may_be_options)
    operands = [operand.word for operand in options.operands] or options.passed
    if operands:
        yield _image(event, stage, rule, verb, operands[0], options, operands[1:])


def _named(rule: Rule, arguments: Arguments) -> Iterator[Word]:
    """Yield the words that are references: an operand, the value of an option, or what stands behind `name=`."""
    operands = [operand.word for operand in arguments.operands[len(rule.words) :]]
    if _PAIRS in rule.target:
        for word in operands:
            name, equals, _ = word.text.partition("=")
            if equals:
                yield tail(word, len(name) + 1)
    elif rule.target[0].isdigit():
        found = operands[int(rule.target[0]) :][:1]
        yield from (one for one in found if re.search(rule.where, one.text))
    elif images := list(_overriding(arguments)):
        yield from images
    elif (value := arguments.value(rule.target)) is not None:
        yield value


def _overriding(arguments: Arguments) -> Iterator[Word]:
    """Yield the images that `kubectl run --overrides` says instead of `--image`."""
    said = arguments.value(("--overrides",))
    if said is not None:
        for found in _OVERRIDDEN.finditer(said.text):
            yield Word.of(said.written.slice(*found.span(1)))


def _image(
    event: Event,
    stage: Stage,
    rule: Rule,
    verb: Word,
    word: Word,
    options: Arguments | None = None,
    command: list[Word] | None = None,
) -> NamedImage:
    start = match.end() if (match := _TRANSPORT.match(word.text)) else 0
    folder = event.call.folder
    return NamedImage(
        written=word.written.slice(start) if start else word.written,
        place=hull(event.call.words[0], verb),
        extent=event.extent,
        scope=event.scope,
        related=event.related,
        starts=rule.starts,
        options=options,
        command=tuple(one.written for one in command or ()),
        folder=None if folder is None else normpath(join(stage.folder or ".", folder)),
        remote=event.call.through is not None,
    )
