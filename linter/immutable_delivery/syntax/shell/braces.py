"""`lib{a,b}`: the shell expands braces before anything else."""

from __future__ import annotations

from itertools import product
from math import prod

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import Piece, Written
from immutable_delivery.syntax.shell.source import Word

MAX_WORDS = 64
_BRACES = lazy(r"\{([^{}]*,[^{}]*)\}")


def unbraced(words: list[Word]) -> list[Word]:
    """Return the words with their braces expanded, as long as they stay few."""
    if not any("{" in word.text for word in words):
        return words
    return [part for word in words for part in _expanded(word)]


def _expanded(word: Word) -> list[Word]:
    pieces = _BRACES.split(word.text) if word.known and not word.quoted else [word.text]
    choices = [piece.split(",") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    if len(pieces) == 1 or prod(map(len, choices)) > MAX_WORDS:
        return [word]
    place = word.place
    texts = ["".join(choice) for choice in product(*choices)]
    return [Word.of(Written(text, (Piece(text, place, aligned=False),), place)) for text in texts]
