"""Task definitions of ECS, in JSON and in CloudFormation."""

from __future__ import annotations

import json
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

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Tag: {Type: String, Default: "1.4"}
  Image: {Type: String}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: shop
      ContainerDefinitions:
        - Name: web
          Image: !Sub "nginx:${Tag}"
          Environment:
            - Name: REGION
              Value: !Ref AWS::Region
        - Name: api
          Image: !Ref Image
        - Name: job
          Image:
            Fn::Join: [":", [a, b]]
        - Name: plain
          Image: redis:7.4.1
          Command: !Split [",", "a,b"]
          ReadonlyRootFilesystem: true
  Other:
    Type: AWS::SQS::Queue
"""


read = reader(ecs, "task.json")


def of(kind: type[T], content: str = TASK) -> list[T]:
    return [fact for fact in read(content)[0] if isinstance(fact, kind)]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("task.json", TASK, True),
        ("stack.yaml", TEMPLATE, True),
        ("stack.template", TEMPLATE, True),
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


def test_cloudformation() -> None:
    images = of(Image, TEMPLATE)
    assert [(image.text, image.pin, image.unresolved) for image in images] == [
        ("nginx:1.4", "partial", ""),
        ("${Image}", None, "Image"),
        ("${Join}", None, "Join"),
        ("redis:7.4.1", "exact", ""),
    ]
    assert text_at(TEMPLATE, images[0].place_of("tag")) == "1.4"
    assert images[0].place_of("tag").span.start < TEMPLATE.index("Resources")
    assert text_at(TEMPLATE, images[0].used_at) == "nginx:${Tag}"
    (region,) = of(Variable, TEMPLATE)
    assert (region.name, region.value) == ("REGION", None)
    last = of(Container, TEMPLATE)[-1]
    assert (last.read_only_root, last.own_start, last.entry) == (True, True, None)
    assert last.scope.service == "shop"


def test_cloudformation_in_json() -> None:
    task = {"ContainerDefinitions": [{"Image": {"Fn::Sub": "a:${T}"}}, {"Image": {"Ref": "U"}}]}
    content = json.dumps(
        {
            "Parameters": {"T": {"Default": "1.2.3"}},
            "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task}},
        }
    )
    assert [(one.text, one.pin) for one in of(Image, content)] == [
        ("a:1.2.3", "exact"),
        ("${U}", None),
    ]


def test_broken_json_is_told() -> None:
    _, ctx = read('{"containerDefinitions": [')
    assert [trouble.path for trouble in ctx.troubles] == ["task.json"]


@pytest.mark.parametrize("content", [TASK, TEMPLATE])
def test_every_prefix_is_read(content: str) -> None:
    for end in range(0, len(content), 7):
        read(content[:end])


@pytest.mark.parametrize(
    "value",
    ["3", "null", "[3]", "[[]]", '[{"image": []}]', '[{"mountPoints": [{}], "command": "x"}]'],
)
def test_other_shapes(value: str) -> None:
    read(f'{{"containerDefinitions": {value}, "volumes": {value}}}')
