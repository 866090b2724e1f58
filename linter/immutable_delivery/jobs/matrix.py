"""The values that a job is run with: every combination of its axes, with what is included and excluded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import prod
from typing import TypeVar

MAX_COMBINATIONS = 256
"""So many jobs GitHub makes of one; of more, each value is met once."""

Value = TypeVar("Value")
Combination = Mapping[str, Value]


def combinations(
    axes: Mapping[str, Sequence[Value]],
    include: Sequence[Combination[Value]] = (),
    exclude: Sequence[Combination[Value]] = (),
    *,
    same: Callable[[Value, Value], bool],
) -> list[dict[str, Value]]:
    """Return the combinations: an entry that is included extends those that it fits, else it is one more."""
    found = [one for one in _products(axes) if not any(_fits(one, out, same) for out in exclude)]
    more: list[dict[str, Value]] = []
    for entry in include:
        shared = {name: value for name, value in entry.items() if name in axes}
        fitting = [one for one in found if _fits(one, shared, same)]
        for one in fitting:
            one.update(entry)
        if not fitting:
            more.append(dict(entry))
    return [*found, *more]


def _products(axes: Mapping[str, Sequence[Value]]) -> list[dict[str, Value]]:
    if not axes:
        return []
    if prod(len(values) for values in axes.values()) <= MAX_COMBINATIONS:
        return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    longest = max(len(values) for values in axes.values())
    return [
        {name: values[index % len(values)] for name, values in axes.items()}
        for index in range(longest)
    ]


def _fits(
    one: Combination[Value], wanted: Combination[Value], same: Callable[[Value, Value], bool]
) -> bool:
    return all(name in one and same(one[name], value) for name, value in wanted.items())
