"""What a release lays over the values of a chart: values files, inline values, single settings."""

from __future__ import annotations

import re
from typing import Final

from immutable_delivery.formats.helm.values import Values, all_merged, copied, values_of
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.gotemplate.traced import Traced
from immutable_delivery.syntax.gotemplate.values import Int64, Unknown, Value
from immutable_delivery.syntax.yaml import Mapping

_STEP = lazy(r"(?P<name>(?:\\.|[^.\[\\])+)|\[(?P<index>\d{1,4})\]|\.")
_INTEGER = lazy(r"(?:0|-?[1-9][0-9]{0,17})\Z")
_WORDS = {"true": True, "false": False, "null": None}
_LONGEST_LIST = 1000


class Assignment(Record, frozen=True):
    """One setting: `--set name=value`, or a parameter of Argo CD."""

    name: str
    """The path of the value: `image.tag`, `sidecars[0].image`, with a backslash before a dot that is part of a key."""
    value: LocatedText | None
    """None: what nobody here knows."""
    as_text: bool = False
    """Whether it is text whatever it looks like (`--set-string`, `forceString`)."""


class Layer(Record, frozen=True):
    """Values that are laid over those before."""

    root: Mapping | None = None
    assignments: tuple[Assignment, ...] = ()


class Release(Record, frozen=True):
    """How a chart is released."""

    name: str = ""
    """Empty: as the chart is called."""
    namespace: str = "default"
    layers: tuple[Layer, ...] = ()
    upgrade: bool = False


DEFAULTS: Final = Release()
"""A release with the values of the chart alone."""


def laid(layers: tuple[Layer, ...]) -> Values:
    """Return what all layers say together."""
    found: Values = copied(all_merged(values_of(layer.root) for layer in layers))
    for layer in layers:
        for one in layer.assignments:
            _assign(found, _steps(one.name), _value(one))
    return found


def _steps(name: str) -> list[str | int]:
    found: list[str | int] = []
    for step in _STEP.finditer(name):
        if step["index"]:
            found.append(int(step["index"]))
        elif step["name"]:
            found.append(re.sub(r"\\(.)", r"\1", step["name"]))
    return found


def _value(one: Assignment) -> Value:
    """Return the value with the type that `--set` gives it: whole numbers and the three words are no text."""
    if one.value is None:
        return Unknown("a value from elsewhere")
    text = one.value.text
    if not one.as_text and one.value.known:
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INTEGER.match(text):
            return Int64(text)
        if text.startswith("{") and text.endswith("}"):
            return _list(one.value)
    return Traced.written(one.value)


def _list(written: LocatedText) -> Value:
    found, at = [], 1
    for word in written.text[1:-1].split(","):
        found.append(_value(Assignment("", written.slice(at, at + len(word)))))
        at += len(word) + 1
    return found if written.text != "{}" else []


def _assign(values: Values, steps: list[str | int], value: Value) -> None:
    """Set what the steps lead to; what stands in the way is replaced, as Helm does it."""
    holder: Value = values
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        fresh: Value = value if after is None else [] if isinstance(after, int) else {}
        if not _fits(holder, step):
            return
        old = _held(holder, step)
        kept = after is not None and type(old) is type(fresh)
        _put(holder, step, old if kept else fresh)
        holder = _held(holder, step)


def _fits(holder: Value, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(holder, list) and step < _LONGEST_LIST
    return isinstance(holder, dict)


def _held(holder: Value, step: str | int) -> Value:
    if isinstance(step, int):
        return holder[step] if step < len(holder) else None
    return holder.get(step)


def _put(holder: Value, step: str | int, value: Value) -> None:
    if isinstance(step, int):
        holder.extend([None] * (step + 1 - len(holder)))
    holder[step] = value
