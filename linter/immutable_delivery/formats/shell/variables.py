"""What a script knows of its variables: assigned here, given from outside, or known to exist only."""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.formats.shell.source import Word
from immutable_delivery.written import Written

Value = Word | list[Word] | None
"""A word, an array, or None: it has a value that nothing tells."""


class Variables:
    """The variables of a shell, and which of them a branch or loop has changed."""

    def __init__(self, given: Mapping[str, Written | None]) -> None:
        self.values: dict[str, Value] = {
            name: None if value is None else Word.of(value) for name, value in given.items()
        }
        self.origins: dict[str, tuple[int, ...]] = {}
        """The calls whose output a variable holds."""
        self.changed: list[str] = []

    def set(self, name: str, value: Value, *, sure: bool = True) -> None:
        """Assign; where it is not sure that the assignment runs, a different value makes it unknown."""
        if isinstance(value, Word):
            self.origins[name] = value.calls
            old = self.values.get(name, value)
            if not sure and not (isinstance(old, Word) and old.text in {"", value.text}):
                value = None
        self.values[name] = value
        self.changed.append(name)

    def unset(self, name: str) -> None:
        """Forget a variable."""
        self.values.pop(name, None)
        self.changed.append(name)

    def settled(self, name: str) -> bool:
        """Whether the script or its surroundings say something of the variable."""
        return name in self.values

    def calls(self, name: str) -> tuple[int, ...]:
        """Return the calls whose output the variable holds."""
        return self.origins.get(name, ())

    def get(self, name: str, operator: str = "") -> Value | str:
        """Return the value; "" where it is unset (or, for operators with a colon, empty), None where unknown."""
        if operator == "%" or name not in self.values:
            return None if operator == "%" else ""
        value = self.values[name]
        if operator[:1] == ":" and isinstance(value, Word) and value.text == "":
            return ""
        return value

    def mark(self) -> tuple[dict[str, Value], int]:
        """Remember the state before a branch, loop or subshell."""
        return dict(self.values), len(self.changed)

    def restore(self, mark: tuple[dict[str, Value], int]) -> None:
        """Return to a remembered state: what a subshell did is gone."""
        self.values = dict(mark[0])
        del self.changed[mark[1] :]

    def blur(self, mark: tuple[dict[str, Value], int]) -> None:
        """Return to a remembered state after a branch or loop: what it changed is unknown."""
        values, changed = dict(mark[0]), self.changed[mark[1] :]
        for name in changed:
            values[name] = None
        self.values = values
