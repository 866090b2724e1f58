"""What scripts run, remembered: the jobs of a pipeline run the same scripts again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.calls import Call
from immutable_delivery.syntax.shell.evaluate import Shell
from immutable_delivery.syntax.shell.outside import NOTHING, Consulted, Outside, Seen
from immutable_delivery.syntax.shell.source import Source, Word
from immutable_delivery.syntax.shell.variables import Asked
from immutable_delivery.syntax.shell.wrappers import Wrappers

MOST_SCRIPTS = 500
"""So many are remembered, each with its arguments; the one that was longest ago is forgotten first."""
MOST_RUNS = 8
"""With so many places of its arguments, and values of variables, each is remembered."""

Arguments: TypeAlias = Sequence[LocatedText] | None
_Said: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...] | None
_Script: TypeAlias = tuple[LocatedText, str, tuple[str, ...], _Said, str | None]


class Ran(Record, frozen=True, eq=False):
    """What running a script on paper gives."""

    calls: Sequence[Call]
    incomplete: bool
    wrappers: Wrappers
    asked: Mapping[str, object]
    """The variables from outside on which it depends, with their values."""
    arguments: Arguments
    """The arguments, where it matters where they stand."""
    consulted: Consulted
    """What it found around it."""
    seen: Seen | None
    """The variables of the shell that read it in."""

    def holds(
        self,
        variables: Mapping[str, LocatedText | None],
        wrappers: Wrappers,
        arguments: Arguments,
        outside: Outside,
        seen: Seen | None,
    ) -> bool:
        """Whether the same script, given arguments that read the same, runs the same again."""
        return (
            self.wrappers is wrappers
            and (self.arguments is None or self.arguments == arguments)
            and Asked.still(self.asked, variables)
            and self.seen == seen
            and self.consulted.still(outside)
        )


_ran: OrderedDict[_Script, list[Ran]] = OrderedDict()


def run(
    text: LocatedText,
    variables: Mapping[str, LocatedText | None],
    wrappers: Wrappers,
    escape: str = "\\",
    hidden: tuple[str, ...] = (),
    arguments: Arguments = None,
    folder: str | None = "",
    outside: Outside = NOTHING,
    seen: Seen | None = None,
) -> Ran:
    """Return what a script runs in a folder: what it ran before, where all that it asks for is the same."""
    known = _remembered((text, escape, hidden, _said(arguments), folder))
    for one in known:
        if one.holds(variables, wrappers, arguments, outside, seen):
            return one
    given, consulted = Asked(variables), Consulted(outside)
    shell = Shell(given, wrappers, consulted)
    shell.variables.learn(seen or Seen())
    shell.folder = folder
    shell.run(text, escape, hidden, arguments)
    told = arguments if arguments and _shown(arguments, shell.calls) else None
    known.append(Ran(shell.calls, shell.incomplete, wrappers, given.answers, told, consulted, seen))
    del known[:-MOST_RUNS]
    return known[-1]


def _remembered(script: _Script) -> list[Ran]:
    known = _ran.setdefault(script, [])
    _ran.move_to_end(script)
    if len(_ran) > MOST_SCRIPTS:
        _ran.popitem(last=False)
    return known


def _said(arguments: Arguments) -> _Said:
    return None if arguments is None else tuple((one.text, one.unresolved) for one in arguments)


def _shown(arguments: Sequence[LocatedText], calls: Iterable[Call]) -> bool:
    """Whether something that is run may stand where the arguments do."""
    files = {piece.place.file for one in arguments for piece in one.segments}
    files |= {one.used_at.file for one in arguments}
    seen: set[Source] = set()
    return any(
        not files.isdisjoint(_files(written)) for call in calls for written in _texts(call, seen)
    )


def _files(written: LocatedText) -> Iterator[str]:
    yield written.used_at.file
    yield from (piece.place.file for piece in written.segments)


def _texts(call: Call, seen: set[Source]) -> Iterator[LocatedText]:
    """Yield the texts that make up what a call says, each script once."""
    for redirect in call.redirects:
        yield from () if redirect.body is None else (redirect.body,)
        yield from _written(redirect.target, seen)
    for word in (*call.words, *call.assignments.values(), *call.exported.values()):
        yield from _written(word, seen)
    if call.through is not None:
        yield from _written(call.through, seen)


def _written(word: Word, seen: set[Source]) -> Iterator[LocatedText]:
    if word.source is None:
        yield word.written
    elif word.source not in seen:
        seen.add(word.source)
        yield word.source.written
    yield from word.parts or ()
