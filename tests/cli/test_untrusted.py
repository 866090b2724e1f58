"""A change that nobody trusts: the rules come from another commit, and what files say of themselves does not count."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.conftest import CLEAN, DIGEST, FLOATING

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

OWN = """\
id: no-debian
name: Debian as a base
severity: error
drift: none
profiles: [default]
rules:
  - over: image
    deny: repository == "debian"
    message: no debian
why: We build on something else.
remedy: Take the base of the team.
"""


def _report(repository: Repository, *options: str) -> Any:
    return json.loads(repository.call("check", "--output-format", "json", *options).out)


def _policies(report: Any) -> list[str]:
    return [one["policy"] for one in report["findings"]]


def _trusted(repository: Repository) -> str:
    """Commit what the team has on its branch, and return the commit."""
    repository.write(
        **{"old__Dockerfile": FLOATING, ".imd.yaml": "severity: {floating-tag: error}\nbaseline: known.json\n", ".imd__policies__own__no-debian.yaml": OWN}
    )  # fmt: skip
    repository.call("baseline")
    repository.commit()
    repository.git("tag", "trusted")
    done = subprocess.run(
        ["git", "rev-parse", "trusted"], cwd=repository.root, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_configuration_policies_and_baseline_come_from_that_commit(repository: Repository) -> None:
    commit = _trusted(repository)
    repository.write(
        **{
            "new__Dockerfile": FLOATING,
            ".imd.yaml": "ignore: [floating-tag]\n",
            "known.json": '{"version": 1, "findings": []}\n',
        }
    )
    (repository.root / ".imd/policies/own/no-debian.yaml").unlink()
    repository.call("baseline", "known.json")
    assert _policies(_report(repository)) == []
    report = _report(repository, "--config-from", "trusted")
    assert [(one["policy"], one["place"]["file"]) for one in report["findings"]] == [
        ("no-debian", "new/Dockerfile"),
        ("floating-tag", "new/Dockerfile"),
    ]
    assert report["baseline"]["known"] == 2
    assert report["configuration"] == {
        "files": [".imd.yaml"], "commit": commit, "inline_ignores": True, "ignored_comments": 0,
    }  # fmt: skip
    assert report["notices"] == [
        f"configuration, policies and baseline are those of trusted ({commit[:12]})"
    ]


def test_it_works_with_a_change_and_with_another_configuration(repository: Repository) -> None:
    _trusted(repository)
    repository.write(**{"ci__strict.yaml": "select: [no-debian]\n"})
    repository.commit()
    repository.git("tag", "later")
    repository.write(**{"new__Dockerfile": FLOATING, "ci__strict.yaml": "select: [ssh-server]\n"})
    options = ("--config-from", "later", "--since", "later")
    assert _policies(_report(repository, *options)) == ["no-debian", "floating-tag"]
    assert _policies(_report(repository, *options, "--config", "ci/strict.yaml")) == ["no-debian"]


def test_findings_about_suppressions_point_into_that_configuration(repository: Repository) -> None:
    waiver = "suppressions:\n  - {path: x, ids: [floating-tag], reason: none left}\n"
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": f"# one\n# two\n{waiver}"})
    repository.commit()
    repository.write(**{".imd.yaml": "{}\n"})
    (finding,) = _report(repository, "--config-from", "HEAD")["findings"]
    assert (finding["policy"], finding["place"]["start"]["line"]) == ("unused-suppression", 4)


@pytest.mark.parametrize("rev", ["nowhere", "-x", ""])
def test_what_is_no_commit_is_2(repository: Repository, rev: str) -> None:
    _trusted(repository)
    result = repository.call("check", f"--config-from={rev}")
    assert result.code == 2
    assert "is no commit of this repository" in result.err


def test_links_in_that_commit_are_refused(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, **{"real.yaml": "{}\n"})
    (repository.root / ".imd.yaml").symlink_to("real.yaml")
    repository.commit()
    (repository.root / ".imd.yaml").unlink()
    assert repository.call().code == 0
    result = repository.call("check", "--config-from", "HEAD")
    assert result.code == 2
    assert ".imd.yaml: configuration is not read through a symbolic link" in result.err


def test_a_commit_without_the_named_files_is_2(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN)
    repository.commit()
    repository.write(**{".imd.yaml": "{}\n", "ci__own.yaml": "{}\n", ".imd-baseline.json": "{}"})
    for options in (["--config", "ci/own.yaml"], ["--baseline"]):
        assert repository.call("check", "--config-from", "HEAD").code == 0
        assert repository.call("check", "--config-from", "HEAD", *options).code == 2


def test_comments_silence_nothing_and_are_counted(repository: Repository) -> None:
    repository.write(
        a__Dockerfile=f"# imd: ignore[floating-tag,image] the mirror is frozen\n{FLOATING}",
        b__Dockerfile=f"# hadolint ignore=DL3007\n{FLOATING}",
        c__Dockerfile=f"# a remark\n{CLEAN}# imd: ignore[floating-tag] nothing to ignore\n",
    )
    assert "floating-tag" not in _policies(_report(repository))
    report = _report(repository, "--no-inline-ignores")
    assert _policies(report) == ["floating-tag", "floating-tag"]
    assert report["suppressed"] == []
    assert report["configuration"]["inline_ignores"] is False
    assert report["configuration"]["ignored_comments"] == 3
    text = repository.call("check", "--no-inline-ignores").out
    assert "ignore comments are not honoured: 3 comments for imd and other tools" in " ".join(
        text.split()
    )


def test_the_configuration_silences_still(repository: Repository) -> None:
    waiver = "suppressions:\n  - {path: Dockerfile, ids: [floating-tag], reason: frozen mirror}\n"
    repository.write(Dockerfile=FLOATING, **{".imd.yaml": waiver})
    report = _report(repository, "--no-inline-ignores")
    assert _policies(report) == []
    assert len(report["suppressed"]) == 1


def test_a_header_frees_no_file(repository: Repository) -> None:
    repository.write(Dockerfile=f"# Code generated by hand. DO NOT EDIT.\n{FLOATING}")
    assert _policies(_report(repository)) == ["floating-tag"]


def test_no_inline_ignores_covers_the_ignore_file_of_trivy(repository: Repository) -> None:
    repository.write(Dockerfile=FLOATING, **{".trivyignore": "DS-0001\n"})
    assert repository.call("check").code == 0
    result = repository.call("check", "--no-inline-ignores")
    assert result.code == 1
    assert "ignore comments are not honoured: 1 comment" in " ".join(
        (result.out + result.err).split()
    )


def test_the_ignore_file_of_trivy_is_read_where_the_configuration_is(
    repository: Repository,
) -> None:
    repository.write(Dockerfile=FLOATING)
    repository.commit()
    repository.write(**{".trivyignore": "DS-0001\n"})
    assert repository.call("check").code == 0
    assert repository.call("check", "--config-from", "HEAD").code == 1
    repository.commit()
    assert repository.call("check", "--config-from", "HEAD").code == 0


def test_what_the_ignore_file_of_trivy_silences_is_shown_when_asked_for(
    repository: Repository,
) -> None:
    repository.write(Dockerfile=FLOATING, **{".trivyignore": "DS-0001\n"})
    result = repository.call("check", "--include-suppressed")
    assert (result.code, ".trivyignore ignores DS-0001" in result.out) == (0, True)


@pytest.mark.parametrize("folder", ["vendor", "tests/data", "web/archived", "third_party/x"])
def test_a_strangers_file_is_judged_wherever_it_lies(repository: Repository, folder: str) -> None:
    lain = {f"{folder.replace('/', '__')}__old__Dockerfile": FLOATING}
    repository.write(Dockerfile=CLEAN, **lain)
    repository.commit()
    repository.git("branch", "base")
    (repository.root / "Dockerfile").unlink()
    repository.write(**{f"{folder.replace('/', '__')}__Dockerfile": FLOATING})
    repository.commit()
    call = ("--since", "base", "--config-from", "base", "--no-inline-ignores")
    found = _report(repository, *call)["findings"]
    assert [one["place"]["file"] for one in found] == [f"{folder}/Dockerfile"]
    whole = _report(repository, *call[2:])["findings"]
    assert [one["place"]["file"] for one in whole] == [
        f"{folder}/Dockerfile"
    ]  # what lay there is as free as it was


def test_what_the_trusted_configuration_frees_is_free(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, **{".imd.yaml": "paths: {fixtures: [samples]}\n"})
    repository.commit()
    repository.write(samples__Dockerfile=FLOATING)
    assert _policies(_report(repository, "--config-from", "HEAD")) == []


MOUNTED = """\
services:
  web:
    build: {{context: .{build}}}
    volumes: [".:/app"]
    environment: [{said}]
"""
WEB = f'FROM node:22.11.0@{DIGEST} AS dev\nWORKDIR /app\nCOPY a.js .\nCMD ["node", "a.js"]\n'


@pytest.mark.parametrize(
    ("build", "said"),
    [("", "ENVIRONMENT=local"), ("", "NODE_ENV=development"), (", target: dev", "A=1")],
)
def test_a_service_does_not_say_itself_that_it_is_for_development(
    repository: Repository, build: str, said: str
) -> None:
    compose = MOUNTED.format(build=build, said=said)
    repository.write(Dockerfile=WEB, **{"compose.yaml": compose, "a.js": "1\n"})
    assert "host-mounted-code" not in _policies(_report(repository))
    assert "host-mounted-code" in _policies(_report(repository, "--no-inline-ignores"))


def test_an_override_does_not_make_a_service_one_of_development(repository: Repository) -> None:
    override = "services:\n  web:\n    environment: [NODE_ENV=development]\n"
    compose = MOUNTED.format(build="", said="A=1")
    repository.write(Dockerfile=WEB, **{"compose.yaml": compose, "a.js": "1\n"})
    repository.commit()
    repository.write(**{"compose.override.yaml": override})
    untrusted = ("--config-from", "HEAD", "--no-inline-ignores")
    assert "host-mounted-code" in _policies(_report(repository, *untrusted))


def test_a_manifest_of_a_stranger_does_not_make_another_one_of_development(
    repository: Repository,
) -> None:
    compose = MOUNTED.format(build="", said="A=1")
    repository.write(Dockerfile=WEB, **{"compose.yaml": compose, "a.js": "1\n"})
    repository.commit()
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        f"      containers: [{{name: web, image: 'registry.example/web:1.2.3@{DIGEST}', command: [/run]}}]\n"
    )
    repository.write(**{"k8s__web.yaml": deployment})
    assert "host-mounted-code" not in _policies(_report(repository))
    assert "host-mounted-code" in _policies(_report(repository, "--config-from", "HEAD"))
    repository.commit()
    assert "host-mounted-code" not in _policies(_report(repository, "--config-from", "HEAD"))
