"""Functions that render: `include` and `tpl`."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.printing import NO_VALUE
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.source import place_of
from immutable_delivery.syntax.gotemplate.traced import Partial, joined, part
from immutable_delivery.syntax.gotemplate.values import Unknown, Value


def _include(run: Run, name: str, data: Value) -> Value:
    if isinstance(name, Partial):
        return Unknown("a template whose name is not known")
    template = run.library.find(name)
    if template is None:
        raise FunctionError(f"no template is called {name}")
    return run.text(template, data)


def _tpl(run: Run, text: str, data: Value) -> Value:
    if isinstance(text, Partial):
        return Unknown("a template that is known in part")
    if "{{" not in text:
        return without_no_value(text)
    run.budget.output(len(text))
    outer = run.library
    run.library, template = outer.given(text, place_of(run.at), run.budget)
    try:
        return without_no_value(run.text(template, data))
    finally:
        run.library = outer


def without_no_value(text: str) -> str:
    """Return what Helm makes of a rendered text: a value that is missing is nothing."""
    if NO_VALUE not in text:
        return text
    parts, at = [], 0
    while (found := text.find(NO_VALUE, at)) >= 0:
        parts.append(part(text, at, found))
        at = found + len(NO_VALUE)
    return joined([*parts, part(text, at)])


TEMPLATES = {
    "include": Function(_include, "string any", unknowns=True, running=True),
    "tpl": Function(_tpl, "string any", unknowns=True, running=True),
}
