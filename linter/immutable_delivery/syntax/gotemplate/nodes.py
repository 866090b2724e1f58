"""What a template is parsed to: tuples, made compactly because most templates of a chart are never executed.

Every node begins with its kind and the offsets where it stands.

| expression | after the offsets |
|---|---|
| dot, nil | |
| constant | the value |
| fields | names, of the dot |
| variable | slot, names |
| chain | expression, names |
| call | name of a function, arguments |
| group | expression in parentheses |
| method | fields, variable or chain, arguments |

| statement | after the offsets |
|---|---|
| text | |
| print | expression |
| assign | slot, expression |
| if, with | slot or None, expression, body, other body |
| range | slots, expression, body, other body |
| template | name, expression or None |
| break, continue | |
"""

from __future__ import annotations

from typing import Any

from immutable_delivery.records import Record
from immutable_delivery.syntax.gotemplate.source import Source

Node = tuple[Any, ...]


class Template(Record, frozen=True):
    """A named template."""

    name: str
    source: Source
    body: list[Node]
    slots: int
    """How many variables it has, with `$`."""
    start: int = 0
