"""What a shell runs: simple commands in order, with what feeds them and what they write."""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.outside import Seen
from immutable_delivery.syntax.shell.source import Word


class Redirect(Record, eq=False):
    """A redirect; ``body`` is the text of a heredoc or here-string that it feeds in."""

    operator: str
    descriptor: str
    target: Word
    body: LocatedText | None = None
    literal: bool = False
    """Whether the shell leaves variables in the body alone."""
    string: bool = False
    """Whether the body is the target itself: a here-string."""
    values: Mapping[str, LocatedText] = field(default_factory=dict)
    """What the shell fills into the body, by the names of variables, as far as it is known."""

    @property
    def output(self) -> bool:
        """Whether standard output goes there."""
        return ">" in self.operator and self.descriptor in {"", "1"} and not self.duplicate

    @property
    def duplicate(self) -> bool:
        """Whether it only duplicates a descriptor (`2>&1`)."""
        return "&" in self.operator and (self.target.text.isdigit() or self.target.text == "-")


class Call(Record, eq=False):
    """A simple command as it is run in the end: wrappers unwrapped, its name without folders."""

    name: str
    """The last part of the path of the program; empty where a variable hides it."""
    words: list[Word]
    """The program and its arguments."""
    assignments: dict[str, Word] = field(default_factory=dict)
    """Variables set for this command alone."""
    redirects: list[Redirect] = field(default_factory=list)
    wrappers: tuple[str, ...] = ()
    """The programs it is run through: sudo, env, xargs …, outermost first."""
    inputs: tuple[int, ...] = ()
    """The calls that pipe into it."""
    folder: str | None = ""
    """The working directory: relative to where the script starts, absolute, or None where it is unknown."""
    forgiven: bool = False
    """Whether its failure changes nothing: `|| true` follows."""
    captured: bool = False
    """Whether it runs inside `$(…)` or `<(…)`."""
    seen: Seen | None = None
    """What a script finds of this shell that it reads in."""
    number: int = 0
    """Its number among the calls of the script; calls run in this order."""
    through: Word | None = None
    """The program by which it leaves the container (`nsenter`); None where it stays inside."""
    exported: dict[str, Word] = field(default_factory=dict)
    """Variables that this statement exports (`export A=b`)."""

    @property
    def arguments(self) -> list[Word]:
        """The words after the program."""
        return self.words[1:]

    @property
    def sudo(self) -> bool:
        """Whether it runs with another user's rights by sudo or doas."""
        return "sudo" in self.wrappers or "doas" in self.wrappers

    @property
    def text(self) -> str:
        """The command as one line, for a person."""
        return " ".join(word.text for word in self.words)

    @property
    def outputs(self) -> list[Redirect]:
        """The files that its standard output goes to."""
        return [redirect for redirect in self.redirects if redirect.output]
