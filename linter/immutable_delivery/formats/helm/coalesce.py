"""Values of a chart under those of its parents: a parent wins, globals go down, null takes a default away.

Line by line what Helm does (pkg/chart/common/util/coalesce.go), its oddities with it. `merge` keeps what is null.
"""

from __future__ import annotations

from immutable_delivery.formats.helm.parts import Part
from immutable_delivery.formats.helm.values import Values, copied
from immutable_delivery.syntax.gotemplate.values import Value

GLOBAL = "global"


class MismatchError(Exception):
    """A value where the values of a subchart belong."""


def coalesced(part: Part, values: Values, *, merge: bool = False) -> Values:
    """Return the values of a chart and its subcharts, those given on top."""
    found: Values = copied(values)
    _coalesce(part, found, merge=merge)
    return found


def _coalesce(part: Part, target: Values, *, merge: bool) -> None:
    _own(part, target, merge=merge)
    for child in part.children:
        inner = target.setdefault(child.name, {})
        if not isinstance(inner, dict):
            raise MismatchError(child.name)
        _globals(inner, target)
        _coalesce(child, inner, merge=merge)


def _globals(target: Values, source: Values) -> None:
    """Lay the globals of a parent over those of a child."""
    below, above = target.get(GLOBAL, {}), source.get(GLOBAL, {})
    if not isinstance(below, dict) or not isinstance(above, dict):
        return
    for key, value in above.items():
        old = below.get(key)
        if isinstance(value, dict):
            new = dict(value)
            if key not in below:
                below[key] = new
            elif isinstance(old, dict):
                tables(new, old, merge=True)
                below[key] = new
        elif not isinstance(old, dict):
            below[key] = value
    target[GLOBAL] = below


def _own(part: Part, target: Values, *, merge: bool) -> None:
    """Give a chart its own defaults where nobody above says otherwise."""
    children = {child.name for child in part.children}
    defaults: Values = copied(part.values)
    for key, value in defaults.items():
        if key not in target:
            if not merge and value is None:
                continue
            target[key] = value if merge else _without_nulls(value)
        elif target[key] is None and not merge:
            del target[key]
        elif isinstance(target[key], dict) and isinstance(value, dict):
            keeps = merge or key in children
            source = value if keeps else _without_nulls(value)
            tables(target[key], source, merge=keeps)


def tables(target: Values, source: Values, *, merge: bool) -> Values:
    """Lay `target` over `source`, and change it to that."""
    said = {key for key, value in source.items() if value is not None}
    source |= {key: None for key, value in target.items() if value is None}
    for key, value in source.items():
        if key not in target:
            target[key] = value
        elif target[key] is None and not merge and key in said:
            del target[key]
        elif isinstance(value, dict) and isinstance(target[key], dict):
            tables(target[key], value, merge=merge)
    return target


def _without_nulls(value: Value) -> Value:
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
