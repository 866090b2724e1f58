"""YAML and JSON as positioned trees: values, places, hostile input, comments."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import (
    Document,
    Mapping,
    Node,
    Scalar,
    Sequence,
    comments,
    documents,
    glance,
    may_hold,
)


def read(value: str, path: str = "x.yaml") -> list[Document]:
    return documents(Text(path, value))


def root(value: str) -> Mapping:
    found = read(value)
    assert [document.problem for document in found] == [""]
    assert isinstance(found[0].root, Mapping)
    return found[0].root


def plain(node: Node | None) -> object:
    match node:
        case Scalar():
            return node.text
        case Mapping():
            return {key: plain(value) for key, value in node.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case None:
            return None


def scalars(node: Node | None) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Mapping():
            for key, value in node.entries.values():
                yield key
                yield from scalars(value)
        case Sequence():
            for item in node.items:
                yield from scalars(item)
        case None:
            return


def written(value: str, key: str) -> list[tuple[str, str, bool]]:
    """Return the pieces of the scalar under a key: text, what stands there, aligned."""
    scalar = root(value).get(key)
    assert isinstance(scalar, Scalar)
    assert "".join(piece.text for piece in scalar.written.segments) == scalar.text
    return [
        (piece.text, value[piece.place.span.start : piece.place.span.end], piece.aligned)
        for piece in scalar.written.segments
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a: 1.10\nb: on\nc: 0644\nd: 22:22\ne: 2024-01-01", {"a": "1.10", "b": "on", "c": "0644", "d": "22:22", "e": "2024-01-01"}),
        ("a: =\n=: 1", {"a": "=", "=": "1"}),
        ("a: !reference [x, y]\nb: !Ref c", {"a": ["x", "y"], "b": "c"}),
        ("{image: nginx:stable, ports: [8080:80]}", {"image": "nginx:stable", "ports": ["8080:80"]}),
        ("a: 1\n\t\nb: 2", {"a": "1", "b": "2"}),
        ("a: 1\n \t # note\nb: 2", {"a": "1", "b": "2"}),
        ("1: a\ntrue: b\n? [x, y]\n: c", {"1": "a", "true": "b", "[x, y]": "c"}),
        ("x: &a {b: 1, c: 2}\ny:\n  <<: *a\n  b: 3", {"x": {"b": "1", "c": "2"}, "y": {"b": "3", "c": "2"}}),
        ("p: &p {k: 1}\nq: &q {k: 2, l: 3}\nz:\n  <<: [*p, *q]", {"p": {"k": "1"}, "q": {"k": "2", "l": "3"}, "z": {"k": "1", "l": "3"}}),
        ('a:\n  "<<": b', {"a": {"<<": "b"}}),
        ("a:\n  <<: text\n  b: 1", {"a": {"<<": "text", "b": "1"}}),
        ("a: &x b\n*x : c", {"a": "b", "b": "c"}),
        ("a: &x [1]\nb: *x", {"a": ["1"], "b": ["1"]}),
        ("a:\r\n  - b\r\n", {"a": ["b"]}),
    ],
)  # fmt: skip
def test_values_stay_text(value: str, expected: object) -> None:
    assert plain(root(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"a": "\\ud83d\\ude00\\/\\n", "b": [1, true, null]}', {"a": "😀/\n", "b": ["1", "true", "null"]}),
        ('\t{\n\t\t"a":1,\n\t\t"b":\t[\n\t]\n\t}\n\t', {"a": "1", "b": []}),
        ('{"a": "\\ud800x"}', {"a": "\ufffdx"}),
    ],
)  # fmt: skip
def test_json_is_read_by_the_same_parser(value: str, expected: object) -> None:
    found = read(value, "x.json")
    assert [document.problem for document in found] == [""]
    assert plain(found[0].root) == expected


def test_a_tag_is_kept_and_anchor_tag_and_quotes_are_no_part_of_the_place() -> None:
    value = 'a: &x !override "b"\nc: !reset\nd: !t\n  e: 1\n'
    tree = root(value)
    scalar = tree.get("a")
    assert isinstance(scalar, Scalar)
    assert (scalar.tag, scalar.plain) == ("!override", False)
    assert value[scalar.place.span.start : scalar.place.span.end] == "b"
    inner = tree.get("d")
    assert isinstance(inner, Mapping)
    assert inner.tag == "!t"
    assert value[inner.place.span.start : inner.place.span.end] == "e: 1"
    reset = tree.get("c")
    assert isinstance(reset, Scalar)
    assert (reset.tag, reset.null) == ("!reset", True)


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        ("k: plain # c", [("plain", "plain", True)]),
        ("k: 'it''s'", [("it", "it", True), ("'", "''", False), ("s", "s", True)]),
        ('k: "a\\tb"', [("a", "a", True), ("\t", "\\t", False), ("b", "b", True)]),
        ('k: "a\n\n  b\\\n  c"', [("a", "a", True), ("\n", "\n\n  ", False), ("b", "b", True), ("c", "c", True)]),
        ("k: one\n  two", [("one", "one", True), (" ", "\n  ", False), ("two", "two", True)]),
        ("k: |\n  if x; then\n    y\n\n  fi\n", [("if x; then\n", "if x; then\n", True), ("  y\n\n", "  y\n\n", True), ("fi\n", "fi\n", True)]),
        ("k: |2-\n    a\n   b", [("  a\n", "  a\n", True), (" b", " b", True)]),
        ("k: >-\n  a\n  b\n\n  c\n", [("a", "a", True), (" ", "\n  ", False), ("b\n", "b\n", True), ("c", "c", True)]),
        ("k: |\r\n  a\r\n  b\r\n", [("a", "a", True), ("\n", "\r\n  ", False), ("b", "b", True), ("\n", "", False)]),
    ],
)  # fmt: skip
def test_each_character_of_a_scalar_knows_its_place(
    value: str, pieces: list[tuple[str, str, bool]]
) -> None:
    assert written(value, "k") == pieces


def test_a_word_of_a_script_in_a_block_has_its_exact_place() -> None:
    value = "a:\n  run: |\n    apt-get update\n    apt-get install curl\n"
    script = next(scalar for scalar in scalars(read(value)[0].root) if "curl" in scalar.text)
    at = script.text.index("curl")
    span = script.written.place(at, at + 4).span
    assert value[span.start : span.end] == "curl"


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t\\\"'#: ")))
def test_quoted_text_comes_back_piece_by_piece(text: str) -> None:
    value = f"k: {json.dumps(text)}"
    assert "".join(piece for piece, _, _ in written(value, "k")) == text
    assert all(piece == there for piece, there, aligned in written(value, "k") if aligned)


@settings(max_examples=100, deadline=None)
@given(st.text("ab{}[]:,-?&*!|>'\"%@`#\n\t 0\\\ud7ff\x85\u2028", max_size=60))
def test_no_text_brings_the_reader_down(value: str) -> None:
    for document in read(value):
        for scalar in scalars(document.root):
            span = scalar.place.span
            assert 0 <= span.start <= span.end <= len(value)
            assert "".join(piece.text for piece in scalar.written.segments) == scalar.text


def test_one_broken_document_hides_none_of_its_neighbours() -> None:
    value = "a: 1\n---\nb: {{ x }}: y\n--- # note\nc: 1\n...\n%YAML 1.2\n---\nd: |\n  ---x\n---\n"
    found = read(value)
    assert [plain(document.root) for document in found] == [
        {"a": "1"},
        None,
        {"c": "1"},
        {"d": "---x\n"},
        None,
    ]
    assert [bool(document.problem) for document in found] == [False, True, False, False, False]
    assert found[1].place.span.start <= found[1].problem_at < found[1].place.span.end


@pytest.mark.parametrize(
    ("value", "reason", "at"),
    [
        ("a: *b", "no anchor", 3),
        ("a: &b {c: *b}", "stands inside", 10),
        ("a: \x07", "control character", 3),
        ("a: [1", "flow", None),
        ("a: b: c", "mapping values", None),
        ("k: \ufffe", "control character", 3),
        ("[" * 100_000, "nested", None),
        ("- " * 100_000, "nested", None),
        ("\n".join(" " * depth + "a:" for depth in range(300)), "nested", None),
        ('{"a":' * 100_000, "nested", None),
        ("{? " * 100_000, "nested", None),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    value: str, reason: str, at: int | None
) -> None:
    begin = time.process_time()
    found = read(value)
    assert time.process_time() - begin < 0.5
    assert found[-1].root is None
    assert reason in found[-1].problem
    assert at in {None, found[-1].problem_at}


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    found = read("\n".join(lines))
    assert "aliases" in found[0].problem


def test_duplicate_keys_are_noted_and_the_later_one_wins() -> None:
    found = read("a: 1\nb: 2\na: 3\n")
    assert plain(found[0].root) == {"a": "3", "b": "2"}
    assert [(key.text, key.place.span.start) for key in found[0].duplicates] == [("a", 10)]


@pytest.mark.parametrize("value", ["", "# only a comment\n", "\n\n"])
def test_nothing_holds_no_document(value: str) -> None:
    assert read(value) == []


def test_offsets_are_code_points() -> None:
    value = "é: 😀 # ☃\nb: c\n"
    assert [value[s.place.span.start : s.place.span.end] for s in scalars(root(value))] == [
        "é",
        "😀",
        "b",
        "c",
    ]


def test_documents_travel_between_processes() -> None:
    found = read('a: &x "b"\nc: [*x, d]\n')
    again = pickle.loads(pickle.dumps(found))
    assert again == found


COMMENTED = """# imd: ignore[a] r
services:   # imd: ignore[b] r
  # imd: ignore[c] r
  web:
    image: "x # imd: no"  # imd: ignore[d] r
    # imd: ignore[e] r
    volumes:
      - a:/b # imd: ignore[f] r
      # imd: ignore[g] r
      - type: bind # imd: ignore[h] r
        source: x
    command: | # imd: ignore[i] r
      # imd: in a string
      foo
  db: &x {image: y} # imd: ignore[j] r
  c: *x   # imd: ignore[k] r
  d:
    # imd: ignore[l] r
    <<: *x
    list: [1,
      2
    ] # imd: ignore[m] r
"""


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("a", "services:", "2\n    ]"),
        ("b", "services:", "2\n    ]"),
        ("c", "web:\n", "      foo"),
        ("d", "image: ", '"x # imd: no"'),
        ("e", "volumes:", "source: x"),
        ("f", "a:/b", "a:/b"),
        ("g", "type: bind", "source: x"),
        ("h", "type: bind", "source: x"),
        ("i", "command: |", "      foo"),
        ("j", "db: ", "{image: y}"),
        ("k", "c: *x", "c: *x"),
        ("l", "<<: *x", "<<: *x"),
        ("m", "list: [", "]"),
    ],
)
def test_a_comment_covers_the_statement_that_it_is_about(name: str, start: str, end: str) -> None:
    text = Text("x.yaml", COMMENTED)
    found = {comment.text: comment for comment in comments(text, documents(text))}
    assert len(found) == 13
    one = found[f"imd: ignore[{name}] r"]
    assert COMMENTED[one.start : one.end] == f"# imd: ignore[{name}] r"
    assert one.covers is not None
    covered = COMMENTED[slice(*one.covers)]
    assert covered.startswith(start)
    assert covered.endswith(end)


def test_comments_of_other_tools_and_of_broken_documents() -> None:
    text = Text("x.yaml", "a: 1 #checkov:skip=X:y\n---\n# imd: ignore[unreadable] r\nb: [\n")
    found = documents(text)
    theirs, ours = comments(text, found)
    assert (theirs.text, theirs.covers, theirs.within) == ("checkov:skip=X:y", (0, 4), (0, 23))
    assert ours.text == "imd: ignore[unreadable] r"
    span = found[1].place.span
    assert ours.covers == (span.start, span.end)


def test_linear_in_the_size_of_the_text() -> None:
    block = "  run: |\n" + "    echo '$x' \\\n" * 20_000
    value = "a:\n" + block + "# imd: ignore[x] y\nb: 1\n"
    begin = time.process_time()
    text = Text("x.yaml", value)
    found = documents(text)
    assert len(comments(text, found)) == 1
    assert all(scalar.written.text is not None for scalar in scalars(found[0].root))
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("written_as", "text"),
    [(r'"ngi\x6ex:latest"', "nginx:latest"), (r'"\u006eginx:latest"', "nginx:latest")],
)
def test_escapes_by_code_keep_what_follows_in_its_place(written_as: str, text: str) -> None:
    value = f"image: {written_as}\n"
    scalar = root(value).get("image")
    assert isinstance(scalar, Scalar)
    assert scalar.text == text
    place = scalar.written.place(text.index("latest"), len(text))
    assert value[place.span.start : place.span.end] == "latest"


@pytest.mark.parametrize(
    "data",
    [
        b'{"builders" : []}',
        b"- x: &b builders\n  *b : []",
        b"builders\n:",
        b"? builders # x\n: y",
        b"\\u0062",
    ],
)
def test_a_key_that_may_stand_in_a_file(data: bytes) -> None:
    assert may_hold(data, b"other", b"builders")


@pytest.mark.parametrize(
    "data",
    [
        b'{"x": "builders"}',
        b"builders",
        b"\\u0032",
        b"other builders, x: y",
        b'{"its-builders": 1, "embuilders": 2}',
    ],
)
def test_a_word_that_is_no_key(data: bytes) -> None:
    assert not may_hold(data, b"other", b"builders")


def test_a_file_is_parsed_once_for_all_that_are_asked() -> None:
    assert glance("a", b"b: 1") is glance("a", b"b: 1")
