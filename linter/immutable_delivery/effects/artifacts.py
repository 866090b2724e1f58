"""Images that commands build and push, by every name that they give them."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.stage import Event
from immutable_delivery.facts import Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.wrappers import tail

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


def made_images(event: Event) -> Iterator[MadeImage]:
    """Yield the images that a call builds or pushes."""
    rules = event.role.rules.get("mutations", ())
    if not any(rule.builds == "image" or rule.pushes for rule in rules):
        return
    arguments = event.arguments
    rule = next((rule for rule in rules if rule.matches(arguments)), None)
    if rule is None or not (rule.builds == "image" or rule.pushes):
        return
    place = event.call.words[0].place
    names: list[LocatedText | None] = [*_names(rule, arguments)]
    for written in names or [None]:
        yield MadeImage(written, place, event.scope, rule.builds == "image", rule.pushes)


def _names(rule: Rule, arguments: Arguments) -> Iterator[LocatedText]:
    for word in _words(rule, arguments):
        transport = _TRANSPORT.match(word.text)
        yield tail(word, transport.end()).written if transport else word.written


def _words(rule: Rule, arguments: Arguments) -> Iterator[Word]:
    first = rule.target[0] if rule.target else ""
    if first.lstrip("-").isdigit():
        operands = [operand.word for operand in arguments.operands[len(rule.words) :]]
        index = int(first)
        yield from operands[index : index + 1 or None]
        return
    for option in arguments.all(rule.target):
        if option.value is not None:
            yield option.value
