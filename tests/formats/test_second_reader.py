"""dockerfile-parse reads edited Dockerfiles too: what both readers understood before, both understand afterwards."""

from __future__ import annotations

import pytest

from immutable_delivery.context import SecondReading
from immutable_delivery.edits.plan import planned
from immutable_delivery.findings import Edit
from immutable_delivery.formats.dockerfile import second_reading
from immutable_delivery.source.text import Place, Span, Text

FINE = SecondReading()
BESIDE = SecondReading(refused="dockerfile-parse sees a change beside the edit")


def reading(value: str, *changes: tuple[str, str]) -> SecondReading:
    """Return what the second reader says where each old text is replaced by the new one."""
    text = Text("Dockerfile", value)
    edits = []
    for old, new in changes:
        at = value.index(old)
        edits.append(Edit(place=Place("Dockerfile", Span(at, at + len(old))), text=new))
    plan = planned(edits)
    return second_reading(text, Text.decode("Dockerfile", plan.edited(text)), plan.spans(text))


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        ('FROM debian\nCMD ["a"]\n', [("debian", "debian:12")]),
        ("FROM debian\r\nRUN a \\\r\n\r\n  # why\r\n  && b\r\nCMD c", [("a ", "aa "), ("c", "d")]),
        ("FROM a\nRUN <<EOF\nRUN x \\\nEOF\nCMD b\n", [("x", "y"), ("CMD b", "CMD c")]),
        ("FROM a\nCOPY <<A <<B /x/\n1\nA\nB\nCMD b\n", [("CMD b", "CMD c")]),
        ("# escape=`\nFROM a\nRUN dir c:\\\nRUN `\n b\nCMD c\n", [("CMD c", "CMD d")]),
        ("# check=skip=all\n# escape=`\nFROM a\nRUN x `\n b\n", [("FROM a", "FROM b")]),
        ("FROM a\nRUN echo \\\\\nCMD c\\\n", [("CMD c", "CMD d")]),
        ("FROM a\nRUN b\nCMD c\n", [("RUN b\n", "RUN b\nUSER 1000\n")]),
        ("FROM a\nRUN b\nCMD c\n", [("RUN b\n", "")]),
        ("FROM a\nRUN b\nCMD c\n", [("RUN b\n", "# imd: ignore[x] why\nRUN b\n")]),
        ("FROM a\n\rRUN b\nCMD c\n", [("CMD c", "CMD d")]),
    ],
)  # fmt: skip
def test_an_edit_of_values_is_fine(value: str, changes: list[tuple[str, str]]) -> None:
    assert reading(value, *changes) == FINE


@pytest.mark.parametrize(
    ("value", "change", "said"),
    [
        ("FROM a\nRUN b\nCMD c\n", ("b", "b \\"), BESIDE),
        ("FROM a\nRUN b\nENV x=y\nCMD c\n", ("b", "b <<EOF\nEOF"), FINE),
        ("FROM a\nRUN b \\\n  && c\nCMD d\n", ("b \\", "b"), SecondReading(refused="dockerfile-parse sees a change beside the edit")),
        ("FROM a\nRUN b\nCMD c\n", ("b", "<<X"), SecondReading(refused="the edited file the here-document 'X' has no end")),
        ("FROM a\nRUN b\nCMD c\n", ("RUN b", "RUN\\\n b"), SecondReading(refused="dockerfile-parse would read line 2 otherwise than imd")),
    ],
)  # fmt: skip
def test_what_an_edit_does_beside_is_refused(
    value: str, change: tuple[str, str], said: SecondReading
) -> None:
    assert reading(value, change) == said


def test_where_the_readers_disagree_already_nothing_is_refused() -> None:
    unsure = SecondReading(unsure="dockerfile-parse reads line 2 otherwise than imd")
    assert reading("FROM a\nRUN\\\n b\nCMD c\n", ("c", "d")) == unsure
    assert reading("FROM a\nRUN\\\n b\nCMD c\n", ("c", "d \\")) == unsure
