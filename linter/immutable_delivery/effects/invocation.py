"""A call of a package manager, as far as its words tell."""

from __future__ import annotations

from immutable_delivery.effects.arguments import Arguments
from immutable_delivery.effects.program_tables import Manager, Verb
from immutable_delivery.effects.stage import Event, hull
from immutable_delivery.records import Record
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.shell import Word


class Invocation(Record, frozen=True):
    """A package manager, what it is told to do, and with what."""

    event: Event
    manager: Manager
    verb: Verb
    arguments: Arguments
    count: int
    """How many operands the verb takes up."""
    command: tuple[str, ...]
    """The verb as written."""
    last: Word | None = None
    """The last word of the verb, where it is no operand."""

    @property
    def place(self) -> Place:
        """Where the manager and its verb are written."""
        first = self.event.call.words[0]
        last = self.arguments.operands[self.count - 1].word if self.count else self.last
        return hull(first, last) if last is not None else first.place

    @property
    def verb_place(self) -> Place:
        """Where the verb is written, or would be."""
        if not self.count:
            end = self.event.call.words[0].place
            return end.at(end.span.end, end.span.end)
        operands = self.arguments.operands
        return hull(operands[0].word, operands[self.count - 1].word)
