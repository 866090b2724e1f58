"""What a script knows of its variables: assigned here, given from outside, or known to exist only."""

from __future__ import annotations

from collections.abc import Mapping

from immutable_delivery.formats.shell.source import Word
from immutable_delivery.written import Written

MAX_VALUE = 16_000
"""Longer values, which doubling makes in no time, count as unknown."""
MAX_SPENT = 5_000_000
"""After so many characters of values every further one is unknown."""

Value = Word | list[Word] | None
"""A word, an array, or None: it has a value that nothing tells."""
Mark = tuple[dict[str, Value], int]


class Variables:
    """The variables of a shell, and which of them a branch or loop has changed."""

    def __init__(self, given: Mapping[str, Written | None]) -> None:
        self.values: dict[str, Value] = {
            name: None if value is None else Word.of(value) for name, value in given.items()
        }
        self._origins: dict[str, tuple[int, ...]] = {}
        self._changed: list[str] = []
        self._spent = 0

    def set(self, name: str, value: Value, *, sure: bool = True) -> None:
        """Assign; where it is not sure that the assignment runs, a different value makes it unknown."""
        if isinstance(value, Word):
            self._origins[name] = value.calls
            old = self.values.get(name, value)
            same = isinstance(old, Word) and old.text in {"", value.text}
            if len(value.text) > MAX_VALUE or not (sure or same):
                value = None
        elif value is not None and len(value) > MAX_VALUE // 10:
            value = None
        self.values[name] = value
        self._changed.append(name)

    def unset(self, name: str) -> None:
        """Forget a variable."""
        self.values.pop(name, None)
        self._changed.append(name)

    def settled(self, name: str) -> bool:
        """Whether the script or its surroundings say something of the variable."""
        return name in self.values

    def calls(self, name: str) -> tuple[int, ...]:
        """Return the calls whose output the variable holds."""
        return self._origins.get(name, ())

    def get(self, name: str, operator: str = "") -> Value | str:
        """Return the value; "" where it is unset (or, with a colon, empty), None where it is unknown."""
        if operator == "%":
            return None
        value = self.values.get(name, "")
        if isinstance(value, Word):
            self._spent += len(value.text)
            if value.text == "" and operator[:1] == ":":
                return ""
        return value if self._spent <= MAX_SPENT else None

    def mark(self) -> Mark:
        """Remember the state before a branch, loop or subshell."""
        return dict(self.values), len(self._changed)

    def branch(self, mark: Mark) -> None:
        """Return to a remembered state for another branch."""
        self.values = dict(mark[0])

    def restore(self, mark: Mark) -> None:
        """Return to a remembered state: what a subshell did is gone."""
        self.values = dict(mark[0])
        del self._changed[mark[1] :]

    def blur(self, mark: Mark) -> None:
        """Return to a remembered state after a branch or loop: what it changed is unknown."""
        self.values = dict(mark[0])
        for name in self._changed[mark[1] :]:
            self.values[name] = None
