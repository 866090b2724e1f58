"""Where credentials are found: the keys of Docker Hub, and what comes first."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from immutable_delivery.registry.credentials import Credentials, Keys


def encoded(user: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:secret".encode()).decode()}


def found(folder: Path, config: dict[str, Any], host: str, repository: str = "a/b") -> str | None:
    (folder / "config.json").write_text(json.dumps(config))
    credentials = Keys({"DOCKER_CONFIG": str(folder), "HOME": str(folder)}).find(host, repository)
    return credentials.user if credentials else None


@pytest.mark.parametrize(
    "key", ["https://index.docker.io/v1/", "index.docker.io", "docker.io", "registry-1.docker.io"]
)
def test_docker_hub_has_several_names(tmp_path: Path, key: str) -> None:
    assert found(tmp_path, {"auths": {key: encoded("ada")}}, "registry-1.docker.io") == "ada"
    assert found(tmp_path, {"auths": {key: encoded("ada")}}, "registry.example") is None


def test_the_narrowest_entry_counts(tmp_path: Path) -> None:
    auths = {
        "r.example": encoded("all"),
        "r.example/team": encoded("team"),
        "r.example/team/app": encoded("app"),
    }
    for repository, user in (
        ("team/app", "app"),
        ("team/other", "team"),
        ("teams/app", "all"),
        ("x", "all"),
    ):
        assert found(tmp_path, {"auths": auths}, "r.example", repository) == user


def test_a_port_and_a_longer_name_are_other_hosts(tmp_path: Path) -> None:
    auths = {"r.example": encoded("ada")}
    for host in ("r.example:5000", "r.example.org", "other.r.example"):
        assert found(tmp_path, {"auths": auths}, host) is None


def test_named_files_come_first(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"r": encoded("docker")}}))
    named = tmp_path / "named.json"
    named.write_text(json.dumps({"auths": {"r": encoded("podman")}}))
    environ = {
        "DOCKER_CONFIG": str(tmp_path),
        "REGISTRY_AUTH_FILE": str(named),
        "HOME": "/nonexistent",
    }
    credentials = Keys(environ).find("r", "a")
    assert credentials
    assert credentials.user == "podman"


def test_nothing_prints_them() -> None:
    credentials = Credentials(user="ada", password="secret", identity="token")
    assert "secret" not in f"{credentials!r} {credentials}"
    assert "token" not in repr(credentials)
