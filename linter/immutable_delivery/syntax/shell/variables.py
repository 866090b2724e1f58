"""What a script knows of its variables: assigned here, given from outside, or known to exist only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.shell.outside import Seen
from immutable_delivery.syntax.shell.source import Word

MAX_VALUE = 16_000
"""Longer values, which doubling makes in no time, count as unknown."""
MAX_SPENT = 5_000_000
"""After so many characters of values every further one is unknown."""
MAX_COMMAND = 2_000
"""A text with parts that have no value is no command where it is longer."""
MAX_LIKELY = 5
"""So deep variables are looked for in what others may hold."""

_PRINTERS = lazy(r"\s*(?:(?:echo|printf|:|true)\b.*)?")
"""What stands before a command that is only shown: a dry run."""

Value = Word | list[Word] | None
"""A word, an array, or None: it has a value that nothing tells."""
_ABSENT = object()


class Given(Protocol):
    """The variables that a script finds when it starts."""

    def __contains__(self, name: str, /) -> bool:
        """Whether there is one of this name."""

    def __getitem__(self, name: str, /) -> LocatedText | None:
        """Return its value, None where nothing tells it; KeyError where there is none."""


class Asked:
    """The variables that a script finds, and what it has asked of them."""

    def __init__(self, given: Mapping[str, LocatedText | None]) -> None:
        self._given = given
        self.answers: dict[str, object] = {}

    def __contains__(self, name: str) -> bool:
        """Whether there is one of this name."""
        return self.answers.setdefault(name, self._given.get(name, _ABSENT)) is not _ABSENT

    def __getitem__(self, name: str) -> LocatedText | None:
        """Return its value, None where nothing tells it; KeyError where there is none."""
        if name not in self:
            raise KeyError(name)
        return self._given[name]

    @staticmethod
    def still(answers: Mapping[str, object], given: Mapping[str, LocatedText | None]) -> bool:
        """Whether every question would have the same answer."""
        return all(given.get(name, _ABSENT) == value for name, value in answers.items())


class Values:
    """What is given from outside and what is assigned since: only what is asked for becomes a word.

    An image may set a thousand variables and run a thousand scripts; none of them uses many.
    """

    __slots__ = ("_given", "_own")

    def __init__(
        self,
        given: Given,
        own: Mapping[str, Value | _Gone] | None = None,
    ) -> None:
        self._given = given
        self._own: dict[str, Value | _Gone] = dict(own or {})

    def __contains__(self, name: str) -> bool:
        return self._own[name] is not _GONE if name in self._own else name in self._given

    def __setitem__(self, name: str, value: Value) -> None:
        self._own[name] = value

    def __getitem__(self, name: str) -> Value:
        own = self._own[name] if name in self._own else self._word(name)
        if isinstance(own, _Gone):
            raise KeyError(name)
        return own

    def _word(self, name: str) -> Value:
        given = self._given[name]
        return None if given is None else Word.of(given)

    def get(self, name: str, default: Value | str = None) -> Value | str:
        """Return the value of a variable, the default where it has none."""
        try:
            return self[name]
        except KeyError:
            return default

    def only(self, names: Iterable[str]) -> dict[str, Value]:
        """Return the values of these names, of those that have one."""
        return {name: self[name] for name in names if name in self}

    def update(self, values: Mapping[str, Value]) -> None:
        """Assign several."""
        self._own.update(values)

    def drop(self, name: str) -> None:
        """Forget a variable."""
        self._own[name] = _GONE

    def copy(self) -> Values:
        """Return another that may change by itself."""
        return Values(self._given, self._own)


class _Gone:
    """Stands for a variable that a script has unset."""


_GONE = _Gone()
Mark = tuple[Values, int]


class Variables:
    """The variables of a shell, and which of them a branch or loop has changed."""

    def __init__(self, given: Given) -> None:
        self.values = Values(given)
        self._origins: dict[str, tuple[int, ...]] = {}
        self._changed: list[tuple[str, Value]] = []
        self._held: dict[str, LocatedText] = {}
        """What those hold in one of the branches whose value is unknown after them."""
        self._spent = 0

    def set(self, name: str, value: Value, *, sure: bool = True) -> None:
        """Assign; where it is not sure that the assignment runs, a different value makes it unknown."""
        self._changed.append((name, value))
        if isinstance(value, Word):
            self._origins[name] = value.calls
            old = self.values.get(name, value)
            same = isinstance(old, Word) and old.text in {"", value.text}
            if len(value.text) > MAX_VALUE or not (sure or same):
                self._hold(name, (old, value))
                value = None
        elif value is not None and len(value) > MAX_VALUE // 10:
            value = None
        elif value is None:
            self._held.pop(name, None)
        self.values[name] = value

    def _hold(self, name: str, values: Iterable[Value | str]) -> None:
        """Remember one of the values that branches give; one that is only shown counts as none."""
        texts = [one.written for one in values if isinstance(one, Word)]
        texts = [one for one in texts if len(one.text) <= MAX_COMMAND]
        run = (one for one in texts if not _PRINTERS.fullmatch(one.text))
        if texts:
            self._held[name] = next(run, texts[0].slice(0, 0))

    def hold(self, name: str, written: LocatedText) -> None:
        """Remember what a variable, or a substitution, may hold whose value nothing tells for certain."""
        self._held[name] = written

    def likely(self, name: str, within: tuple[str, ...] = ()) -> LocatedText | None:
        """Return what a variable holds in one of the branches that set it; None where nothing tells."""
        value = self.values.get(name)
        own = value.written if isinstance(value, Word) else None
        written = self._held.get(name, own)
        if written is None or written.known or len(within) == MAX_LIKELY:
            return written
        if len(written.text) > MAX_COMMAND:
            return None
        return LocatedText.joined(self._put_in(written, (*within, name)), written.used_at)

    def _put_in(self, written: LocatedText, within: tuple[str, ...]) -> Iterator[LocatedText]:
        """Yield a text with what others hold put in, as long as that stays short."""
        held: dict[str, LocatedText | None] = dict.fromkeys(within)
        at, left = 0, MAX_COMMAND
        for match in _unknown(written.unresolved).finditer(written.text):
            name = match[1] or match[0]
            if name not in held:
                held[name] = self.likely(name, within)
            one = held[name]
            if one is not None and (left := left - len(one.text)) >= 0:
                yield written.slice(at, match.start())
                yield one
                at = match.end()
        yield written.slice(at)

    def unset(self, name: str) -> None:
        """Forget a variable."""
        self.values.drop(name)
        self._changed.append((name, None))

    def settled(self, name: str) -> bool:
        """Whether the script or its surroundings say something of the variable."""
        return name in self.values

    def calls(self, name: str) -> tuple[int, ...]:
        """Return the calls whose output the variable holds."""
        return self._origins.get(name, ())

    def get(self, name: str, operator: str = "") -> Value | str:
        """Return the value; "" where it is unset (or, with a colon, empty), None where it is unknown."""
        if operator == "?!":
            return None
        value = self.values.get(name, "")
        if isinstance(value, Word):
            self._spent += len(value.text)
            if value.text == "" and operator[:1] == ":":
                return ""
        return value if self._spent <= MAX_SPENT else None

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __getitem__(self, name: str) -> LocatedText | None:
        value = self.values[name]
        return value.written if isinstance(value, Word) and value.known else None

    def seen(self) -> Seen:
        """Return what has been set, as it is now."""
        names = [name for name in self._names() if name in self.values]
        known = {name: self[name] for name in names}
        likely = ((name, self.likely(name)) for name, value in known.items() if value is None)
        return Seen(known, {name: text for name, text in likely if text is not None and text.known})

    def learn(self, seen: Seen) -> None:
        """Take over what another shell has set."""
        for name, value in seen.values.items():
            self.set(name, None if value is None else Word.of(value))
        self._held.update(seen.likely)

    def _names(self) -> Iterable[str]:
        return dict.fromkeys(name for name, _ in self._changed)

    def mark(self) -> Mark:
        """Remember the state before a branch, loop or subshell."""
        return self.values.copy(), len(self._changed)

    def branch(self, mark: Mark) -> None:
        """Return to a remembered state for another branch."""
        self.values = mark[0].copy()

    def restore(self, mark: Mark) -> None:
        """Return to a remembered state: what a subshell did is gone."""
        self.values = mark[0].copy()
        del self._changed[mark[1] :]

    def blur(self, mark: Mark) -> None:
        """Return to a remembered state after a branch or loop: what it changed is unknown."""
        before, changed = mark[0], self._changed[mark[1] :]
        self.values = before.copy()
        given: dict[str, list[Value | str]] = {}
        for name, value in changed:
            given.setdefault(name, [before.get(name)]).append(value)
        for name, values in given.items():
            self._hold(name, values)
            self.values[name] = None


def _unknown(missing: Iterable[str]) -> re.Pattern[str]:
    """Match what has no value in a text: substitutions as they are written, variables by their names."""
    whole = [re.escape(text) for text in missing if text[:1] in {"$", "`"}]
    return re.compile("|".join([*whole, r"\$\{?([A-Za-z_]\w*)\}?"]))
