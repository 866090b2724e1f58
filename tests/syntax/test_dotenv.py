"""Environment files: values as Compose reads them, with their places."""

from __future__ import annotations

import pytest

from immutable_delivery.errors import UnreadableError
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.dotenv import raw_variables, variables


def read(value: str) -> dict[str, str]:
    found = variables(Text(".env", value))
    return {name: one.text for name, one in found.items()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A=1\nB = 2 \n", {"A": "1", "B": "2"}),
        ("# note\n\n  A=1 # note\nB=1#2\nC=#3\n", {"A": "1", "B": "1#2", "C": "#3"}),
        ("export A=1\nB: 2\n", {"A": "1", "B": "2"}),
        ('A=\'x $B\'\nB="a\\nb\\"c\\$d"\n', {"A": "x $B", "B": 'a\nb"c$d'}),
        ("A='it\\'s'\nB='a\\n'\n", {"A": "it's", "B": "a\\n"}),
        ('A="one\ntwo"\nB=3\n', {"A": "one\ntwo", "B": "3"}),
        ("A=1\nB=$A-${A}-${C:-d}\nA=2\n", {"A": "2", "B": "1-1-d"}),
        ("A=\nB\nC=3", {"A": "", "C": "3"}),
        ("A=1\r\nB='2'\r\n", {"A": "1", "B": "2"}),
        ("A.b-c[0]=1\n", {"A.b-c[0]": "1"}),
        ('A="\\101\\0101\\q"\n', {"A": "\\101A\\q"}),
        ("", {}),
    ],
)
def test_values(value: str, expected: dict[str, str]) -> None:
    assert read(value) == expected


def test_a_value_knows_its_place_and_what_it_is_made_of() -> None:
    value = 'A=1.2\nB="v$A\\n" # x\n'
    found = variables(Text("sub/.env", value))["B"]
    places = [value[p.place.span.start : p.place.span.end] for p in found.segments]
    assert places == ["v", "1.2", "\\n"]
    assert found.used_at.file == "sub/.env"
    assert value[found.used_at.span.start : found.used_at.span.end] == "v$A\\n"


def test_what_is_given_counts_more() -> None:
    given = {"A": LocatedText.literal("given", Place("x", Span(0, 5)))}
    assert variables(Text(".env", "A=own\nB=$A\n"), given)["B"].text == "given"


def test_what_has_no_value_is_missing() -> None:
    assert variables(Text(".env", "A=$NONE\nB=x$A\n"))["B"].unresolved == ("NONE",)


@pytest.mark.parametrize(
    ("value", "offset"),
    [("A=1\nB C=2\n", 4), ("A=1\n!=2\n", 4), ("A='x\n", 2), ("A=${\n", 2), ("{{ a }}\n", 0)],
)
def test_what_compose_refuses(value: str, offset: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        variables(Text(".env", value))
    assert caught.value.offset == offset


def test_raw_files_are_taken_as_they_are() -> None:
    found = raw_variables(Text("a.env", "A='x' # y\n# B=1\nC=$A\n"))
    assert {name: one.text for name, one in found.items()} == {"A": "'x' # y", "C": "$A"}


def test_values_that_double_at_each_step_stay_small() -> None:
    lines = ["A0=xxxxxxxxxx", *(f"A{n}=$A{n - 1}$A{n - 1}" for n in range(1, 60))]
    found = variables(Text(".env", "\n".join(lines)))
    assert max(len(one.text) for one in found.values()) < 300_000
    assert not found["A59"].known
