"""Durations, as Go prints them."""

from __future__ import annotations

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.functions.conversion import to_int
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.printing import number
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.values import Int64, Object, Value

_SECOND = 1_000_000_000
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_LONGEST = 9e9
"""Seconds that nanoseconds of 64 bits hold."""
_TERM = lazy(r"(\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(ns|us|µs|μs|ms|s|m|h)")
_ROUND = [
    ("y", 365 * 24 * 3600),
    ("mo", 30 * 24 * 3600),
    ("d", 24 * 3600),
    ("h", 3600),
    ("m", 60),
    ("s", 1),
]


def _parse(text: str) -> int:
    """Return nanoseconds; raise FunctionError."""
    sign, rest = (
        (-1 if text.startswith("-") else 1),
        text.lstrip("+-") if text[:1] in "+-" else text,
    )
    if rest == "0":
        return 0
    at, total = 0, 0.0
    while found := _TERM.match(rest, at):
        total += float(found[1]) * _UNITS[found[2]]
        at = found.end()
    if not at or at < len(rest):
        raise FunctionError(f"{text[:60]} is no duration")
    return sign * round(total)


def printed(nanoseconds: int) -> str:
    """Return a duration as Go writes it: `1m30s`."""
    sign, left = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    if left < _SECOND:
        for unit, size in (("ms", 1_000_000), ("µs", 1_000), ("ns", 1)):
            if left >= size:
                return f"{sign}{number(left / size, 'f')}{unit}"
        return "0s"
    minutes, rest = divmod(left, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{number(rest / _SECOND, 'f')}s"
    return sign + (
        f"{hours}h{minutes}m{seconds}" if hours else f"{minutes}m{seconds}" if minutes else seconds
    )


def _object(nanoseconds: int) -> Object:
    return Object(
        "time.Duration",
        methods={
            "Hours": lambda: nanoseconds / (3600 * _SECOND),
            "Minutes": lambda: nanoseconds / (60 * _SECOND),
            "Seconds": lambda: nanoseconds / _SECOND,
            "Milliseconds": lambda: Int64(nanoseconds // 1_000_000),
            "String": lambda: printed(nanoseconds),
        },
        printed=printed(nanoseconds),
    )


def _to_duration(value: Value) -> Object:
    if isinstance(value, str):
        return _object(_parse(value))
    if isinstance(value, (int, float)):
        return _object(round(value * _SECOND) if abs(value) < _LONGEST else 0)
    raise FunctionError("needs a text or a number of seconds")


def _duration(value: Value) -> str:
    return printed(
        to_int(value) * _SECOND
        if isinstance(value, str)
        else 0
        if type(value) is not Int64
        else value * _SECOND
    )


def _duration_round(value: Value) -> str:
    try:
        seconds = abs(_parse(value) if isinstance(value, str) else to_int(value)) // _SECOND
    except FunctionError:
        return "0s"
    return next((f"{seconds // size}{unit}" for unit, size in _ROUND if seconds >= size), "0s")


DURATIONS = {
    "duration": Function(_duration, "any"),
    "durationRound": Function(_duration_round, "any"),
    "mustToDuration": Function(_to_duration, "any"),
}
