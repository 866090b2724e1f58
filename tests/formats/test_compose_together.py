"""Which Compose files are read together."""

from __future__ import annotations

import pytest

from immutable_delivery.formats.compose import families
from immutable_delivery.source.files import MemoryFiles

SERVICE = "services: {web: {image: nginx}}\n"


def grouped(files: dict[str, str]) -> list[list[str]]:
    paths = [path for path in sorted(files) if path.endswith(("yaml", "yml"))]
    return sorted(sorted(one) for one in families(paths, MemoryFiles(files)))


def test_projects_of_different_folders_are_apart() -> None:
    assert grouped({"a/compose.yaml": SERVICE, "b/compose.yaml": SERVICE}) == [
        ["a/compose.yaml"],
        ["b/compose.yaml"],
    ]


def test_the_files_of_a_folder_are_together() -> None:
    assert grouped({"compose.yaml": SERVICE, "compose.prod.yaml": SERVICE}) == [
        ["compose.prod.yaml", "compose.yaml"]
    ]


def test_an_overlay_is_with_the_main_file_above_it() -> None:
    files = {"compose.yaml": SERVICE, "deploy/prod/add.yaml": "services: {web: {ports: [80]}}\n"}
    assert grouped(files) == [["compose.yaml", "deploy/prod/add.yaml"]]
    assert len(grouped({"compose.yaml": SERVICE, "a/b/c/compose.yaml": SERVICE})) == 2


@pytest.mark.parametrize(
    "text",
    [
        "include: [../shared/base.yaml]\n",
        "include:\n- path: [../shared/base.yaml]\n",
        "services: {web: {extends: {file: ../shared/base.yaml, service: web}}}\n",
        "services:\n  web:\n    extends:\n      file: '../shared/base.yaml'\n      service: web\n",
        "include: ['../${WHERE}/base.yaml']\n",
    ],
)
def test_a_file_is_with_those_that_it_names(text: str) -> None:
    files = {"a/compose.yaml": text, "shared/base.yaml": SERVICE}
    assert grouped(files) == [["a/compose.yaml", "shared/base.yaml"]]


def test_a_folder_is_with_the_files_that_its_environment_names() -> None:
    files = {
        "a/compose.yaml": SERVICE, "b/more.yaml": SERVICE, "c/compose.yaml": SERVICE,
        "a/.env": "COMPOSE_FILE=compose.yaml:../b/more.yaml\n",
    }  # fmt: skip
    assert grouped(files) == [["a/compose.yaml", "b/more.yaml"], ["c/compose.yaml"]]
