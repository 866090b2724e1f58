from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from immutable_delivery.config import Config
from immutable_delivery.config.read import load
from immutable_delivery.context import Comment
from immutable_delivery.findings import Drift, Finding
from immutable_delivery.policy.expressions import Expression, Signature
from immutable_delivery.policy.model import Message, Policy, PolicyRule
from immutable_delivery.records import replace
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.suppressions import Applied, apply
from immutable_delivery.suppressions.configured import areas_at

TODAY = date(2026, 6, 15)


def policy(
    name: str,
    group: str,
    drift: Drift = "convergent",
    layer: str = "fact",
    aliases: tuple[str, ...] = (),
) -> Policy:
    never = Expression("false", Signature("image"), b"", ())
    rule = PolicyRule(
        over="image",
        deny=never,
        message=Message(()),
        severity="error",
        drift=drift,
        layer=layer,
        profiles=("default",),
    )
    return Policy(
        id=name, group=group, name=name, rules=(rule,), why="", remedy="", aliases=aliases
    )


POLICIES = {
    one.id: one
    for one in (
        policy("floating-tag", "image", aliases=("latest-tag",)),
        policy("partial-tag", "image"),
        policy("install-at-start", "start", "divergent", "os"),
        policy("unreadable", "meta", "none", ""),
    )
}


def comments_of(text: str) -> list[Comment]:
    """Comment lines cover the next line that is none, as in a format of one statement a line."""
    found = []
    for line in re.finditer(r"^#(.*)$", text, re.MULTILINE):
        below = re.compile(r"^(?!#).+$", re.MULTILINE).search(text, line.end())
        found.append(Comment(line[1], line.start(), line.end(), below.span() if below else None))
    return found


def finding(text: str, word: str, path: str = "Dockerfile", **changes: Any) -> Finding:
    place = Place(path, Span(text.index(word), text.index(word) + len(word)))
    one = Finding(
        policy="floating-tag", severity="error", message=f"{word} moves", place=place, extent=place,
        drift="convergent", layer="os",
    )  # fmt: skip
    return replace(one, **changes)


def applied(text: str, *findings: Finding, **options: Any) -> Applied:
    texts = {"Dockerfile": Text("Dockerfile", text)}
    settings: dict[str, Any] = {
        "today": TODAY,
        "policies": POLICIES,
        "ran": set(POLICIES),
        "texts": texts,
        "config": Config(),
    }
    settings |= options
    config = settings.pop("config")
    return apply(findings, {"Dockerfile": comments_of(text)}, config, **settings)


def silent(directive: str, **changes: Any) -> bool:
    text = f"{directive}\nFROM a\nFROM b\n"
    outcome = applied(text, finding(text, "a\n", **changes))
    return bool(outcome.suppressed)


@pytest.mark.parametrize(
    "directive",
    [
        "# imd: ignore[floating-tag] the mirror is frozen",
        "#imd:ignore[floating-tag] reason",
        "# imd: ignore [ partial-tag , floating-tag ] reason",
        "# imd: ignore[image] a group",
        "# imd: ignore[latest-tag] an alias",
        "# imd: ignore[drift:convergent] reason",
        "# imd: ignore[layer:os] reason",
        "# imd: ignore[floating-tag] reason until=2026-06-15",
        "# imd: ignore[floating-tag] until=2026-06-15 -- reason",
        "# hadolint ignore=DL3006 # imd: ignore[floating-tag] reason",
        "# imd: ignore-file[floating-tag] reason",
    ],
)
def test_what_silences(directive: str) -> None:
    assert silent(directive)


@pytest.mark.parametrize(
    ("directive", "words"),
    [
        ("# imd: ignore[floating-tag]", "it gives no reason"),
        ("# imd: ignore[floating-tag] -- until=2027-01-01", "it gives no reason"),
        ("# imd: ignore[floating-tag] reason until=tomorrow", "'tomorrow' is no day"),
        ("# imd: ignore[floating-tag] reason until=20270101", "'20270101' is no day"),
        ("# imd: ignore[floating-tag] reason until=2027-02-30", "'2027-02-30' is no day"),
        ("# imd: ignore[flaoting-tag] reason", "did you mean 'floating-tag'?"),
        ("# imd: ignore reason", "it names no policy"),
        ("# imd: ignore[] reason", "it names no policy"),
        (
            "# imd: ingore[floating-tag] reason",
            "'ingore' is none of ignore, ignore-stage and ignore-file",
        ),
        ("# imd: ignore[drift:divergent] reason", ""),
        ("# imd: ignore[layer:data] reason", ""),
        ("# imd: ignore[floating-tag] reason until=2026-06-14", ""),
        ("# imd is run in CI", None),
        ("# imd: see the handbook", None),
    ],
)
def test_what_does_not_silence_and_why(directive: str, words: str | None) -> None:
    text = f"{directive}\nFROM a\n"
    outcome = applied(text, finding(text, "a\n"))
    assert not outcome.suppressed
    assert len(outcome.facts) == (0 if words is None else 1)
    if words is not None:
        assert words in outcome.facts[0].problem
        assert bool(words) == bool(outcome.facts[0].problem)


def test_a_suppression_covers_its_statement_alone() -> None:
    text = "# imd: ignore[floating-tag] reason\nFROM a\nFROM b\n"
    outcome = applied(text, finding(text, "a\n"), finding(text, "b\n"))
    assert [one.message for one in outcome.kept] == ["b\n moves"]
    assert [one.suppressed for one in outcome.suppressed] == ["reason"]


def test_a_comment_above_nothing_covers_nothing() -> None:
    text = "FROM a\n# imd: ignore[floating-tag] reason\n"
    outcome = applied(text, finding(text, "a\n"))
    assert not outcome.suppressed
    assert "above no statement" in outcome.facts[0].problem


def test_the_narrowest_suppression_gives_the_reason() -> None:
    text = "# imd: ignore-file[image] wide\n# imd: ignore[floating-tag] narrow\nFROM a\n"
    outcome = applied(text, finding(text, "a\n"))
    assert outcome.suppressed[0].suppressed == "narrow"
    assert all(fact.used for fact in outcome.facts)


def test_a_statement_covers_what_is_decided_elsewhere_for_it() -> None:
    text = "# imd: ignore[floating-tag] reason\nFROM a\n"
    use = finding(text, "a\n").place
    elsewhere = Place(".env", Span(4, 10))
    assert applied(
        text, finding(text, "a\n", place=elsewhere, extent=elsewhere, uses=(use,))
    ).suppressed
    statement = finding(text, "FROM a").place
    assert applied(text, finding(text, "a\n", place=elsewhere, extent=statement)).suppressed


def test_one_of_two_uses_leaves_the_other() -> None:
    text = "# imd: ignore[floating-tag] reason\nFROM a\nFROM b\n"
    uses = (finding(text, "a\n").place, finding(text, "b\n").place)
    elsewhere = Place(".env", Span(4, 10))
    outcome = applied(text, finding(text, "a\n", place=elsewhere, extent=uses[0], uses=uses))
    assert [one.uses for one in outcome.kept] == [uses[1:]]
    assert outcome.facts[0].used


def test_an_extent_has_to_be_covered_as_a_whole() -> None:
    text = "# imd: ignore[floating-tag] reason\nRUN a\nRUN b\n"
    wide = Place("Dockerfile", Span(text.index("RUN"), len(text)))
    assert applied(text, finding(text, "b\n", extent=wide)).kept


def test_unused_and_expired_are_told_with_their_place() -> None:
    text = "# imd: ignore[floating-tag, partial-tag] reason until=2026-01-01\nFROM a\n# imd: ignore[floating-tag] x\nFROM b\n"
    outcome = applied(text, finding(text, "a\n"))
    assert [(f.ids, f.used, f.expired) for f in outcome.facts] == [
        (("floating-tag",), False, True),
        (("partial-tag",), False, True),
        (("floating-tag",), False, False),
    ]
    place = outcome.facts[1].used_at
    assert text[place.span.start : place.span.end] == "partial-tag"
    extent = outcome.facts[1].extent
    assert text[extent.span.start : extent.span.end] == text.splitlines()[0]


def test_nothing_is_said_of_what_did_not_run() -> None:
    text = "# imd: ignore[floating-tag] reason\nFROM a\n# imd: ignore[image] reason\nFROM b\n"
    assert applied(text, ran={"partial-tag"}).facts == ()
    assert len(applied(text, ran={"partial-tag", "floating-tag"}).facts) == 2


def test_a_disabled_finding_uses_its_suppression() -> None:
    text = "# imd: ignore[floating-tag] reason\nFROM a\n"
    assert applied(text, finding(text, "a\n", enabled=False)).facts[0].used


WORKLOAD = """\
spec:
  containers:
    - name: web
      image: nginx
    - name: log
      image: vector
---
spec: {containers: [{name: web, image: other}]}
"""


def waived(at: str, path: str = "k8s/*.yaml", ids: str = "floating-tag", more: str = "") -> Config:
    entry = (
        f"suppressions:\n- path: {path!r}\n  at: {at!r}\n  ids: [{ids}]\n  reason: frozen\n{more}"
    )
    return load(MemoryFiles({".imd.yaml": entry}))


def images(config: Config, **options: Any) -> Applied:
    text = Text("k8s/web.yaml", WORKLOAD)
    findings = [
        finding(WORKLOAD, word, text.path, owner=word) for word in ("nginx", "vector", "other")
    ]
    settings: dict[str, Any] = {
        "today": TODAY, "policies": POLICIES, "ran": set(POLICIES), "texts": {text.path: text}, "files": [text.path],
    }  # fmt: skip
    return apply(findings, {}, config, **(settings | options))


@pytest.mark.parametrize(
    ("at", "silenced"),
    [
        ("spec.containers[0].image", ["nginx", "other"]),
        ("spec.containers[name=log]", ["vector"]),
        ("[1].spec", ["other"]),
        ("[0]", ["nginx", "vector"]),
        ('spec["containers"][1]', ["vector"]),
        ("spec.containers[7]", []),
        ("spec.nothing", []),
        ("spec..", []),
        ("vector", ["vector"]),
    ],
)
def test_waivers_name_a_part_of_a_file(at: str, silenced: list[str]) -> None:
    outcome = images(waived(at))
    assert [one.owner for one in outcome.suppressed] == silenced
    assert outcome.facts[0].used == bool(silenced)
    assert outcome.facts[0].used_at.file == ".imd.yaml"


def test_a_waiver_for_other_files_or_of_the_past_silences_nothing() -> None:
    assert not images(waived("spec", path="charts/*")).suppressed
    expired = images(waived("spec", more="  until: 2026-01-01\n"))
    assert not expired.suppressed
    assert expired.facts[0].expired


def test_a_waiver_covers_a_file_that_only_others_read() -> None:
    """A finding may stand in a package.json or pyproject.toml, which is no file of a format."""
    assert len(images(waived("nginx"), files=["Dockerfile"]).suppressed) == 1


def test_of_a_part_of_the_project_no_waiver_is_called_unused() -> None:
    unused = waived("spec", path="charts/*")
    assert len(images(unused).facts) == 1
    assert images(unused, whole=False).facts == ()


def test_structural_paths_in_json() -> None:
    text = Text("a.json", '{"a": [{"b.c": 1}, 2]}')
    [area] = areas_at(text, 'a[0]["b.c"]')
    assert "b.c" in text.value[area.start : area.end]
    assert not list(areas_at(text, "a[0].b.c"))


def test_many_suppressions_and_findings_take_no_quadratic_time() -> None:
    text = "# imd: ignore[floating-tag] reason\nFROM a\n" * 20_000
    starts = [found.start() + 5 for found in re.finditer("FROM", text)]
    places = [Place("Dockerfile", Span(start, start + 1)) for start in starts]
    one = finding(text, "a\n")
    outcome = applied(text, *(replace(one, place=place, extent=place) for place in places))
    assert len(outcome.suppressed) == 20_000
