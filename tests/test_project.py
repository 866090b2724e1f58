"""The repository as facts: what is read although it is not judged by itself."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import File, Image
from immutable_delivery.files import MemoryFiles
from immutable_delivery.pathclasses import classify
from immutable_delivery.project import read

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
