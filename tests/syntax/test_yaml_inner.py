"""YAML inside another text: every scalar stands where it is decided."""

from __future__ import annotations

from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.syntax.interpolation import unaligned
from immutable_delivery.syntax.yaml import documents
from immutable_delivery.syntax.yaml.inner import inner_documents
from immutable_delivery.syntax.yaml.query import scalar, scalars


def _block(outer: str) -> LocatedText:
    found = scalar(documents(Text("a.yaml", outer))[0].root, "data")
    assert found is not None
    return found.written


def test_scalars_stand_where_they_are_written() -> None:
    outer = "data: |\n  spec:\n    image: 'nginx:latest'\n    words: [a, \"b\\n\"]\n"
    root = inner_documents(_block(outer))[0].root
    image = scalar(root, "spec", "image")
    assert image is not None
    span = image.place.span
    assert (image.text, outer[span.start : span.end]) == ("nginx:latest", "nginx:latest")
    tag = image.written.place(6)
    assert outer[tag.span.start : tag.span.end] == "latest"
    assert [one.text for one in scalars(root, "spec", "words")] == ["a", "b\n"]


def test_a_value_of_another_file_keeps_its_place() -> None:
    parts = (
        LocatedText.literal("image: nginx:", Place("main.tf", Span(10, 23))),
        LocatedText.literal("1.27", Place("prod.tfvars", Span(5, 9))),
        unaligned("\nother: x\n", LocatedText.literal("", Place("main.tf", Span(30, 40)))),
    )
    root = inner_documents(LocatedText.joined(parts, parts[0].used_at))[0].root
    image = scalar(root, "image")
    assert image is not None
    assert image.written.place(6) == Place("prod.tfvars", Span(5, 9))
    assert image.written.place(0, 5) == Place("main.tf", Span(17, 22))


def test_what_is_unknown_stays_so() -> None:
    text = LocatedText(
        "image: nginx:${TAG}\nname: web\n",
        LocatedText.literal("x" * 30, Place("a", Span(0, 30))).segments,
        Place("a", Span(0, 30)),
        ("${TAG}",),
    )
    root = inner_documents(text)[0].root
    image, name = scalar(root, "image"), scalar(root, "name")
    assert image is not None
    assert name is not None
    assert (image.written.known, name.written.known) == (False, True)


def test_a_problem_stands_in_the_outer_file() -> None:
    outer = "data: |\n  a: [1\n"
    found = inner_documents(_block(outer))[0]
    assert found.problem
    assert 8 <= found.problem_at <= len(outer)


def test_aliases_stay_shared() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30)]
    text = LocatedText.literal("\n".join(lines), Place("a", Span(0, len("\n".join(lines)))))
    assert inner_documents(text)
