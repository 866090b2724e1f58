"""Reads the commands of one build stage or container in order, and says what they do once all are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from immutable_delivery.facts import Fact, Scope
from immutable_delivery.files import Files
from immutable_delivery.text import Place
from immutable_delivery.written import Written


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is run by its path, or a script that an interpreter is given."""

    path: Written
    extent: Place
    scope: Scope
    is_last: bool
    """Whether it is the last command of what was read: what the script ends in."""


class Interpreter:
    """One build stage or container."""

    def __init__(
        self,
        variables: Mapping[str, Written | None] | None = None,
        files: Files | None = None,
        folder: str = "",
        shell: str = "sh",
        locate: Callable[[str], str | None] | None = None,
    ) -> None:
        self.programs: list[Program] = []
        self.sourced: list[Program] = []

    def script(self, text: Written, scope: Scope, extent: Place, related: tuple[Place, ...] = (), escape: str = "\\") -> None:
        """Read a script."""

    def argv(self, words: Sequence[Written], scope: Scope, extent: Place, related: tuple[Place, ...] = ()) -> None:
        """Read an exec form."""

    def layer(self) -> None:
        """Begin another layer: the next RUN."""

    def assign(self, name: str, value: Written | None) -> None:
        """Set a variable for the commands that follow."""

    def finish(self) -> list[Fact]:
        """Return what the commands do."""
        return []
