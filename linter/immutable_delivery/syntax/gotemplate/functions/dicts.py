"""Functions on maps."""

from __future__ import annotations

from typing import Any

from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.conversion import to_text
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import Partial
from immutable_delivery.syntax.gotemplate.typenames import type_name
from immutable_delivery.syntax.gotemplate.values import StringList, Unknown, Value

_DOUBT = "something that only a branch sets which nothing decides"

Dict = dict[str, Any]


def _dict(*values: Value) -> Dict:
    found: Dict = {}
    for index in range(0, len(values), 2):
        key = values[index]
        if isinstance(key, Unknown):
            continue
        found[key if isinstance(key, str) else to_text(key)] = (
            values[index + 1] if index + 1 < len(values) else ""
        )
    return found


def _get(found: Dict, key: str) -> Value:
    return found.get(key, "")


def _set(run: Run, found: Dict, key: Value, value: Value) -> Dict:
    if isinstance(key, (Unknown, Partial)):
        for each in found:
            found[each] = Unknown(_DOUBT)
    elif isinstance(key, str):
        found[key] = Unknown(_DOUBT) if run.doubt else value
    else:
        raise FunctionError("the key is no text")
    return found


def _unset(run: Run, found: Dict, key: str) -> Dict:
    if run.doubt and key in found:
        found[key] = Unknown(_DOUBT)
    else:
        found.pop(key, None)
    return found


def _has_key(found: Dict, key: str) -> bool:
    return key in found


def _pluck(key: str, *maps: Value) -> list[Value]:
    return [each[key] for each in maps if isinstance(each, dict) and key in each]


def _keys(run: Run, *maps: Dict) -> StringList:
    run.budget.items(sum(map(len, maps)))
    return StringList(key for each in maps for key in sorted(each))


def _values(run: Run, found: Dict) -> list[Value]:
    run.budget.items(len(found))
    return [found[key] for key in sorted(found)]


def _pick(found: Dict, *keys: str) -> Dict:
    return {key: found[key] for key in keys if key in found}


def _omit(run: Run, found: Dict, *keys: str) -> Dict:
    run.budget.items(len(found))
    return {key: value for key, value in found.items() if key not in keys}


def _dig(first: Value, *others: Value) -> Value:
    keys, fallback, found = [first, *others[:-2]], others[-2], others[-1]
    for key in keys:
        if isinstance(found, Unknown):
            return found
        if type(found) is not dict:
            raise FunctionError(f"{to_text(key)[:60]} is looked up in a {type_name(found)}")
        if key not in found:
            return fallback
        found = found[key]
    return found


def deep_copy(run: Run, value: Value, depth: int = 0) -> Value:
    """Return a copy of a value and all that it holds."""
    if not isinstance(value, (dict, list)):
        return value
    run.budget.items(len(value) + 1)
    if depth > MAX_DEPTH:
        raise FunctionError("a value is nested too deeply")
    if isinstance(value, list):
        return type(value)(deep_copy(run, each, depth + 1) for each in value)
    return type(value)((key, deep_copy(run, each, depth + 1)) for key, each in value.items())


MAX_DEPTH = 200
"""Values that are nested deeper hold themselves, or nobody wrote them."""


def _merge(run: Run, target: Dict, *sources: Dict) -> Dict:
    return _merged(run, target, sources, overwrite=False)


def _merge_overwrite(run: Run, target: Dict, *sources: Dict) -> Dict:
    return _merged(run, target, sources, overwrite=True)


def _merged(run: Run, target: Dict, sources: tuple[Dict, ...], *, overwrite: bool) -> Dict:
    before = dict(target) if run.doubt else {}
    for source in sources:
        if source is not target:
            merge_into(run, target, source, overwrite=overwrite)
    if run.doubt:
        for key, value in target.items():
            if key not in before or before[key] is not value:
                target[key] = Unknown(_DOUBT)
    return target


def merge_into(run: Run, target: Dict, source: Dict, *, overwrite: bool, depth: int = 0) -> None:
    """Merge maps as mergo does: what is empty in the target is filled, or with `overwrite` all that the source has."""
    run.budget.items(len(source) + 1)
    if depth > MAX_DEPTH:
        raise FunctionError("a value is nested too deeply")
    for key, value in list(source.items()):
        old = target.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and (old or not overwrite):
            if old is not value:
                merge_into(run, old, value, overwrite=overwrite, depth=depth + 1)
        elif value is None and not overwrite:
            continue
        elif overwrite or key not in target or (not isinstance(old, Unknown) and not old):
            target[key] = value


DICTS = {
    "deepCopy": Function(deep_copy, "any", unknowns=True, running=True),
    "dict": Function(_dict, "any*", unknowns=True),
    "dig": Function(_dig, "string any any any*", unknowns=True),
    "get": Function(_get, "map string"),
    "hasKey": Function(_has_key, "map string"),
    "keys": Function(_keys, "map*", running=True),
    "merge": Function(_merge, "map map*", running=True),
    "mergeOverwrite": Function(_merge_overwrite, "map map*", running=True),
    "omit": Function(_omit, "map string*", running=True),
    "pick": Function(_pick, "map string*"),
    "pluck": Function(_pluck, "string map*"),
    "set": Function(_set, "changed-map any any", unknowns=True, running=True),
    "unset": Function(_unset, "map string", running=True),
    "values": Function(_values, "map", running=True),
}
