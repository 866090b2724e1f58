"""The repository as facts: what is read although it is not judged by itself."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import File, Image
from immutable_delivery.reading.project import read
from immutable_delivery.repository.classify import classify
from immutable_delivery.source.files import MemoryFiles

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: nginx}]}\n"


@pytest.mark.parametrize(
    "files",
    [
        {
            "deploy/kustomization.yaml": "resources: [../third_party/web]\n",
            "third_party/web/kustomization.yaml": "resources: [pod.yaml]\n",
            "third_party/web/pod.yaml": POD,
        },
        {
            "deploy/kustomization.yaml": "resources: [../vendor/pod.yaml]\n",
            "vendor/pod.yaml": POD,
        },
        {
            "compose.yaml": "services: {a: {extends: {file: vendor/compose.yaml, service: b}}}\n",
            "vendor/compose.yaml": "services: {b: {image: nginx}}\n",
        },
        {
            "compose.yaml": "include: [vendor/compose.yaml]\nservices: {}\n",
            "vendor/compose.yaml": "services: {b: {image: nginx}}\n",
        },
    ],
)
def test_what_a_manifest_in_scope_builds_on_is_read_wherever_it_lies(files: dict[str, str]) -> None:
    data = {path: text.encode() for path, text in files.items()}
    facts = read(MemoryFiles(data), classify).facts
    assert [fact.text for fact in facts if isinstance(fact, Image)] == ["nginx"]
    assert [fact.problem for fact in facts if isinstance(fact, File) and fact.problem] == []


@pytest.mark.parametrize("path", ["web/build.txt", "vendor/web/Dockerfile", "testdata/web/build"])
def test_what_a_manifest_in_scope_builds_is_read_whatever_its_name(path: str) -> None:
    folder, _, name = path.rpartition("/")
    build = f"services: {{web: {{build: {{context: {folder}, dockerfile: {name}}}}}}}\n"
    data = {"compose.yaml": build.encode(), path: b"FROM nginx\n"}
    project = read(MemoryFiles(data), classify)
    assert [fact.text for fact in project.facts if isinstance(fact, Image)] == ["nginx"]
    assert not project.inputs[path].skipped


def test_what_is_built_stays_out_where_the_configuration_says_so() -> None:
    data = {
        "compose.yaml": b"services: {a: {build: a}, c: {build: {context: a, dockerfile: other.txt}}}\n",
        "a/Dockerfile": b"FROM nginx\n",
        "a/other.txt": b"FROM nginx\n",
    }

    def configured(path: str) -> str:
        return "vendored" if path.startswith("a/") else classify(path)

    project = read(MemoryFiles(data), configured)
    assert not [fact for fact in project.facts if isinstance(fact, Image)]
    assert {one.skipped for one in project.inputs.values()} == {"", "vendored"}
