from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from immutable_delivery.config.read import load
from immutable_delivery.policy.model import builtin
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.suppressions import names

if TYPE_CHECKING:
    from tests.cli.conftest import Repository, Result

    from immutable_delivery.config import Config

WHOLE = """\
failure-threshold: warning
ignored: [DL3008, SC2086, DL3059]
override:
  error: [DL3002]
  warning: [DL3025, DL3018]
  info: [DL3041]
  style: [DL3007]
trustedRegistries: [docker.io, hub.docker.com, "my.example:5000", "*.gcr.io", "quay*", "a*b"]
label-schema:
  author: text
  "org.example.url": url
no-fail: true
unheard-of: 1
"""


def read(text: str) -> Config:
    """Read a configuration back as a run does, names and parameters checked."""
    config = load(MemoryFiles({".imd.yaml": text.encode()}))
    policies = builtin()
    config.check_names(names(policies))
    config.check_params({policy.id: policy.params for policy in policies})
    return config


def take(repository: Repository, *options: str) -> tuple[Result, str]:
    """Begin with the configuration alone, and return it."""
    result = repository.call("init", "--only", "config", "--yes", *options)
    path = repository.root / ".imd.yaml"
    return result, path.read_text("utf-8") if path.exists() else ""


def test_what_has_a_counterpart_is_taken_over(repository: Repository) -> None:
    repository.write(**{".hadolint.yaml": WHOLE})
    result, text = take(repository)
    assert result.code == 0, result.err
    config = read(text)
    selection = config.selection
    assert selection.ignore == ("unpinned-os-package",)
    assert selection.severity == {
        "runs-as-root": "error", "shell-form-start": "warning", "unpinned-os-package": "warning", "floating-tag": "note",
    }  # fmt: skip
    assert selection.params == {
        "untrusted-registry": {
            "trusted": ["docker.io", "my.example:5000"],
            "patterns": ["^[^/]*\\.gcr\\.io/", "^quay[^/]*/"],
        },
        "missing-image-labels": {"required": ["author", "org.example.url"]},
    }
    assert config.fail_on == "warning"


def test_values_say_where_they_come_from(repository: Repository) -> None:
    repository.write(**{".hadolint.yaml": WHOLE})
    lines = take(repository)[1].splitlines()
    for words in (
        '# from ".hadolint.yaml"',
        "- unpinned-os-package # DL3008; it means DL3018, DL3033, DL3037, DL3041 too",
        "floating-tag: note # DL3007: style",
        "trusted: # trustedRegistries (DL3026)",
        "required: # label-schema (DL3049); reported in the profile strict",
        "fail-on: warning # failure-threshold: warning",
    ):
        assert any(line.strip().startswith(words) for line in lines), words


def test_what_has_none_is_named_with_its_place(repository: Repository) -> None:
    repository.write(**{".hadolint.yaml": WHOLE})
    err = take(repository)[0].err
    for words in (
        ".hadolint.yaml:2:19: SC2086: it is a rule of ShellCheck",
        ".hadolint.yaml:2:27: DL3059: no policy of imd",
        ".hadolint.yaml:6:10: DL3041: unpinned-os-package is of severity warning already",
        ": a*b: hadolint trusts nothing by it",
        ": org.example.url: that it is of kind 'url'",
        ":12:1: no-fail: how it exits is of the call",
        ":13:1: unheard-of: it is no key of hadolint",
    ):
        assert words in err, words
    assert len(err.splitlines()) == 7


def test_it_is_written_once(repository: Repository) -> None:
    repository.write(**{".hadolint.yml": "ignored: [DL3007]\n"})
    result, text = take(repository)
    assert (result.code, result.out.splitlines()[-1]) == (0, "written: .imd.yaml")
    assert read(text).selection.ignore == ("floating-tag",)
    repository.write(**{".hadolint.yml": "ignored: [DL3025]\n"})
    again, after = take(repository)
    assert again.code == 0
    assert "Nothing to write.\nLeft to you:\n  .imd.yaml: is there already" in again.out
    assert "- shell-form-start # DL3025" in again.out
    assert after == text


def test_a_table_of_pyproject_is_a_configuration_too(repository: Repository) -> None:
    repository.write(**{".hadolint.yaml": "", "pyproject.toml": "[tool.imd]\n"})
    result, text = take(repository)
    assert (result.code, text) == (0, "")
    assert "  pyproject.toml: is there already" in result.out


def test_a_file_that_is_named(repository: Repository) -> None:
    repository.write(ci__lint="ignored: [dl3007]\n")
    assert "- floating-tag # DL3007" in take(repository, "--from", "hadolint=ci/lint")[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "ignored:\noverride:\ntrustedRegistries:\nlabel-schema:\nfailure-threshold:\n",
        "ignored: []\noverride: {}\ntrustedRegistries: []\nlabel-schema: {}\n",
        "ignored: [SC1]\n",
    ],
)
def test_nothing_to_take_over_is_a_configuration_all_the_same(
    repository: Repository, text: str
) -> None:
    repository.write(**{".hadolint.yaml": text})
    result, text = take(repository)
    assert result.code == 0
    assert read(text).selection == read("").selection


@pytest.mark.parametrize(
    "name", ['a"b', "a\\b", "a: b # c", "é\u2028\u202e", "{x}", "'", "line\nline"]
)
def test_odd_names_come_through_whole(repository: Repository, name: str) -> None:
    repository.write(**{".hadolint.yaml": f"label-schema: {{{json.dumps(name)}: text}}\n"})
    result, text = take(repository)
    assert result.code == 0, result.err
    assert read(text).selection.params["missing-image-labels"] == {"required": [name]}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ignored: DL3007\n", ":1:10:"),
        ("ignored: [3007]\n", ":1:11:"),
        ("ignored: [[DL3007]]\n", ":1:11:"),
        ("override: [DL3007]\n", ":1:11:"),
        ("override:\n  error: DL3007\n", ":2:10:"),
        ("label-schema: {a: [text]}\n", ":1:19:"),
        ("failure-threshold: never\n", ":1:20:"),
        ('failure-threshold: "error\\n"\n', ":1:21:"),
        ("trustedRegistries: docker.io\n", ":1:20:"),
        ("ignored: [DL3007\n", ".hadolint.yaml:"),
        ("- DL3007\n", ":1:1:"),
        ("ignored: []\nignored: []\n", ":2:1:"),
        ("a: 1\n---\nb: 1\n", ":3:1:"),
        ("\x00", ".hadolint.yaml"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(
    repository: Repository, text: str, place: str
) -> None:
    repository.write(**{".hadolint.yaml": text})
    result, _ = take(repository)
    assert (result.code, result.out) == (2, ""), result.out
    assert place in result.err
    assert not (repository.root / ".imd.yaml").exists()


def test_calls_that_cannot_be_followed(repository: Repository) -> None:
    missing = repository.call("init", "--from", "hadolint")
    assert missing.code == 2
    assert "there is no .hadolint.yaml, no .hadolint.yml; name it" in missing.err
    assert "'trivy' is none of hadolint, " in repository.call("init", "--from", "trivy").err
    for path in ("nowhere.yaml", "../outside.yaml"):
        assert repository.call("init", "--from", f"hadolint={path}").code == 2


@pytest.mark.parametrize(
    ("image", "trusted"),
    [
        ("a.gcr.io/shop/web", True),
        ("gcr.io/shop/web", False),
        ("evil.example/a.gcr.io/web", False),
        ("agcr.io/web", False),
        ("quay.io/web", True),
        ("evil.example/quay.io/web", False),
        ("my.example:5000/web", True),
        ("my.example/web", False),
        ("debian", True),
    ],
)
def test_registries_are_trusted_as_hadolint_does(
    repository: Repository, image: str, *, trusted: bool
) -> None:
    repository.write(**{".hadolint.yaml": WHOLE, "Dockerfile": f'FROM {image}:1.2.3\nCMD ["x"]\n'})
    assert take(repository)[0].code == 0
    result = repository.call("--select", "untrusted-registry", "--output-format", "concise")
    assert (result.code, "untrusted-registry" in result.out) == (int(not trusted), not trusted)
