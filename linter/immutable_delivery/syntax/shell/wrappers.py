"""Programs that run another program: sudo, env, xargs, `sh -c`; what they leave once they are taken off."""

from __future__ import annotations

import re
from collections.abc import Mapping

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.calls import Call
from immutable_delivery.syntax.shell.source import Word

_ASSIGNMENT = lazy(r"[A-Za-z_]\w*=")
_SUDO = lazy(r"\$\{?\w*sudo\w*\}?", re.IGNORECASE)
_OPTION_VARIABLE = lazy(
    r"\$(?:[({]?|\{\{ *(?:\w+\.)*)\w*(?:OPT|ARG|FLAG|EXTRA|PARAM|VOL|MOUNT|ENV|TTY|NET|PORT|USER|PLATFORM|INTERACTIVE|CACHE)\w*"
    r"(?:\[[@*]\])?(?:[)}]?| *\}\})",
    re.IGNORECASE,
)
MAX_WRAPPERS = 12


class Wrapper(Record, frozen=True):
    """How a program names the program it runs."""

    words: tuple[str, ...]
    """Its name, or name and subcommand: `poetry run`."""
    values: frozenset[str] = frozenset()
    """Options that take the next word."""
    operands: int = 0
    """Words before the program: the 30 of `timeout 30 curl`."""
    after: str = ""
    """The option or word after which the program stands (`-exec`)."""
    until: frozenset[str] = frozenset()
    """The words that end it (`;`)."""
    script: frozenset[str] = frozenset()
    """The options whose value is a script for the shell."""
    assigns: bool = False
    """Whether `A=b` before the program sets a variable for it."""
    appends: bool = False
    """Whether it appends words from its input."""
    leaves: str = ""
    """A pattern of the options and operands with which it leaves the container for the machine below it."""
    query: frozenset[str] = frozenset()
    """Options with which it runs nothing (`command -v`)."""
    elsewhere: bool = False
    """Whether it is a command of its own, and what it runs runs elsewhere: on a host, in a container (`ssh`, `docker exec`)."""
    joins: bool = False
    """Whether a shell there reads its words as one script."""


Wrappers = Mapping[str, tuple[Wrapper, ...]]
"""Wrappers by name, those with a subcommand first."""


class Unwrapped(Record):
    """What is behind a wrapper: another call, a script for the shell, or nothing that runs."""

    call: Call | None = None
    """None where nothing is run: `command -v`."""
    script: Word | None = None
    elsewhere: bool = False
    """Whether it runs elsewhere, and the wrapper is a command of its own."""


def name_of(word: Word) -> str:
    """Return the program's name without its folders; empty where a variable hides it."""
    name = word.text.rpartition("/")[2]
    hidden = word.unresolved and ("$" in name or "`" in name or name.endswith((")", "}")))
    return "" if hidden else name


def unwrap(call: Call, wrappers: Wrappers) -> Unwrapped | None:
    """Take the outermost wrapper off; None where there is none."""
    if len(call.wrappers) >= MAX_WRAPPERS:
        return None
    if not call.name and _SUDO.fullmatch(call.words[0].text):
        return _program(replace(call, wrappers=(*call.wrappers, "sudo")), call.words[1:])
    for wrapper in wrappers.get(call.name, ()):
        if wrapper.elsewhere:
            if (at := _begins(call.words, wrapper)) is not None:
                return _elsewhere(call, wrapper, call.words[at:])
        elif tuple(word.text for word in call.words[1 : len(wrapper.words)]) == wrapper.words[1:]:
            return _behind(call, wrapper)
    return None


def _begins(words: list[Word], wrapper: Wrapper) -> int | None:
    """Return what follows the words of a wrapper, between which options may stand (`kubectl -n shop exec`)."""
    at = 1
    for wanted in wrapper.words[1:]:
        while at < len(words) and words[at].text[:1] == "-":
            at += 2 if _takes_value(words[at].text, wrapper.values) else 1
        if at >= len(words) or words[at].text != wanted:
            return None
        at += 1
    return at


def _elsewhere(call: Call, wrapper: Wrapper, words: list[Word]) -> Unwrapped:
    """Return what a program runs on a host or in a container: words behind its operands, a script, or nothing."""
    inner = replace(call, wrappers=(*call.wrappers, " ".join(wrapper.words)))
    for index, word in enumerate(words):
        name, equals, _ = word.text.partition("=")
        if name in wrapper.script:
            script = tail(word, len(name) + 1) if equals else next(iter(words[index + 1 :]), None)
            return Unwrapped(inner, script, elsewhere=True)
        if word.text == "--":
            return _apart(inner, wrapper, words[index + 1 :])
    skipped = _skip_options(words, wrapper)
    return _apart(inner, wrapper, words[skipped:] if skipped is not None else [])


def _apart(inner: Call, wrapper: Wrapper, words: list[Word]) -> Unwrapped:
    if wrapper.joins and words:
        return Unwrapped(inner, joined(words), elsewhere=True)
    inner.words, inner.name = words, name_of(words[0]) if words else ""
    inner.redirects = [one for one in inner.redirects if one.body is not None]  # a file is of here
    return Unwrapped(inner, elsewhere=True)


def _behind(call: Call, wrapper: Wrapper) -> Unwrapped | None:
    words = call.words[len(wrapper.words) :]
    inner = replace(call, wrappers=(*call.wrappers, " ".join(wrapper.words)))
    for index, word in enumerate(words):
        if wrapper.after and word.text.startswith(wrapper.after):
            return _program(inner, _until(words[index + 1 :], wrapper.until))
        if word.text == "--":
            break
        if word.text in wrapper.script:
            script = words[index + 1] if index + 1 < len(words) else None
            return Unwrapped(script=script, call=inner)
    if wrapper.after:
        return None
    skipped = _skip_options(words, wrapper)
    if skipped is None:
        return Unwrapped()
    if wrapper.script and skipped >= len(words) and (fed := _fed(call)) is not None:
        return Unwrapped(script=fed, call=replace(inner, redirects=[]))
    if _leaves(wrapper, words[:skipped]):
        inner.through = call.words[0]
    return _program(inner, _assigned(inner, wrapper, words[skipped:]))


def _fed(call: Call) -> Word | None:
    """Return what a program that starts a shell gives it to read: `su - web <<E`."""
    bodies = (one.body for one in call.redirects if one.body is not None)
    return next((Word.of(body) for body in bodies), None)


def _leaves(wrapper: Wrapper, words: list[Word]) -> bool:
    """Whether a wrapper leaves the container, by the words before the program."""
    text = " ".join(word.text for word in words)
    return bool(wrapper.leaves) and re.search(wrapper.leaves, text) is not None


def may_be_options(word: Word) -> bool:
    """Whether a variable without a value stands for options by its name: `docker run $OPTS shop/web`, `ssh $SSH_OPTS web`."""
    return not word.known and not word.quoted and _OPTION_VARIABLE.fullmatch(word.text) is not None


def _skip_options(words: list[Word], wrapper: Wrapper) -> int | None:
    """Return where the program begins; None where an option says that nothing is run."""
    at, operands = 0, wrapper.operands
    while at < len(words):
        text = words[at].text
        if any(option in wrapper.query for option in _letters(text)):
            return None
        if text == "--":
            return at + 1 + operands
        if text[:1] == "-":
            at += 2 if _takes_value(text, wrapper.values) else 1
        elif wrapper.elsewhere and may_be_options(words[at]):
            at += 1
        elif operands and not (wrapper.assigns and _ASSIGNMENT.match(text)):
            operands, at = operands - 1, at + 1
        else:
            return at
    return at


def _assigned(call: Call, wrapper: Wrapper, words: list[Word]) -> list[Word]:
    """Move `A=b` before the program to the assignments of the call."""
    call.assignments = dict(call.assignments)
    while wrapper.assigns and words and _ASSIGNMENT.match(words[0].text):
        name = words[0].text.partition("=")[0]
        call.assignments[name] = tail(words[0], len(name) + 1)
        words = words[1:]
    return words


def _until(words: list[Word], ends: frozenset[str]) -> list[Word]:
    return words[: next((n for n, word in enumerate(words) if word.text in ends), len(words))]


def _program(call: Call, words: list[Word]) -> Unwrapped | None:
    if not words:
        return None
    call.words, call.name = words, name_of(words[0])
    return Unwrapped(call=call)


def _takes_value(text: str, values: frozenset[str]) -> bool:
    if text.startswith("--"):
        return "=" not in text and text in values
    return text in values or (f"-{text[-1]}" in values and not _inline(text, values))


def _inline(text: str, values: frozenset[str]) -> bool:
    """Whether an earlier letter of a cluster takes the rest as its value (`-uroot`)."""
    return any(f"-{letter}" in values for letter in text[1:-1])


def _letters(text: str) -> list[str]:
    """Return an option, or the options of a cluster: `-v` and `-p` of `-pv`."""
    return [text] if text[:1] != "-" or text[:2] == "--" else [text, *(f"-{c}" for c in text[1:])]


def joined(words: list[Word]) -> Word:
    """Return words with a blank between them, as `eval` reads them."""
    parts: list[LocatedText] = []
    for word in words:
        parts += [LocatedText.literal(" ", word.place), word.written] if parts else [word.written]
    calls = tuple(number for word in words for number in word.calls)
    whole = Word.of(LocatedText.joined(parts, words[0].place))
    whole.calls = calls
    return whole


def tail(word: Word, start: int) -> Word:
    """Return the end of a word as a word of its own."""
    written = word.written.slice(start)
    return Word(written.text, written.unresolved, word.calls, "", word.quoted, _written=written)
