"""What a command puts into a workload (`--set image.tag=…`, `set image web=…`), and whether that is named by something that moves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.rules import Rule
from immutable_delivery.facts import Command, Deployment
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import reference_pin, tag_pin
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.wrappers import tail

_PAIRS = "pairs"
_ASSIGNED = frozenset(
    ("--set", "--set-string", "--helm-set", "--helm-set-string", "-p", "--parameter")
)
_TAG = lazy(r"(?:^|[._-])(?:tag|version|imageTag|image_tag)$", re.IGNORECASE)
_IMAGE = lazy(r"(?:^|[._-])(?:image|digest|repository)$", re.IGNORECASE)
_MOVING = frozenset(("alias", "none", "partial"))


def deploying(command: Command, rule: Rule, arguments: Arguments) -> Command:
    """Return the command with what it puts in, where it names that."""
    found = [one for name in rule.sets for one in _set_by(name, rule, arguments)]
    named = next((one for one in found if one[1] == "moving"), next(iter(found), None))
    if named is None:
        return command
    word, deployment = named
    places = {**command.places, "deploys": word.place}
    value = word.text if word.known else None
    return replace(command, deploys=value, deployment=deployment, places=places)


def _set_by(name: str, rule: Rule, arguments: Arguments) -> Iterator[tuple[Word, Deployment]]:
    if name == _PAIRS:
        for operand in arguments.operands[len(rule.words) :]:
            key, equals, _ = operand.word.text.partition("=")
            if equals:
                word = tail(operand.word, len(key) + 1)
                yield word, _of_image(word)
    for option in arguments.all((name,)):
        if option.value is not None:
            yield from _of_option(name, option.value)


def _of_option(name: str, value: Word) -> Iterator[tuple[Word, Deployment]]:
    if name in _ASSIGNED:
        yield from _assigned(value)
    elif name == "--revision":
        yield value, "unknown" if not value.known else _of_revision(value.text)
    else:
        yield value, _of_image(value)


def _assigned(value: Word) -> Iterator[tuple[Word, Deployment]]:
    """Yield the images and tags of `image.tag=1.2,replicas=2`."""
    at = 0
    for part in value.text.split(","):
        key, equals, text = part.partition("=")
        word = tail(value, at + len(key) + 1) if equals and text else None
        at += len(part) + 1
        if word is None:
            continue
        word = tail_of(word, len(text))
        if _TAG.search(key):
            yield word, _of_tag(word)
        elif _IMAGE.search(key) and text:
            yield word, _of_image(word) if ":" in text or "@" in text else "fixed"


def tail_of(word: Word, length: int) -> Word:
    """Return the beginning of a word as a word of its own."""
    return Word.of(word.written.slice(0, length))


def _of_image(word: Word) -> Deployment:
    if word.known:
        return "moving" if reference_pin(word.text) in _MOVING else "fixed"
    return "unknown"


def _of_tag(word: Word) -> Deployment:
    if word.known:
        return "moving" if tag_pin("", word.text)[0] in _MOVING else "fixed"
    return "unknown"


_FIXED = lazy(r"[0-9a-f]{7,64}|v?\d+\.\d+.*")


def _of_revision(text: str) -> Deployment:
    return "fixed" if _FIXED.fullmatch(text) else "moving"
