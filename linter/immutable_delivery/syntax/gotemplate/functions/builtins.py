"""The functions that Go's templates have of themselves."""

from __future__ import annotations

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.syntax.gotemplate import equality
from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.formatting import sprint, sprintf, sprintln
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import Partial, derived
from immutable_delivery.syntax.gotemplate.values import Object, StringMap, Unknown, Value, kind

_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&#39;", '"': "&#34;", "\0": "\ufffd"}
_HTML_SPECIAL = lazy(r"[<>&'\"\x00]")
_JS = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}
_JS_SPECIAL = lazy(r"[\\'\"<>&=\x00-\x1f]")


def _not(value: Value) -> Value:
    if isinstance(value, Unknown):
        return Unknown(
            value.reason, value.place, truth=None if value.truth is None else not value.truth
        )
    return Unknown("a text that is known in part") if type(value) is Partial else not value


def _length(value: Value) -> int:
    if isinstance(value, Object) and value.entries is not None:
        return len(value.entries)
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    if isinstance(value, (list, dict)):
        return len(value)
    raise FunctionError(f"a value of the type {kind(value)} has no length")


def _index(value: Value, *keys: Value) -> Value:
    for key in keys:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Object) and value.entries is not None:
            value = value.entries
        value = _item(value, key)
    return value


def _item(value: Value, key: Value) -> Value:
    if isinstance(value, dict):
        if not isinstance(key, str):
            raise FunctionError(f"a map is indexed with a value of the type {kind(key)}")
        return value.get(key, "" if isinstance(value, StringMap) else None)
    if not isinstance(value, (list, str)):
        raise FunctionError(
            "a value that is missing is indexed"
            if value is None
            else f"a value of the type {kind(value)} is indexed"
        )
    if kind(key) not in {"int", "int64"}:
        raise FunctionError(f"a list is indexed with a value of the type {kind(key)}")
    if not 0 <= key < len(value):
        raise FunctionError(f"the list has no item {key}")
    return ord(value[key]) if isinstance(value, str) else value[key]


def _print(run: Run, *values: Value) -> str:
    return sprint(values, run.budget)


def _println(run: Run, *values: Value) -> str:
    return sprintln(values, run.budget)


def _printf(run: Run, form: str, *values: Value) -> Value:
    if isinstance(form, Partial):
        return Unknown("a format that is not known")
    return sprintf(form, values, run.budget)


def _html(run: Run, *values: Value) -> str:
    text = sprint(values, run.budget)
    run.budget.spend(len(text) // 4)
    return derived(_HTML_SPECIAL.sub(lambda found: _HTML[found[0]], text), text)


def _js(run: Run, *values: Value) -> str:
    text = sprint(values, run.budget)
    run.budget.spend(len(text) // 4)
    return derived(
        _JS_SPECIAL.sub(lambda found: _JS.get(found[0]) or f"\\u{ord(found[0]):04X}", text), text
    )


def _junction(*values: Value) -> Value:
    """Stand for `and` and `or`, which are compiled: they do not evaluate all that they are given."""
    return values[-1]


def _call(function: Value, *values: Value) -> Value:  # noqa: ARG001
    raise FunctionError(f"a value of the type {kind(function)} is called")


BUILTINS = {
    "and": Function(_junction, "any any*"),
    "call": Function(_call, "any any*"),
    "eq": Function(equality.equal, "any any*"),
    "ge": Function(equality.greater_or_equal, "any any"),
    "gt": Function(equality.greater, "any any"),
    "html": Function(_html, running=True),
    "index": Function(_index, "any any*"),
    "js": Function(_js, running=True),
    "le": Function(equality.less_or_equal, "any any"),
    "len": Function(_length, "any"),
    "lt": Function(equality.less, "any any"),
    "ne": Function(equality.not_equal, "any any"),
    "not": Function(_not, "any", unknowns=True),
    "or": Function(_junction, "any any*"),
    "print": Function(_print, unknowns=True, running=True),
    "printf": Function(_printf, "string any*", unknowns=True, running=True),
    "println": Function(_println, unknowns=True, running=True),
}
