"""The policy language: types from the facts, three values, errors with places."""

from __future__ import annotations

import pytest

from immutable_delivery import facts
from immutable_delivery.policy.expressions import (  # fmt: skip
    UNKNOWN,
    ExpressionError,
    Signature,
    compile_expression,
    item_variables,
    variables,
    words,
)

IMAGE = Signature("image", "", (("trusted", "list"),))


@pytest.mark.parametrize("kind", facts.KINDS)
def test_every_field_compiles_under_its_name(kind: str) -> None:
    for name in variables(kind):
        compile_expression(f"{name} == {name}", Signature(kind), boolean=True)


def test_item_fields_compile() -> None:
    for kind, each in facts.ITEMS:
        for name in item_variables(kind, each):
            compile_expression(f"{name} == {name}", Signature(kind, each), boolean=True)


def test_places_are_no_variables() -> None:
    assert (
        not {"used_at", "extent", "places", "scope", "related", "packages"}
        & variables("install").keys()
    )


@pytest.mark.parametrize(
    ("text", "values", "answer"),
    [
        ('pin == "none" && !built_here', {"pin": "none", "built_here": False}, True),
        ('pin == "none" && !built_here', {"built_here": False}, UNKNOWN),
        ('pin == "none" && !built_here', {"built_here": True}, False),
        ('built_here || pin == "none"', {"built_here": True}, True),
        (
            "params.trusted.exists(t, registry.startsWith(t))",
            {"params.trusted": ["a"], "registry": "ab"},
            True,
        ),
    ],
)
def test_unknown_is_a_value(text: str, values: dict[str, object], answer: object) -> None:
    assert compile_expression(text, IMAGE).evaluate(values) is answer


@pytest.mark.parametrize(
    ("text", "offset", "reason"),
    [
        ('pinn == "none"', 0, "'pinn' is no field of 'image'; did you mean 'pin'?"),
        (
            'pin == "none" &&\n  tagg == ""',
            19,
            "'tagg' is no field of 'image'; did you mean 'tag'?",
        ),
        ("pin ==", 6, "Syntax error"),
        ("pin == 3", 4, "no matching overload"),
        ("pin", None, "is a STRING, not a bool"),
    ],
)
def test_a_fault_has_its_place(text: str, offset: int | None, reason: str) -> None:
    with pytest.raises(ExpressionError) as error:
        compile_expression(text, IMAGE, boolean=True)
    assert error.value.offset == offset
    assert reason in error.value.reason


def test_an_evaluation_that_fails_is_an_error_never_an_answer() -> None:
    with pytest.raises(ExpressionError, match="divide by zero"):
        compile_expression("1 / history > 0", Signature("resource")).evaluate({"history": 0})


def test_only_the_fields_that_are_named_count() -> None:
    expression = compile_expression('digest == "tag" && params.trusted.exists(t, t == name)', IMAGE)
    assert expression.fields == ("digest", "name", "params.trusted")


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("image", 'pin == "aliass"', "aliass"),
        ("image", '"aliass" != pin', "aliass"),
        ("image", 'pin in ["digest", "aliass"]', "aliass"),
        ("image", '!built_here && (text == "" || pin == "ä" || phase in ["bild"])', "ä"),
        ("image", 'pin == (built_here ? "none" : "nonee")', "nonee"),
        ("image", '(built_here ? pin : pin) == "nonee"', "nonee"),
        ("image", 'pin in (["none"] + ["nonee"])', "nonee"),
        ("image", '["none", "nonee"].exists(word, word == pin)', "nonee"),
        ("image", '{"nonee": true}[pin]', "nonee"),
        ("image", 'pin in {"nonee": true}', "nonee"),
        ("image", 'phase != ""', ""),
        ("resource", '"exce" in grants', "exce"),
        ("resource", 'grants.all(one, one != "exce")', "exce"),
        ("resource", 'grants == ["exec", "exce"]', "exce"),
        ("resource", 'grants[0] == "exce"', "exce"),
    ],
)
def test_a_word_that_a_field_never_has_is_refused_at_its_place(
    kind: str, text: str, word: str
) -> None:
    with pytest.raises(ExpressionError, match=f"never '{word}'") as error:
        compile_expression(text, Signature(kind), boolean=True)
    assert error.value.offset is not None
    assert text[error.value.offset + 1 :].startswith(word)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ('text.matches("ä(b")', "ä(b"),
        ('!built_here && matches(text, "(?=x)")', "(?=x)"),
        ('text.matches(built_here ? "a" : "[z-a]")', "[z-a]"),
        ('["a", "x**"].exists(one, text.matches(one))', "x**"),
    ],
)
def test_a_pattern_that_is_none_is_refused_at_its_place(text: str, pattern: str) -> None:
    with pytest.raises(ExpressionError, match="is no regular expression of RE2: ") as error:
        compile_expression(text, IMAGE, boolean=True)
    assert error.value.offset is not None
    assert text[error.value.offset + 1 :].startswith(pattern)


@pytest.mark.parametrize(
    "text", ['text.matches("^(a|b)$")', '"(".matches(text)', 'text.matches(tag) || text == "("']
)
def test_what_may_be_a_pattern_is_no_fault(text: str) -> None:
    assert compile_expression(text, IMAGE, boolean=True).text == text


def test_the_items_of_a_list_have_words_too() -> None:
    with pytest.raises(ExpressionError, match=r"'item.pin' is never 'aliass'.*mean 'alias'"):
        compile_expression('item.pin != "aliass"', Signature("install", "packages"))


@pytest.mark.parametrize(
    "text",
    [
        'tag == "aliass"',
        'pin == tag || pin == ""',
        '[tag, pin].exists(one, one == "aliass")',
        'pin.startsWith("ali") && pin + "s" == "aliass"',
        'params.trusted.exists(pin, pin == "aliass")',
        '["aliass"].exists(word, word == tag && pin == "none")',
        '[tag].exists(tag, tag == "aliass")',
        'environments == ["aliass"] && size(pin) > 0',
        '{"a": "aliass"}["a"] != pin',
    ],
)
def test_what_may_be_true_is_no_fault(text: str) -> None:
    assert compile_expression(text, IMAGE, boolean=True).text == text


def test_closed_fields_are_strings_and_lists_with_words() -> None:
    assert facts.VOCABULARIES["Pin"][:2] == ("digest", "exact")
    assert variables("resource")["grants"] == "list"
    assert words(facts.Resource)["grants"] == facts.VOCABULARIES["Grant"]
    assert "name" not in words(facts.Resource)
