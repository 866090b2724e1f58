"""The read-only root, written as the mapping around it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.fixes.conftest import DIGEST

if TYPE_CHECKING:
    from tests.fixes.conftest import Workshop

IMAGE = f"nginx:1.27.3@{DIGEST}"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n"
ROOT = "securityContext:"
TRUE = "readOnlyRootFilesystem: true"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  web:\n    image: I # c\n    ports:\n      - 80\n", "  web:\n    image: I # c\n    read_only: true\n    ports:\n      - 80\n"),
        ("  web:\n    image: I", "  web:\n    image: I\n    read_only: true"),
        ("  web: {image: I}\n", "  web: {read_only: true, image: I}\n"),
        ("  web:\n    image: I\n    read_only: false # no\n", "  web:\n    image: I\n    read_only: true # no\n"),
        ("  web:\n    deploy:\n      replicas: 2\n    image:\n      I\n", "  web:\n    read_only: true\n    deploy:\n      replicas: 2\n    image:\n      I\n"),
        ("  a: &a\n    image: I\n    user: x\n  b:\n    <<: *a\n    restart: always\n", "  a: &a\n    image: I\n    user: x\n    read_only: true\n  b:\n    <<: *a\n    restart: always\n    read_only: true\n"),
    ],
)  # fmt: skip
def test_a_service_gets_the_setting(workshop: Workshop, before: str, after: str) -> None:
    files = {"compose.yaml": ("services:\n" + before).replace("I", IMAGE)}
    fixed = workshop.fixed(files, "writable-root")
    assert fixed == {"compose.yaml": ("services:\n" + after).replace("I", IMAGE)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - image: I\n    name: web\n", f"  - image: I\n    name: web\n    {ROOT}\n      {TRUE}\n"),
        ("  - name: web\n    image: I\n    securityContext:\n      runAsUser: 1\n", f"  - name: web\n    image: I\n    {ROOT}\n      runAsUser: 1\n      {TRUE}\n"),
        ("  - name: web\n    image: I\n    securityContext: {}\n", f"  - name: web\n    image: I\n    {ROOT} {{{TRUE}}}\n"),
        ("  - securityContext: {runAsUser: 1}\n    image: I\n", f"  - {ROOT} {{{TRUE}, runAsUser: 1}}\n    image: I\n"),
        ('  - {name: web, image: "I"}\n', f'  - {{{ROOT} {{{TRUE}}}, name: web, image: "I"}}\n'),
        ("  - name: web\n    image: I\n    command: [sh, -c, |\n      x]\n", None),
        ("  - name: web\n    image: I\n    args:\n    - |\n      a\n\n\n", f"  - name: web\n    image: I\n    {ROOT}\n      {TRUE}\n    args:\n    - |\n      a\n\n\n"),
    ],
)  # fmt: skip
def test_a_container_gets_the_setting(workshop: Workshop, before: str, after: str | None) -> None:
    files = {"pod.yaml": (POD + before).replace("I", IMAGE)}
    fixed = workshop.fixed(files, "writable-root")
    assert fixed == ({"pod.yaml": (POD + after).replace("I", IMAGE)} if after else {})


def test_json_stays_json(workshop: Workshop) -> None:
    before = '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{\r\n  "name": "web",\r\n  "image": "I"}]}}'
    after = '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{\r\n  "securityContext": {"readOnlyRootFilesystem": true},\r\n  "name": "web",\r\n  "image": "I"}]}}'
    fixed = workshop.fixed({"pod.json": before.replace("I", IMAGE)}, "writable-root")
    assert fixed == {"pod.json": after.replace("I", IMAGE)}


def test_an_empty_object_of_json_stays_json(workshop: Workshop) -> None:
    before = '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "I", "securityContext": {}}]}}'
    fixed = workshop.fixed({"pod.json": before.replace("I", IMAGE)}, "writable-root")
    after = before.replace("{}", '{"readOnlyRootFilesystem": true}')
    assert fixed == {"pod.json": after.replace("I", IMAGE)}


def test_it_is_unsafe(workshop: Workshop) -> None:
    fix = workshop.fix(
        {"compose.yaml": f"services:\n  web:\n    image: {IMAGE}\n"}, "writable-root"
    )
    assert fix.edits
    assert not fix.safe


def test_what_an_anchor_merges_in_is_left(workshop: Workshop) -> None:
    text = f"x: &x\n  securityContext: {{runAsUser: 1}}\n{POD}  - <<: *x\n    name: web\n    image: {IMAGE}\n"
    fix = workshop.fix({"pod.yaml": text}, "writable-root")
    assert not fix.edits
    assert "cannot be placed" in fix.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- name: c\n  literals: [a=b]\n", "- name: c\n  options:\n    immutable: true\n  literals: [a=b]\n"),
        ("- name: c\n  options: {disableNameSuffixHash: true}\n", "- name: c\n  options: {immutable: true, disableNameSuffixHash: true}\n"),
    ],
)  # fmt: skip
def test_a_generator_takes_it_among_its_options(
    workshop: Workshop, before: str, after: str
) -> None:
    rest = "generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator:\n"
    fixed = workshop.fixed({"kustomization.yaml": rest + before}, "mutable-config")
    assert fixed == {"kustomization.yaml": rest + after}
