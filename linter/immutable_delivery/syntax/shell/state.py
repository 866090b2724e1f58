"""What reading a script needs at hand, and what whoever reads a part of it can ask to be run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.shell.calls import Call, Redirect
from immutable_delivery.syntax.shell.expansion import Expander
from immutable_delivery.syntax.shell.outside import NOTHING, Outside
from immutable_delivery.syntax.shell.pathnames import PATHS, path_of
from immutable_delivery.syntax.shell.shells import printed
from immutable_delivery.syntax.shell.source import Source, Word
from immutable_delivery.syntax.shell.variables import Given, Variables
from immutable_delivery.syntax.shell.wrappers import Wrappers, name_of

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_STEPS = 10_000
MAX_NESTING = 24
"""Hostile scripts end soon, and what is left out is named."""

_SILENT = frozenset(("cd", "pushd", "set", "true", ":"))
_EMPTY = Source(LocatedText.literal("", Place("", Span(0, 0))))


class Limits(Record):
    """What has been read so far, and how deep it goes."""

    most: int = MAX_STEPS
    nesting: int = 0
    steps: int = 0
    exceeded: bool = False
    """Whether something was left out."""

    def step(self) -> bool:
        """Take a step; False where there are no more."""
        self.steps += 1
        self.exceeded |= self.steps > self.most
        return self.steps <= self.most

    def enter(self) -> bool:
        """Go one level deeper; False where that is too deep, or too much has been read."""
        if self.nesting >= MAX_NESTING or not self.step():
            self.exceeded = True
            return False
        self.nesting += 1
        return True

    def leave(self) -> None:
        """Come back from a level."""
        self.nesting -= 1


class Interpreter(ABC):
    """The state of a shell; assignments, compound commands and builtins change it and have their parts run by it."""

    def __init__(self, variables: Given, wrappers: Wrappers, outside: Outside = NOTHING) -> None:
        self.variables = Variables(variables)
        self.outside = outside
        self.wrappers = wrappers
        self.calls: list[Call] = []
        self.folder: str | None = ""
        self.limits = Limits()
        self.functions: dict[str, tuple[Source, Node]] = {}
        self.aliases: dict[str, Word] = {}
        self.source = _EMPTY
        self.expander = Expander(_EMPTY, self.variables, self.substitute, self.printed)
        self.fed: list[Redirect] = []
        """The here-documents that feed what is around: a group, a loop, a function."""
        self.rounds = 1
        """How many times the loops around it run what is read."""

    @property
    def incomplete(self) -> bool:
        """Whether something could not be read: too deep, too long, or no shell."""
        return self.limits.exceeded

    @contextmanager
    def reading(self, source: Source) -> Iterator[None]:
        """Read another script for a while: nested, or the one that a function comes from."""
        before = self.source, self.expander
        self.source = source
        self.expander = Expander(source, self.variables, self.substitute, self.printed)
        yield
        self.source, self.expander = before

    @contextmanager
    def fed_by(self, redirects: list[Redirect]) -> Iterator[None]:
        """Run with the here-documents among these on the standard input."""
        before = self.fed
        self.fed = [one for one in redirects if one.body is not None] or before
        yield
        self.fed = before

    def printed(self, calls: list[int]) -> LocatedText | None:
        """Return what calls print, where that is one line that stands there, or a path that they tell."""
        told = [self.calls[number] for number in calls if self.calls[number].name not in _SILENT]
        one = told[0] if len(told) == 1 else None
        if one is None or one.inputs:
            return None
        if len(told) < len(calls) or one.name in PATHS:
            return path_of(one)
        lines = printed(one) if one.name != "cat" else None
        return lines[0] if lines and len(lines) == 1 else None

    def call(self, words: list[Word]) -> list[int]:
        """Run an exec form: words as they are, no shell between."""
        return self.emit(Call(name_of(words[0]), words)) if words else []

    @abstractmethod
    def run(self, text: LocatedText, escape: str = "\\", hidden: tuple[str, ...] = ()) -> list[int]:
        """Run a script; return the calls whose output is the script's."""

    @abstractmethod
    def learn(self, text: LocatedText) -> None:
        """Take over the variables that another script sets; what it runs is read where it stands."""

    @abstractmethod
    def block(self, nodes: Iterable[Node]) -> list[int]:
        """Run statements one after the other."""

    @abstractmethod
    def statement(self, node: Node) -> list[int]:
        """Run commands that pipes and operators join."""

    @abstractmethod
    def compound(self, node: Node, *, sure: bool = True) -> list[int]:
        """Run a compound command."""

    @abstractmethod
    def inside(self, nodes: Iterable[Node]) -> list[int]:
        """Run a subshell: its variables and folder end with it."""

    @abstractmethod
    def substitute(self, node: Node) -> list[int]:
        """Run what a substitution holds; return the calls whose output it is."""

    @abstractmethod
    def emit(self, call: Call) -> list[int]:
        """Add a call, or what it wraps; return the calls that write to its standard output."""
