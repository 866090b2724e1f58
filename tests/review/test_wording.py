"""Comments: within the limits whatever they quote, and never cut where that would set something free."""

from __future__ import annotations

import pytest
from tests.forges.test_hostile import _problems

from immutable_delivery.findings import Cause, Edit, Finding, Fix, Report, Rule
from immutable_delivery.forges.model import Style
from immutable_delivery.review import marker
from immutable_delivery.review.anchors import Anchor
from immutable_delivery.review.statements import Statement
from immutable_delivery.review.suggestion import Suggestion
from immutable_delivery.review.wording import Left, Words, comment, fixed, prose, summary
from immutable_delivery.source.text import Place, Span

GITHUB, GITEA = Style(suggestion="suggestion"), Style(multiline=False)
RULE = Rule(
    id="p", name="A thing", group="g", severity="error", drift="none", layer="", why="It is so.\n\nReally.", remedy="Write `x`.",
    url="https://github.com/immutable-delivery/immutable-delivery/p",
)  # fmt: skip


def _finding(message: str, number: int = 0, path: str = "f", *, safe: bool = True) -> Finding:
    place = Place(path, Span(0, 1))
    fix = Fix(title="t", edits=(Edit(place=place, text="x"),), safe=safe)
    print_ = f"{number:064x}"
    return Finding(
        policy="p",
        severity="error",
        message=message,
        place=place,
        extent=place,
        fingerprint=print_,
        fix=fix,
        cause=Cause(file=path, event="deleted"),
    )


def _comment(*findings: Finding, style: Style = GITHUB, lines: tuple[str, ...] = ("x",)) -> str:
    words = Words(Report(findings=findings), style, {"p": RULE}, "0" * 40)
    anchor = Anchor("f", 3, 4, Suggestion(3, 4, lines, findings[:1]))
    return comment(words, Statement("f", findings), anchor)


@pytest.mark.parametrize(
    "text",
    [
        "`<b>" * 3_000,
        "'<b>' " * 3_000,
        "\U0001f433" * 100_000,
        "<" * 100_000,
        "a" * 100_000,
        "`" * 5_000,
        "\x01" * 50_000,
    ],
)
@pytest.mark.parametrize("number", [1, 2, 60])
def test_nothing_is_too_long_and_nothing_is_set_free(text: str, number: int) -> None:
    findings = [_finding(text, one, path="d/" * 200 + "f") for one in range(number)]
    body = _comment(*findings, lines=(text.replace("\x01", ""),) * 3)
    assert len(body.encode()) <= 65_536
    assert list(_problems(body)) == []
    assert marker.read(body).known
    left = Left(tuple(findings * 20), tuple(findings * 20))
    whole = summary(Words(Report(findings=tuple(findings)), GITHUB, {"p": RULE}), left)
    assert len(whole.encode()) <= 65_536
    assert list(_problems(whole)) == []


def test_comment_says_what_why_and_what_to_write() -> None:
    body = _comment(_finding("'nginx' moves, use `name:1.2`"))
    assert body.startswith(
        "**error** [p](https://github.com/immutable-delivery/immutable-delivery/p): `nginx` moves, use `name:1.2`"
    )
    assert "\n\n```suggestion\nx\n```\n\n" in body
    assert "It is so.\n\nReally.\n\nWrite `x`." in body
    assert "`# imd: ignore[p] the reason`" in body
    assert marker.read(body).known == {"0" * 16}


def test_suggestion_says_what_it_does_not_mend_and_what_it_risks() -> None:
    body = _comment(_finding("one", safe=False), _finding("other", 1))
    assert "t (of this, it mends `p` only). It can change how the system behaves" in body
    assert "t:\n\n```\nx\n```" in _comment(_finding("one"), style=GITEA)
    assert "```suggestion:-1+0\nx" in _comment(
        _finding("one"), style=Style(suggestion="suggestion:-{above}+0")
    )


def test_fixed_comment_keeps_its_mark_and_loses_its_suggestion() -> None:
    words = Words(Report(findings=()), GITHUB, {}, "1234567890abcdef")
    body = fixed(words, _comment(_finding("one"), lines=("```` x",)))
    assert "suggestion" not in body
    assert "<summary>Fixed with 1234567890</summary>" in body
    assert "one" in body
    assert marker.read(body) == marker.Marker(frozenset({"0" * 16}), fixed=True)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", "plain"),
        ("'a b' and `c`", "`a b` and `c`"),
        ("the request's image", "the request's image"),
        ("a 'b", "a 'b"),
        ("curl `x | sh`", "curl `x | sh`"),
        ("@ada #1", "@<!-- -->ada \\#1"),
        ("https://e.example", "https:<!-- -->//e.example"),
    ],
)
def test_prose(text: str, wanted: str) -> None:
    assert prose(text) == wanted


def test_marks_are_read_at_the_end_alone() -> None:
    assert marker.read("<!-- imd:line 00 -->\nmore").known == frozenset()
    assert marker.read("<!-- imd:line zz -->").known == frozenset()
    assert marker.read(f"x\n\n{marker.written('line', ['ab' * 32])}").known == {"ab" * 8}
