"""How a shell is called: with a script as a word, in a file, or on its input."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.calls import Call
from immutable_delivery.syntax.shell.source import Word
from immutable_delivery.syntax.shell.wrappers import joined

_SHELLS = frozenset("sh ash bash dash ksh mksh rbash zsh".split())
_UNREAD = lazy(r"fish|t?csh|pwsh|nu|elvish|xonsh|expect|tclsh|execlineb|osh|ysh")
_VALUES = frozenset(("-o", "+o", "-O", "+O", "--rcfile", "--init-file"))


_ENDS = lazy(r"\\n")
_ECHO = lazy(r"-[neE]+")


def printed(call: Call) -> list[LocatedText] | None:
    """Return the lines that a call prints as they stand in it; None for what nobody can tell without running it."""
    words = call.arguments
    if call.name == "cat" and not words and call.redirects:
        return [redirect.body for redirect in call.redirects if redirect.body is not None]
    if call.name == "printf" and words:
        words = words[1:] if "%" in words[0].text else words[:1]
    elif call.name == "echo":
        words = words[1:] if words and _ECHO.fullmatch(words[0].text) else words
    else:
        return None
    if any(word.calls for word in words):  # what those print, nobody knows
        return None
    return list(_lines(joined(words).written)) if words else []


def _lines(text: LocatedText) -> Iterator[LocatedText]:
    at = 0
    for end in _ENDS.finditer(text.text):
        yield text.slice(at, end.start())
        at = end.end()
    yield text.slice(at)


def is_shell(name: str) -> bool:
    """Whether a program is a shell that reads scripts as sh does."""
    return name in _SHELLS


def is_unread_shell(name: str) -> bool:
    """Whether a program reads scripts of commands in a language of its own."""
    return _UNREAD.fullmatch(name) is not None


class ShellArguments(Record):
    """What a shell is to run, and its arguments."""

    script: Word | None = None
    file: Word | None = None
    positional: list[Word] | None = None


def shell_arguments(words: list[Word]) -> ShellArguments:
    """Read the words after `sh`."""
    at, command, stdin = 0, False, False
    while at < len(words):
        text = words[at].text
        if text in {"-", "--"}:
            at += 1
            break
        if text[:1] not in {"-", "+"} or text in {"-", "+"} or words[at].process:
            break
        if not text.startswith("--"):
            command |= "c" in text and text[0] == "-"
            stdin |= "s" in text and text[0] == "-"
        takes = text in _VALUES or (text[-1] == "o" and not text.startswith("--"))
        at += 2 if takes else 1
    rest = words[at:]
    if command:
        return ShellArguments(script=rest[0] if rest else None, positional=rest[2:])
    if stdin or not rest:
        return ShellArguments(positional=rest)
    return ShellArguments(file=rest[0], positional=rest[1:])
