"""What a template is parsed to: tuples, made compactly because most templates of a chart are never executed.

Every node begins with its kind and the offsets where it stands; those of expressions are counted from the start of their action.
"Used" are the slots of the variables that an expression names.

| expression | after the offsets |
|---|---|
| dot, nil | |
| constant | the value |
| fields | names, of the dot |
| variable | name, names |
| chain | expression, names |
| call | name of a function, arguments |
| group, piped | expression in parentheses, or before a pipe |
| method | fields, variable or chain, arguments |

| statement | after the offsets |
|---|---|
| text | |
| print | expression, used |
| assign | slot, expression, used |
| if, with, range | slots, expression, used, body, other body |
| template | name, expression or None, used |
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

    @property
    def empty(self) -> bool:
        """Whether it is blank: such a one replaces no other."""
        text = self.source.text
        return all(node[0] == "text" and text[node[1] : node[2]].isspace() for node in self.body)
