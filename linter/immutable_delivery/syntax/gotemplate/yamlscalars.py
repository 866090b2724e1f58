"""What plain scalars mean to the YAML that Kubernetes' tools read: YAML 1.1, as go-yaml v2 has it."""

from __future__ import annotations

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate.literals import number

_TRUE = frozenset("y Y yes Yes YES true True TRUE on On ON".split())
_FALSE = frozenset("n N no No NO false False FALSE off Off OFF".split())
_NULLS = frozenset(["", "~", "null", "Null", "NULL"])
_SPECIAL = {
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], float("inf")),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], float("-inf")),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], float("nan")),
}
_MAP = _TRUE | _FALSE | _NULLS | frozenset(_SPECIAL)
_FLOAT = lazy(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DATE = lazy(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]| )[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?\Z"
)
_BASE_60 = lazy(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_STARTS = frozenset("0123456789+-.")
MAX_DIGITS = 400

Plain = bool | int | float | str | None


def resolve(text: str) -> Plain:
    """Return the value of a plain scalar."""
    if text in _MAP:
        if text in _NULLS:
            return None
        return _SPECIAL.get(text, text in _TRUE)
    return _numeric(text) if text[0] in _STARTS and len(text) <= MAX_DIGITS else text


def _numeric(text: str) -> Plain:
    if text[0] != ".":
        digits = text.replace("_", "")
        try:
            found = number(_binary(digits))
        except ValueError:
            found = None
        if isinstance(found, int):
            return found
    if _FLOAT.match(text):
        return _unsigned(text)
    return text


def _binary(digits: str) -> str:
    """Return what ParseInt is asked for."""
    return digits if digits[-1:] != "_" else "x"


def _unsigned(text: str) -> int | float:
    return int(text) if text.isdecimal() and text[0] != "0" and int(text) < 2**64 else float(text)


def needs_quotes(text: str) -> bool:
    """Whether a text would be read as something else if it stood plain."""
    if text in _MAP:
        return True
    if text[0] not in _STARTS or len(text) > MAX_DIGITS:
        return False
    return (
        not isinstance(_numeric(text), str)
        or bool(_DATE.match(text) or _BASE_60.match(text))
        or _dotted(text)
    )


def _dotted(text: str) -> bool:
    """Whether Go's ParseFloat reads what begins with a dot."""
    if text[0] != ".":
        return False
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
