"""Digests for the images of pipelines of every kind, asked of a real registry, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.formats.test_pipelines import EACH

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place

NODE, REDIS = "node:22", "redis:7"
FILES = {
    **{name: (path, text.format(image=NODE)) for name, (path, text) in EACH.items()},
    "a job of GitHub": (
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    container: node:22 # ours\n    services:\n      db: {image: 'redis:7'}\n    steps:\n    - uses: docker://nginx:1.27\n    - run: make\n",
    ),
    "a step of GitHub": (
        ".github/workflows/ci.yml",
        "on: push\nenv: {V: '22'}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n    - run: docker run --rm redis:7 true\n    - run: |\n        docker pull node:22\n",
    ),
    "an action": (
        ".github/actions/a/action.yml",
        "name: a\ndescription: b\nruns: {using: docker, image: 'docker://node:22'}\n",
    ),
    "a matrix of GitHub": (
        ".forgejo/workflows/ci.yml",
        'on: push\njobs:\n  a:\n    strategy: {matrix: {image: ["node:22", redis:7]}}\n    runs-on: x\n    container: ${{ matrix.image }}\n    steps: [{run: make}]\n',
    ),
    "variables and services of GitLab": (
        ".gitlab-ci.yml",
        "variables:\n  IMAGE: node:22\na:\n  image: {name: $IMAGE, entrypoint: ['']}\n  services: [redis:7, {name: \"nginx:1.27\", alias: web}]\n  script: [make]\n",
    ),
    "an executor of CircleCI": (
        ".circleci/config.yml",
        "version: 2.1\nexecutors:\n  e: {docker: [{image: node:22}, {image: redis:7}]}\njobs:\n  a: {executor: e, steps: [{run: make}]}\nworkflows: {w: {jobs: [a]}}\n",
    ),
    "resources of Azure": (
        "azure-pipelines.yml",
        "resources:\n  containers:\n  - {container: c, image: node:22}\njobs:\n- job: a\n  container: c\n  steps: [{script: make}]\n",
    ),
    "Tekton": (
        "task.yaml",
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: a}\nspec:\n  steps:\n  - {name: a, image: node:22, script: make}\n  sidecars: [{name: b, image: redis:7}]\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_images_of_pipelines_get_digests_and_lose_them(place: Place, case: str) -> None:
    path, before = FILES[case]
    place.write({path: before})
    result = place.call("pin", "--apply")
    assert result.code == 0, result
    after = before
    for name in (NODE, REDIS, "nginx:1.27"):
        after = after.replace(name, f"{name}@{place.digests[name]}")
    assert place.read() == {path: after}
    assert place.call("check", "--select", "image", "--profile", "strict").code == 0
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {path: before}
