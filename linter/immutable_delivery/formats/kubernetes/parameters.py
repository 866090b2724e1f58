"""Images of Argo Workflows that parameters name: what the steps of the same file give a template, one for each item of a list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from immutable_delivery.formats.kubernetes.workload import Workload
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.interpolation import filled
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, Sequence
from immutable_delivery.syntax.yaml.query import find, items, mapping, mappings, pairs, scalar, text

_PLACEHOLDER = lazy(r"\{\{\s*([\w.-]+)\s*\}\}")
_INPUT, _GLOBAL = "inputs.parameters.", "workflow.parameters."
MAX_VALUES = 256
"""So many images one template is read for."""

Values = dict[str, LocatedText]
Callers = AnyMapping[str, list[Mapping]]


def written(image: LocatedText, template: Mapping, workload: Workload) -> list[LocatedText]:
    """Return the references that an image of a template stands for; itself where the file does not tell all of one."""
    if workload.resource.identity.group != "argoproj.io":
        return [image]
    found: dict[str, LocatedText] = {}
    for values in _given(template, workload):
        reference = _with(image, values)
        if not reference.known:
            return [image]
        found.setdefault(reference.text, reference)
        if len(found) >= MAX_VALUES:
            break
    return list(found.values())


def _given(template: Mapping, workload: Workload) -> Iterator[Values]:
    """Yield what a template is run with, once for each step and each of its items; its own defaults where nothing here runs it."""
    callers, shared = _callers(workload)
    own = shared | _parameters(template, _INPUT, "inputs")
    calls = callers.get(text(template, "name"), [])
    for call in calls:
        given = _parameters(call, _INPUT, "arguments")
        for item in _items(call):
            known = shared | item
            yield own | {name: _with(value, known) for name, value in given.items()}
    if not calls:
        yield own


def _items(call: Mapping) -> Iterator[Values]:
    """Yield the items that a step is run for; what another step hands over nobody here knows."""
    listed = items(call, "withItems")
    for item in listed:
        if isinstance(item, Scalar):
            yield {"item": item.written}
        else:
            fields = pairs(item)
            yield {f"item.{key.text}": v.written for key, v in fields if isinstance(v, Scalar)}
    if not listed:
        yield {}


def _parameters(node: Mapping | None, prefix: str, key: str) -> Values:
    """Return the parameters of a template, a step or a workflow that have a value."""
    values = (
        (text(one, "name"), scalar(one, "value")) for one in mappings(node, key, "parameters")
    )
    return {f"{prefix}{name}": value.written for name, value in values if value is not None}


def _callers(workload: Workload) -> tuple[Callers, Values]:
    """Return the steps of a workflow by the template that they run, and its own parameters; found once for all its templates."""
    root = workload.resource.root
    key = "callers", id(root)
    if key not in workload.memory:
        spec = mapping(root, "spec", "workflowSpec") or mapping(root, "spec")
        calls: dict[str, list[Mapping]] = defaultdict(list)
        for step in _steps(spec):
            calls[text(step, "template")].append(step)
        if spec is not None and (first := text(spec, "entrypoint")):
            calls[first].append(spec)
        workload.memory[key] = root, (calls, _parameters(spec, _GLOBAL, "arguments"))
    found: tuple[Callers, Values] = workload.memory[key][1]
    return found


def _steps(spec: Mapping | None) -> Iterator[Mapping]:
    for template in mappings(spec, "templates"):
        yield from _nested(find(template, "steps"))
        yield from mappings(template, "dag", "tasks")


def _nested(node: Node | None) -> Iterator[Mapping]:
    """Yield steps; each is in a list of those that run at the same time."""
    for one in node.items if isinstance(node, Sequence) else []:
        if isinstance(one, Mapping):
            yield one
        else:
            yield from mappings(one)


def _with(value: LocatedText, values: Values) -> LocatedText:
    """Return a text with its placeholders filled in; those that nobody here gives a value are missing."""

    def give(found: re.Match[str], _own: LocatedText) -> LocatedText | None:
        return values.get(found[1])

    return filled(value, _PLACEHOLDER, give)
