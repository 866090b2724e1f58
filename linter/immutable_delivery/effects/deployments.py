"""What a command puts into a workload (`--set image.tag=…`, `set image web=…`), and whether that is named by something that moves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.rules import Rule
from immutable_delivery.facts import Command, Deployment
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.images import reference_pin, tag_pin
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.wrappers import tail

_PAIRS = "pairs"
_ASSIGNED = frozenset(
    ("--set", "--set-string", "--helm-set", "--helm-set-string", "-p", "--parameter")
)
_TAG = lazy(r"(?:^|[._-])(?:tag|version|imageTag|image_tag)$", re.IGNORECASE)
_IMAGE = lazy(r"(?:^|[._-])(?:image|digest|repository)$", re.IGNORECASE)
_NAME = lazy(r"(?:^|[._-])(?:image|repository)$", re.IGNORECASE)
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
    image = next(_references(rule, arguments), None)
    return replace(
        command,
        deploys=value,
        deployment=deployment,
        places=places,
        image=image.text if image else "",
        unknown=image.unresolved if image else (),
    )


def _references(rule: Rule, arguments: Arguments) -> Iterator[LocatedText]:
    """Yield the whole references that a call puts in: an option for the repository goes with the one for its tag."""
    assigned: dict[str, dict[str, Word]] = {}
    for name in rule.sets:
        if name == _PAIRS:
            yield from (word.written for word in _paired(rule, arguments))
        for option in arguments.all((name,)) if name != "--revision" else ():
            if option.value is not None and name not in _ASSIGNED:
                yield option.value.written
            elif option.value is not None:
                for key, word in _assignments(option.value):
                    parent, _, last = key.rpartition(".")
                    assigned.setdefault(parent, {})[last] = word
    for parts in assigned.values():
        yield from _joined(parts)


def _joined(parts: Mapping[str, Word]) -> Iterator[LocatedText]:
    """Yield the reference that the settings of one image make."""
    image = next((word for key, word in parts.items() if _NAME.search(key)), None)
    version = next(
        (one for one in parts.items() if _TAG.search(one[0]) or "digest" in one[0]), None
    )
    if version is not None:
        key, word = version
        mark = unaligned("@" if "digest" in key else ":", word.written)
        before = [image.written] if image is not None else []
        yield LocatedText.joined([*before, mark, word.written], word.written.used_at)
    elif image is not None and image.text:
        yield image.written


def _set_by(name: str, rule: Rule, arguments: Arguments) -> Iterator[tuple[Word, Deployment]]:
    if name == _PAIRS:
        for word in _paired(rule, arguments):
            yield word, _of_image(word)
    for option in arguments.all((name,)):
        if option.value is not None:
            yield from _of_option(name, option.value)


def _paired(rule: Rule, arguments: Arguments) -> Iterator[Word]:
    """Yield the images of `web=shop/web:1.2`."""
    for operand in arguments.operands[len(rule.words) :]:
        key, equals, _ = operand.word.text.partition("=")
        if equals:
            yield tail(operand.word, len(key) + 1)


def _of_option(name: str, value: Word) -> Iterator[tuple[Word, Deployment]]:
    if name in _ASSIGNED:
        yield from _assigned(value)
    elif name == "--revision":
        yield value, "unknown" if not value.known else _of_revision(value.text)
    else:
        yield value, _of_image(value)


def _assigned(value: Word) -> Iterator[tuple[Word, Deployment]]:
    """Yield the images and tags of `image.tag=1.2,replicas=2`."""
    for key, word in _assignments(value):
        if _TAG.search(key):
            yield word, _of_tag(word)
        elif _IMAGE.search(key) and not _is_repository(key, word):
            yield word, _of_image(word) if ":" in word.text or "@" in word.text else "fixed"


def _is_repository(key: str, word: Word) -> bool:
    """Whether a setting says from where an image comes, and not which."""
    return key.endswith("repository") and word.known and not {":", "@"} & set(word.text)


def _assignments(value: Word) -> Iterator[tuple[str, Word]]:
    """Yield keys and values of `image.tag=1.2,replicas=2`."""
    at = 0
    for part in value.text.split(","):
        key, equals, text = part.partition("=")
        if equals and text:
            yield key, tail_of(tail(value, at + len(key) + 1), len(text))
        at += len(part) + 1


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
