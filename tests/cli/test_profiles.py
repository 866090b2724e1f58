"""Profiles of a configuration's own: a profile of the pack, with more, with less, and otherwise severe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import FLOATING

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

SERIES = 'FROM debian:12\nCMD ["true"]\n'
PROFILES = """\
profiles:
  payments:
    base: strict
    ignore: [missing-image-labels]
    severity: {partial-tag: note}
  careful:
    add: [missing-image-labels]
"""


def _found(repository: Repository, *options: str) -> dict[str, str]:
    found = json.loads(repository.call("check", "--output-format", "json", *options).out)
    return {one["policy"]: one["severity"] for one in found["findings"]}


def test_a_profile_adds_takes_away_and_sets_severities(repository: Repository) -> None:
    repository.write(Dockerfile=SERIES, **{".imd.yaml": PROFILES})
    default, strict = _found(repository), _found(repository, "--profile", "strict")
    assert "missing-image-labels" in strict
    assert "missing-image-labels" not in default
    payments = _found(repository, "--profile", "payments")
    assert payments == {
        name: "note" if name == "partial-tag" else severity
        for name, severity in strict.items()
        if name != "missing-image-labels"
    }
    careful = _found(repository, "--profile", "careful")
    assert careful == {**default, "missing-image-labels": strict["missing-image-labels"]}


def test_the_configuration_chooses_one_and_its_own_words_win(repository: Repository) -> None:
    text = f"profile: payments\nseverity: {{partial-tag: error}}\n{PROFILES}"
    repository.write(Dockerfile=SERIES, **{".imd.yaml": text})
    assert _found(repository)["partial-tag"] == "error"
    assert "missing-image-labels" not in _found(repository)
    assert "missing-image-labels" in _found(repository, "--profile", "strict")


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("profile: payment\n" + PROFILES, [], ".imd.yaml:1:10: 'payment' is none of the profiles"),
        (
            PROFILES,
            ["--profile", "fast"],
            "--profile: 'fast' is none of the profiles default, strict,",
        ),
        ("profiles:\n  a: {ignore: [x, rootless]}\n", [], ".imd.yaml:2:16: 'x' is no policy"),
        ("profiles:\n  a: {add: [rootless]}\n", [], ".imd.yaml:2:13: 'rootless' is no policy"),
        ("profiles:\n  a: {base: b}\n", [], ".imd.yaml:2:13: `profiles.a.base` cannot be `b`"),
        (
            "profiles:\n  a: {severity: {x: note}}\n",
            ["--profile", "a"],
            ".imd.yaml:2:21: 'x' is no policy",
        ),
    ],
)
def test_what_is_no_profile_is_2(
    repository: Repository, text: str, options: list[str], words: str
) -> None:
    repository.write(Dockerfile=FLOATING, **{".imd.yaml": text})
    result = repository.call("check", *options)
    assert result.code == 2
    assert words in result.err
