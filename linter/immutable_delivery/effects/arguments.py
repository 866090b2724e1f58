"""The words of a command told apart: options with their values, and operands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fnmatch import fnmatchcase

from immutable_delivery.records import Record, field, replace
from immutable_delivery.syntax.shell import Word
from immutable_delivery.syntax.shell.wrappers import tail


class Options(Record, frozen=True):
    """What a program's options take."""

    values: frozenset[str] = frozenset()
    """Options with a value: in the same word or the next."""
    switches: frozenset[str] = frozenset()
    """Options without; where they are listed, others are not known."""
    unknown: str = "switch"
    """What an option is that neither list names: switch, value, or doubt."""
    joined: bool = False
    """Whether long options have one dash (`-tags netgo`), so that letters do not cluster."""

    def __or__(self, other: Options) -> Options:
        """Return these options with those of another program that are not among them."""
        values = self.values | (other.values - self.switches)
        switches = self.switches | (other.switches - self.values)
        return replace(self, values=values, switches=switches)


PLAIN = Options()
"""No option takes the next word."""


class Option(Record, frozen=True):
    """An option as given."""

    name: str
    word: Word
    value: Word | None = None


class Operand(Record, frozen=True):
    """A word that is no option; ``doubtful`` where it may be the value of an unknown one."""

    word: Word
    doubtful: bool = False


class Arguments(Record):
    """The arguments of a command."""

    options: list[Option] = field(default_factory=list)
    operands: list[Operand] = field(default_factory=list)
    passed: list[Word] = field(default_factory=list)
    """What follows `--`."""

    def given(self, names: Collection[str]) -> Option | None:
        """Return the first option that one of the names stands for: `-k`, or `-X=POST` with its value."""
        for option in self.options:
            if option.name in names or (option.value is not None and stands(option, names)):
                return option
        return None

    def all(self, names: Collection[str]) -> list[Option]:
        """Return every option that one of the names stands for, as they come."""
        return [option for option in self.options if stands(option, names)] if names else []

    def value(self, names: Collection[str]) -> Word | None:
        """Return the value of the first option that one of the names stands for."""
        option = self.given(names)
        return option.value if option is not None else None

    def values(self, names: Collection[str]) -> list[Word]:
        """Return the values of every option that one of the names stands for."""
        return [option.value for option in self.all(names) if option.value is not None]

    @property
    def texts(self) -> list[str]:
        """The operands as text."""
        return [operand.word.text for operand in self.operands]


def stands(option: Option, names: Collection[str]) -> bool:
    """Whether one of the names is the option's: `--flag`, or `--flag=value` with a glob for the value."""
    if option.name in names:
        return True
    if option.value is None:
        return False
    text, start = option.value.text.strip("'\""), f"{option.name}="
    return any(name.startswith(start) and fnmatchcase(text, name[len(start) :]) for name in names)


def parse(
    words: Sequence[Word],
    options: Options,
    stop: int | None = None,
    skip: Callable[[Word], bool] | None = None,
) -> Arguments:
    """Tell options from operands; after ``stop`` operands everything is an operand. What ``skip`` fits is neither."""
    reader = _Reader(words, options, skip)
    while reader.at < len(words):
        if stop is not None and len(reader.found.operands) >= stop:
            reader.found.operands += [Operand(word) for word in words[reader.at :]]
            break
        reader.step()
    return reader.found


class _Reader:
    def __init__(
        self, words: Sequence[Word], options: Options, skip: Callable[[Word], bool] | None
    ) -> None:
        self.words = words
        self.skip = skip
        self.options = options
        self.at = 0
        self.doubt = False
        self.found = Arguments()

    def step(self) -> None:
        word = self.words[self.at]
        text = word.text
        self.at += 1
        doubt, self.doubt = self.doubt, False
        if text == "--" and not word.process:
            self.found.passed = list(self.words[self.at :])
            self.at = len(self.words)
        elif self.skip is not None and self.skip(word):
            pass
        elif text[:1] != "-" or len(text) == 1:
            self.found.operands.append(Operand(word, doubt))
        elif text.startswith("--") or self.options.joined:
            self._long(word, text)
        else:
            self._short(word, text)

    def _long(self, word: Word, text: str) -> None:
        name, equals, _ = text.partition("=")
        if self.options.joined and name.startswith("--"):
            name = name[1:]
        if equals:
            self._add(name, word, tail(word, len(text.partition("=")[0]) + 1))
        elif name in self.options.values:
            self._add(name, word, self._next())
        else:
            self._add(name, word, self._maybe(name))

    def _maybe(self, name: str) -> Word | None:
        """Return the value of an option that nobody knows, where such options take one."""
        if name in self.options.switches or self.options.unknown == "switch":
            return None
        if self.options.unknown == "value" and self.at < len(self.words):
            return self._next() if self.words[self.at].text[:1] != "-" else None
        self.doubt = True
        return None

    def _short(self, word: Word, text: str) -> None:
        if text in self.options.values:
            self._add(text, word, self._next())
            return
        if text in self.options.switches:
            self._add(text, word, None)
            return
        for index, letter in enumerate(text[1:-1], 1):
            name = f"-{letter}"
            if name in self.options.values:
                start = index + 1 + text.startswith("=", index + 1)
                self._add(name, word, tail(word, start))
                return
            self._add(name, word, None)
        last = f"-{text[-1]}"
        self._add(last, word, self._next() if last in self.options.values else self._maybe(last))

    def _next(self) -> Word | None:
        if self.at >= len(self.words):
            return None
        self.at += 1
        return self.words[self.at - 1]

    def _add(self, name: str, word: Word, value: Word | None) -> None:
        self.found.options.append(Option(name, word, value))
