"""ARG, ENV and LABEL: what they set, and the facts of it."""

from __future__ import annotations

from immutable_delivery.containers.secrets import secret_variable
from immutable_delivery.facts import Scope, Variable, VariableType
from immutable_delivery.formats.dockerfile.document import Instruction
from immutable_delivery.formats.dockerfile.references import argument
from immutable_delivery.formats.dockerfile.state import State
from immutable_delivery.formats.dockerfile.variables import Variables
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span

_VARIABLE = lazy(r"\$\{\w+:?-?\}|\$\w+")


def arg(state: State, instruction: Instruction) -> None:
    """Declare build arguments in a stage."""
    variables = state.triggered or state.variables
    plan = state.site.plan
    plan.declare(instruction, variables, plan.variables)
    state.emit(*arg_facts(instruction, variables, state.scope))
    for word in instruction.words:
        state.assign(argument(word)[0])


def arg_facts(instruction: Instruction, variables: Variables, scope: Scope) -> list[Variable]:
    """Return the facts of an ARG that was carried out."""
    facts = []
    for word in instruction.words:
        name, _ = argument(word)
        value = variables.find(name)
        name_at = word.place(0, len(name))
        known = value if isinstance(value, LocatedText) else None
        facts.append(
            _variable("arg", name, known, word.used_at, {"name": name_at}, instruction, scope)
        )
    return facts


def env(state: State, instruction: Instruction) -> None:
    """Set environment variables; all of them see the values before the instruction."""
    variables = state.triggered or state.variables
    values, declared = variables.values, frozenset(variables.values)
    pairs = [
        (state.expand(name), state.expand(value), value) for name, value in _pairs(instruction)
    ]
    for name, value, written in pairs:
        values[name.text] = value
        state.environment.add(name.text)
        state.assign(name.text)
        fact = _pair_fact("env", name, value, written, instruction, state.scope)
        state.emit(replace(fact, secret="") if _inherited(value, declared) else fact)


def _inherited(value: LocatedText, declared: frozenset[str]) -> bool:
    """Whether a value is nothing but variables that this build does not declare: empty, or in a layer of the base already."""
    undeclared = bool(value.unresolved) and declared.isdisjoint(value.unresolved)
    return undeclared and not _VARIABLE.sub("", value.text)


def label(state: State, instruction: Instruction) -> None:
    """Give the image labels."""
    for name_written, written in _pairs(instruction):
        name, value = state.expand(name_written), state.expand(written)
        if state.triggered is None:
            state.labels[name.text] = name.used_at
        state.emit(_pair_fact("label", name, value, written, instruction, state.scope))


def _pairs(instruction: Instruction) -> list[tuple[LocatedText, LocatedText]]:
    return list(zip(instruction.words[::2], instruction.words[1::2], strict=True))


def _pair_fact(
    kind: VariableType,
    name: LocatedText,
    value: LocatedText,
    written: LocatedText,
    instruction: Instruction,
    scope: Scope,
) -> Variable:
    start = name.used_at.span.start
    whole = Place(
        name.used_at.file, Span(start, max(written.used_at.span.end, name.used_at.span.end))
    )
    return _variable(kind, name.text, value, whole, {"name": name.used_at}, instruction, scope)


def _variable(
    kind: VariableType,
    name: str,
    value: LocatedText | None,
    whole: Place,
    places: dict[str, Place],
    instruction: Instruction,
    scope: Scope,
) -> Variable:
    if value is not None and value.text:
        places = {**places, "value": value.place()}
    known = value.value if value is not None else None
    secret = (
        secret_variable(name, known or None if kind == "arg" else known, default=True)
        if kind != "label"
        else ""
    )
    shown = None if secret else known
    return Variable(
        used_at=whole, extent=instruction.place, scope=scope, places=places,
        variable_type=kind, name=name, value=shown, secret=secret,
    )  # fmt: skip
