"""Nothing judged is never green: what each kind of run does where it read nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from immutable_delivery.formats.registry import NAMED
from immutable_delivery.resources import shipped

if TYPE_CHECKING:
    Repository = Any

DIGEST = "sha256:" + "0123456789abcdef" * 4
CLEAN = f'FROM debian:12.8@{DIGEST}\nCMD ["true"]\n'
FLOATING = 'FROM nginx\nCMD ["x"]\n'
OPERATOR = """\
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {name: web}
spec: {channel: stable, name: web}
"""


def test_a_project_that_delivers_nothing_is_clean(repository: Repository) -> None:
    repository.write(**{"main.py": "", "values.txt": ""})
    ran = repository.call("check")
    assert ran.code == 0
    assert "0 files were judged" in ran.err


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"tests/Dockerfile": FLOATING, "tests/b/Dockerfile": FLOATING}, "2 delivery files seen and none judged (fixture)"),
        ({"vendor/x/compose.yaml": "services: {a: {image: b}}\n"}, "1 delivery file seen and none judged (vendored)"),
        ({"operator.yaml": OPERATOR}, "none judged (nobody reads its kind)"),
    ],
)  # fmt: skip
def test_a_project_of_which_nothing_was_judged_ends_with_2(
    repository: Repository, files: dict[str, str], reason: str
) -> None:
    repository.write(**files)
    ran = repository.call("check")
    assert ran.code == 2
    assert reason in ran.err
    assert "paths: {judge: […]}" in ran.err


def test_one_file_that_is_judged_is_enough(repository: Repository) -> None:
    repository.write(**{"operator.yaml": OPERATOR, "Dockerfile": FLOATING})
    ran = repository.call("check")
    assert ran.code == 1
    assert "'Subscription' was seen and not judged" in ran.out


def test_a_change_never_ends_so(repository: Repository) -> None:
    repository.write(**{"operator.yaml": OPERATOR})
    repository.commit()
    repository.write(**{"operator.yaml": f"# x\n{OPERATOR}"})
    assert repository.call("check", "--since", "HEAD").code == 0


def test_a_named_file_that_nothing_reads_ends_with_2_and_says_so(repository: Repository) -> None:
    repository.write(**{"Dockerfile": FLOATING, "app.docker": FLOATING})
    ran = repository.call("check", "Dockerfile", "app.docker")
    assert ran.code == 2
    assert "app.docker: nothing here reads such a file" in ran.err
    assert "floating-tag" in ran.out


def test_a_script_that_something_starts_is_read(repository: Repository) -> None:
    repository.write(
        Dockerfile='FROM debian:12.8\nCOPY s.sh /s.sh\nCMD ["/s.sh"]\n',
        **{"s.sh": "#!/bin/sh\napt-get install curl\n"},
    )
    assert repository.call("check", "s.sh").code == 1


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "  // nothing\n"])
@pytest.mark.parametrize(
    "format_", [one for one in NAMED if one not in {"dockerfile", "devcontainer"}]
)
def test_a_named_file_that_holds_nothing_ends_with_2(
    repository: Repository, format_: str, text: str
) -> None:
    repository.write(x=text)
    for arguments in (("x",), ("-", "--stdin-filename", "y")):
        ran = repository.call("check", "--as", format_, *arguments, stdin=text)
        assert ran.code == (1 if "unreadable" in ran.out else 2)
        assert "holds nothing" in ran.err or "unreadable" in ran.out


def test_an_empty_file_among_others_delivers_nothing(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, **{"compose.yaml": ""})
    assert repository.call("check").code == 0


def test_as_says_what_a_named_file_is(repository: Repository) -> None:
    repository.write(**{"app.docker": FLOATING})
    assert "floating-tag" in repository.call("check", "--as", "dockerfile", "app.docker").out


def test_the_configuration_may_say_it(repository: Repository) -> None:
    repository.write(
        **{"x/app.docker": FLOATING, ".imd.yaml": "paths: {as: {dockerfile: ['*.docker']}}\n"}
    )
    assert "x/app.docker" in repository.call("check").out


def test_the_configuration_names_formats_that_exist(repository: Repository) -> None:
    repository.write(**{".imd.yaml": "paths: {as: {docker: ['*.docker']}}\n"})
    ran = repository.call("check")
    assert ran.code == 2
    assert ".imd.yaml:1:" in ran.err


@pytest.mark.parametrize(
    ("arguments", "text", "place"),
    [
        ((), FLOATING, "Dockerfile:1:6"),
        (("--stdin-filename", "a/compose.yaml"), "services: {a: {image: nginx}}\n", "a/compose.yaml:1:23"),
        (("--stdin-filename", "x", "--as", "dockerfile"), FLOATING, "x:1:6"),
    ],
)  # fmt: skip
def test_the_standard_input_is_one_file(
    repository: Repository, arguments: tuple[str, ...], text: str, place: str
) -> None:
    repository.write(**{"other/Dockerfile": FLOATING})
    ran = repository.call("check", "-", "--output-format", "concise", *arguments, stdin=text)
    assert ran.code == 1
    assert [line.split(": ")[0] for line in ran.out.splitlines()] == [place]


def test_what_is_handed_over_builds_what_lies_behind_a_link(repository: Repository) -> None:
    repository.write(**{"real/Dockerfile": FLOATING})
    (repository.root / "link").symlink_to("real")
    ran = repository.call(
        "check", "-", "--stdin-filename", "compose.yaml", stdin="services: {a: {build: link}}\n"
    )
    assert ran.code == 0


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 900\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: nginx}]}\n"


@pytest.mark.parametrize(
    "path", ["Dockerfile", "compose.yaml", "pod.yaml", "pod.json", "a.container"]
)
def test_a_pointer_of_git_lfs_is_named(repository: Repository, path: str) -> None:
    repository.write(**{path: POINTER})
    ran = repository.call("check")
    assert ran.code == 2
    assert "1 delivery file seen and none judged (not read)" in ran.err
    repository.write(**{"other/Dockerfile": CLEAN})
    said = f"{path}:1:1: note not-judged this file was seen and not judged: it is a pointer of Git LFS; look at it yourself\n"
    assert repository.call("check", "--output-format", "concise").out == said
    assert repository.call("check", "--profile", "strict").code == 1


def test_a_build_of_a_pointer_is_named(repository: Repository) -> None:
    repository.write(**{"compose.yaml": "services: {a: {build: {dockerfile: D}}}\n", "D": POINTER})
    ran = repository.call("check", "--output-format", "concise")
    assert "D:1:1: note not-judged this file was seen" in ran.out
    assert "'D' is left out" in ran.out


def test_a_manifest_that_is_too_large_is_named(repository: Repository) -> None:
    repository.write(Dockerfile=CLEAN, **{"pod.yaml": POD + f"#{'x' * 998}\n" * 10_010})
    ran = repository.call("check", "--output-format", "concise")
    assert (
        "pod.yaml:1:1: note not-judged this file was seen and not judged: it is larger than 10 MB"
        in ran.out.replace("yaml: ", "yaml:1:1: ")
    )


@pytest.mark.parametrize(
    ("target", "code"), [("/srv/pod.yaml", 1), ("../pod.yaml", 1), ("pod.yaml", 0), ("nowhere", 0)]
)
def test_a_manifest_behind_a_link_out_of_the_repository_is_named(
    repository: Repository, target: str, code: int
) -> None:
    repository.write(Dockerfile=f"{CLEAN}USER 1\n")
    (repository.root / "pod.yaml").symlink_to(target)
    ran = repository.call("check", "--fail-on", "note", "--output-format", "concise")
    assert (ran.code, "it is a link out of the repository" in ran.out) == (code, bool(code))


def test_what_a_partial_clone_lacks_is_named(repository: Repository, tmp_path: Path) -> None:
    repository.write(Dockerfile=CLEAN, **{"deploy/pod.yaml": POD, "deploy/Dockerfile": FLOATING})
    repository.commit()
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repository.git(
        "clone", "-q", "--filter=blob:none", "--sparse", f"file://{repository.root}", str(clone)
    )
    ran = repository.call("check", str(clone), "--output-format", "concise")
    assert ran.code == 0
    assert (
        "deploy/Dockerfile:1:1: note not-judged this file was seen and not judged: it is not in this clone"
        in ran.out.replace(": note", ":1:1: note")
    )


def test_the_configuration_may_name_every_format() -> None:
    schema = json.loads(shipped("schemas", "config.schema.json"))
    names = schema["properties"]["paths"]["properties"]["as"]["propertyNames"]["enum"]
    assert names == sorted(NAMED)
