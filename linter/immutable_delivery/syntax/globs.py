"""Docker's two languages of file patterns: Go's filepath.Match, and the same with `**`.

Matched state by state, never by backtracking: a pattern is input like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Literal

from immutable_delivery.records import Record

Kind = Literal["one", "any", "star", "all", "folders", "class"]


class _Token(Record, frozen=True):
    kind: Kind
    chars: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False

    def takes(self, char: str) -> bool:
        """Whether the token matches this one character."""
        if self.kind == "one":
            return char == self.chars
        if self.kind in {"all", "folders"}:
            return True
        if self.kind == "class":
            return any(low <= char <= high for low, high in self.ranges) != self.negated
        return char != "/"


class Glob:
    """One pattern, ready to match paths."""

    __slots__ = ("_only", "_tail", "_tokens", "head", "literal")

    def __init__(self, pattern: str, *, deep: bool = False) -> None:
        self._tokens = _tokens(pattern, deep=deep)
        self.literal = all(token.kind == "one" for token in self._tokens)
        """Whether it matches one path only."""
        self.head = _written(self._tokens)
        """What every path begins with that fits; the path itself where it is literal."""
        self._tail = _written(self._tokens[::-1])[::-1]
        others = [token.kind for token in self._tokens if token.kind != "one"]
        self._only = others[0] if len(others) == 1 else ""

    def matches(self, path: str) -> bool:
        """Whether the whole path fits."""
        if self.literal or not (path.startswith(self.head) and path.endswith(self._tail)):
            return self.literal and path == self.head
        if self._only in {"star", "all"}:  # `*.md`, `docs/**`
            end = len(path) - len(self._tail)
            return end >= len(self.head) and (
                self._only == "all" or "/" not in path[len(self.head) : end]
            )
        states = self._entered({0}, set())
        inside: set[int] = set()
        for char in path:
            states, inside = self._step(states, inside, char)
            if not states and not inside:
                return False
        return len(self._tokens) in states

    def _step(self, states: set[int], inside: set[int], char: str) -> tuple[set[int], set[int]]:
        """Take one character; ``inside`` are the tokens for folders that wait for a slash."""
        reached: set[int] = set()
        within = set(inside)
        for state in states:
            if state == len(self._tokens) or not (token := self._tokens[state]).takes(char):
                continue
            if token.kind == "folders":
                within.add(state)
            else:
                reached.add(state if token.kind in {"star", "all"} else state + 1)
        if char == "/":
            reached |= {state + 1 for state in within}
        return self._entered(reached, set()), within

    def _entered(self, states: set[int], seen: set[int]) -> set[int]:
        """Add the states that are reached without a character."""
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            if state < len(self._tokens) and self._tokens[state].kind in {"star", "all", "folders"}:
                waiting.append(state + 1)
        return seen


def _written(tokens: Iterable[_Token]) -> str:
    """Return the characters with which tokens begin that stand for themselves."""
    return "".join(token.chars for token in takewhile(lambda one: one.kind == "one", tokens))


def is_glob(pattern: str) -> bool:
    """Whether a pattern means more than itself."""
    return any(char in pattern for char in "*?[\\")


def _tokens(pattern: str, *, deep: bool) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            token, at = _star(pattern, at, deep=deep)
        elif char == "?":
            token, at = _Token("any"), at + 1
        elif char == "[":
            token, at = _class(pattern, at)
        else:
            at += char == "\\" and at + 1 < len(pattern)
            token, at = _Token("one", pattern[at]), at + 1
        if not (tokens and token == tokens[-1] and token.kind in {"star", "all", "folders"}):
            tokens.append(token)
    return tokens


def _star(pattern: str, at: int, *, deep: bool) -> tuple[_Token, int]:
    if not deep or not pattern.startswith("**", at):
        return _Token("star"), at + 1
    start, at = at, at + 2
    at += pattern.startswith("/", at)
    if at >= len(pattern):
        return _Token("all"), at
    alone = start == 0 and not pattern.startswith("**/") and not is_glob(pattern[2:])
    return _Token("all" if alone else "folders"), at


def _class(pattern: str, start: int) -> tuple[_Token, int]:
    at = start + 1
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    while at < len(pattern) and (pattern[at] != "]" or not ranges):
        low, at = _class_char(pattern, at)
        high = low
        if pattern.startswith("-", at) and pattern[at + 1 : at + 2] not in {"", "]"}:
            high, at = _class_char(pattern, at + 1)
        ranges.append((low, high))
    if at >= len(pattern):
        return _Token("one", "["), start + 1
    return _Token("class", "", tuple(ranges), negated), at + 1


def _class_char(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at] == "\\" and at + 1 < len(pattern):
        at += 1
    return pattern[at], at + 1
