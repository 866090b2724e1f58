"""Units of systemd that a machine is given: what their services run."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.interpolation import filled, unaligned
from immutable_delivery.syntax.systemd import Unit

_KEY = lazy(r"Exec(?:StartPre|Start|StartPost|Reload|Stop|StopPost)")
_MARKS = lazy(r"[-@:+!|]+")
"""How systemd is told to run a command."""
_DOLLAR = lazy(r"\$\$")
"""How it is told of a dollar sign that is for the command."""
_ASSIGNED = lazy(r"[\"']?(?P<name>[A-Za-z_]\w*)=(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>[^\s\"']*))")


def environment(unit: Unit) -> Iterator[tuple[str, LocatedText]]:
    """Yield the variables that the commands of a service see."""
    for entry in unit.entries:
        if entry.section == "Service" and entry.key == "Environment":
            for word in _ASSIGNED.finditer(entry.value.text):
                group = "quoted" if word["quoted"] is not None else "plain"
                yield word["name"], entry.value.slice(*word.span(group))


def commands(unit: Unit) -> Iterator[tuple[LocatedText, Place]]:
    """Yield each command of a service, with the entry that says it."""
    for entry in unit.entries:
        if entry.section == "Service" and _KEY.fullmatch(entry.key):
            marks = _MARKS.match(entry.value.text)
            value = entry.value.slice(marks.end()) if marks else entry.value
            yield filled(value, _DOLLAR, lambda _found, own: unaligned("$", own)), entry.extent
