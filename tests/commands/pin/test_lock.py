"""`imd.lock`: written from a real registry, read offline by checks and fixes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from tests.registry.images import Image, multi

from immutable_delivery.resources import shipped

if TYPE_CHECKING:
    from tests.commands.pin.conftest import Place

OTHER = "sha256:" + "0123456789abcdef" * 4
IDLE = {"Entrypoint": ["/entry.sh"], "Cmd": ["/bin/bash"]}
SERVER = {"Cmd": ["serve", "--all"]}


def image(settings: dict[str, Any]) -> Image:
    return multi(settings=settings, note=json.dumps(settings))


def lock_of(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place.root / "imd.lock").read_text())
    return found


def test_every_image_is_described_sorted_and_by_the_schema(place: Place) -> None:
    place.write({"Dockerfile": "FROM redis:7\nFROM nginx\nFROM node:${V}\nFROM scratch\n"})
    result = place.call("lock")
    assert result.code == 0, result.err
    lock = lock_of(place)
    Draft202012Validator(json.loads(shipped("schemas", "lock.schema.json"))).validate(lock)
    assert list(lock["images"]) == ["nginx", "redis:7"]
    assert lock["images"]["nginx"] == {
        "digest": place.digests["nginx:latest"], "platforms": ["linux/amd64", "linux/arm64"],
        "entrypoint": ["/app/run"], "command": ["--serve"], "user": "65532:65532", "ports": ["8080/tcp"],
        "volumes": ["/data"], "labels": {"org.opencontainers.image.source": "https://example.com/x"},
        "created": "2026-01-02T03:04:05Z",
    }  # fmt: skip
    assert place.call("lock", "--check").code == 0
    data = (place.root / "imd.lock").read_bytes()
    before = len(place.registry.requests())
    assert place.call("lock").code == 0
    assert (place.root / "imd.lock").read_bytes() == data
    assert len(place.registry.requests()) == before  # what is known is not asked for


def test_check_is_offline_and_says_what_is_stale(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write({"Dockerfile": "FROM redis:7\n"})
    assert place.call("lock", "--check").code == 1
    assert place.call("lock").code == 0
    monkeypatch.setenv("IMD_MIRROR", "docker.io=127.0.0.1:1")
    place.write({"Dockerfile": f"FROM redis:7@{OTHER}\n"})
    result = place.call("lock", "--check")
    assert result.code == 1
    assert result.out == (
        f"redis:7: is locked, and nothing here names it\nredis:7@{OTHER}: is not locked\n"
    )


def test_the_lock_follows_the_files_and_update_asks_again(place: Place) -> None:
    place.write({"Dockerfile": "FROM redis:7\n"})
    assert place.call("lock").code == 0
    old = place.digests["redis:7"]
    new = place.push("redis:7", multi(note="newer"))
    assert place.call("lock").code == 0
    assert lock_of(place)["images"]["redis:7"]["digest"] == old
    assert place.call("lock", "--update").code == 0
    assert lock_of(place)["images"]["redis:7"]["digest"] == new
    place.write({"Dockerfile": f"FROM redis:7@{new}\n"})
    before = len([request for request in place.registry.requests() if request.startswith("GET")])
    assert place.call("lock").code == 0
    assert list(lock_of(place)["images"]) == [f"redis:7@{new}"]
    assert (
        len([request for request in place.registry.requests() if request.startswith("GET")])
        == before
    )


def test_what_no_registry_tells_is_named(place: Place) -> None:
    place.write({"Dockerfile": "FROM nothing:1\nFROM redis:7\n"})
    result = place.call("lock")
    assert result.code == 2
    assert "Dockerfile:1:14: nothing:1: " in result.err
    assert list(lock_of(place)["images"]) == ["redis:7"]
    assert place.call("lock", "--check").code == 1


def test_where_nobody_answers_nothing_is_written(place: Place) -> None:
    place.write({"Dockerfile": "FROM nowhere.invalid/a:1\n"})
    result = place.call("lock")
    assert (result.code, (place.root / "imd.lock").exists()) == (2, False)
    assert "imd.lock is not written: no registry answered" in result.err
    place.write({"Dockerfile": "FROM nginx\n"})
    assert place.call("lock").code == 0
    before = (place.root / "imd.lock").read_bytes()
    place.write({"Dockerfile": "FROM nowhere.invalid/a:1\n"})
    assert place.call("lock").code == 2
    assert (place.root / "imd.lock").read_bytes() == before


def test_nothing_pinned_is_said(place: Place) -> None:
    place.write({"Dockerfile": "FROM nginx\n"})
    result = place.call("verify")
    assert (result.code, "no image has a digest; `imd pin` writes them" in result.err) == (0, True)


@pytest.mark.parametrize(
    ("settings", "starts"),
    [(IDLE, False), (SERVER, True), ({}, False), ({"Entrypoint": ["python3", "app.py"]}, True), ({"Cmd": ["bash", "-l"]}, False)],
)  # fmt: skip
def test_a_check_knows_what_a_base_starts(
    place: Place, settings: dict[str, Any], starts: bool
) -> None:
    digest = place.push("acme/base:1", image(settings))
    compose = f"services:\n  web:\n    image: acme/base:1@{digest}\n"
    place.write({"compose.yaml": compose})
    select = ("check", "--select", "missing-start-command")
    assert place.call(*select).code == 0  # nobody knows
    assert place.call("lock").code == 0
    assert place.call(*select).code == (0 if starts else 1)


def test_a_check_knows_the_volumes_the_user_and_the_ports_of_a_base(place: Place) -> None:
    settings = {
        "Cmd": ["serve"],
        "Volumes": {"/var/www": {}},
        "User": "",
        "ExposedPorts": {"22/tcp": {}},
    }
    place.push("acme/cms:1", image(settings))
    place.write({
        "Dockerfile": "FROM acme/cms:1\nCOPY src/ /var/www/html/\n", "src/index.php": "<?php\n",
        "compose.yaml": "services:\n  web:\n    build: .\n",
    })  # fmt: skip
    select = ("check", "--profile", "strict", "--fail-on", "note", "--select")
    policies = ("volume-over-code", "runs-as-root", "ssh-server", "inherited-start-command")
    before = {policy: place.call(*select, policy).code for policy in policies}
    assert place.call("lock").code == 0
    after = {policy: place.call(*select, policy) for policy in policies}
    assert set(before.values()) == {0}
    assert {one: result.code for one, result in after.items()} == dict.fromkeys(policies, 1)
    assert "/var/www" in after["volume-over-code"].out


def test_a_lock_exempts_nothing(place: Place) -> None:
    place.write({"Dockerfile": 'FROM nginx\nCMD ["nginx"]\n'})
    assert place.call("lock").code == 0
    assert "floating-tag" in place.call("check", "--select", "floating-tag").out


def test_a_fix_takes_digests_from_the_lock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write({"Dockerfile": 'FROM nginx\nCMD ["nginx"]\n'})
    assert place.call("fix", "--select", "floating-tag", "--diff").out == ""
    assert place.call("lock").code == 0
    monkeypatch.setenv("IMD_MIRROR", "docker.io=127.0.0.1:1")
    assert place.call("fix", "--select", "floating-tag", "--apply").code == 0
    expected = f'FROM nginx@{place.digests["nginx:latest"]}\nCMD ["nginx"]\n'
    assert (place.root / "Dockerfile").read_text() == expected


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version": 2, "images": {}}', '{"images": {"a": {"digest": "sha256:1"}}}', '{"images": {"a": 1}}',
     '{"images": {"a@sha256:' + "1" * 64 + '": {"digest": "sha256:' + "2" * 64 + '"}}}', '{"imagse": {}}'],
)  # fmt: skip
def test_a_broken_lock_is_refused(place: Place, text: str) -> None:
    place.write({"Dockerfile": "FROM nginx\n", "imd.lock": text})
    result = place.call("check")
    assert result.code == 2, result
    assert result.err.startswith("imd: error: imd.lock:")
    assert result.err.endswith("remove it, and `imd lock` writes it anew\n")
    (place.root / "imd.lock").unlink()
    assert place.call("lock").code == 0  # as the message says
    assert place.call("lock", "--check").code == 0


def test_the_schema_is_printed(place: Place) -> None:
    assert json.loads(place.call("lock", "--schema").out)["title"] == "imd.lock"


def test_a_link_is_not_written_through(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text('{"images": {}}')
    (place.root / "imd.lock").symlink_to(target)
    place.write({"Dockerfile": "FROM nginx\n"})
    assert place.call("lock").code == 2
    assert target.read_text() == '{"images": {}}'


@pytest.mark.parametrize("command", [["check"], ["lock", "--check"], ["fix"]])
def test_a_lock_that_is_there_and_cannot_be_read_is_2(place: Place, command: list[str]) -> None:
    place.write({"Dockerfile": "FROM nginx\n"})
    (place.root / "imd.lock").mkdir()
    assert place.call(*command).code == 2
    (place.root / "imd.lock").rmdir()
    place.write({"imd.lock": "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"})
    result = place.call(*command)
    assert (result.code, result.err.startswith("imd: error: imd.lock: ")) == (2, True)


def test_what_is_wrong_in_a_lock_has_its_place(place: Place) -> None:
    lock = '{\n  "version": 1,\n  "images": {"nginx": {"digets": "x"}}\n}\n'
    place.write({"Dockerfile": "FROM nginx\n", "imd.lock": lock})
    assert "imd.lock:3:25: unknown key `digets`: do you mean `digest`?" in place.call("check").err
