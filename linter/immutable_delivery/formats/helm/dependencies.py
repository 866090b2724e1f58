"""Which subcharts take part, under which names, and what of their values their parents take over.

What Helm does (pkg/chart/v2/util/dependencies.go): aliases first, then tags, then conditions, then import-values.
"""

from __future__ import annotations

from immutable_delivery.formats.helm.coalesce import coalesced, tables
from immutable_delivery.formats.helm.parts import Need, Part
from immutable_delivery.formats.helm.values import Values, copied
from immutable_delivery.references.semver import satisfies
from immutable_delivery.syntax.gotemplate.values import Bool, Value


def enable(part: Part, values: Values, path: str = "") -> None:
    """Drop the subcharts that conditions and tags turn off."""
    if not part.needs:
        return
    part.children = _named(part)
    known = coalesced(part, values)
    for need in part.needs:
        _by_tags(need, known.get("tags"))
        _by_conditions(need, known, path)
    off = {need.name for need in part.needs if not need.enabled}
    part.children = [child for child in part.children if child.name not in off]
    part.needs = [need for need in part.needs if need.name not in off]
    for child in part.children:
        enable(child, known, f"{path}{child.name}.")


def take_over(part: Part) -> None:
    """Give every part the values that it imports from its own parts, below its own."""
    for child in part.children:
        take_over(child)
    if not part.needs:
        return
    known = coalesced(part, {}, merge=True)
    taken: Values = {}
    for need in part.needs:
        for one in need.said.imports:
            found = _at(known, f"{need.name}.{one.child}")
            if isinstance(found, dict):
                taken = tables(taken, _below(one.parent, copied(found)), merge=True)
    part.values = tables(known, taken, merge=True)


def _named(part: Part) -> list[Part]:
    """Return the subcharts under the names that they are given; what nobody asks for stays as it is."""
    found = [child for child in part.children if not any(_fits(child, need) for need in part.needs)]
    for need in part.needs:
        child = next((one for one in part.children if _fits(one, need)), None)
        if child is not None:
            found.append(child.copy(need.said.alias or child.name))
        need.name = need.said.alias or need.name
    return found


def _fits(child: Part, need: Need) -> bool:
    fits = child.name == need.said.name
    return fits and satisfies(child.chart.metadata.version, need.said.version)


def _by_tags(need: Need, tags: Value) -> None:
    said = [tags[tag] for tag in need.said.tags if tag in tags] if isinstance(tags, dict) else []
    switches = [bool(one) for one in said if isinstance(one, bool | Bool)]
    need.enabled = any(switches) or not switches


def _by_conditions(need: Need, known: Values, path: str) -> None:
    for condition in need.said.condition.split(","):
        found = _at(known, path + condition) if condition else None
        if isinstance(found, bool | Bool):
            need.enabled = bool(found)
            return


def _at(values: Value, path: str) -> Value:
    for step in path.split("."):
        if not isinstance(values, dict):
            return None
        values = values.get(step)
    return values


def _below(path: str, values: Values) -> Values:
    if path == ".":
        return values
    for step in reversed(path.split(".")):
        values = {step: values}
    return values
