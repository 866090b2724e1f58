"""GitLab's pipelines as gitlab-ci-local expands them, and as we read them: the same jobs, images, services and scripts."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.components import program
from tests.reporters.conftest import installed

from immutable_delivery.context import ParseContext
from immutable_delivery.formats import gitlab
from immutable_delivery.formats.gitlab.project import pipelines
from immutable_delivery.jobs.spec import ImageSpec, JobSpec
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

pytestmark = pytest.mark.slow

ENGINE = "gitlab-ci-local@4.56.2"
BY_HAND = Path(__file__).parent / "gitlab"
"""Repositories for single features: a folder each."""
_SCRIPTS = ("before_script", "script", "after_script")
_VARIABLE = re.compile(r"\$\$|\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True)
class Job:
    """What is compared of a job."""

    images: frozenset[str]
    services: frozenset[str]
    scripts: Mapping[str, list[str]]


def command() -> list[str]:
    """Return the engine. What it matches rules with is a compiled module, which npm would have to build: node's own class does the same."""
    modules = installed(ENGINE)
    (modules / "re2" / "re2.js").write_text("module.exports = RegExp;\n")
    return [program("node"), str(modules / ".bin" / "gitlab-ci-local")]


def engine(folder: Path) -> dict[str, Job]:
    """Return what the engine makes of a repository."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for line in (
        [*git, "init", "-q", "-b", "main"],
        [*git, "remote", "add", "origin", "https://gitlab.example/shop/web.git"],
        [*git, "add", "--all"],
        [*git, "commit", "-q", "-m", "all"],
    ):
        subprocess.run(line, cwd=folder, check=True)
    done = subprocess.run(
        [*command(), "--preview"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    _, _, preview = done.stdout.partition("---\n")
    shown = YAML(typ="safe", pure=True).load(preview)
    variables = shown.get("variables") or {}
    return {
        name: _theirs(one, {**variables, **(one.get("variables") or {})})
        for name, one in shown.items()
        if isinstance(one, dict) and name != "variables" and not name.startswith(".")
    }


def _theirs(job: Mapping[str, Any], variables: Mapping[str, Any]) -> Job:
    services = [one["name"] for one in job.get("services") or ()]
    image = [job["image"]["name"]] if job.get("image") else []
    runs = list(_matrix(job))
    return Job(
        frozenset(_filled(one, {**variables, **run}) for one in image for run in runs),
        frozenset(_filled(one, {**variables, **run}) for one in services for run in runs),
        {key: _lines(job[key]) for key in _SCRIPTS if job.get(key)},
    )


def _lines(script: object) -> list[str]:
    if isinstance(script, list):
        return [line for one in script for line in _lines(one)]
    return [str(script)]


def _matrix(job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    parallel = job.get("parallel")
    for axes in parallel["matrix"] if isinstance(parallel, dict) else [{}]:
        lists = [one if isinstance(one, list) else [one] for one in axes.values()]
        yield from (dict(zip(axes, run, strict=True)) for run in product(*lists))


def _filled(text: str, variables: Mapping[str, Any], depth: int = 0) -> str:
    """Return a text with its variables; what has no value here stays as it is written."""

    def give(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        value = variables.get(found[1] or found[2], found[0])
        value = value.get("value", found[0]) if isinstance(value, dict) else value
        return (
            str(value)
            if value == found[0] or depth > 9
            else _filled(str(value), variables, depth + 1)
        )

    return _VARIABLE.sub(give, text)


def ours(files: Mapping[str, str]) -> dict[str, Job]:
    ctx = ParseContext(MemoryFiles(files))
    documents = {".gitlab-ci.yml": gitlab.parse(Text(".gitlab-ci.yml", files[".gitlab-ci.yml"]))}
    pipeline, _sources = next(pipelines(documents, ctx))
    found = {one.name: _ours(one) for one in pipeline.jobs() if one.whole}
    assert not ctx.troubles
    return found


def _ours(job: JobSpec) -> Job:
    return Job(
        _names(job.images),
        _names(job.services),
        {step.name: [line.text for line in step.scripts] for step in job.steps},
    )


def _names(images: tuple[ImageSpec, ...]) -> frozenset[str]:
    return frozenset(one.written.text for one in images)


def files_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*.yml"))
    }


@pytest.mark.parametrize("name", sorted(path.name for path in BY_HAND.iterdir()))
def test_the_same_jobs(name: str, tmp_path: Path) -> None:
    files = files_of(BY_HAND / name)
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    theirs = engine(tmp_path)
    assert theirs
    assert ours(files) == theirs
