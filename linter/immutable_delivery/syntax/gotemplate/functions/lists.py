"""Functions on lists; none changes its list."""

from __future__ import annotations

from typing import Any

from immutable_delivery.syntax.gotemplate.equality import deep_equal
from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.conversion import texts, to_int, to_text
from immutable_delivery.syntax.gotemplate.functions.defaults import present
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.typenames import type_name
from immutable_delivery.syntax.gotemplate.values import StringList, Unknown, Value, kind

List = list[Any]


def _items(value: Value) -> List:
    if not isinstance(value, list):
        raise FunctionError(
            f"needs a list, and this is {'missing' if value is None else f'a {kind(value)}'}"
        )
    return value


def _list(*values: Value) -> List:
    return list(values)


def _first(value: Value) -> Value:
    return next(iter(_items(value)), None)


def _last(value: Value) -> Value:
    items = _items(value)
    return items[-1] if items else None


def _rest(run: Run, value: Value) -> List:
    return _counted(run, _items(value)[1:])


def _initial(run: Run, value: Value) -> List:
    return _counted(run, _items(value)[:-1])


def _append(run: Run, value: Value, item: Value) -> Value:
    return value if isinstance(value, Unknown) else _counted(run, [*_items(value), item])


def _prepend(run: Run, value: Value, item: Value) -> Value:
    return value if isinstance(value, Unknown) else _counted(run, [item, *_items(value)])


def _counted(run: Run, items: List) -> List:
    run.budget.items(len(items))
    return items


def _concat(run: Run, *values: Value) -> Value:
    for value in values:
        if isinstance(value, Unknown):
            return value
    return _counted(run, [item for value in values for item in _items(value)])


def _reverse(run: Run, value: Value) -> List:
    return _counted(run, _items(value)[::-1])


def _unique(run: Run, value: Value) -> Value:
    found: List = []
    known: set[Any] = set()
    for item in _items(value):
        if isinstance(item, Unknown):
            return item
        if isinstance(item, (str, int, float)):
            if (mark := (type_name(item), item)) not in known:
                known.add(mark)
                found.append(item)
        elif not _found(run, item, found):
            found.append(item)
    return found


def _found(run: Run, item: Value, items: List) -> bool:
    run.budget.items(len(items))
    return any(deep_equal(run, item, each) for each in items)


def _without(run: Run, value: Value, *omitted: Value) -> Value:
    items = _items(value)
    for item in items:
        if isinstance(item, Unknown):
            return item
    return [item for item in items if not _found(run, item, list(omitted))]


def _has(run: Run, needle: Value, value: Value) -> Value:
    if value is None:
        return False
    items = _items(value)
    if _found(run, needle, items):
        return True
    return next((item for item in items if isinstance(item, Unknown)), False)


def _slice(run: Run, value: Value, *bounds: Value) -> Value:
    items = _items(value)
    if not items:
        return None
    start = to_int(bounds[0]) if bounds else 0
    end = to_int(bounds[1]) if len(bounds) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise FunctionError(f"the list has no items from {start} to {end}")
    return _counted(run, items[start:end])


def _compact(run: Run, value: Value) -> List:
    return _counted(run, [item for item in _items(value) if present(item) is not False])


def _chunk(run: Run, size: int, value: Value) -> List:
    items = _items(value)
    run.budget.items(len(items))
    if size == 0:
        raise FunctionError("chunks have at least one item")
    return [
        list(items[at : at + size]) for at in range(0, len(items) if size > 0 else 0, max(size, 1))
    ]


def _sort_alpha(run: Run, value: Value) -> Value:
    if not isinstance(value, list):
        return StringList([to_text(value)])
    run.budget.items(len(value))
    for item in value:
        if isinstance(item, Unknown):
            return item
    return StringList(sorted(texts(value)))


LISTS = {
    "append": Function(_append, "any any", unknowns=True, running=True),
    "chunk": Function(_chunk, "int any", running=True),
    "compact": Function(_compact, "any", running=True),
    "concat": Function(_concat, unknowns=True, running=True),
    "first": Function(_first, "any"),
    "has": Function(_has, "any any", running=True),
    "initial": Function(_initial, "any", running=True),
    "last": Function(_last, "any"),
    "list": Function(_list, unknowns=True),
    "prepend": Function(_prepend, "any any", unknowns=True, running=True),
    "push": Function(_append, "any any", unknowns=True, running=True),
    "rest": Function(_rest, "any", running=True),
    "reverse": Function(_reverse, "any", running=True),
    "slice": Function(_slice, "any any*", running=True),
    "sortAlpha": Function(_sort_alpha, "any", running=True),
    "tuple": Function(_list, unknowns=True),
    "uniq": Function(_unique, "any", running=True),
    "without": Function(_without, "any any*", running=True),
}
