from __future__ import annotations

import json
from datetime import date
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from immutable_delivery.config import Config
from immutable_delivery.config.read import load
from immutable_delivery.errors import ConfigError
from immutable_delivery.repository.working import WorkingTree
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.syntax.yaml.schema import schema_of

EVERYTHING = """\
profile: strict
select: [image, "drift:convergent"]
ignore:
  - missing-digest
severity: {partial-tag: error}
per-path:
  legacy/**: {ignore: [floating-tag], severity: {partial-tag: note}}
params:
  untrusted-registry: {trusted: [ghcr.io/acme], depth: 2, open: false}
environments:
  prod: {paths: [k8s/prod]}
  dev: {paths: [compose.yaml], development: true, order: -1}
paths: {fixtures: [samples], judge: [tests/real]}
tables: {keyrings: [mykeys]}
policies: [rules]
suppressions:
  - path: k8s/*.json
    at: spec.replicas
    ids: [floating-tag, image]
    reason: " the mirror is frozen "
    until: 2027-01-31
fail-on: divergent
strict-unresolved: true
"""

AS_TOML = """\
[project]
name = "shop"

[tool.imd]
profile = "strict"
select = ["image", "drift:convergent"]
ignore = ["missing-digest"]
severity = { partial-tag = "error" }
policies = ["rules"]
fail-on = "divergent"
strict-unresolved = true
paths = { fixtures = ["samples"], judge = ["tests/real"] }
tables = { keyrings = ["mykeys"] }

[tool.imd.per-path."legacy/**"]
ignore = ["floating-tag"]
severity.partial-tag = "note"

[tool.imd.params.untrusted-registry]
trusted = ["ghcr.io/acme"]
depth = 2
open = false

[tool.imd.environments.prod]
paths = ["k8s/prod"]

[tool.imd.environments.dev]
paths = ["compose.yaml"]
development = true
order = -1

[[tool.imd.suppressions]]
path = "k8s/*.json"
at = "spec.replicas"
ids = ["floating-tag", "image"]
reason = " the mirror is frozen "
until = 2027-01-31
"""

RULES = {"rules/own/x.yaml": "id: x\n"}


def of(text: str, **others: str) -> Config:
    return load(MemoryFiles({".imd.yaml": text, **others}))


def refusal(text: str, **others: str) -> str:
    with pytest.raises(ConfigError) as caught:
        of(text, **others)
    return str(caught.value)


def test_without_a_configuration_the_defaults_hold() -> None:
    assert load(MemoryFiles({})) == Config()
    assert load(MemoryFiles({"pyproject.toml": "[project]\nname = 'imd'\n"})) == Config()
    assert load(MemoryFiles({".imd/policies/own/x.yaml": ""})).policies == (".imd/policies",)


@pytest.mark.parametrize("file", [{".imd.yaml": EVERYTHING}, {"pyproject.toml": AS_TOML}])
def test_everything(file: dict[str, str]) -> None:
    config = load(MemoryFiles({**file, **RULES}))
    assert config.selection.profile == "strict"
    assert config.selection.select == ("image", "drift:convergent")
    assert config.selection.ignore == ("missing-digest",)
    assert config.selection.severity == {"partial-tag": "error"}
    [rule] = config.selection.per_path
    assert (rule.paths, rule.ignore, rule.severity) == (
        ("legacy/**",),
        ("floating-tag",),
        {"partial-tag": "note"},
    )
    assert config.selection.params == {
        "untrusted-registry": {"trusted": ["ghcr.io/acme"], "depth": 2, "open": False}
    }
    assert [(e.name, e.paths, e.development) for e in config.environments] == [
        ("dev", ("compose.yaml",), True),
        ("prod", ("k8s/prod",), False),
    ]
    assert (config.paths.fixtures, config.paths.judge) == (("samples",), ("tests/real",))
    assert config.tables == {"keyrings": ["mykeys"]}
    assert config.policies == ("rules",)
    [waiver] = config.suppressions
    assert (waiver.path, waiver.at, waiver.ids) == (
        "k8s/*.json",
        "spec.replicas",
        ("floating-tag", "image"),
    )
    assert (waiver.reason, waiver.until) == ("the mirror is frozen", date(2027, 1, 31))
    assert (config.fail_on, config.strict_unresolved) == ("divergent", True)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "null\n", "\ufeff{}\n"])
def test_an_empty_configuration_is_one(text: str) -> None:
    assert of(text).selection.profile == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profle: strict\n", ".imd.yaml:1:1: unknown key `profle`: do you mean `profile`?"),
        ("profiles: {strict: {}}\n", ".imd.yaml:1:12: 'strict' is a profile of the pack"),
        ("select: image\n", ".imd.yaml:1:9: `select` must be a list, not text"),
        ("select: [1]\n", ".imd.yaml:1:10: "),
        ("severity:\n  a: fatal\n", ".imd.yaml:2:6: `severity.a` cannot be `fatal`"),
        ("per-path: {x: {ignroe: []}}\n", "do you mean `ignore`?"),
        ("environments: {a: {development: maybe}}\n", ".imd.yaml:1:33: "),
        ("fail-on: 3\n", ".imd.yaml:1:10: "),
        ("suppressions: [{path: a, ids: [b]}]\n", "`reason` is missing"),
        (
            "suppressions: [{path: a, ids: [b], reason: ' '}]\n",
            "`suppressions[0].reason` cannot be",
        ),
        ("suppressions: [{path: a, ids: [], reason: c}]\n", "is an empty list"),
        (
            "suppressions: [{path: a, ids: [b], reason: c, until: 2026-02-30}]\n",
            "'2026-02-30' is no day",
        ),
        (
            "suppressions: [{path: a, ids: [b], reason: c, until: soon}]\n",
            "until` cannot be `soon`",
        ),
        ("- a\n", ".imd.yaml:1:1: the document must be a mapping"),
        ("a: [\n", ".imd.yaml:2:1: "),
        ("profile: strict\nprofile: default\n", ".imd.yaml:2:1: `profile` is written twice"),
        ("{}\n---\n{}\n", "a second document"),
        ("policies: [/etc]\n", ".imd.yaml:1:12: '/etc' is outside the repository"),
        ("policies: [../x]\n", "outside the repository"),
        ("policies: [nowhere]\n", "'nowhere' is not there"),
        ("extends: [../x.yaml]\n", ".imd.yaml:1:11: '../x.yaml' is outside the repository"),
        ("extends: [x.yaml]\n", ".imd.yaml:1:11: 'x.yaml' is not there"),
        ("extends: [.imd.yaml]\n", "extends itself: .imd.yaml → .imd.yaml"),
        ("[" * 100_000, ".imd.yaml:"),
    ],
)
def test_refusals_say_what_and_where(text: str, words: str) -> None:
    assert words in refusal(text)


def test_all_faults_are_told_at_once() -> None:
    assert len(refusal("profle: a\nselct: b\n").splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.imd]\nprofle = 'strict'\n", "pyproject.toml:2:1: unknown key `profle`"),
        ("[tool.imd]\n\n[tool.imd.per-path.'x']\nignroe = []\n", "pyproject.toml:4:1: "),
        ("[tool.imd]\nprofile = \n", "pyproject.toml:2:11: Invalid value"),
        (
            "[[tool.imd.suppressions]]\npath='a'\nids=['b']\nreason='c'\n[[tool.imd.suppressions]]\npath='a'\nids=['b']\nresaon='c'\n",
            "pyproject.toml:8:1: unknown key `resaon`",
        ),
        ("[tool.imd]\nx = " + "[" * 50_000, "pyproject.toml: "),
    ],
)
def test_refusals_of_toml(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(MemoryFiles({"pyproject.toml": text}))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("file", "text", "faulty"),
    [
        (".imd.yaml", "prfile: x\n", ["prfile"]),
        (".imd.yaml", "profile: [strict]\nfail-on: never\n", ["[strict]", "never"]),
        (".imd.yaml", "ignore: [nope, floating-tag, nix]\n", ["nope", "nix"]),
        ("pyproject.toml", "[tool.imd]\nprofile = = 1\n", [""]),
    ],
)
def test_a_fault_names_its_place(file: str, text: str, faulty: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(MemoryFiles({file: text})).check_names(["floating-tag"])
    faults = caught.value.faults
    assert [text[one.start : one.end] for one in faults] == faulty
    assert all(one.file == file and one.line for one in faults)


def test_two_configurations_are_one_too_many() -> None:
    assert "keep one of them" in refusal("{}\n", **{"pyproject.toml": "[tool.imd]\n"})


def test_a_broken_pyproject_of_somebody_else_is_none_of_our_business() -> None:
    assert load(MemoryFiles({"pyproject.toml": "[tool.black\nimd"})) == Config()


def test_what_comes_later_wins_and_some_lists_add_up() -> None:
    base = (
        "profile: strict\nignore: [a]\nseverity: {a: note, b: note}\npaths: {fixtures: [one]}\npolicies: [rules]\n"
        "environments: {dev: {paths: [x]}}\nsuppressions: [{path: a, ids: [a], reason: r}]\n"
    )
    own = (
        "extends: [conf/base.yaml]\nignore: [b]\nseverity: {b: error}\npaths: {fixtures: [two]}\n"
        "environments: {dev: {development: true}}\nsuppressions: [{path: b, ids: [b], reason: r}]\n"
    )
    config = of(own, **{"conf/base.yaml": base, "conf/rules/x.yaml": ""})
    assert config.selection.profile == "strict"
    assert config.selection.ignore == ("b",)
    assert config.selection.severity == {"a": "note", "b": "error"}
    assert config.paths.fixtures == ("one", "two")
    assert config.policies == ("conf/rules",)
    assert config.environments[0].paths == ("x",)
    assert config.environments[0].development
    assert [waiver.path for waiver in config.suppressions] == ["a", "b"]
    assert config.files == (".imd.yaml", "conf/base.yaml")


def test_long_chains_and_circles_end() -> None:
    circle = {"a.yaml": "extends: [b.yaml]\n", "b.yaml": "extends: [a.yaml]\n"}
    assert "extends itself" in refusal("extends: [a.yaml]\n", **circle)
    chain = {f"{n}.yaml": f"extends: [{n + 1}.yaml]\n" for n in range(50)}
    assert "more than" in refusal("extends: [0.yaml]\n", **chain)


def test_configuration_is_not_read_through_links(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("profile: strict\n")
    (tmp_path / ".imd.yaml").symlink_to("real.yaml")
    with pytest.raises(ConfigError, match="symbolic link"):
        load(WorkingTree(tmp_path))
    (tmp_path / ".imd.yaml").unlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".imd").symlink_to("elsewhere")
    (tmp_path / "elsewhere" / "policies").mkdir()
    (tmp_path / "elsewhere" / "policies" / "x.yaml").write_text("")
    with pytest.raises(ConfigError, match="symbolic link"):
        load(WorkingTree(tmp_path))


KNOWN = {"floating-tag", "partial-tag", "image", "drift:convergent"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "select: [image, flaoting-tag]\n",
            ".imd.yaml:1:17: 'flaoting-tag' is no policy and no group of policies; did you mean 'floating-tag'?",
        ),
        ("ignore: [zzz]\n", ".imd.yaml:1:10: 'zzz' is no policy"),
        ("severity: {partial: note}\n", ".imd.yaml:1:21: 'partial'"),
        ("per-path: {x: {ignore: [imge]}}\n", "did you mean 'image'?"),
        ("per-path: {x: {severity: {imge: note}}}\n", "did you mean 'image'?"),
        ("suppressions: [{path: a, ids: [image, drift], reason: r}]\n", ".imd.yaml:1:39: 'drift'"),
    ],
)
def test_unknown_names_are_refused_with_a_suggestion(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        of(text).check_names(KNOWN)
    assert words in str(caught.value)


def test_known_names_pass() -> None:
    config = of("select: [image]\nignore: [floating-tag]\nseverity: {partial-tag: note}\n")
    config.check_names(KNOWN)
    with pytest.raises(ConfigError):
        config.check_names(frozenset(KNOWN) - {"floating-tag"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("params: {untrusted: {trusted: []}}\n", "did you mean 'untrusted-registry'?"),
        (
            "params: {untrusted-registry: {trsted: []}}\n",
            ".imd.yaml:1:31: 'trsted' is no parameter",
        ),
        ("params: {untrusted-registry: {trusted: x}}\n", "'trusted' must be a list of texts"),
        ("params: {untrusted-registry: {trusted: [1]}}\n", "'trusted' must be a list of texts"),
        ("params: {untrusted-registry: {depth: true}}\n", "'depth' must be a whole number"),
    ],
)
def test_parameters_have_the_type_of_their_default(text: str, words: str) -> None:
    params = {"untrusted-registry": {"trusted": [], "depth": 1}}
    with pytest.raises(ConfigError) as caught:
        of(text).check_params(params)
    assert words in str(caught.value)


def test_the_schema_is_one_and_agrees_with_what_is_read() -> None:
    schema = json.loads(schema_of("config").text)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    import tomllib  # noqa: PLC0415

    data = tomllib.loads(AS_TOML)["tool"]["imd"]
    data["suppressions"][0]["until"] = "2027-01-31"
    validator.validate(data)
    for wrong in (
        {"profle": 1},
        {"profiles": {"mine": {"base": "fast"}}},
        {"select": "a"},
        {"suppressions": [{"path": "a"}]},
    ):
        assert not validator.is_valid(wrong)


def test_the_schema_describes_every_key() -> None:
    def undescribed(node: dict[str, Any], path: str = "") -> list[str]:
        own = [] if "description" in node else [path]
        inner = node.get("properties", {}).items()
        return own + [name for key, value in inner for name in undescribed(value, f"{path}.{key}")]

    text = (resources("immutable_delivery") / "schemas" / "config.schema.json").read_text("utf-8")
    assert undescribed(json.loads(text)) == []
