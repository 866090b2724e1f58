"""A tree against a JSON Schema: jsonschema judges, and every misfit has its place and its words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import documents
from immutable_delivery.syntax.yaml.schema import Schema, schema_of
from immutable_delivery.syntax.yaml.schema_errors import SchemaError
from immutable_delivery.syntax.yaml.values import type_of

PLACES = {
    "type": ["object"],
    "required": ["port"],
    "additionalProperties": False,
    "properties": {
        "port": {
            "type": "integer",
            "minimum": 1,
            "maximum": 65535,
            "description": "The port. More.",
        },
        "name": {
            "type": "string",
            "minLength": 1,
            "pattern": "^[a-z]+$",
            "description": "The name: short",
        },
        "tags": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "args": {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
        "on": {"type": "boolean"},
        "level": {"enum": ["error", "warning"]},
    },
}
CONTRACT = schema_of("contract")


def found(yaml: str) -> list[tuple[str, str, str]]:
    """Return path, written text and message of every misfit."""
    text = Text("x.yaml", yaml)
    (document,) = documents(text)
    assert document.root is not None
    return [
        (misfit.path, written(text, misfit), misfit.text)
        for misfit in Schema.of(PLACES).misfits(document.root)
    ]


def written(text: Text, misfit: SchemaError) -> str:
    return text.value[misfit.place.span.start : misfit.place.span.end]


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("port: 80", []),
        ("port: 80\nargs: {a: x, b: 1, c: 1.5}\non: true", []),
        ("name: web", [("", "name", "`port` is missing: the port")]),
        ("prot: 1", [
            ("prot", "prot", "unknown key `prot`: do you mean `port`?"),
        ]),
        ("port: 1\nzzz: 1", [("zzz", "zzz", "unknown key `zzz`: known here: port, name, tags, args, on, level")]),
        ("port: '80'", [("port", "80", "`port` must be a whole number, not text")]),
        ("port: 0", [("port", "0", "`port` is 0, but must be at least 1")]),
        ("port: 99999", [("port", "99999", "`port` is 99999, but must be at most 65535")]),
        ("port: 1\nname: 12", [("name", "12", '`name` must be text, and `12` is a whole number: write "12"')]),
        ("port: 1\nname: ''", [("name", "", "`name` is empty")]),
        ("port: 1\nname: Web", [("name", "Web", "`name` cannot be `Web`: the name")]),
        ("port: 1\nname:", [("name", "", "`name` must be text, not nothing")]),
        ("port: 1\ntags: []", [("tags", "[]", "`tags` is an empty list")]),
        ("port: 1\ntags: [a, 1, {}]", [
            ("tags[1]", "1", '`tags[1]` must be text, and `1` is a whole number: write "1"'),
            ("tags[2]", "{}", "`tags[2]` must be text, not a mapping"),
        ]),
        ("port: 1\nargs: {a: [x]}", [("args.a", "[x]", "`args.a` must be text or a number, not a list")]),
        ("port: 1\non: 'true'", [("on", "true", "`on` must be true or false, not text")]),
        ("port: 1\nlevel: eror", [("level", "eror", "`level` cannot be `eror`: do you mean `error`?")]),
        ("port: 1\nlevel: 7", [("level", "7", "`level` cannot be `7`: it can be error, warning")]),
        ("port: 1.0", [("port", "1.0", "`port` must be a whole number, not a number")]),
        ("tags: [1]\nprot: 2", [
            ("tags[0]", "1", '`tags[0]` must be text, and `1` is a whole number: write "1"'),
            ("prot", "prot", "unknown key `prot`: do you mean `port`?"),
        ]),
        ("args: &a {x: [1]}\nport: 1\nname: w", [
            ("args.x", "[1]", "`args.x` must be text or a number, not a list"),
        ]),
        ("- port", [("", "- port", "the document must be a mapping, not a list")]),
        ("port", [("", "port", "the document must be a mapping, not text")]),
    ],
)  # fmt: skip
def test_every_misfit_has_its_place_and_its_words(
    yaml: str, expected: list[tuple[str, str, str]]
) -> None:
    assert found(yaml) == expected


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        ("1", "integer"), ("-7", "integer"), ("0o17", "integer"), ("0x1F", "integer"), ("010", "integer"),
        ("1.5", "number"), ("1e3", "number"), (".inf", "number"), ("1.2.3", "string"), ("22:22", "string"),
        ("true", "boolean"), ("'true'", "string"), ("yes", "string"), ("~", "null"), ("null", "null"),
        ("2026-01-01", "string"), ("{}", "object"), ("[]", "array"),
    ],
)  # fmt: skip
def test_types_are_those_of_the_core_schema(scalar: str, expected: str) -> None:
    (document,) = documents(Text("x.yaml", f"{scalar}\n"))
    assert document.root is not None
    assert type_of(document.root) == expected


def test_a_huge_number_is_only_a_number() -> None:
    assert found(f"port: {'9' * 10_000}")[0][2].endswith("must be at most 65535")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | st.floats(0.5, 1.5).map(lambda n: n / 3)
    | st.sampled_from(["", "web", "Dockerfile", "8080/tcp", "80/x", "sha256:" + "a" * 64, "sha256:abc"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "order", "digest", "manifests", "context", "args", "x-y", "nmae"]),
        inner,
        max_size=4,
    ),
    max_leaves=6,
)  # fmt: skip
CONTRACTS = VALUES | st.dictionaries(
    st.sampled_from([*json.loads(CONTRACT.text)["properties"], "x-free", "strat"]),
    VALUES,
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(CONTRACTS)
def test_every_error_has_a_place_of_its_own(value: object) -> None:
    text = Text("delivery.json", json.dumps(value))
    (document,) = documents(text)
    assert document.root is not None
    wrong = list(Draft202012Validator(json.loads(CONTRACT.text)).iter_errors(value))
    told = CONTRACT.misfits(document.root)
    silent = {error.validator for error in wrong} - {one.keyword for one in told}
    assert silent <= {"required"}  # the key is there, misspelt: that is said
    assert bool(told) == bool(wrong)
    assert all(one.text and not one.text.endswith(": ") for one in told)
