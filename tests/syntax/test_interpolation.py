"""Interpolation: values, and the place that decides each part of them."""

from __future__ import annotations

import pytest

from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.interpolation import Cutter, InvalidTemplateError, interpolate

GIVEN = {"SET": "value", "EMPTY": "", "LOWER_case1": "x"}


def literal(text: str, file: str) -> LocatedText:
    return LocatedText.literal(text, Place(file, Span(0, len(text))))


def value(text: str) -> LocatedText:
    given = {name: literal(one, ".env") for name, one in GIVEN.items()}
    return interpolate(literal(text, "f"), given)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$SET", "value"),
        ("${SET}", "value"),
        ("$SET.x-$SET", "value.x-value"),
        ("$LOWER_case1!", "x!"),
        ("a$$b", "a$b"),
        ("$$SET", "$SET"),
        ("$1 $ %", "$1 $ %"),
        ("${NO:-d}", "d"),
        ("${NO-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${NO:-}", ""),
        ("${SET:-d}", "value"),
        ("${SET:+alt}", "alt"),
        ("${EMPTY:+alt}", ""),
        ("${EMPTY+alt}", "alt"),
        ("${NO+alt}", ""),
        ("${SET:?must}", "value"),
        ("${NO:-${ALSO:-${SET}}}", "value"),
        ("${NO:-a ${SET} b}/c", "a value b/c"),
        ('${NO:-{"a": 1}}', '{"a": 1}'),
        ("${NO:-{}", "{"),
        ("${NO-a:?b}", "a:?b"),
    ],
)
def test_operators(text: str, expected: str) -> None:
    found = value(text)
    assert (found.text, found.unresolved) == (expected, ())


@pytest.mark.parametrize(
    ("text", "kept", "missing"),
    [
        ("nginx:${TAG}", "nginx:${TAG}", ("TAG",)),
        ("$A$A$B", "$A$A$B", ("A", "B")),
        ("x:${TAG:?say: which}", "x:${TAG}", ("TAG",)),
        ("${NO:-$TAG}", "$TAG", ("TAG",)),
        ("${EMPTY:?must}", "${EMPTY}", ("EMPTY",)),
    ],
)
def test_what_nothing_gives_a_value_stays_as_it_is(
    text: str, kept: str, missing: tuple[str, ...]
) -> None:
    found = value(text)
    assert (found.text, found.unresolved, found.value) == (kept, missing, None)


@pytest.mark.parametrize(
    ("text", "part", "place"),
    [
        ("a:${SET}", "value", (".env", "value")),
        ("a:${NO:-1.2}", "1.2", ("f", "1.2")),
        ("a:${NO:-b${X-c}d}", "c", ("f", "c")),
        ("a:${NO:-b${X-c}d}", "d", ("f", "d")),
        ("a:${TAG:?x}", "${TAG}", ("f", "${TAG:?x}")),
        ("a$$b", "$", ("f", "$$")),
        ("a$$b", "b", ("f", "b")),
    ],
)
def test_a_part_stands_where_it_is_decided(text: str, part: str, place: tuple[str, str]) -> None:
    found = value(text)
    at = found.text.index(part)
    decided = found.place(at, at + len(part))
    source = text if decided.file == "f" else "value"
    assert (decided.file, source[decided.span.start : decided.span.end]) == place
    assert found.used_at == Place("f", Span(0, len(text)))


@pytest.mark.parametrize("text", ["${", "${}", "a${1}", "${X", "${X:-a", "${X!}", "${X:-a\n}"])
def test_what_compose_refuses(text: str) -> None:
    with pytest.raises(InvalidTemplateError) as caught:
        value(text)
    assert caught.value.offset == text.index("$")


def test_nesting_and_growth_are_bounded() -> None:
    with pytest.raises(InvalidTemplateError):
        value("${A:-" * 1000 + "}" * 1000)
    variables = {"A": literal("x" * 60_000, ".env")}
    assert not interpolate(literal("$A$A", "f"), variables).known


def test_many_references_in_many_pieces_take_linear_time() -> None:
    lines = [literal(f"${{A{n}:-{n}}} x\n", "f") for n in range(5_000)]
    whole = LocatedText.joined(lines, Place("f", Span(0, 0)))
    assert interpolate(whole, {}).text.endswith("4999 x\n")


def test_a_cutter_cuts_like_slices() -> None:
    parts = [literal(text, "f") for text in ("ab", "", "cde", "f")]
    whole = LocatedText.joined(parts, Place("f", Span(0, 6)))
    cutter = Cutter(whole)
    for start, end in ((0, 1), (1, 4), (4, 4), (4, 6), (6, 6)):
        assert cutter.cut(start, end).text == whole.text[start:end]
