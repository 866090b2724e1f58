"""The edit engine: exact bytes, and what excludes what."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immutable_delivery.edits.plan import ConflictError, Plan, planned
from immutable_delivery.findings import Edit
from immutable_delivery.source.text import Place, Span, Text


def edit(start: int, end: int, text: str, file: str = "f") -> Edit:
    return Edit(place=Place(file, Span(start, end)), text=text)


def edited(data: bytes, *edits: Edit) -> bytes:
    return planned(edits).edited(Text.decode("f", data))


@pytest.mark.parametrize(
    ("data", "edits", "expected"),
    [
        (b"FROM a\n", [edit(6, 6, "@d")], b"FROM a@d\n"),
        (b"FROM a", [edit(5, 6, "b")], b"FROM b"),
        (b"\xef\xbb\xbfFROM a\r\n", [edit(5, 6, "b")], b"\xef\xbb\xbfFROM b\r\n"),
        ("# 😀é\nFROM a\n".encode(), [edit(10, 11, "ü")], "# 😀é\nFROM ü\n".encode()),
        (b"a\r\nb\r\n", [edit(3, 3, "x\ny\r\n")], b"a\r\nx\r\ny\r\nb\r\n"),
        (b"a\nb\r\n", [edit(2, 2, "x\n")], b"a\nx\nb\r\n"),
        (b"\r\na", [edit(3, 3, "\n")], b"\r\na\r\n"),
        (b"abc", [edit(2, 3, ""), edit(0, 1, "")], b"b"),
        (b"", [edit(0, 0, "a\n")], b"a\n"),
        (b"ab", [edit(0, 1, "x"), edit(1, 1, "-"), edit(1, 2, "y")], b"x-y"),
    ],
)  # fmt: skip
def test_bytes_outside_the_edits_stay(data: bytes, edits: list[Edit], expected: bytes) -> None:
    assert edited(data, *edits) == expected


def test_equal_edits_are_one() -> None:
    assert edited(b"ab", edit(1, 1, "x"), edit(1, 1, "x")) == b"axb"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (edit(0, 3, "x"), edit(2, 4, "y")),
        (edit(0, 5, "x"), edit(1, 2, "x")),
        (edit(1, 1, "x"), edit(1, 1, "y")),
        (edit(1, 3, "x"), edit(1, 3, "y")),
        (edit(1, 1, "x"), edit(0, 2, "y")),
    ],
)
def test_edits_of_the_same_text_exclude_each_other(one: Edit, other: Edit) -> None:
    for pair in ([one, other], [other, one]):
        with pytest.raises(ConflictError, match="two edits of f"):
            planned(pair)


def test_a_fix_joins_a_plan_as_a_whole_or_not_at_all() -> None:
    plan = planned([edit(1, 2, "x")])
    two = [edit(4, 5, "y"), edit(0, 2, "z"), edit(0, 0, "g", "g")]
    conflict = plan.conflict(two)
    assert conflict
    assert (conflict.one, conflict.other) == (two[1], edit(1, 2, "x"))
    with pytest.raises(ConflictError):
        plan.add(two)
    assert plan.edited(Text("f", "abcdef")) == b"axcdef"
    assert plan.paths == ["f"]


def test_an_edit_beyond_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="no text at 3 to 4"):
        edited(b"abc", edit(3, 4, ""))


def test_a_file_without_edits_keeps_its_bytes() -> None:
    data = b"\xef\xbb\xbfa\r\rb\n\r\n"
    assert Plan().edited(Text.decode("f", data)) == data


_TEXT = st.text(alphabet="ab😀\r\n", max_size=20)
_CUTS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["", "X", "Y"])))


@given(_TEXT, _CUTS, st.randoms())
def test_what_is_planned_is_made_in_any_order(
    value: str, cuts: list[tuple[int, int, str]], random: Random
) -> None:
    """The result is the pieces outside, in order, with the new texts between them."""
    edits: list[Edit] = []
    plan = Plan()
    for start, end, text in cuts:
        one = edit(min(start, end, len(value)), min(max(start, end), len(value)), text)
        rivals = [e for e in edits if e != one and _shares(e, one)]
        assert bool(plan.conflict([one])) == bool(rivals)
        if not rivals:
            plan.add([one])
            edits.append(one)
    expected, at = "", 0
    for span, text in sorted({(e.place.span, e.text) for e in edits}):
        expected += value[at : span.start] + text
        at = span.end
    assert plan.edited(Text("f", value)) == (expected + value[at:]).encode()
    random.shuffle(edits)
    assert planned(edits).edited(Text("f", value)) == plan.edited(Text("f", value))


def _shares(one: Edit, other: Edit) -> bool:
    """Whether two edits touch the same character, stand inside each other or at the same span."""
    a, b = one.place.span, other.place.span
    inside = a.start < b.start < a.end or b.start < a.start < b.end
    return a == b or inside or bool({*range(a.start, a.end)} & {*range(b.start, b.end)})
