"""A repository with more files than are read sooner than remembered, and runs of the real command over it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Check = Callable[..., subprocess.CompletedProcess[bytes]]

DOCKERFILE = 'FROM debian:12\nCOPY run.sh /run.sh\nRUN pip install flask\nENTRYPOINT ["/run.sh"]\n'
KUSTOMIZATION = "resources: [../../base]\nimages:\n- name: web\n  newTag: {tag}\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: web, image: web}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Seventy services and a deployment with two overlays, in git."""
    root = tmp_path / "repository"
    for number in range(70):
        _write(root / f"services/s{number}/Dockerfile", DOCKERFILE)
        _write(
            root / f"services/s{number}/run.sh", "#!/bin/sh\napt-get install -y curl\nexec ./run\n"
        )
    _write(root / "base/web.yaml", DEPLOYMENT)
    _write(root / "base/kustomization.yaml", "resources: [web.yaml]\n")
    for name, tag in (("staging", "latest"), ("production", "1.2.3")):
        _write(root / f"overlays/{name}/kustomization.yaml", KUSTOMIZATION.format(tag=tag))
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    return root


@pytest.fixture
def check(repository: Path, tmp_path: Path) -> Check:
    """Return what runs `imd check` there, with the cache in a folder of its own."""

    def run(*args: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
        command = [
            sys.executable,
            "-m",
            "immutable_delivery",
            "check",
            "--output-format",
            "json",
            *args,
        ]
        env = {**os.environ, "IMD_CACHE_DIR": str(tmp_path / "cache"), **environ}
        return subprocess.run(command, cwd=repository, env=env, capture_output=True, check=False)

    return run


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
