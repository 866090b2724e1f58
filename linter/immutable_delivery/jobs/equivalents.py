"""Steps that are taken from elsewhere, as the commands that they stand for: the table tells which, a step gives the values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from immutable_delivery.facts import Install, Package, Pin, Scope
from immutable_delivery.jobs.spec import ImageSpec, StepSpec
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.git import of_release
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Steps

Inputs = Mapping[str, LocatedText | None]

_INPUT = lazy(r"\{([\w.-]+)(\*)?(?:\|([^}]*))?\}")
_SWITCH = lazy(r"\?([\w.-]+):(.+)")
_ITEM = lazy(r"(?:\$\{\{.{0,500}?\}\}|[^\s,])+")
_OFF = frozenset(("false", "no", "0", ""))
MAX_ITEMS = 200
"""So many items of a list are looked at."""


def equivalent(step: StepSpec) -> tuple[LocatedText, ...]:
    """Return the words of the command that a step stands for; none where the table has none."""
    at = LocatedText.literal("", step.used_at)
    words: list[LocatedText] = []
    for template in known(Steps).commands.get(step.does, ()):
        switch = _SWITCH.fullmatch(template)
        if switch is None:
            words += _filled(template, step.inputs, at)
        elif _may_be_on(step.inputs, switch[1]):
            words.append(unaligned(switch[2], at))
        if not words:  # the program itself is not there
            break
    return tuple(words)


def _may_be_on(inputs: Inputs, name: str) -> bool:
    value = inputs.get(name)
    return value is not None and value.text.strip().lower() not in _OFF


def _filled(template: str, inputs: Inputs, at: LocatedText) -> Iterator[LocatedText]:
    """Yield the words of a template: none where an input is not given, several for a list."""
    found = list(_INPUT.finditer(template))
    if not found:
        yield unaligned(template, at)
        return
    values = [_values(one[1], one[2], one[3], inputs, at) for one in found]
    if not all(values):
        return
    for index in range(max(map(len, values))):
        parts: list[LocatedText] = []
        start = 0
        for one, value in zip(found, values, strict=True):
            parts += (
                unaligned(template[start : one.start()], at),
                value[min(index, len(value) - 1)],
            )
            start = one.end()
        parts.append(unaligned(template[start:], at))
        yield LocatedText.joined((part for part in parts if part.text), at.used_at)


def _values(
    name: str, listed: str | None, default: str | None, inputs: Inputs, at: LocatedText
) -> list[LocatedText]:
    value = inputs.get(name)
    if value is None or not value.text.strip():
        return [] if default is None else [inputs.get(default) or unaligned(default, at)]
    if not listed:
        return [value]
    items = [value.slice(*one.span()) for one in _ITEM.finditer(value.text)]
    return [one for one in items if not one.text.startswith("#")][:MAX_ITEMS]


def tool(step: StepSpec, scope: Scope) -> Install | None:
    """Return the install of the tool that a step brings; None where the table knows none."""
    row = known(Steps).tools.get(step.does)
    if row is None:
        return None
    name, *inputs = row
    given = next((value for key in inputs if (value := step.inputs.get(key)) is not None), None)
    place = given.place() if given is not None and given.text else step.used_at
    version = "" if given is None else given.value
    package = Package(
        name=name,
        version=version,
        pin=None if version is None else _pin(version),
        spec=f"{name}@{given.text}" if given is not None else name,
        place=place,
    )
    return Install(
        used_at=step.used_at,
        extent=step.extent,
        scope=scope,
        places={"packages": place},
        manager=step.does,
        ecosystem="tool",
        action="install",
        command=step.does,
        packages=(package,),
    )


def started(step: StepSpec) -> Iterator[ImageSpec]:
    """Yield the images of the containers that a step starts, as its inputs name them."""
    for said in known(Steps).images.get(step.does, ()):
        name, _, key = said.partition("=")
        value = step.inputs.get(name)
        if value is not None and value.text.strip():
            yield from (ImageSpec(one, step.extent) for one in _images(value, key))


def _images(value: LocatedText, key: str) -> Iterator[LocatedText]:
    if not key:
        yield value
        return
    for line in re.finditer(rf"(?:\A|[\n,])[ \t]*{re.escape(key)}=([^\s,]+)", value.text):
        yield value.slice(*line.span(1))


def _pin(version: str) -> Pin:
    return of_release(version.strip()) if version.strip() else "none"
