"""The documentation says what is so: commands, links, ids, versions, examples and generated blocks."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

import immutable_delivery
from immutable_delivery.cli import imd
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping, Node, Scalar, documents

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "linter" / "immutable_delivery" / "schemas"
DOCUMENTS = sorted(
    path
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("examples/**/*.md"),
        *ROOT.glob("policies/*.md"),
        *ROOT.glob("hooks/*.md"),
        *ROOT.glob("benchmarks/*.md"),
    ]
    if "node_modules" not in path.parts
)
README = (ROOT / "README.md").read_text("utf-8")
MANUAL = "\n".join(
    path.read_text("utf-8") for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
)
POLICIES = {path.stem for path in (ROOT / "policies").rglob("*.yaml")} - {"group"}
GROUPS = {path.name for path in (ROOT / "policies").iterdir() if path.is_dir()}

names = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of every `imd …` in code."""
    text = re.sub(r"^```python\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```\w*\n(.*?)^```|^    (imd .*)$", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for part in block for line in part.splitlines()]
    for code in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
        for part in re.split(r"&&|\||;", code.partition(" #")[0]):
            found = re.search(r"(?:^|[\s/])(imd(?=\s).*)", part)
            if found and not re.match(r"\s*(?:-|\w+:)", part):
                yield shlex.split(found[1])[1:]


def fenced(marker: str) -> str:
    """Return the YAML block of the documentation after a marker."""
    found = re.search(rf"<!-- {marker} -->\n+```yaml\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None, f"the documentation has no block '{marker}'"
    return found[1]


@names
def test_commands_and_options_in_the_documentation_exist(path: Path) -> None:
    if path.name == "commands.md":  # what `--help` says itself
        return
    for words in commands(path.read_text("utf-8")):
        unknown_option(imd, words)


def unknown_option(command: click.Command, words: list[str]) -> None:
    """Walk the words down the groups, and fail at the first that the command line does not know."""
    context = click.Context(command)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(context, words[0])
        if inner is None:  # `imd PATHS…` is `imd check PATHS…`
            assert not re.fullmatch(r"[a-z]+", words[0]), f"imd has no command '{words[0]}'"
            inner = command.get_command(context, "check")
        else:
            words = words[1:]
        assert inner is not None
        command, context = inner, click.Context(inner, parent=context)
    known = {
        option
        for param in command.get_params(context)
        for option in (*param.opts, *param.secondary_opts)
    }
    given = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
    assert given <= known, f"'{command.name}' has no {', '.join(sorted(given - known))}"


@names
def test_relative_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if not re.match(r"[a-z]+:|#", target):
            assert (path.parent / target.partition("#")[0]).exists(), target


def test_policy_ids_in_the_documentation_exist() -> None:
    ids = set(re.findall(r"imd: ignore\[([^\]]+)\]", MANUAL))
    config = plain(root_of(fenced("config")))
    assert isinstance(config, dict)
    ids |= {*config.get("ignore", []), *config.get("select", []), *config.get("severity", {})}
    assert {name for one in ids for name in one.split(",")} <= POLICIES | GROUPS


@pytest.mark.parametrize(
    ("block", "name"),
    [("config", "config"), ("profiles", "config"), ("extends", "config"), ("contract", "contract")],
)
def test_examples_fit_their_schemas(block: str, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(plain(root_of(fenced(block))))


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.name)
def test_schemas_are_schemas_that_describe_every_property(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert list(undescribed(schema)) == []


def undescribed(schema: dict[str, object], where: str = "") -> Iterator[str]:
    properties = schema.get("properties", {})
    inner = {**properties} if isinstance(properties, dict) else {}
    for key in ("items", "additionalProperties"):
        value = schema.get(key)
        if isinstance(value, dict):
            yield from undescribed(value, f"{where}/{key}")
    for name, value in inner.items():
        if "const" not in value and not value.get("description", "").endswith("."):
            yield f"{where}/{name}"
        yield from undescribed(value, f"{where}/{name}")


def test_the_versions_in_the_readme_are_this_one() -> None:
    written = re.findall(r"(?:immutable-delivery==|rev: v)([\d.]+)", MANUAL)
    assert set(written) == {immutable_delivery.__version__}


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    assert "readme_line.py test" in (ROOT / ".ci" / "run").read_text("utf-8")
    for name, expected in (("test", "scripts/test"), ("install", "examples/storefront")):
        line = subprocess.run(
            [sys.executable, "scripts/readme_line.py", name], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout  # fmt: skip
        assert expected in line
        assert all((ROOT / word).exists() for word in line.split() if word.startswith("scripts/"))


def test_what_is_generated_is_up_to_date() -> None:
    assert set(re.findall(r"<!-- generated:(.*) -->\n", MANUAL)) == {
        "benchmark",
        "benchmarks",
        "formats",
        "others",
        "speed",
    }
    run = [sys.executable, "scripts/generate.py", "--check"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def root_of(yaml: str) -> Node:
    (document,) = documents(Text("README.md", yaml))
    assert document.root is not None, document.problem
    return document.root


def plain(node: Node) -> object:
    """Return a tree as JSON types, as far as the examples need them."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, Scalar):
        number = node.plain and re.fullmatch(r"\d+", node.text)
        boolean = {"true": True, "false": False} if node.plain else {}
        return int(node.text) if number else boolean.get(node.text, node.text)
    return [plain(item) for item in node.items]


def test_contributing_draws_every_room() -> None:
    rooms = {
        path.parent.name for path in Path(immutable_delivery.__file__).parent.glob("*/__init__.py")
    }
    picture = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Ten words")[0]
    assert {room for room in rooms if not re.search(rf"\b{room}\b", picture)} == set()


def test_the_readme_can_be_read_in_two_minutes() -> None:
    assert len(README.encode()) <= 7_000


def test_the_policy_of_the_documentation_passes_its_examples(tmp_path: Path) -> None:
    policy = tmp_path / ".imd" / "policies" / "team" / "no-busybox.yaml"
    policy.parent.mkdir(parents=True)
    policy.write_text(fenced("policy"), "utf-8")
    run = [sys.executable, "-m", "immutable_delivery", "policy", "test", str(policy)]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("block", "path"),
    [
        ("github", ".github/workflows/build.yaml"),
        ("gitlab", ".gitlab-ci.yml"),
        ("gitlab-build", "ci/build.gitlab-ci.yml"),
    ],
)
def test_pipelines_of_the_documentation_keep_our_own_policies(
    block: str, path: str, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "affected.md").read_text("utf-8")
    found = re.search(rf"<!-- {block} -->\n+```yaml\n(.*?)```", page, re.DOTALL)
    assert found is not None
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(found[1], "utf-8")
    report = run(tmp_path, Request(today=date(2026, 11, 29))).report
    assert [one.path for one in report.files if one.format and not one.skipped] == [path]
    assert [(one.policy, one.message) for one in report.findings if one.severity != "note"] == []
