"""Functions that write and read YAML, JSON, TOML and base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from immutable_delivery.syntax.gotemplate.execution import Run
from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.functions.toml import from_toml, to_toml
from immutable_delivery.syntax.gotemplate.jsonwriter import to_json
from immutable_delivery.syntax.gotemplate.problems import FunctionError
from immutable_delivery.syntax.gotemplate.traced import derived
from immutable_delivery.syntax.gotemplate.values import Value
from immutable_delivery.syntax.gotemplate.yamlvalues import from_json, from_yaml
from immutable_delivery.syntax.gotemplate.yamlwriter import to_yaml

_CHARACTERS = 10
"""So many take as long to read as a step."""


def _b64enc(text: str) -> str:
    return derived(base64.b64encode(text.encode("utf-8", "replace")).decode(), text)


def _b32enc(text: str) -> str:
    return derived(base64.b32encode(text.encode("utf-8", "replace")).decode(), text)


def _b64dec(text: str) -> str:
    return _decoded(text, lambda: base64.b64decode(str(text), validate=True), "base64")


def _b32dec(text: str) -> str:
    return _decoded(text, lambda: base64.b32decode(str(text)), "base32")


def _decoded(text: str, decode: Callable[[], bytes], name: str) -> str:
    try:
        return derived(decode().decode("utf-8", "replace"), text)
    except (binascii.Error, ValueError):
        return f"illegal {name} data"


def _lenient(write: Callable[[Run, Value], str]) -> Function:
    """Return a function that gives nothing for what cannot be written."""

    def call(run: Run, value: Value) -> str:
        try:
            return write(run, value)
        except FunctionError:
            return ""

    return Function(call, "any", unknowns=True, running=True)


def _strict(write: Callable[[Run, Value], str]) -> Function:
    return Function(write, "any", unknowns=True, running=True)


def _to_yaml(run: Run, value: Value) -> str:
    return _spent(run, to_yaml(value, run.budget))


def _to_yaml_pretty(run: Run, value: Value) -> str:
    return _spent(run, to_yaml(value, run.budget, nested="  "))


def _to_json(run: Run, value: Value) -> str:
    return _spent(run, to_json(value, run.budget))


def _to_pretty_json(run: Run, value: Value) -> str:
    return _spent(run, to_json(value, run.budget, indent="  "))


def _to_raw_json(run: Run, value: Value) -> str:
    return _spent(run, to_json(value, run.budget, html=False))


def _to_toml(run: Run, value: Value) -> str:
    return _spent(run, to_toml(value, run.budget))


def _spent(run: Run, text: str) -> str:
    run.budget.output(len(text))
    return text


def _reader(read: Callable[[str], Value], wanted: type, *, strict: bool = False) -> Function:
    """Return a function that reads a text; Helm's own give the error as a value."""

    def call(run: Run, text: str) -> Value:
        run.budget.output(len(text))
        run.budget.spend(len(text) // _CHARACTERS)
        try:
            found = read(text)
        except FunctionError as error:
            return _refused(wanted, str(error), strict=strict)
        if found is None and not strict:
            return wanted()
        if not strict and not isinstance(found, wanted):
            return _refused(wanted, f"holds no {'map' if wanted is dict else 'list'}", strict=False)
        return found

    return Function(call, "string", running=True)


def _refused(wanted: type, reason: str, *, strict: bool) -> Value:
    if strict:
        raise FunctionError(reason)
    return {"Error": reason} if wanted is dict else [reason]


ENCODINGS = {
    "b32dec": Function(_b32dec, "string"),
    "b32enc": Function(_b32enc, "string"),
    "b64dec": Function(_b64dec, "string"),
    "b64enc": Function(_b64enc, "string"),
    "fromJson": _reader(from_json, dict),
    "fromJsonArray": _reader(from_json, list),
    "fromToml": _reader(from_toml, dict),
    "fromYaml": _reader(from_yaml, dict),
    "fromYamlArray": _reader(from_yaml, list),
    "mustFromJson": _reader(from_json, dict, strict=True),
    "mustToJson": _strict(_to_json),
    "mustToPrettyJson": _strict(_to_pretty_json),
    "mustToRawJson": _strict(_to_raw_json),
    "mustToToml": _strict(_to_toml),
    "mustToYaml": _strict(_to_yaml),
    "toJson": _lenient(_to_json),
    "toPrettyJson": _lenient(_to_pretty_json),
    "toRawJson": _strict(_to_raw_json),
    "toToml": _lenient(_to_toml),
    "toYaml": _lenient(_to_yaml),
    "toYamlPretty": _lenient(_to_yaml_pretty),
}
