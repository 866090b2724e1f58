from __future__ import annotations

from typing import Any

import pytest

from immutable_delivery.findings import Finding
from immutable_delivery.policy.fingerprints import fingerprinted, line_hashes
from immutable_delivery.records import replace
from immutable_delivery.source.text import Place, Span, Text


def by_definition(value: str) -> list[str]:
    """The hash as its description says it, unit by unit and without a rolling window."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.replace(" ", "").replace("\t", "") for line in value.split("\n")]
    encoded = [line.encode("utf-16-be") for line in lines]
    units = [
        [int.from_bytes(line[at : at + 2]) for at in range(0, len(line), 2)] for line in encoded
    ]
    flat: list[int] = []
    starts = []
    for number, line in enumerate(units):
        starts.append(len(flat))
        flat += [*line, ord("\n") if number < len(units) - 1 else 0xFFFF]
    flat += [0] * 100
    hashes: list[str] = []
    for start in starts:
        total = 0
        for unit in flat[start : start + 100]:
            total = (total * 37 + unit) % 2**64
        hashes.append(f"{total:x}")
    return [f"{digest}:{hashes[:at].count(digest) + 1}" for at, digest in enumerate(hashes)]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "\n",
        "FROM debian\n",
        "a\r\nb\rc\nd",
        "\ta \t b\n   \n\t\n",
        "x" * 99 + "\n" + "y" * 100 + "\n" + "z" * 101,
        "same\n" * 60,
        "naïve – 🐳 whale\nnext 🐳\n",
        "\r\r\n\n\r",
        "FROM a\n" + "RUN " + "b " * 500 + "\nCMD c",
    ],
)
def test_line_hashes_follow_the_definition(value: str) -> None:
    assert line_hashes(Text("f", value)) == by_definition(value)


def test_an_empty_file_has_the_well_known_hash() -> None:
    assert line_hashes(Text("f", "")) == ["c129715d7a2bc9a3:1"]


def test_indentation_and_newline_style_do_not_matter() -> None:
    assert line_hashes(Text("f", "a:\n  b: c\n")) == line_hashes(Text("f", "a:\r\n\tb: c\r\n"))


def test_a_byte_order_mark_belongs_to_the_first_line() -> None:
    plain, marked = line_hashes(Text("f", "a\nb\n")), line_hashes(Text("f", "a\nb\n", bom=True))
    assert plain[0] != marked[0]
    assert plain[1:] == marked[1:]


def test_large_files_take_linear_time() -> None:
    assert len(line_hashes(Text("f", "RUN true\n" * 20_000))) == 20_001


def found(text: str, word: str, **changes: Any) -> Finding:
    start = text.index(word)
    place = Place("Dockerfile", Span(start, start + len(word)))
    finding = Finding(
        policy="p", severity="error", message=f"{word} moves", place=place, extent=place
    )
    return replace(finding, **changes)


def prints(text: str, *findings: Finding) -> list[str]:
    return [
        finding.fingerprint
        for finding in fingerprinted(findings, {"Dockerfile": Text("Dockerfile", text)})
    ]


def test_moved_and_reindented_lines_keep_their_fingerprint() -> None:
    before, after = "FROM a:b  c\n", "# moved\n\n  FROM a:b\t c\n"
    assert prints(before, found(before, "a:b  c")) == prints(after, found(after, "a:b\t c"))


@pytest.mark.parametrize(
    "changes",
    [{"policy": "q"}, {"owner": "web"}, {"place": Place("other", Span(0, 0))}, {"evidence": "x"}],
)
def test_what_distinguishes_findings(changes: dict[str, Any]) -> None:
    text = "FROM a:b\n"
    assert prints(text, found(text, "a:b")) != prints(text, found(text, "a:b", **changes))


def test_twins_are_told_apart_by_their_order() -> None:
    text = "FROM a\nFROM a\n"
    first = found(text, "a")
    second = replace(first, place=Place("Dockerfile", Span(12, 13)))
    one, other = prints(text, first, second)
    assert one != other
    assert prints("\n" + text, first, second)[0] != ""


def test_a_name_that_is_not_utf8_has_a_fingerprint() -> None:
    finding = replace(found("x", "x"), place=Place("a\udcff", Span(0, 0)))
    assert prints("x", finding)[0]
