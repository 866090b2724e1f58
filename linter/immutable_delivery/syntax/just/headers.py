"""What stands before and behind the colon of a recipe of just: attributes, parameters, what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from immutable_delivery.records import Record
from immutable_delivery.syntax.just.tokens import Expression, Token, content, turn


class Parameter(Record, frozen=True):
    """What a recipe is given."""

    name: str
    default: Expression = ()
    several: bool = False
    exported: bool = False


def attributes(words: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield the names of `[no-cd, working-directory: 'x']`, and again with what they are given."""
    name = ""
    for word in words:
        if word.kind == "name":
            name = word.text
            yield name, ""
        elif word.kind == "string" and name:
            yield name, content(word).text


def parameters(words: Sequence[Token]) -> Iterator[Parameter]:
    """Yield `name`, `name=default`, `*names`, `$exported`."""
    marks, at = set[str](), 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.kind != "name":
            marks.add(word.text)
            continue
        default: Expression = ()
        if words[at : at + 1] and words[at].text == "=":
            end = _value_end(words, at + 1)
            default, at = tuple(words[at + 1 : end]), end
        yield Parameter(word.text, default, bool(marks & {"*", "+"}), "$" in marks)
        marks = set()


def _value_end(words: Sequence[Token], at: int) -> int:
    """Return where a value ends: one word, or what stands in brackets."""
    depth = 0
    while at < len(words):
        depth += turn(words[at])
        at += 1
        if depth <= 0 and not (words[at : at + 1] and words[at].text == "("):
            break
    return at


def needs(words: Sequence[Token]) -> Iterator[str]:
    """Yield the recipes that are run before and behind: `a (b "x") && c::d`."""
    depth, before, held = 0, "", ""
    for word in words:
        if word.kind == "name" and before == "::":
            held = f"{held}::{word.text}"
        elif word.kind == "name" and (not depth or before == "("):
            yield held
            held = word.text
        depth, before = depth + turn(word), word.text
    yield held
