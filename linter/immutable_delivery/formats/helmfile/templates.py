"""A file of Helmfile with its templates filled in, part by part: what one part says, the next ones may use."""

from __future__ import annotations

from itertools import pairwise

from immutable_delivery.context import ParseContext, ParseProblem
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.functions.table import FUNCTIONS
from immutable_delivery.syntax.gotemplate.problems import TemplateError
from immutable_delivery.syntax.gotemplate.templates import Templates
from immutable_delivery.syntax.gotemplate.values import Unknown, Value
from immutable_delivery.syntax.yaml import Mapping
from immutable_delivery.syntax.yaml.inner import inner_documents

_BOUNDARY = lazy(r"(?m)^---[ \t]*\r?$")
_OPEN = "{{"
_ELSEWHERE = (
    "env requiredEnv exec envExec fetchSecretValue expandSecretRefs readFile readDir readDirEntries tpl isFile isDir"
).split()
"""Functions whose results nobody knows before Helmfile runs."""


def _unknown(*_: Value) -> Value:
    return Unknown("what Helmfile finds where it runs")


_FUNCTIONS = FUNCTIONS | {name: Function(_unknown, "any*", unknowns=True) for name in _ELSEWHERE}


class Renderer:
    """Fills in the templates of one file."""

    def __init__(self, ctx: ParseContext) -> None:
        self._ctx = ctx
        self._budget = Budget()

    def parts(self, text: Text) -> list[LocatedText]:
        """Return the parts of a file, between its `---`."""
        cuts = [0, *(found.end() for found in _BOUNDARY.finditer(text.value)), len(text.value)]
        spans = [Span(start, end) for start, end in pairwise(cuts)]
        return [
            LocatedText.literal(text.value[span.start : span.end], Place(text.path, span))
            for span in spans
        ]

    def root(self, part: LocatedText, data: Value, *, template: bool = True) -> Mapping | None:
        """Return what a part says, filled in with these data; None where it says nothing that can be read."""
        templated = template and _OPEN in part.text
        written = self._rendered(part, data) if templated else part
        read = inner_documents(written) if written is not None else []
        for one in read:
            if one.problem:
                self._tell(one.place, one.problem, template=_OPEN in part.text)
        root = read[0].root if read else None
        return root if isinstance(root, Mapping) else None

    def _rendered(self, part: LocatedText, data: Value) -> LocatedText | None:
        templates = Templates(_FUNCTIONS)
        try:
            templates.parse("helmfile", part)
            found = templates.render("helmfile", data, self._budget)
        except TemplateError as error:
            self._tell(error.place, error.reason)
            return None
        return found.located(0, len(found), part.used_at)

    def _tell(self, place: Place, reason: str, *, template: bool = True) -> None:
        """Count a template as not judged: values that are given where Helmfile runs may mend it."""
        problem = ParseProblem(place.file, place.span.start, reason, template)
        if problem not in self._ctx.troubles:
            self._ctx.troubles.append(problem)
