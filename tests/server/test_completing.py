"""What may be written next in the files that speak to imd, however far they are, and what it means that stands there."""

from __future__ import annotations

import pytest
from tests.conftest import Repository
from tests.server.editor import Editor

from immutable_delivery.policy.model import builtin
from immutable_delivery.server.completing import Written
from immutable_delivery.server.ours import schema_of
from immutable_delivery.server.outline import cursor

RULES = {policy.id: policy.rule for policy in builtin()}
RULE = "id: x\nparams:\n  trusted: [a]\n  deep: 2\nrules:\n  - over: image\n    deny: "
INSTALL = "rules:\n- over: mount\n  deny: read_only\n- over: install\n  each: packages\n  deny: "


def words(schema: str, before: str, after: str = "") -> list[str]:
    return [one.text for one in Written(schema, before + after, RULES).completions(len(before))]


@pytest.mark.parametrize(
    ("schema", "before", "some"),
    [
        ("config", "pro", "profile"),
        ("config", "paths:\n  ", "fixtures"),
        ("config", "paths: {", "fixtures"),
        ("config", "paths: {fixtures: [a], ", "vendored"),
        ("config", "ignore: [", "floating-tag"),
        ("config", "ignore:\n  - floating-tag\n  - ", "host-path"),
        ("config", "ignore: [\n  floating-tag,\n  ", "host-path"),
        ("config", "severity:\n  flo", "floating-tag"),
        ("config", "severity:\n  floating-tag: ", "warning"),
        ("config", "fail-on: ", "divergent"),
        ("config", "profile: ", "strict"),
        ("config", "strict-unresolved: ", "true"),
        ("config", "per-path:\n  'legacy/**':\n    ", "severity"),
        ("config", "profiles:\n  own:\n    add: [", "floating-tag"),
        ("config", "suppressions:\n- path: a\n  ", "reason"),
        ("config", "suppressions:\n  - path: a\n    ids: [", "floating-tag"),
        ("contract", "", "service"),
        ("contract", "build:\n  ", "context"),
        ("policy", "se", "severity"),
        ("policy", "severity: ", "warning"),
        ("policy", "rules:\n  - over: ", "image"),
        ("policy", "rules:\n  - over: image\n    ", "deny"),
        ("policy", "rules:\n  - ", "over"),
        ("policy", "supersedes: [", "floating-tag"),
        ("policy", RULE, "built_here"),
        ("policy", RULE + "registry in par", "params.trusted"),
        ("policy", RULE + ">-\n      built_here ||\n      ", "registry"),
        ("policy", RULE + 'pin == "', "alias"),
        ("policy", RULE + 'pin in ["alias", "', "digest"),
        ("policy", INSTALL + "it", "item.name"),
        ("policy", INSTALL + 'item.pin == "', "alias"),
        ("policy", 'rules:\n  - over: image\n    message: "{', "reference"),
        ("policy", "rules:\n  - over: image\n    at: [", "tag"),
        ("policygroup", "when:\n  ", "image"),
        ("policygroup", "when:\n  image: ", "registry"),
        ("", "# imd: ignore[", "host-path"),
    ],
)  # fmt: skip
def test_what_fits_is_offered(schema: str, before: str, some: str) -> None:
    assert some in words(schema, before)


@pytest.mark.parametrize(
    ("schema", "before", "other"),
    [
        ("", "spec:\n  ", "service"),
        ("config", "paths:\n  ", "profile"),
        ("config", "baseline: ", "profile"),
        ("config", "severity:\n  floating-tag: ", "floating-tag"),
        ("policy", INSTALL, "read_only"),
        ("policy", 'rules:\n  - over: image\n    message: "', "reference"),
        ("policy", "examples:\n  - bad:\n      Dockerfile: |\n        deny: ", "registry"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not(schema: str, before: str, other: str) -> None:
    assert other not in words(schema, before)


def test_a_word_says_what_it_means() -> None:
    written = Written("policy", RULE + "pin", RULES)
    found = {one.text: one.about for one in written.completions(len(RULE) + 3)}
    assert found["pin"].startswith("string: digest, ")
    assert found["params.deep"] == "int"
    assert found["built_here"] == "bool"


@pytest.mark.parametrize(
    ("schema", "text", "word", "words"),
    [
        ("config", "profile: strict\n", "profile", "The set of policies"),
        ("config", "paths:\n  fixtures: [a]\n", "fixtures", ""),
        ("config", "ignore: [floating-tag]\n", "floating-tag", "Image reference that can move"),
        ("config", "severity: {floating-tag: note}\n", "floating-tag", "Image reference"),
        ("policy", RULE + "pin == 'alias'\n", "pin", "string: digest, "),
        ("policy", RULE + "pin == 'alias'\n", "deny", "A CEL expression over the fields"),
        ("contract", "service: web\n", "service", ""),
    ],
)
def test_what_stands_there_is_explained(schema: str, text: str, word: str, words: str) -> None:
    at = text.index(word) + 1
    about, start, end = Written(schema, text, RULES).explained(at)
    assert about
    assert words in about
    assert text[start:end] == word


def test_of_other_files_nothing_is_completed() -> None:
    assert schema_of("web.yaml", policies=False) == ""
    assert Written("", "a: b\n", RULES).explained(0)[0] == ""


@pytest.mark.parametrize("schema", ["config", "contract", "policy", "policygroup"])
def test_no_text_is_too_strange(schema: str) -> None:
    text = '- - a: {[}, ]\n\'x": |\n\t- "\n  ? b\n: [{\n{{{]]]\n' + RULE + "''\"{\n" + "[{" * 500
    written = Written(schema, text, RULES)
    for offset in range(len(text)):
        written.completions(offset)
        written.explained(offset)


def test_a_cursor_knows_what_holds_it() -> None:
    assert cursor("a:\n  b:\n  - c: 1\n    d").keys == ("a", "b")
    assert cursor("a:\n- b: 1\n- c").keys == ("a",)
    assert cursor("a: 1\nb: {c: {d: [e, f").keys == ("b", "c", "d")
    assert cursor("a:\n  b: 1\nc").keys == ()


def test_an_editor_replaces_the_word_that_is_being_written(repository: Repository) -> None:
    repository.commit({"a.yaml": "a: 1\n"})
    editor = Editor(repository.root)
    editor.open(".imd.yaml", "ignore: [missing-digest, floating-t]\n")
    found = {one["label"]: one for one in editor.at("completion", ".imd.yaml", 0, 35)}
    assert found["floating-tag"]["textEdit"] == {
        "range": {"start": {"line": 0, "character": 25}, "end": {"line": 0, "character": 35}},
        "newText": "floating-tag",
    }
    said = editor.at("hover", ".imd.yaml", 0, 12)
    assert "digest" in said["contents"]["value"]
    assert said["range"]["start"] == {"line": 0, "character": 9}
    editor.close()
