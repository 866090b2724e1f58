"""A way through the words of a statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from immutable_delivery.records import Record
from immutable_delivery.syntax.sql.tokens import Token

_OPENING, _CLOSING = "(", ")"
_PLAIN = frozenset(("word", "mark"))


class Name(Record, frozen=True):
    """The name of a table or another object, where it is written."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """As it is compared: without quotes, in one case."""
        return unquoted(self.text)


def unquoted(text: str) -> str:
    """Return a name without its quotes, in one case."""
    return ".".join(part.strip(" \t\r\n\"`[]'").lower() for part in text.split("."))


class Cursor:
    """The tokens of a statement, and how far they are read; they are made as they are asked for."""

    def __init__(self, found: Iterator[Token]) -> None:
        self._coming = found
        self._held: list[Token] = []
        self.at = 0

    @property
    def tokens(self) -> Sequence[Token]:
        """All tokens."""
        self._held.extend(self._coming)
        return self._held

    def _token(self, at: int) -> Token | None:
        """Return one token, None behind the last."""
        if at >= len(self._held):
            self._held.extend(islice(self._coming, at + 1 - len(self._held)))
        return self._held[at] if at < len(self._held) else None

    @property
    def word(self) -> str:
        """The next word in upper case, or sign; empty at the end and before what is quoted."""
        token = self._token(self.at)
        return token.text if token and token.kind in _PLAIN else ""

    def take(self) -> str:
        """Return the next word, and go on."""
        word = self.word
        self.at += 1
        return word

    def ahead(self, count: int) -> Sequence[Token]:
        """Return some tokens without going on."""
        self._token(self.at + count - 1)
        return self._held[self.at : self.at + count]

    def skip(self, words: AbstractSet[str]) -> bool:
        """Go over all of these words that come next; tell whether there were any."""
        begun = self.at
        while self.word in words and self.word:
            self.at += 1
        return self.at > begun

    def name(self, before: AbstractSet[str]) -> tuple[Name, ...]:
        """Return the name behind words that may stand before one, none where none comes."""
        self.skip(before)
        first = self.at
        while (token := self._token(self.at)) and token.kind != "mark":
            self.at += 1
            if self.word not in {".", ".."}:
                break
            self.at += 1
        if self.at == first:
            return ()
        parts = self._held[first : self.at]
        text = "".join(part.text if part.kind != "word" else part.text.lower() for part in parts)
        return (Name(text, parts[0].start, parts[-1].end),)

    def quoted(self) -> tuple[Name, ...]:
        """Return the next string as a name."""
        for token in self.tokens[self.at :]:
            if token.kind == "string":
                return (Name(token.text.strip("'"), token.start, token.end),)
        return ()

    def listed(self, before: AbstractSet[str]) -> Iterator[Name]:
        """Yield names with commas between them."""
        while found := self.name(before):
            yield from found
            if not self.skip({","}):
                return

    def closed(self) -> None:
        """Go over what stands in brackets, where that comes next."""
        depth = 0
        while self.at < len(self.tokens):
            depth += (self.word == _OPENING) - (self.word == _CLOSING)
            if depth <= 0 and self.word != _CLOSING:
                return
            self.at += 1
            if depth == 0:
                return

    def until(self, words: AbstractSet[str]) -> None:
        """Go over all before one of these words outside of brackets, and over that."""
        depth = 0
        while self.at < len(self.tokens):
            word = self.take()
            depth += (word == _OPENING) - (word == _CLOSING)
            if depth == 0 and word in words:
                return

    def to_main(self, words: AbstractSet[str]) -> None:
        """Go to the first of these words outside of brackets, or to one that changes rows right behind an opening one."""
        depth, changing = 0, {"DELETE", "UPDATE", "MERGE"}
        for at in range(self.at, len(self.tokens)):
            token = self.tokens[at]
            word = token.text if token.kind in {"word", "mark"} else ""
            opened = at > 0 and self.tokens[at - 1].text == _OPENING
            if (depth == 0 and word in words and at > self.at) or (opened and word in changing):
                self.at = at
                return
            depth += (word == _OPENING) - (word == _CLOSING)

    def has(self, wanted: str) -> bool:
        """Whether a word follows outside of brackets."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token.text == _OPENING) - (token.text == _CLOSING)
            if depth == 0 and token.kind == "word" and token.text == wanted:
                return True
        return False

    def assigned(self) -> Iterator[str]:
        """Yield the columns that are given a value: `a = 1, b = (…), (c, d) = …`."""
        depth, fresh = 0, True
        for number, token in enumerate(self.tokens[self.at :], self.at):
            if depth == 0 and token.text in {"WHERE", "FROM", "RETURNING", "ORDER", "LIMIT"}:
                return
            depth += (token.text == _OPENING) - (token.text == _CLOSING)
            if fresh and token.kind in {"word", "name"}:
                following = self.tokens[number + 1 : number + 2]
                if not (following and following[0].text == "."):
                    yield unquoted(token.text)
                    fresh = depth > 0
            elif token.text == "," and (depth == 0 or fresh):
                fresh = True
            elif token.text == "=":
                fresh = False
