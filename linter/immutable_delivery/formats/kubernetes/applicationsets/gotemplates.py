"""Templates of Go in application sets, with the functions that Argo CD gives them."""

from __future__ import annotations

from immutable_delivery.context import ParseContext
from immutable_delivery.formats.kubernetes.applicationsets.parameters import Parameters, normalized
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.syntax.gotemplate.budget import Budget
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.functions.table import FUNCTIONS
from immutable_delivery.syntax.gotemplate.problems import TemplateError
from immutable_delivery.syntax.gotemplate.templates import Templates
from immutable_delivery.syntax.gotemplate.traced import derived
from immutable_delivery.syntax.gotemplate.values import Unknown, Value
from immutable_delivery.syntax.gotemplate.yamlvalues import value_of

_NAME = "template"
_SLUG = 50


def _normalize(name: str) -> Value:
    return derived(normalized(name), name)


def _slugify(*arguments: Value) -> Value:
    """Shorten a name to whole words, as Argo CD does by default."""
    name = arguments[-1]
    most = int(arguments[0]) if len(arguments) > 1 else _SLUG
    words = normalized(name).replace(".", "-").split("-")
    found = ""
    for word in filter(None, words):
        longer = f"{found}-{word}" if found else word
        if len(longer) > most:
            break
        found = longer
    return derived(found, name)


_FUNCTIONS = {
    name: one
    for name, one in FUNCTIONS.items()
    if name not in {"env", "expandenv", "getHostByName"}
} | {"normalize": Function(_normalize, "string"), "slugify": Function(_slugify, "any*")}


class AsGo:
    """Go's templates; each text is parsed once, and one that Argo CD would refuse is told once."""

    go = True

    def __init__(self, ctx: ParseContext) -> None:
        self._ctx = ctx
        self._budget = Budget()
        self._parsed: dict[LocatedText, Templates | None] = {}

    def text(self, written: LocatedText, given: Parameters) -> LocatedText:
        """Return what a template becomes."""
        templates = self._templates(written)
        hidden = replace(written, unresolved=(written.text,))
        if templates is None:
            return hidden
        try:
            found = templates.render(_NAME, _data(given), self._budget)
        except TemplateError as error:
            if not given.open:
                self._ctx.report(error.place, f"the template is refused: {error.reason}")
            return hidden
        made = found.located(0, len(found), written.used_at)
        return hidden if made.unresolved else made

    def _templates(self, written: LocatedText) -> Templates | None:
        if written not in self._parsed:
            self._parsed[written] = self._parse(written)
        return self._parsed[written]

    def _parse(self, written: LocatedText) -> Templates | None:
        templates = Templates(_FUNCTIONS)
        try:
            templates.parse(_NAME, written)
        except TemplateError as error:
            self._ctx.report(error.place, f"the template is refused: {error.reason}")
            return None
        return templates


def _data(given: Parameters) -> Value:
    """Return the parameters as values; those that nobody here knows by name are unknown as a whole."""
    known: Value = value_of(given.values)
    if not given.open:
        return known
    if not given.unknown:
        return Unknown("what a generator finds elsewhere")
    return {name: Unknown("what a generator finds elsewhere") for name in given.unknown} | known
