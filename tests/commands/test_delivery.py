"""`imd explain SERVICE` tells the way of a service, each step with its place."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.commands.delivery import delivery
from immutable_delivery.errors import UsageError
from immutable_delivery.pipeline.settings import Request

A, B = (f"sha256:{letter * 64}" for letter in "ab")
FILES = {
    "web/Dockerfile": f'FROM debian:12.8@{A}\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    "web/delivery.yaml": "service: web\nimage: r.example/shop/web\nbuild: {context: .}\nstart: [/app]\n",
    "compose.yaml": "services:\n  web:\n    build: web\n    volumes: ['./data:/data:ro']\n",
    "k8s/base/kustomization.yaml": "resources: [web.yaml]\n",
    "k8s/base/web.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        image: r.example/shop/web
        command: [/other]
""",
    "k8s/overlays/staging/kustomization.yaml": f"resources: [../../base]\nimages:\n- name: r.example/shop/web\n  digest: {A}\n",
    "k8s/overlays/production/kustomization.yaml": f"resources: [../../base]\nimages:\n- name: r.example/shop/web\n  digest: {B}\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: docker push r.example/shop/web:1.2.3\n",
}
EXPECTED = """\
web: runs convergent, builds repeatable
  meta file     web/delivery.yaml
  made from     web/Dockerfile as r.example/shop/web, pushed as 1.2.3, by .github/workflows/ci.yml, compose.yaml, web/delivery.yaml · web/Dockerfile:1
  starts        `/app` · web/delivery.yaml:4
                `/app` · web/Dockerfile:3
                `/other` in Deployment/web (container web) (staging, production), not `/app` as web/delivery.yaml says · k8s/base/web.yaml:10
  mounts        /data from ./data (host, read-only) · compose.yaml:4
  runs          staging: r.example/shop/web@sha256:aaaaaaaaaaaa · k8s/overlays/staging/kustomization.yaml:4
                production: r.example/shop/web@sha256:bbbbbbbbbbbb, which staging never ran · k8s/overlays/production/kustomization.yaml:4
  decided by    environment-drift: convergent · k8s/overlays/production/kustomization.yaml:4
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def told(root: Path, name: str, form: str = "text") -> str:
    return delivery(root, Request(today=date(2026, 11, 29)), name, form)


def test_the_way_of_a_service_is_readable_at_a_glance(root: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    assert told(root, "web") == EXPECTED


def test_programs_get_the_same_as_data(root: Path) -> None:
    data = json.loads(told(root, "web", "json"))
    assert data["runs"]["decided_by"]["policy"] == "start-command-mismatch"
    assert [one["proved"] for one in data["environments"]] == [True, None]  # there is no git
    assert data["artifacts"][0]["tags"] == ["1.2.3"]
    assert data["start"][2]["instead_of"] == "/app"
    assert data["mounts"] == [
        {"target": "/data", "mount_type": "host", "source": "./data", "read_only": True, "place": "compose.yaml:4"}
    ]  # fmt: skip
    assert told(root, "web", "markdown").startswith("```text\nweb: runs ")


def test_a_name_that_nothing_has_is_refused_with_the_nearest(root: Path) -> None:
    with pytest.raises(UsageError, match="'wib' is no policy and no service; did you mean 'web'"):
        told(root, "wib")


def test_of_one_manifest_alone_it_tells_what_runs(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services: {web: {image: 'nginx:1.27.3', command: nginx}}\n"
    )
    assert told(tmp_path, "web") == (
        "web: runs convergent, builds not built here\n"
        "  starts        `(the image's program) nginx` in web · compose.yaml:1\n"
        "  runs          everywhere: nginx:1.27.3 · compose.yaml:1\n"
        "  decided by    missing-digest: convergent · compose.yaml:1\n"
    )
