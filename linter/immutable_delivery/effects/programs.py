"""Programs that are run by their path or given to an interpreter, for callers who can follow them."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.effects.execution import code_of, script_of
from immutable_delivery.effects.stage import Event
from immutable_delivery.facts import Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.outside import Seen

_SCRIPT = lazy(r"[^/]*\.(?:sh|bash|ps1|py|js|mjs|cjs|ts|rb|pl|php)", needs=(".",))


class Program(Record, frozen=True):
    """A program that is run by its path, or a script that an interpreter is given."""

    path: LocatedText
    extent: Place
    scope: Scope
    is_last: bool
    """Whether it is the last command of what was read: what the script ends in."""
    interpreter: str = ""
    """The interpreter that runs it; empty where it is run itself."""
    arguments: tuple[LocatedText, ...] = ()
    """The words behind it: what it is given as `$1` and so on."""
    sourced: bool = False
    """Whether the shell reads it in (`. ./env.sh`)."""
    inline: bool = False
    """Whether it is the code itself that stands there, in the language of its interpreter."""
    seen: Seen | None = None
    """What it finds of the shell that reads it in."""
    folder: str | None = ""
    """The working directory of the shell that runs it, from where that started; None where nobody knows."""


def programs_of(event: Event) -> Iterator[Program]:
    """Yield what a call runs by its path or gives to an interpreter, and the file that a shell reads in before."""
    interpreter, before = event.role.interpreter, event.call.assignments.get("BASH_ENV")
    if interpreter is not None and interpreter.shell and before is not None:
        yield _program(event, before, event.name, sourced=True)
    if (ran := _program_of(event)) is not None:
        yield ran


def _program_of(event: Event) -> Program | None:
    role, word = event.role, event.call.words[0]
    if (code := code_of(event)) is not None:
        return replace(_program(event, word, event.name), path=code, inline=True)
    if role.interpreter is not None:
        script = script_of(event)
        sourced = role.interpreter.sourced
        return _program(event, script, event.name, sourced=sourced) if script else None
    known = role.manager is not None or role.fetcher is not None or event.name == "git"
    named = "/" in word.text or _SCRIPT.fullmatch(word.text) is not None
    own = event.last or not (role.rules or role.sets)
    own = own and event.scope.phase != "pipeline"  # no image holds it: PATH of the machine does
    if word.calls or not (named or (own and not known)):
        return None
    return _program(event, word)


def called(event: Event) -> Program:
    """Return a call with its words as they are."""
    return _program(event, event.call.words[0])


def _program(event: Event, word: Word, interpreter: str = "", *, sourced: bool = False) -> Program:
    at = event.words.index(word) + 1 if word in event.words else 0
    words = tuple(argument.written for argument in event.words[at:])
    where = event.extent, event.scope, event.last
    call = event.call
    return Program(
        word.written, *where, interpreter, words, sourced, seen=call.seen, folder=call.folder
    )
