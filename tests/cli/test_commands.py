from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

FLOATING = 'FROM debian:latest\nCMD ["true"]\n'


def test_facts_are_what_policies_see(repository: Repository) -> None:
    repository.write(Dockerfile='ARG TAG\nFROM debian:${TAG}\nCMD ["true"]\n')
    result = repository.call("facts", "Dockerfile")
    assert result.code == 0
    facts = json.loads(result.out)
    [image] = [fact for fact in facts if fact["kind"] == "image"]
    assert image["at"].startswith("Dockerfile:2:")
    assert image["fields"]["role"] == "base"
    assert "tag" in image["unknown"]


def test_facts_of_nothing_and_of_no_file(repository: Repository) -> None:
    repository.write(**{"notes.txt": "x"})
    result = repository.call("facts", "notes.txt")
    assert (result.code, result.out) == (2, "")
    assert "notes.txt: no format of imd reads this file" in result.err
    assert repository.call("facts", "nowhere").code == 2


def test_policy_list(repository: Repository) -> None:
    result = repository.call("policy", "list")
    assert result.code == 0
    assert any(line.startswith("floating-tag ") for line in result.out.splitlines())


def test_policy_show(repository: Repository) -> None:
    result = repository.call("policy", "show", "floating-tag")
    assert result.code == 0
    for words in ("floating-tag (image): ", "Instead", "What it rejects", "FROM «debian»"):
        assert words in result.out
    unknown = repository.call("policy", "show", "flaoting-tag")
    assert unknown.code == 2
    assert "did you mean 'floating-tag'?" in unknown.err


def test_explain_tells_what_a_line_decides_and_where_that_is_used(repository: Repository) -> None:
    pod = "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - {name: a, image: 'redis:{{ .Values.tag }}'}\n"
    repository.write(**{
        "web/Chart.yaml": "name: web\nversion: 1.0.0\n",
        "web/values.yaml": "# which\ntag: latest\n",
        "web/templates/a.yaml": pod,
    })  # fmt: skip
    result = repository.call("explain", "web/values.yaml:2")
    assert (result.code, result.out.splitlines()) == (
        0,
        [
            "image redis:latest of Pod (container a)",
            "  name, repository from web/templates/a.yaml:5: - {name: a, image: 'redis:{{ .Values.tag }}'}",
            "  pin, tag from web/values.yaml:2: tag: latest",
        ],
    )
    assert "redis:latest" in repository.call("explain", "web/templates/a.yaml:5").out
    nothing = repository.call("explain", "web/values.yaml:1")
    assert (nothing.code, nothing.out) == (2, "")
    assert "web/values.yaml:1: nothing that a policy sees stands on this line" in nothing.err
    assert repository.call("explain", "web/none.yaml:1").code == 2


def test_explain_knows_what_other_linters_call_it(repository: Repository) -> None:
    own = repository.call("explain", "floating-tag")
    assert own.code == 0
    for words in (
        "# imd: ignore[floating-tag] the reason",
        "Elsewhere: hadolint's DL3006, DL3007; ",
    ):
        assert words in own.out
    for name in ("DL3007", "dl3007", "hadolint:DL3007", "CKV_K8S_14", "latest-tag"):
        other = repository.call("explain", name)
        assert (other.code, other.err) == (0, ""), name
        assert other.out.partition("\n")[0].endswith(" is `floating-tag` here.")
    assert "did you mean 'floating-tag'?" in repository.call("explain", "flaoting-tag").err
    for options in (["--select", "DL3007"], ["--ignore", "DL3007"]):
        assert "hadolint's DL3007 is 'floating-tag' here" in repository.call("check", *options).err


@pytest.mark.parametrize(
    ("meant", "said"),
    [
        (["lint"], ["check"]),
        (["scan", "Dockerfile"], ["check", "Dockerfile"]),
        (["run", "-q"], ["check", "-q"]),
        (["rules"], ["policy", "list"]),
        (["list"], ["policy", "list"]),
        (["rule", "floating-tag"], ["explain", "floating-tag"]),
        (["help"], ["--help"]),
        (["help", "pin"], ["pin", "--help"]),
        (["version"], ["--version"]),
        (["-V"], ["--version"]),
    ],
)
def test_what_other_linters_call_a_command_leads_there(
    repository: Repository, meant: list[str], said: list[str]
) -> None:
    repository.write(Dockerfile=FLOATING)
    assert repository.call(*meant) == repository.call(*said)


def test_a_folder_of_such_a_name_is_a_path(repository: Repository) -> None:
    repository.write(scan__Dockerfile=FLOATING)
    assert "scan/Dockerfile:1:13 error" in repository.call("scan").out


def test_a_new_policy_passes_its_test_and_judges(repository: Repository) -> None:
    assert (
        repository.call("policy", "new", "old-registry").out
        == "written: .imd/policies/own/old-registry.yaml\n"
    )
    tested = repository.call("policy", "test")
    assert (tested.code, tested.out) == (0, "1 policy, 3 examples: all agree\n"), tested
    assert repository.call("policy", "test", ".imd/policies/own/old-registry.yaml").code == 0
    repository.write(Dockerfile='FROM old.example/base:1\nCMD ["true"]\n')
    found = repository.call("--output-format", "concise", "--select", "old-registry")
    assert found.code == 1
    assert (
        found.out
        == "Dockerfile:1:6: error old-registry old.example/base:1 comes from old.example, which is switched off\n"
    )
    assert "old-registry" in repository.call("policy", "list").out
    assert "old-registry (own)" in repository.call("policy", "show", "old-registry").out


@pytest.mark.parametrize(
    ("name", "words"),
    [("floating-tag", "already"), ("../x", "small letters"), ("X", "small letters")],
)
def test_a_new_policy_needs_a_name_of_its_own(
    repository: Repository, name: str, words: str
) -> None:
    result = repository.call("policy", "new", name)
    assert result.code == 2
    assert words in result.err


def test_an_example_that_fails_is_told_with_its_line(repository: Repository) -> None:
    repository.call("policy", "new", "old-registry")
    path = repository.root / ".imd/policies/own/old-registry.yaml"
    path.write_text(
        path.read_text().replace("registry in params.registries", "registry == 'other.example'")
    )
    result = repository.call("policy", "test")
    assert result.code == 1
    assert ".imd/policies/own/old-registry.yaml:" in result.out
    assert "nothing is found" in result.out


OPEN_WORDS = """\
id: open-words
name: Words
severity: error
drift: none
rules:
  - over: install
    deny: >-
      shipped &&
      manager in ["apt-get", "aptt-get", "ownpkg"]
    message: "{manager} {ecosystem == 'pythn' ? 'a' : 'b'}"
  - over: install
    each: packages
    deny: item.name in ["", "unheard-of", "unherd-of"] && item.pin != "digest"
    message: "{item.name}"
  - over: command
    deny: tool in ["kubectl", "sudo", "kubctl"]
    message: "{tool}"
why: Because.
remedy: Do not.
examples:
  - good: {compose.yaml: "services: {}\\n"}
  - bad: {Dockerfile: "FROM a:1\\nRUN «apt-get install» -y «unheard-of»\\n"}
"""
OWN_PROGRAM = (
    "tables: {managers: [{names: ownpkg, ecosystem: os, reads: equals, verbs: {add: install}}]}\n"
)


def test_a_word_that_nothing_has_is_a_warning_of_policy_test(repository: Repository) -> None:
    name = ".imd/policies/own/open-words.yaml"
    repository.write(**{name.replace("/", "__"): OPEN_WORDS, ".imd.yaml": OWN_PROGRAM})
    nothing = "warning: no table and no example has"
    told = [
        f"{name}:9:30: {nothing} 'aptt-get' as 'manager'; did you mean 'apt-get'?",
        f"{name}:10:39: {nothing} 'pythn' as 'ecosystem'; did you mean 'python'?",
        f"{name}:13:43: {nothing} 'unherd-of' as 'item.name'; did you mean 'unheard-of'?",
        f"{name}:16:39: {nothing} 'kubctl' as 'tool'; did you mean 'kubectl'?",
        "1 policy, 2 examples: all agree",
    ]
    result = repository.call("policy", "test")
    assert (result.code, result.out.splitlines()) == (0, told)
    repository.write(**{".imd.yaml": "{}\n"})
    assert f"{name}:9:42: {nothing} 'ownpkg'" in repository.call("policy", "test", name).out


def test_the_pack_has_no_word_that_nothing_has(repository: Repository) -> None:
    assert "warning" not in repository.call("policy", "test").out


def test_contract_schema_is_a_schema(repository: Repository) -> None:
    schema = json.loads(repository.call("contract", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)


def test_contract_check(repository: Repository) -> None:
    repository.write(**{"delivery.yaml": "service: web\nimgae: x\nstart: [serve]\n"})
    result = repository.call("contract", "check")
    assert result.code == 1
    assert "delivery.yaml:2:1: error invalid-contract" in result.out
    repository.write(Dockerfile=FLOATING)
    (repository.root / "delivery.yaml").unlink()
    result = repository.call("contract", "check")
    assert (result.code, result.out) == (0, "")
    assert "no delivery meta file" in result.err


def test_policy_schema_holds_for_a_new_policy(repository: Repository) -> None:
    assert repository.call("policy", "new", "odd-registry").code == 0
    schema = json.loads(repository.call("policy", "schema").out)
    text = (repository.root / ".imd/policies/own/odd-registry.yaml").read_text()
    assert schema["required"] == ["id", "name", "rules", "why", "remedy"]
    assert all(f"\n{key}:" in f"\n{text}" for key in schema["required"])
    jsonschema.Draft202012Validator.check_schema(schema)


def test_config_schema_is_a_schema(repository: Repository) -> None:
    schema = json.loads(repository.call("config", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)


def test_config_show_names_where_values_come_from(repository: Repository) -> None:
    assert "# from no file: the defaults" in repository.call("config", "show").out
    repository.write(**{".imd.yaml": "profile: strict\n"})
    out = repository.call("config", "show").out
    assert 'profile: "strict"  # .imd.yaml:1:10\n' in out
    assert "ignore: []  # default\n" in out


def test_help_names_every_command(repository: Repository) -> None:
    out = repository.call("--help").out
    for name in ("check", "config", "contract", "facts", "policy"):
        assert f"\n  {name} " in out
