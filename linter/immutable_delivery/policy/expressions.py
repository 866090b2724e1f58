"""The policy language: CEL over the fields of a fact. The only module that knows the CEL runtime.

Language: https://cel.dev. One environment per fact kind makes a misspelt field an error at load.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cel_expr_python import cel

from immutable_delivery.facts import ITEMS, KINDS, VOCABULARIES, Fact, Scope
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.source.escape import nearest
from immutable_delivery.standins import PROTOCOL_BUFFERS, standing_in

if TYPE_CHECKING:
    from immutable_delivery.policy.celtree import Node
    from immutable_delivery.policy.comparisons import Comparison

Params = tuple[tuple[str, str], ...]
"""Names and types (bool, int, string, list) of a policy's parameters, sorted."""


class UnknownType:
    """The type of :data:`UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = UnknownType()
"""The value of an expression that needs a field nobody knows."""


class ExpressionError(Exception):
    """An expression that does not compile or evaluate: the reason, and the offset in its text where one is to blame."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


@cache
def variables(kind: str) -> dict[str, str]:
    """Return the variables of a fact kind and their types: bool, int, string or list."""
    return _types(KINDS[kind]) | _types(Scope)


@cache
def locations(kind: str) -> dict[str, str]:
    """Return where the variables of a fact kind stand in a fact, as attribute paths."""
    own = {name: name for name in _types(KINDS[kind])}
    return {name: f"scope.{name}" for name in _types(Scope)} | own


@cache
def item_variables(kind: str, each: str) -> dict[str, str]:
    """Return the variables of the items in a record list, `item.name` …, with their types."""
    return {f"item.{name}": type_ for name, type_ in _types(ITEMS[kind, each]).items()}


@cache
def words(owner: type[Record]) -> dict[str, tuple[str, ...]]:
    """Return the words that each closed field of a record can have, or the items of a closed list."""
    named = {name: _word(text) for name, text in _annotations(owner).items()}
    return {name: VOCABULARIES[word] for name, word in named.items() if word in VOCABULARIES}


_LIST = "tuple["
_TYPES = {"bool": "bool", "int": "int", "str": "string", "tuple[str, ...]": "list"}
"""Types of the language by annotation; typing.get_type_hints would cost each start 10 ms."""


def _types(owner: type) -> dict[str, str]:
    types = {name: _type(text) for name, text in _annotations(owner).items()}
    return {name: type_ for name, type_ in types.items() if type_}


def _type(text: str) -> str:
    if _word(text) in VOCABULARIES:
        return "list" if text.startswith(_LIST) else "string"
    return _TYPES.get(text.removesuffix(" | None"), "")


def _word(text: str) -> str:
    """Return the type of a field or of the items of a list, as an annotation names it."""
    return text.removesuffix(" | None").removeprefix(_LIST).removesuffix(", ...]")


def _annotations(owner: type[Record]) -> dict[str, str]:
    """Return the annotations of the fields as they are written, those of parents first."""
    written = {
        name: str(text)
        for kind in reversed(owner.__mro__)
        for name, text in vars(kind).get("__annotations__", {}).items()
    }
    return {name: written[name] for name in owner.__struct_fields__}


class Signature(Record, frozen=True, array_like=True):
    """What an expression may name: a fact kind, a record list of it and a policy's parameters."""

    kind: str
    each: str = ""
    params: Params = ()

    def types(self) -> dict[str, str]:
        """Return every variable with its type."""
        items = item_variables(self.kind, self.each) if self.each else {}
        return (
            variables(self.kind) | items | {f"params.{name}": type_ for name, type_ in self.params}
        )

    def words(self) -> dict[str, tuple[str, ...]]:
        """Return the words that each closed variable can have."""
        item = words(ITEMS[self.kind, self.each]) if self.each else {}
        own = words(Scope) | words(KINDS[self.kind])
        return own | {f"item.{name}": known for name, known in item.items()}


_CEL_TYPES = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "list": cel.Type.List(cel.Type.STRING),
}
_NAME = lazy(r"[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)?")
_STRINGS = lazy(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")


@cache
def _environment(signature: Signature) -> Any:
    return _made({name: _CEL_TYPES[type_] for name, type_ in signature.types().items()})


@cache
def _runtime() -> Any:
    """Return where all expressions run: what was checked in its own environment brings its types along."""
    return _made({})


def _made(variables: Mapping[str, Any]) -> Any:
    with standing_in(PROTOCOL_BUFFERS):
        return cel.NewEnv(variables=dict(variables))


class Expression(Record, eq=False, omit_defaults=True, rename={"text": "cel"}):
    """A compiled expression; deserialised at its first use, so that loading the pack costs nothing."""

    text: str
    signature: Signature
    serialized: bytes
    fields: tuple[str, ...]
    """The variables that it names, sorted."""
    _compiled: Any = None

    def comparisons(self) -> Iterator["Comparison"]:
        """Yield the texts that variables are compared with."""
        from immutable_delivery.policy.celtree import tree  # noqa: PLC0415 (a run of the pack needs neither)
        from immutable_delivery.policy.comparisons import comparisons  # noqa: PLC0415

        return comparisons(tree(self.serialized))

    def patterns(self) -> Iterator["Node"]:
        """Yield the texts that are patterns of `matches`."""
        from immutable_delivery.policy.celtree import tree  # noqa: PLC0415 (a run of the pack needs neither)
        from immutable_delivery.policy.comparisons import patterns  # noqa: PLC0415

        return patterns(tree(self.serialized))

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Return the value for ``values`` (variables without None), or :data:`UNKNOWN`."""
        if self._compiled is None:
            self._compiled = _runtime().deserialize(self.serialized)
        data = {name: values[name] for name in self.fields if name in values}
        try:
            result = self._compiled.eval(data=data)
        except RuntimeError as error:  # the budget for iterations is spent
            raise ExpressionError(str(error)) from None
        value = result.plain_value()
        if result.type() == cel.Type.ERROR:
            if "No value with name" in str(value):
                return UNKNOWN
            raise ExpressionError(str(value))
        return value


def compile_expression(text: str, signature: Signature, *, boolean: bool = False) -> Expression:
    """Compile ``text``; raise :class:`ExpressionError` with the offset of the trouble."""
    from immutable_delivery.policy.serialized import ordered  # noqa: PLC0415 (the pack is compiled already)

    try:
        compiled = _environment(signature).compile(text)
    except RuntimeError as error:
        raise _explained(str(error), text, signature) from None
    if boolean and compiled.return_type() != cel.Type.BOOL:
        raise ExpressionError(f"is a {compiled.return_type().name()}, not a bool")
    found = Expression(text, signature, ordered(compiled.serialize()), _names(text, signature))
    for comparison in found.comparisons():
        _refuse_unknown(comparison, signature.words())
    for pattern in found.patterns():
        _refuse_broken(pattern.text, pattern.at)
    return found


def _refuse_broken(pattern: str, at: int) -> None:
    """Refuse what is no regular expression; CEL itself would say so at the first fact, without a place."""
    import re2  # noqa: PLC0415 (the pack is compiled already, and few policies of others bring patterns)

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace")
        raise ExpressionError(
            f"'{pattern}' is no regular expression of RE2: {reason}", at
        ) from None


def _refuse_unknown(one: "Comparison", closed: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a word that none of the variables compared with it can have."""
    known = {word: None for name in one.names for word in closed.get(name, (one.text,))}
    if one.text not in known:
        near = nearest(one.text, known)
        hint = f"; did you mean '{near}'?" if near else ""
        spoken = ", ".join(word or "''" for word in known)
        raise ExpressionError(
            f"'{one.names[0]}' is never '{one.text}': it is one of {spoken}{hint}", one.at
        )


def _names(text: str, signature: Signature) -> tuple[str, ...]:
    used = set()
    types = signature.types()
    for found in _NAME.finditer(_STRINGS.sub(lambda string: " " * len(string[0]), text)):
        used |= {found[0], found[0].partition(".")[0]} & types.keys()
    return tuple(sorted(used))


def _explained(message: str, text: str, signature: Signature) -> ExpressionError:
    found = re.search(r"<input>:(\d+):(\d+): (.*)", message)
    if not found:
        return ExpressionError(message)
    lines = text.splitlines(keepends=True)
    offset = sum(map(len, lines[: int(found[1]) - 1])) + int(found[2]) - 1
    return ExpressionError(_suggested(found[3], signature), offset)


def _suggested(reason: str, signature: Signature) -> str:
    name = re.match(r"undeclared reference to '([^']+)'", reason)
    if not name:
        return reason
    from difflib import get_close_matches  # noqa: PLC0415 (only to word an error)

    near = get_close_matches(name[1], signature.types(), 1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"'{name[1]}' is no field of '{signature.kind}'{hint}"


def values_of(fact: Fact) -> dict[str, Any]:
    """Return the variables of a fact that are known."""
    values = {name: getattr(fact, name) for name in _own(type(fact))}
    values |= {name: getattr(fact.scope, name) for name in _own(Scope)}
    return {
        name: list(v) if isinstance(v, tuple) else v for name, v in values.items() if v is not None
    }


def item_values(item: Any) -> dict[str, Any]:
    """Return the variables of an item of a record list that are known."""
    pairs = ((f"item.{name}", getattr(item, name)) for name in _own(type(item)))
    return {n: list(v) if isinstance(v, tuple) else v for n, v in pairs if v is not None}


_OWN: dict[type, tuple[str, ...]] = {}


def _own(owner: type) -> tuple[str, ...]:
    if owner not in _OWN:
        _OWN[owner] = tuple(_types(owner))
    return _OWN[owner]
