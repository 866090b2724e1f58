"""Text: offsets, lines and columns in every unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immutable_delivery.errors import UnreadableError
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import MAX_BYTES, Place, Position, Span, Text


def test_bom_is_stripped_and_remembered() -> None:
    text = Text.decode("f", b"\xef\xbb\xbfFROM a")
    assert (text.value, text.bom) == ("FROM a", True)


@pytest.mark.parametrize(
    ("data", "reason", "offset"),
    [
        (b"FROM \xff", "is not UTF-8", 5),
        (b"\xef\xbb\xbfFR\xff", "is not UTF-8", 2),
        (b"a\0b", "holds a NUL byte", 1),
        (b"x" * (MAX_BYTES + 1), "is larger than 10 MB", 0),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, reason: str, offset: int) -> None:
    with pytest.raises(UnreadableError) as error:
        Text.decode("f", data)
    assert (error.value.reason, error.value.offset) == (reason, offset)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_with_any_newline(newline: str) -> None:
    text = Text("f", newline.join(["ab", "", "cd"]))
    assert [text.line(number) for number in (1, 2, 3)] == ["ab", "", "cd"]
    assert text.position(text.value.index("d")) == Position(3, 2)


def test_columns_count_in_the_unit_that_is_asked_for() -> None:
    text = Text("f", "a\n😀é b")
    at = text.value.index("b")
    assert text.position(at) == Position(2, 4)
    assert text.utf16(at) == Position(2, 5)
    assert text.utf8(at) == Position(2, 8)


@given(st.text(alphabet="ab\r\n😀"))
def test_every_offset_has_its_line(value: str) -> None:
    text = Text("f", value)
    for offset in range(len(value) + 1):
        at = text.position(offset)
        assert text.line_starts[at.line - 1] + at.column - 1 == offset


def place(start: int, end: int, file: str = "f") -> Place:
    return Place(file, Span(start, end))


def test_a_slice_of_written_text_has_exact_places() -> None:
    written = LocatedText(
        "nginx:1.27",
        (Segment("nginx:", place(0, 6)), Segment("1.27", place(3, 7, ".env"))),
        place(0, 12),
    )
    assert written.place(6, 10) == place(3, 7, ".env")
    assert written.slice(0, 5).used_at == place(0, 5)
    assert written.slice(7, 9).segments == (Segment("." + "2", place(4, 6, ".env")),)


def test_a_piece_that_is_not_aligned_keeps_its_whole_place() -> None:
    written = LocatedText.literal("a\tb", place(0, 4))
    assert not written.segments[0].aligned
    assert written.place(1, 2) == place(0, 4)


def test_an_empty_text_stands_where_it_is_written() -> None:
    assert LocatedText.literal("", place(4, 4)).place() == place(4, 4)
    assert LocatedText("", (), place(4, 4)).place() == place(4, 4)


def test_a_joined_text_knows_what_is_missing() -> None:
    one = LocatedText.literal("a", place(0, 1))
    other = LocatedText("${B}", (Segment("${B}", place(1, 5)),), place(1, 5), ("B",))
    joined = LocatedText.joined([one, other], place(0, 5))
    assert (joined.text, joined.value, joined.unresolved) == ("a${B}", None, ("B",))
    assert joined.slice(0, 1).value == "a"
