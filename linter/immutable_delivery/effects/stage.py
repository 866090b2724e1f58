"""What the commands of one stage or container have come to: settings, variables, files that can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from posixpath import join

from immutable_delivery.effects.arguments import Arguments, parse
from immutable_delivery.effects.paths import located
from immutable_delivery.effects.program_tables import Role
from immutable_delivery.effects.rules import Rule
from immutable_delivery.effects.tables import Tables
from immutable_delivery.facts import Scope
from immutable_delivery.records import Record, field
from immutable_delivery.source.files import Files, is_file, read_text, resolve
from immutable_delivery.source.text import Place, Text
from immutable_delivery.syntax.shell import Call, Word

Locate = Callable[[str], str | None]
"""Tells the path in the repository of a path in the container."""


class Event(Record, eq=False):
    """A call, and what is known of it beside its words."""

    call: Call
    name: str
    """The program: that of the call, or the module that `python -m` runs."""
    words: list[Word]
    """Its arguments."""
    role: Role
    number: int
    """Its number in the stage."""
    scope: Scope
    extent: Place
    related: tuple[Place, ...] = ()
    layer: int = 0
    siblings: Sequence[Event] = ()
    """The calls of the same script, by their number there."""
    last: bool = False
    outer: Event | None = None
    """The call that runs this one on a host or in a container."""
    inner: list[Event] = field(default_factory=list)
    """The calls that this one runs there."""
    _arguments: Arguments | None = None

    @property
    def arguments(self) -> Arguments:
        """Its arguments told apart, as the tables know its options."""
        if self._arguments is None:
            self._arguments = parse(self.words, self.role.options)
        return self._arguments

    def rule(self, section: str) -> Rule | None:
        """Return the first of a section's rules that it fits; they are in the order in which they count."""
        if section not in self.role.rules:
            return None
        fitting = (rule for rule in self.role.rules[section] if rule.matches(self.arguments))
        return next(fitting, None)

    @property
    def inputs(self) -> list[Event]:
        """The calls that pipe into it."""
        return [self.siblings[number] for number in self.call.inputs]

    def feeding(self, word: Word) -> list[Event]:
        """Return the calls whose output a word holds."""
        return [self.siblings[number] for number in word.calls]


class Stage(Record):
    """The state of a stage while its commands are read."""

    tables: Tables
    files: Files | None = None
    folder: str = ""
    """The folder of the repository that relative paths start from."""
    locate: Locate | None = None
    environment: dict[str, str | None] = field(default_factory=dict)
    """Environment variables; None where the value is unknown."""
    settings: set[str] = field(default_factory=set)
    """Managers that a setting freezes."""
    listed: bool = False
    """Whether a requirement file has been installed: what it fixes is not taken anew."""
    snapshot: bool | None = False
    cloned: dict[str, None] = field(default_factory=dict)
    """Folders that hold another repository."""
    texts: dict[str, Text] = field(default_factory=dict)
    """Files of the repository that were read."""

    def path(self, call: Call, path: str) -> str | None:
        """Return the path in the repository of a file that a command names; None where none is there."""
        written = join(call.folder or "", path)
        if self.locate is not None and (found := self.locate(written)) is not None:
            return found
        if self.files is None or self._is_foreign(located(call, "")):
            return None
        guesses = (written,) if self.locate is not None and call.folder else (written, path)
        for candidate in (resolve(self.folder, guess) for guess in guesses):
            if candidate is not None and is_file(self.files, candidate):
                return candidate
        return None

    def _is_foreign(self, folder: str) -> bool:
        """Whether a folder holds what was cloned from elsewhere: nothing of this repository lies there unseen."""
        return any(folder == one or folder.startswith(f"{one}/") for one in self.cloned)

    def read(self, path: str) -> Text | None:
        """Return the text of a file of the repository."""
        if path not in self.texts and self.files is not None:
            text = read_text(self.files, path)
            if text is not None:
                self.texts[path] = text
        return self.texts.get(path)

    def switched_on(self, names: frozenset[str], call: Call) -> bool:
        """Whether one of these variables is set, and to more than `0` or `false`."""
        given = self._variables(call)
        return any(
            name in given and given[name] not in {"", "0", "false", "no", "off"} for name in names
        )

    def set_to(self, settings: frozenset[str], call: Call) -> bool:
        """Whether one of these variables has the value beside it: `NODE_ENV=production`."""
        return any(f"{name}={value}" in settings for name, value in self._variables(call).items())

    def _variables(self, call: Call) -> Mapping[str, str | None]:
        return {
            **self.environment,
            **{name: word.text for name, word in call.assignments.items()},
        }


def nest(events: Sequence[Event]) -> None:
    """Join the calls of a script that run others elsewhere with those."""
    by_word = {id(event.call.words[0]): event for event in events}
    for event in events:
        through = event.call.through
        outer = by_word.get(id(through)) if through is not None else None
        if outer is not None and outer is not event:
            event.outer = outer
            outer.inner.append(event)


def decided(word: Word) -> Place:
    """Return where a word is decided: in one place elsewhere where a variable makes it up, else where it stands."""
    if word.plain:
        return word.place
    pieces = word.written.segments
    return pieces[0].place if len(pieces) == 1 else word.place


def hull(first: Word, last: Word) -> Place:
    """Return the place from one word to another; for words of one variable (`"$@"`), where those are decided."""
    start, end = first.place, last.place
    if start == end and first is not last:
        start, end = decided(first), decided(last)
    if start.file != end.file or end.span.end < start.span.start:
        return start
    return start.at(start.span.start, end.span.end)


def hidden(text: str, word: Word) -> bool:
    """Whether an unknown variable stands in a part of a word."""
    return bool(word.unresolved) and any(char in text for char in "$`…{}<")
