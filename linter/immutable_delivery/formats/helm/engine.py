"""Executing the templates of charts: each set is parsed once, whatever values it is rendered with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename

from immutable_delivery.context import ParseProblem
from immutable_delivery.formats.helm.positioned import Texts
from immutable_delivery.formats.helm.values import Values
from immutable_delivery.records import Record
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.functions.table import FUNCTIONS
from immutable_delivery.syntax.gotemplate.functions.templates import without_no_value
from immutable_delivery.syntax.gotemplate.problems import BudgetError, TemplateError
from immutable_delivery.syntax.gotemplate.templates import Templates
from immutable_delivery.syntax.gotemplate.traced import Traced
from immutable_delivery.syntax.gotemplate.values import Unknown

_ABSENT = "absent"
_FUNCTIONS: Mapping[str, Function] = {
    **FUNCTIONS,
    "lookup": Function(lambda *_: {}, "string string string string"),
    "getHostByName": Function(lambda _: "", "string"),
}
"""Those of every template, and the two that ask around: as `helm template`, nothing answers them."""


class Template(Record, eq=False):
    """A template of a release: its name there, its text, and what it is given."""

    name: str
    text: Text
    data: Values
    base: str
    """The name of the folder of templates that it lies in."""
    foreign: bool
    """Whether it belongs to somebody else's chart."""

    @property
    def partial(self) -> bool:
        """Whether it is only there for others."""
        return basename(self.name).startswith("_")


class Failure(Record, frozen=True):
    """Why a template gives nothing."""

    problem: ParseProblem
    broken: bool
    """Whether no other values would mend it."""


class Engine:
    """What renders the charts of one unit."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, ...], tuple[Templates, list[Failure]]] = {}
        self.texts: Texts = {}

    def parse(
        self, templates: Sequence[Template], missing: Sequence[str]
    ) -> tuple[Templates, list[Failure]]:
        """Return the templates, and which of them are broken; `missing` are charts that define others."""
        order = sorted(templates, key=lambda one: (one.name.count("/"), one.name), reverse=True)
        key = (*missing, "", *(word for one in order for word in (one.name, one.text.path)))
        if key not in self._parsed:
            self._parsed[key] = _parsed(order, missing)
        return self._parsed[key]


def execute(
    templates: Sequence[Template], parsed: Templates
) -> Iterator[tuple[Template, Traced | Failure]]:
    """Yield what every template gives, in Helm's order: the deepest and last name first, for they share their values."""
    budget = Budget()
    for one in sorted(templates, key=lambda one: (one.name.count("/"), one.name), reverse=True):
        if one.partial or one.name not in parsed:
            continue
        one.data["Template"] = {"Name": one.name, "BasePath": one.base}
        try:
            text = without_no_value(parsed.render(one.name, one.data, budget))
            assert isinstance(text, Traced)  # noqa: S101 (what was traced still is)
            yield one, text
        except BudgetError as error:
            yield one, Failure(_problem(error), broken=True)
            return
        except TemplateError as error:
            yield one, Failure(_problem(error), broken=False)


def _parsed(order: Sequence[Template], missing: Sequence[str]) -> tuple[Templates, list[Failure]]:
    found, failures = _templates(missing), list[Failure]()
    for one in order:
        text = one.text
        written = LocatedText.literal(text.value, Place(text.path, Span(0, len(text.value))))
        try:
            found.parse(one.name, written)
        except TemplateError as error:
            failures.append(Failure(_problem(error), broken=True))
    return found, failures


def _templates(missing: Sequence[str]) -> Templates:
    """Return what holds templates; one that a chart defines which is not here gives something unknown."""
    if not missing:
        return Templates(_FUNCTIONS)
    reason = f"a template of '{missing[0]}', a chart that is not here"
    functions = {**_FUNCTIONS, _ABSENT: Function(lambda: Unknown(reason), "")}
    found = Templates(functions, _ABSENT)
    found.parse(_ABSENT, LocatedText.literal(f"{{{{ {_ABSENT} }}}}", Place("", Span(0, 0))))
    return found


def _problem(error: TemplateError) -> ParseProblem:
    return ParseProblem(error.place.file, error.place.span.start, error.reason)
