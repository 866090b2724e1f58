"""Which environments files and findings reach, and what says so, as a person sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

WORKLOAD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec: {containers: [{name: web, image: shop/web}]}
"""
TASK = '{"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx"}]}'
UNIT = "[Container]\nImage=docker.io/library/nginx\n"
SCORE = "apiVersion: score.dev/v1b1\nmetadata: {name: web}\ncontainers: {web: {image: nginx}}\n"


def write(repository: Repository, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = repository.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def shown(repository: Repository) -> dict[str, str]:
    """Return what `--show-files` says of each file."""
    _, _, found = repository.call("--show-files").out.partition("Files\n")
    lines = found.partition("\n\n")[0].splitlines()
    return dict(line.strip().split(": ", 1) for line in lines)


def overlays(repository: Repository) -> None:
    files = {
        "base/web.yaml": WORKLOAD,
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "overlays/production/kustomization.yaml": "resources: [../../base]\n",
        "overlays/staging/kustomization.yaml": "resources: [../../base]\n",
    }
    write(repository, files)


def test_a_base_reaches_what_its_overlays_reach(repository: Repository) -> None:
    overlays(repository)
    files = shown(repository)
    both = "staging, production (overlays/staging; overlays/production)"
    assert files["base/web.yaml"] == f"kubernetes, {both}"
    assert files["overlays/staging/kustomization.yaml"] == "kubernetes, staging (overlays/staging)"


@pytest.mark.parametrize(
    ("files", "path", "said"),
    [
        (
            {"compose.dev.yaml": "services: {web: {image: nginx}}"},
            "compose.dev.yaml",
            "compose, dev (the file name says 'dev')",
        ),
        (
            {"compose.yaml": "services: {web: {build: {context: ., target: dev}}}"},
            "compose.yaml",
            "compose, development (web: target 'dev')",
        ),
        (
            {"compose.yaml": "services: {web: {image: x, environment: [NODE_ENV=development]}}"},
            "compose.yaml",
            "compose, development (web: NODE_ENV=development)",
        ),
        (
            {"compose.yaml": "services: {web: {image: x, profiles: [dev]}}"},
            "compose.yaml",
            "compose, dev (the profile is 'dev')",
        ),
        (
            {"compose.yaml": "services: {web: {build: .}}", "deploy/web.yaml": WORKLOAD},
            "compose.yaml",
            "compose, development (deploy/web.yaml deploys 'web')",
        ),
        (
            {
                "infra/web.yaml": WORKLOAD,
                ".imd.yaml": "environments: {live: {paths: [infra/*]}}",
            },
            "infra/web.yaml",
            "kubernetes, live (configuration: infra/*)",
        ),
        (
            {"web.yaml": WORKLOAD.replace("name: web}\nspec", "name: web, namespace: x-qa}\nspec")},
            "web.yaml",
            "kubernetes, qa (namespace: x-qa)",
        ),
        (
            {"ecs/production/task.json": TASK},
            "ecs/production/task.json",
            "ecs, production (ecs/production)",
        ),
        (
            {"staging/web.container": UNIT},
            "staging/web.container",
            "quadlet, staging (staging)",
        ),
        ({"score.staging.yaml": SCORE}, "score.staging.yaml", "score, staging (score.staging.yaml)"),
        ({"Procfile.dev": "web: ./serve\n"}, "Procfile.dev", "procfile, dev (Procfile.dev)"),
    ],
)  # fmt: skip
def test_a_file_says_its_environment_and_what_names_it(
    repository: Repository, files: dict[str, str], path: str, said: str
) -> None:
    write(repository, files)
    assert shown(repository)[path] == said


def test_a_finding_says_which_environments_it_reaches(repository: Repository) -> None:
    overlays(repository)
    assert "  reaches staging, production\n" in repository.call().out
    found = json.loads(repository.call("--output-format", "json").out)["findings"]
    assert [one["environments"] for one in found] == [["staging", "production"]]
    sarif: dict[str, Any] = json.loads(repository.call("--output-format", "sarif").out)
    (result,) = sarif["runs"][0]["results"]
    assert result["properties"]["environments"] == ["staging", "production"]
    assert result["message"]["text"].endswith(" Reaches staging, production.")


def test_what_no_environment_is_named_for_says_nothing(repository: Repository) -> None:
    write(repository, {"web.yaml": WORKLOAD})
    assert "reaches" not in repository.call().out
