"""Which files are part of a delivery, by their path."""

from __future__ import annotations

import pytest

from immutable_delivery.repository.classify import classify, held_by

PATHS = {
    "": [
        "Dockerfile",
        "examples/storefront/Dockerfile",
        "deploy/test/kustomization.yaml",
        "test/deployment.yaml",
        "overlays/test/web/patch.yaml",
        "src/attestation/Dockerfile",
        "services/archive/Dockerfile",
        "vendor",
        "tests",
        "test2/deployment.yaml",
        "fixture-service/Dockerfile",
        "golden-gate/Dockerfile",
        "contests/Dockerfile",
        "tests-runner/Dockerfile",
    ],
    "fixture": [
        "tests/Dockerfile",
        "a/testdata/b/compose.yaml",
        "web/__tests__/compose.yaml",
        "spec/fixtures/a.yaml",
        "molecule/default/converge.yml",
        "src/test/resources/k8s.yaml",
        "test/e2e/pod.yaml",
        "testdata2/Dockerfile",
        "tests_old/Dockerfile",
        "tests-v2/Dockerfile",
        "test-fixtures3/a/Dockerfile",
        "e2e-tests/pod.yaml",
        "test_integration/pod.yaml",
    ],
    "vendored": [
        "vendor/github.com/a/Dockerfile",
        "web/node_modules/a/tests/Dockerfile",
        "third_party/a/b.yaml",
        ".terraform/modules/a/b.yaml",
    ],
    "archived": ["_archived/a/b.yaml", "archive/a.yaml", "k8s/deprecated/a.yaml"],
}


@pytest.mark.parametrize(
    ("path", "expected"), [(path, kind) for kind, paths in PATHS.items() for path in paths]
)
def test_by_path(path: str, expected: str) -> None:
    assert classify(path) == expected


def test_a_folder_beside_the_tests_is_of_tests() -> None:
    paths = [
        "a/test/Dockerfile",
        "a/tests/x.py",
        "b/test/Dockerfile",
        "b/tests.py",
        "test/Dockerfile",
    ]
    found = {path: classify(path, held_by(paths)) for path in paths if "/test/" in f"/{path}"}
    assert found == {"a/test/Dockerfile": "fixture", "b/test/Dockerfile": "", "test/Dockerfile": ""}
