"""What people type out of habit: short options, pasted places, patterns, variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import CLEAN, FLOATING

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

SERIES = 'FROM debian:12\nCMD ["true"]\n'


def _files(repository: Repository, *options: str) -> set[str]:
    """Return the files with findings."""
    found = json.loads(repository.call("check", "-f", "json", *options).out)["findings"]
    return {one["place"]["file"] for one in found}


def test_quiet_is_a_line_for_each_finding(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    quiet = repository.call("check", "-q")
    assert quiet == repository.call("check", "--quiet", "-f", "concise")
    assert len(quiet.out.splitlines()) == 1
    repository.write(Dockerfile=CLEAN)
    clean = repository.call("-q")
    assert (clean.code, clean.out, clean.err) == (0, "", "")


def test_a_report_goes_into_a_file(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING)
    for options in (["-f", "sarif", "-o", "a.sarif"], ["-f", "sarif=b.sarif"]):
        result = repository.call("check", *options)
        assert (result.code, result.out) == (1, "")
    assert (repository.root / "a.sarif").read_text() == (repository.root / "b.sarif").read_text()
    repository.call("check", "-o", "report.txt")
    assert "floating-tag" in (repository.root / "report.txt").read_text()
    two = repository.call("check", "-o", "x", "-f", "json", "-f", "sarif")
    assert (two.code, "it takes one report" in two.err) == (2, True)


def test_patterns_leave_files_alone_as_gitignore_does(repository: Repository) -> None:
    repository.write(a__b__Dockerfile=FLOATING, b__Dockerfile=FLOATING, c__Dockerfile=FLOATING)
    assert _files(repository, "--exclude", "b") == {"c/Dockerfile"}
    assert _files(repository, "--exclude", "/b") == {"a/b/Dockerfile", "c/Dockerfile"}
    assert _files(repository, "--exclude", "a/*", "--exclude", "c/**") == {"b/Dockerfile"}
    everything = {"a/b/Dockerfile", "b/Dockerfile", "c/Dockerfile"}
    assert _files(repository, "--exclude", "a/*/*.txt") == everything
    assert "not judged: 2 excluded" in repository.call("--exclude", "b").out


def test_patterns_of_the_configuration_are_those_of_gitignore(repository: Repository) -> None:
    repository.write(
        **{".imd.yaml": "paths:\n  fixtures: ['cases/**', '!cases/real/**']\n"},
        cases__a__Dockerfile=FLOATING,
        cases__real__Dockerfile=FLOATING,
    )
    assert _files(repository) == {"cases/real/Dockerfile"}


def test_settings_of_a_call(repository: Repository) -> None:
    repository.write(Dockerfile=SERIES, **{".imd.yaml": "fail-on: error\nignore: [partial-tag]\n"})
    assert repository.call().code == 0
    assert repository.call("--set", "ignore=[]", "--set", "fail-on=warning").code == 1
    assert repository.call("--set", "severity.partial-tag=error", "--set", "ignore=[]").code == 1
    for wrong, words in (
        ("profil=x", "unknown key `profil`"),
        ("fail-on=never", "--set fail-on:1:10: "),
        ("x", "is not written as KEY=VALUE"),
    ):
        result = repository.call("--set", wrong)
        assert (result.code, words in result.err) == (2, True), result.err
    shown = json.loads(repository.call("--set", "fail-on=note", "-f", "json").out)
    assert shown["configuration"]["files"] == [".imd.yaml"]


def test_no_configuration_counts(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING, **{".imd.yaml": "ignore: [floating-tag]\n"})
    assert repository.call().code == 0
    assert repository.call("--no-config").code == 1
    assert repository.call("--no-config", "--config", ".imd.yaml").code == 2
    repository.write(**{".imd.yaml": "no-such-key: 1\n"})
    assert repository.call("--no-config").code == 1


@pytest.mark.parametrize("pasted", ["web/Dockerfile:1", "web/Dockerfile:1:13", "web/Dockerfile:1:"])
def test_a_pasted_place_is_its_file(repository: Repository, pasted: str) -> None:
    repository.write(web__Dockerfile=FLOATING, Dockerfile=FLOATING)
    assert _files(repository, pasted) == {"web/Dockerfile"}


def test_a_file_of_such_a_name_is_itself(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING, **{"Dockerfile:1": FLOATING})
    result = repository.call("Dockerfile:1")
    assert (result.code, "Dockerfile:1: nothing here reads such a file" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([""], "a path is empty"),
        (["-", "Dockerfile"], "the standard input is one file, by itself"),
        (["--stdin-filename", "x"], "the standard input is one file, by itself"),
        (["--as", "compose"], "--as says what the named files are: name some"),
        (["*.yaml"], "the shell has to expand a pattern"),
        (["--today", "tomorrow"], "'tomorrow' is no date like 2026-11-29"),
    ],
)
def test_what_cannot_be_meant_says_why(
    repository: Repository, arguments: list[str], words: str
) -> None:
    repository.write(Dockerfile=CLEAN)
    result = repository.call("check", *arguments)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_options_are_variables_too(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write(Dockerfile=SERIES)
    assert repository.call().code == 0
    monkeypatch.setenv("IMD_FAIL_ON", "warning")
    assert repository.call().code == 1
    assert repository.call("--fail-on", "error").code == 0
    monkeypatch.setenv("IMD_OUTPUT_FORMAT", "concise json=out.json")
    assert repository.call().out.startswith("Dockerfile:1:13: warning partial-tag ")
    assert (repository.root / "out.json").is_file()
    monkeypatch.setenv("IMD_PROFILE", "lax")
    assert "--profile: 'lax' is none of the profiles" in repository.call().err


def test_a_workflow_has_annotations_beside_the_report(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write(Dockerfile=FLOATING)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    out = repository.call().out
    assert out.startswith("Dockerfile:1:13 error floating-tag\n")
    assert "\n::error file=Dockerfile,line=1," in out
    assert "::error" not in repository.call("-f", "text").out
    repository.write(Dockerfile=CLEAN)
    repository.git("add", "-A")
    clean = repository.call("check", "--staged")
    assert (clean.code, clean.out, clean.err) == (0, "", "")
