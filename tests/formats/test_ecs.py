"""Task definitions of ECS, as the registration takes them."""

from __future__ import annotations

from typing import TypeVar

import pytest
from tests.kit import reader, text_at

from immutable_delivery.facts import Container, Fact, Fetch, Image, Mount, Start, Variable
from immutable_delivery.formats import ecs

T = TypeVar("T", bound=Fact)

TASK = """\
{
  "family": "shop",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "registry.example.com/shop/web:1.2.3",
      "essential": true,
      "entryPoint": ["sh", "-c"],
      "command": ["curl https://example.com/x.sh | sh"],
      "environment": [
        {"name": "MODE", "value": "production"},
        {"name": "DB_PASSWORD", "value": "hunter2x"}
      ],
      "mountPoints": [
        {"sourceVolume": "docker", "containerPath": "/var/run/docker.sock", "readOnly": true},
        {"sourceVolume": "scratch", "containerPath": "/tmp"},
        {"sourceVolume": "files", "containerPath": "/files"}
      ],
      "portMappings": [{"containerPort": 8080}],
      "readonlyRootFilesystem": true,
      "user": "root",
      "interactive": true,
      "pseudoTerminal": true,
      "dockerLabels": {"a.b": "c"},
      "dependsOn": [{"containerName": "migrate", "condition": "SUCCESS"}],
      "healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]}
    },
    {"name": "migrate", "image": "shop/web", "essential": false},
    {"name": "log", "image": "fluent-bit:stable", "essential": false}
  ],
  "volumes": [
    {"name": "docker", "host": {"sourcePath": "/var/run/docker.sock"}},
    {"name": "scratch"},
    {"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}
  ]
}
"""

read = reader(ecs, "task.json")


def of(kind: type[T], content: str = TASK) -> list[T]:
    return [fact for fact in read(content)[0] if isinstance(fact, kind)]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("task.json", TASK, True),
        ("task.yml", "family: x\ncontainerDefinitions: []\n", True),
        ("task.json", '{"a": 1}', False),
        ("x.yaml", "apiVersion: v1\ncontainerDefinitions: []\n", False),
        ("task.md", TASK, False),
        ("task.yml", "# apiVersion: v1\nfamily: x\ncontainerDefinitions: []\n", True),
        ("task.yml", "  family: x\n  containerDefinitions: []\n", True),
        ("x.yaml", "apiVersion: v1\ndata:\n  t: {containerDefinitions: []}\n", False),
    ],
)
def test_claims(path: str, content: str, claimed: bool) -> None:
    assert ecs.claims(path, content.encode()) is claimed


def test_images_and_roles() -> None:
    assert [(one.name, one.pin, one.role, one.scope.phase) for one in of(Image)] == [
        ("registry.example.com/shop/web", "exact", "container", "start"),
        ("shop/web", "none", "init", "init"),
        ("fluent-bit", "alias", "sidecar", "start"),
    ]
    first = of(Image)[0]
    assert text_at(TASK, first.place_of("tag")) == "1.2.3"
    assert text_at(TASK, first.extent) == 'image": "registry.example.com/shop/web:1.2.3"'
    assert (first.scope.service, first.scope.owner) == ("shop", "shop (container web)")


def test_containers() -> None:
    web = of(Container)[0]
    assert (web.name, web.user, web.root, web.read_only_root) == ("web", "root", True, True)
    assert (web.stdin, web.tty, web.ports, web.labels) == (True, True, ("8080",), ("a.b",))
    assert web.entry == ("sh", "-c", "curl https://example.com/x.sh | sh")
    assert [one.container_type for one in of(Container)] == ["container", "init", "sidecar"]
    assert text_at(TASK, web.place_of("user")) == "root"
    assert text_at(TASK, web.place_of("read_only_root")) == "true"


def test_commands() -> None:
    assert [(one.origin, one.argv) for one in of(Start)] == [
        ("entryPoint", ("sh", "-c")),
        ("command", ("curl https://example.com/x.sh | sh",)),
    ]
    (fetch,) = [one for one in of(Fetch) if one.scope.phase == "start"]
    assert (fetch.url, fetch.executed) == ("https://example.com/x.sh", "pipe")
    assert text_at(TASK, fetch.place_of("url")) == "https://example.com/x.sh"


def test_environment() -> None:
    found = [(one.variable_type, one.name, one.value, one.secret) for one in of(Variable)]
    assert found == [
        ("env", "MODE", "production", ""),
        ("env", "DB_PASSWORD", "hunter2x", "name"),
        ("label", "a.b", "c", ""),
    ]
    assert text_at(TASK, of(Variable)[1].place_of("value")) == "hunter2x"


def test_mounts_are_joined_with_volumes() -> None:
    assert [(m.mount_type, m.source, m.target, m.host, m.runtime_socket) for m in of(Mount)] == [
        ("host", "/var/run/docker.sock", "/var/run/docker.sock", True, "socket"),
        ("empty", "scratch", "/tmp", False, ""),
        ("volume", "files", "/files", False, ""),
    ]
    socket = of(Mount)[0]
    assert (socket.read_only, text_at(TASK, socket.place_of("read_only"))) == (True, "true")
    assert socket.place_of("source").span.start > TASK.index('"volumes"')


def test_broken_json_is_told() -> None:
    _, ctx = read('{"containerDefinitions": [')
    assert [trouble.path for trouble in ctx.troubles] == ["task.json"]


def test_every_prefix_is_read() -> None:
    for end in range(0, len(TASK), 7):
        read(TASK[:end])


@pytest.mark.parametrize(
    "value",
    ["3", "null", "[3]", "[[]]", '[{"image": []}]', '[{"mountPoints": [{}], "command": "x"}]'],
)
def test_other_shapes(value: str) -> None:
    read(f'{{"containerDefinitions": {value}, "volumes": {value}}}')
