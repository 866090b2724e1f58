"""The files that speak to imd: what is wrong with them stands at its place while they are typed, and nothing else is lost meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import Repository
from tests.server.editor import Editor, codes

POLICY = """\
id: old-registry
name: Image from a registry that is switched off
severity: error
drift: none
layer: fact
rules:
  - over: image
    deny: registry in params.registries
    at: [reference]
    message: "{reference} comes from {registry}, which is switched off"
params:
  registries: [old.example]
why: It is switched off.
remedy: Take another.
examples:
  - bad: {Dockerfile: "FROM «old.example/base:1»\\nCMD [\\"true\\"]\\n"}
  - good: {Dockerfile: "FROM new.example/base:1\\nCMD [\\"true\\"]\\n"}
"""
OWN = ".imd/policies/own/old-registry.yaml"
COMPOSE = "services:\n  web:\n    image: nginx:latest\n"


@pytest.fixture
def editor(repository: Repository) -> Iterator[Editor]:
    repository.commit({"compose.yaml": COMPOSE, OWN: POLICY, ".imd.yaml": "{}\n"})
    found = Editor(repository.root)
    found.told("compose.yaml")
    yield found
    found.close()


def marked(text: str, found: list[dict[str, Any]]) -> list[str]:
    """Return the stretches of a text that diagnostics stand at."""
    lines = text.split("\n")
    assert all(one["range"]["start"]["line"] == one["range"]["end"]["line"] for one in found)
    return [
        lines[one["range"]["start"]["line"]][
            one["range"]["start"]["character"] : one["range"]["end"]["character"]
        ]
        for one in found
    ]


@pytest.mark.parametrize(
    ("text", "places", "words"),
    [
        ("prfile: strict\n", ["prfile"], "unknown key `prfile`: do you mean `profile`?"),
        ("fail-on: never\n", ["never"], "`fail-on` cannot be `never`"),
        ("ignore: [floating-tag, nope]\n", ["nope"], "'nope' is no policy"),
        ("a: [\n", [""], ""),
        ("profile: exotic\n", ["exotic"], "none of the profiles"),
        ("params: {missing-digest: {max_age: x}}\n", ["x"], "a whole number"),
    ],
)
def test_a_fault_of_the_configuration_stands_at_its_place(
    editor: Editor, text: str, places: list[str], words: str
) -> None:
    editor.open(".imd.yaml", text)
    found = editor.told_of(".imd.yaml", 1)
    assert marked(text, found) == places
    assert words in found[0]["message"]


def test_while_the_configuration_is_broken_what_it_said_before_holds(editor: Editor) -> None:
    editor.open(".imd.yaml", "ignore: [floating-tag]\n", 1)
    assert editor.told("compose.yaml") == []
    for version, text in enumerate(["ignore: [floating-tag]\np", "ignore: [floating-tag]\npr"], 2):
        editor.change(".imd.yaml", text, version)
        assert editor.told_of(".imd.yaml", version)
    editor.open("compose.yaml", COMPOSE + "    command: sh -c 'apk add curl'\n")
    assert codes(editor.told_of("compose.yaml", 1)) == {"install-at-start"}
    (said,) = editor.said
    assert said.startswith("imd: .imd.yaml:2:2: ")
    assert said.endswith("(until this is mended, what it said before holds)")
    editor.change(".imd.yaml", "{}\n", 9)
    assert editor.told_of(".imd.yaml", 9) == []
    assert codes(editor.told("compose.yaml")) == {"install-at-start", "floating-tag"}
    editor.change(".imd.yaml", "x: 1\n", 10)
    assert editor.told_of(".imd.yaml", 10)
    assert len(editor.said) == 2


def test_a_repository_that_begins_with_a_broken_configuration_says_so(
    repository: Repository,
) -> None:
    repository.commit({"compose.yaml": COMPOSE, ".imd.yaml": "x: 1\n"})
    editor = Editor(repository.root)
    assert len(editor.told(".imd.yaml")) == 1
    assert editor.said[0].endswith("(until this is mended, nothing else is judged)")
    assert editor.uri("compose.yaml") not in editor.diagnostics
    editor.open(".imd.yaml", "{}\n")
    assert codes(editor.told("compose.yaml")) == {"floating-tag"}
    editor.close()


@pytest.mark.parametrize(
    ("before", "after", "place", "words"),
    [
        ("registry in params", "registri in params", "registri", "did you mean 'registry'?"),
        ("in params.registries", "== params.registries", "==", "no matching overload"),
        ("{registry}", "{tagg}", "tagg", "'tagg' is no field of 'image'"),
        ("deny: registry in params.registries", "deny: reference", "reference", "is a STRING, not a bool"),
        ("over: image", "over: imagine", "imagine", "do you mean `image`?"),
        ("severity: error", "severty: error", "severty", "do you mean `severity`?"),
        ("why: It", "why: 'It", "", ""),
    ],
)  # fmt: skip
def test_a_fault_of_a_policy_stands_at_its_place(
    editor: Editor, before: str, after: str, place: str, words: str
) -> None:
    assert before in POLICY
    text = POLICY.replace(before, after)
    editor.open(OWN, text)
    found = editor.told_of(OWN, 1)
    assert marked(text, found[:1]) == [place]
    assert words in found[0]["message"]
    assert editor.diagnostics[editor.uri("compose.yaml")]


def test_the_examples_of_a_policy_are_tried_when_it_is_saved(editor: Editor) -> None:
    broken = POLICY.replace("[old.example]", "[older.example]")
    editor.open(OWN, broken)
    editor.save(OWN)
    (one,) = editor.told_of(OWN, 1)
    assert one["message"] == "nothing is found at Dockerfile: «old.example/base:1»"
    assert marked(broken, [one]) == ["bad"]
    editor.change(OWN, POLICY, 2)
    assert editor.told_of(OWN, 2) == []
    editor.save(OWN)
    editor.change(OWN, broken + "\n", 3)
    editor.save(OWN)
    assert len(editor.told_of(OWN, 3)) == 1


def test_a_word_that_nothing_known_has_is_a_warning_when_it_is_saved(editor: Editor) -> None:
    text = POLICY.replace("over: image", "over: install").replace(
        "registry in params.registries", "manager == 'appt'"
    )
    text = text.replace("{reference} comes from {registry}", "it comes")
    text = text[: text.index("    at:")] + text[text.index("    message:") :]
    editor.open(OWN, text)
    editor.save(OWN)
    found = [one for one in editor.told_of(OWN, 1) if one["severity"] == 2]
    assert marked(text, found) == ["'appt'"]
    assert "did you mean 'apt'?" in found[0]["message"]


def test_a_contract_is_judged_while_it_is_typed(editor: Editor) -> None:
    text = "service: web\nbuld: {context: .}\n"
    editor.open("delivery.yaml", text)
    found = [one for one in editor.told_of("delivery.yaml", 1) if "buld" in one["message"]]
    assert marked(text, found) == ["buld"]
    assert codes(found) == {"invalid-contract"}


def test_what_the_baseline_knows_is_not_told(repository: Repository) -> None:
    repository.commit({"compose.yaml": COMPOSE, ".imd.yaml": "baseline: known.json\n"})
    command = [sys.executable, "-m", "immutable_delivery", "baseline", "known.json"]
    subprocess.run(command, cwd=repository.root, check=True, capture_output=True)
    repository.commit({"other/compose.yaml": COMPOSE})
    editor = Editor(repository.root)
    assert codes(editor.told("other/compose.yaml")) == {"floating-tag"}
    assert editor.uri("compose.yaml") not in editor.diagnostics
    editor.open("known.json", "{")
    (one,) = editor.told_of("known.json", 1)
    assert "is no JSON" in one["message"]
    assert editor.diagnostics[editor.uri("other/compose.yaml")]
    editor.close()


def test_a_policy_that_fails_when_it_judges_is_said(editor: Editor) -> None:
    editor.open(OWN, POLICY.replace("registry in params.registries", "1 / size(tag) > 2"))
    editor.open("compose.yaml", COMPOSE.replace(":latest", ""))
    editor.wait(lambda: bool(editor.said))
    assert "fails: " in editor.said[0]
    assert "old-registry" in editor.said[0]
    editor.change(OWN, POLICY, 2)
    assert codes(editor.told_of("compose.yaml", 1)) == {"floating-tag"}
