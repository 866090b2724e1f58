"""Named templates: parsed once, compiled when they are first called, rendered any number of times."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place
from immutable_delivery.syntax.gotemplate.budget import Budget, Limits, SpentError
from immutable_delivery.syntax.gotemplate.execution import Run, Statement, joined
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.nodes import Template
from immutable_delivery.syntax.gotemplate.parser import parse
from immutable_delivery.syntax.gotemplate.problems import BudgetError
from immutable_delivery.syntax.gotemplate.source import Source, place_of
from immutable_delivery.syntax.gotemplate.statements import compile_body
from immutable_delivery.syntax.gotemplate.traced import Traced
from immutable_delivery.syntax.gotemplate.values import Value

_PARSING = Limits(steps=60_000)
"""What the templates may have of actions, and take of time, before any is executed."""

_FRAMES = 12_000
"""Python's own limit is raised to this: templates inside templates are bounded by a budget, which must come first."""


class Compiled:
    """A template that is compiled when it is first executed."""

    def __init__(self, template: Template, functions: Mapping[str, Function]) -> None:
        self._template = template
        self._functions = functions
        self.blanks: list[Value] = [None] * (template.slots - 1)
        self.source = template.source
        self.name = template.name

    def __getattr__(self, name: str) -> Any:
        """Compile."""
        if name != "body":
            raise AttributeError(name)
        template = self._template
        self.body: Statement = compile_body(template.body, template.source, self._functions)
        return self.body


class Templates:
    """The templates of a chart, or of whatever is rendered together."""

    def __init__(self, functions: Mapping[str, Function], absent: str = "") -> None:
        self._functions = functions
        self._absent = absent
        """The template that stands for those that nobody here defines; empty where all must be here."""
        self._templates: dict[str, Compiled] = {}
        self._budget = Budget(_PARSING)

    def __contains__(self, name: str) -> bool:
        """Whether a template is defined here."""
        return name in self._templates

    def parse(self, name: str, text: LocatedText) -> None:
        """Add a file and what it defines, over what has the same names; raise TemplateError."""
        source = Source.of_file(text)
        try:
            parsed = parse(name, source, self._budget)
        except SpentError as error:
            raise BudgetError(f"the templates: {error}", source.place(0, 0)) from None
        for template in parsed:
            if template.name not in self._templates or not template.empty:
                self._templates[template.name] = Compiled(template, self._functions)

    def find(self, name: str) -> Compiled | None:
        """Return the template of a name."""
        return self._templates.get(name) or self._templates.get(self._absent)

    def given(self, text: str, place: Place, budget: Budget) -> tuple[Templates, Compiled]:
        """Return a text as a template, and templates that know what it defines: nothing else does."""
        parsed = parse("tpl", Source(text, place), budget)
        *defined, main = [Compiled(one, self._functions) for one in parsed]
        if not defined:
            return self, main
        found = Templates(self._functions, self._absent)
        found._templates = self._templates | {one.name: one for one in defined}
        return found, main

    def render(self, name: str, data: Value, budget: Budget) -> Traced:
        """Execute a template that has been parsed; raise TemplateError."""
        template = self._templates[name]
        run = Run(self, budget, (template.source, 0, 0))
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _FRAMES))
        try:
            return _rendered(run, template, data)
        except SpentError as error:
            raise BudgetError(str(error), place_of(run.at)) from None
        except RecursionError:
            raise BudgetError("is nested too deeply", place_of(run.at)) from None
        finally:
            budget.depth = 0
            sys.setrecursionlimit(limit)


def _rendered(run: Run, template: Compiled, data: Value) -> Traced:
    out: list[Any] = []
    run.execute(template, data, out)
    text = joined(out)
    run.budget.output(len(text))
    assert isinstance(text, Traced)  # noqa: S101 (for the type)
    return text
