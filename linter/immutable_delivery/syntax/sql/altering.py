"""What an ALTER TABLE does: each of its actions, of which the one that takes most away speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from immutable_delivery.records import Record
from immutable_delivery.syntax.sql.cursor import Cursor, unquoted
from immutable_delivery.syntax.sql.tokens import Token

_PARTS = frozenset(
    "CONSTRAINT INDEX KEY PRIMARY FOREIGN CHECK DEFAULT IDENTITY EXPRESSION NOT PERIOD SYSTEM UNIQUE FULLTEXT SPATIAL STATISTICS"
    " PROJECTION TRIGGER".split()
)
_GUARDS = frozenset(("IF", "NOT", "EXISTS", "COLUMN"))
_SETTINGS = frozenset(("SET", "DROP", "ADD", "RESTART", "RESET", ""))
"""What an ALTER of a column may go on with, where that is no type."""
_NAMED_PARTS = frozenset(("INDEX", "KEY", "CONSTRAINT"))


class Altered(Record, frozen=True):
    """What an ALTER does."""

    verb: str
    kind: str = ""
    columns: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    renamed: str = ""


_SPEAKING = (
    ("drop", "column"),
    ("drop", "partition"),
    ("rename", "table"),
    ("rename", "column"),
    ("retype", "column"),
    ("drop", "not null"),
)
"""What speaks for an ALTER of several actions, the most that is taken away first."""


def altered(cursor: Cursor) -> Altered:
    """Return what the actions of an ALTER TABLE do, by the one that takes most away."""
    actions = [_action(tokens) for tokens in _actions(cursor)]
    added = tuple(name for action in actions for name in action.added)
    for verb, kind in _SPEAKING:
        same = [action for action in actions if (action.verb, action.kind) == (verb, kind)]
        if same:
            columns = tuple(name for action in same for name in action.columns)
            renamed = next((action.renamed for action in same if action.renamed), "")
            return Altered(verb, kind, columns, added, renamed)
    return Altered("alter", "table", (), added)


def _actions(cursor: Cursor) -> Iterator[list[Token]]:
    """Yield the words of each action: commas outside of brackets part them."""
    depth, held = 0, list[Token]()
    for token in cursor.tokens[cursor.at :]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind == "mark" and token.text == ",":
            yield held
            held = []
        else:
            held.append(token)
    yield held


def _action(tokens: list[Token]) -> Altered:
    words = [token.text if token.kind == "word" else "" for token in tokens]
    reader = _READERS.get(words[0]) if words else None
    return reader(tokens, words) if reader else Altered("alter", "table")


def _adding(tokens: list[Token], words: list[str]) -> Altered:
    return Altered("alter", "table", (), tuple(_added(tokens, words)))


def _modifying(tokens: list[Token], words: list[str]) -> Altered:
    return Altered("retype", "column", _names(tokens, words, 1))


def _going_on(tokens: list[Token], words: list[str]) -> Altered:
    """Tell what SQL Server drops behind a comma: `DROP CONSTRAINT a, COLUMN b`."""
    return Altered("drop", "column", _names(tokens, words, 0))


def _dropping(tokens: list[Token], words: list[str]) -> Altered:
    if words[1:2] == ["PARTITION"]:
        return Altered("drop", "partition")
    if words[1:2] and words[1] in _PARTS:
        return Altered("alter", "table")
    return Altered("drop", "column", _names(tokens, words, 1))


def _renaming(tokens: list[Token], words: list[str]) -> Altered:
    if words[1:2] and words[1] in _NAMED_PARTS:
        return Altered("alter", "table")
    if words[1:2] == ["COLUMN"] or "TO" in words[2:4]:
        return Altered("rename", "column", _names(tokens, words, 1))
    return Altered("rename", "table", renamed=unquoted(tokens[-1].text))


def _changing(tokens: list[Token], words: list[str]) -> Altered:
    """Tell whether MySQL's CHANGE gives a column another name."""
    at = 2 if words[1:2] == ["COLUMN"] else 1
    names = [unquoted(token.text) for token in tokens[at : at + 2]]
    return Altered("retype" if len(set(names)) == 1 else "rename", "column", tuple(names[:1]))


def _altering(tokens: list[Token], words: list[str]) -> Altered:
    """Tell whether a column gets another type, or may be empty from now on."""
    if words[1:2] and words[1] in _PARTS:
        return Altered("alter", "table")
    at = 2 if words[1:2] == ["COLUMN"] else 1
    names, rest = _names(tokens, words, at), words[at + 1 :]
    if rest[:3] == ["DROP", "NOT", "NULL"]:
        return Altered("drop", "not null", names)
    states = rest[:1] == ["TYPE"] or rest[:3] == ["SET", "DATA", "TYPE"]
    if states or (rest[:1] and rest[0] not in _SETTINGS):
        return Altered("retype", "column", names)
    return Altered("alter", "table")


def _added(tokens: list[Token], words: list[str]) -> Iterator[str]:
    """Yield the columns that are added, `(a int, b int)` too."""
    if words[1:2] and words[1] in _PARTS | {"PARTITION"}:
        return
    fresh, depth = True, 0
    for token, word in zip(tokens[1:], words[1:], strict=True):
        depth += (token.text == "(") - (token.text == ")")
        if fresh and word not in _GUARDS and token.kind != "mark":
            yield unquoted(token.text)
            fresh = False
        elif token.text == "," and depth == 1:
            fresh = True


def _names(tokens: list[Token], words: list[str], at: int) -> tuple[str, ...]:
    while at < len(words) and words[at] in _GUARDS:
        at += 1
    return tuple(unquoted(token.text) for token in tokens[at : at + 1])


_READERS: Mapping[str, Callable[[list[Token], list[str]], Altered]] = {
    "DROP": _dropping, "RENAME": _renaming, "CHANGE": _changing, "MODIFY": _modifying, "ALTER": _altering, "ADD": _adding, "COLUMN": _going_on,
}  # fmt: skip
