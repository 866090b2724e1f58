"""Digests that the repository states elsewhere, written where each format has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.fixes.conftest import DIGEST

if TYPE_CHECKING:
    from tests.fixes.conftest import Workshop

OTHER = DIGEST.replace("0123", "3210")
STATED = {"Dockerfile": f'FROM nginx:1.27.3@{DIGEST}\nCMD ["nginx"]\n'}
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: "


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("web/Dockerfile", "FROM nginx:1.27.3 AS x\n", "FROM nginx:1.27.3@D AS x\n"),
        ("web/Dockerfile", "FROM a\nCOPY --from=nginx:1.27.3 / /\n", "FROM a\nCOPY --from=nginx:1.27.3@D / /\n"),
        ("web/Dockerfile", "ARG V=1.27.3\nFROM nginx:${V}\n", "ARG V=1.27.3@D\nFROM nginx:${V}\n"),
        ("web/Dockerfile", "ARG I=nginx:1.27.3\nFROM $I\n", "ARG I=nginx:1.27.3@D\nFROM $I\n"),
        ("compose.yaml", "services: # é😀\r\n  web:\r\n    image: 'docker.io/library/nginx:1.27.3' # why\r\n", "services: # é😀\r\n  web:\r\n    image: 'docker.io/library/nginx:1.27.3@D' # why\r\n"),
        ("compose.yaml", 'services:\n  web: {image: "nginx:1.27.3", restart: always}', 'services:\n  web: {image: "nginx:1.27.3@D", restart: always}'),
        ("compose.yaml", "services:\n  web:\n    image: nginx:${V:-1.27.3}\n", "services:\n  web:\n    image: nginx:${V:-1.27.3@D}\n"),
        ("pod.yaml", f"{POD}nginx:1.27.3\n", f"{POD}nginx:1.27.3@D\n"),
        ("pod.json", '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "nginx:1.27.3"}]}}', '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "nginx:1.27.3@D"}]}}'),
    ],
)  # fmt: skip
def test_the_digest_is_written_behind_the_tag(
    workshop: Workshop, path: str, before: str, after: str
) -> None:
    fixed = workshop.fixed({**STATED, path: before}, "missing-digest")
    assert fixed == {path: after.replace("@D", f"@{DIGEST}")}


def test_a_variable_beside_the_file_is_pinned_there(workshop: Workshop) -> None:
    compose = "services:\n  web:\n    image: nginx:${V}\n"
    files = {**STATED, "compose.yaml": compose, ".env": "V=1.27.3 # x\n"}
    fixed = workshop.fixed(files, "missing-digest")
    assert fixed == {".env": f"V=1.27.3@{DIGEST} # x\n"}
    assert not workshop.fix(files, "missing-digest").safe


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("images:\n- name: web\n  newName: nginx\n  newTag: 1.27.3 # x\n", "images:\n- name: web\n  newName: nginx\n  newTag: 1.27.3 # x\n  digest: D\n"),
        ("images: [{name: web, newName: nginx, newTag: 1.27.3}]\n", "images: [{digest: D, name: web, newName: nginx, newTag: 1.27.3}]\n"),
    ],
)  # fmt: skip
def test_an_overlay_gets_the_digest_as_an_entry(
    workshop: Workshop, before: str, after: str
) -> None:
    kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nresources: [pod.yaml]\n"
    files = {**STATED, "pod.yaml": f"{POD}web\n", "kustomization.yaml": kustomization + before}
    fixed = workshop.fixed(files, "missing-digest")
    assert fixed == {"kustomization.yaml": kustomization + after.replace(": D", f": {DIGEST}")}


def test_latest_is_what_no_tag_means(workshop: Workshop) -> None:
    files = {
        "Dockerfile": f"FROM nginx:latest@{DIGEST}\n",
        "compose.yaml": "services:\n  web:\n    image: nginx\n",
    }
    assert workshop.fixed(files, "floating-tag") == {
        "compose.yaml": f"services:\n  web:\n    image: nginx@{DIGEST}\n"
    }


@pytest.mark.parametrize(
    ("stated", "asked"),
    [
        (f"FROM nginx:1.27.3@{DIGEST}\nFROM nginx:1.27.3@{OTHER}\n", "nginx:1.27.3"),
        (f"FROM nginx@{DIGEST}\n", "nginx"),
        (f"FROM nginx:1.27.4@{DIGEST}\n", "nginx:1.27.3"),
        (f"FROM ghcr.io/a/nginx:1.27.3@{DIGEST}\n", "nginx:1.27.3"),
    ],
)
def test_what_is_not_stated_once_needs_the_registry(
    workshop: Workshop, stated: str, asked: str
) -> None:
    files = {"Dockerfile": stated, "web/Dockerfile": f"FROM {asked}\n"}
    policy = "missing-digest" if ":" in asked else "floating-tag"
    assert workshop.fix(files, policy).reason == "needs the registry: `imd pin`"


def test_one_variable_for_two_images_is_left(workshop: Workshop) -> None:
    files = {
        "Dockerfile": f"FROM nginx:1.27.3@{DIGEST}\nFROM caddy:1.27.3@{OTHER}\n",
        "web/Dockerfile": "ARG V=1.27.3\nFROM nginx:$V AS a\nFROM caddy:$V\nCOPY --from=a / /\n",
    }
    assert "decides several things" in workshop.fix(files, "missing-digest").reason
