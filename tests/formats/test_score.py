"""Score: workloads, their containers and what the platform adds."""

from __future__ import annotations

from typing import TypeVar

import pytest
from tests.kit import reader, text_at

from immutable_delivery.facts import Build, Container, Fact, Image, Install, Mount, Start, Variable
from immutable_delivery.formats import score

T = TypeVar("T", bound=Fact)

SAMPLE = """\
apiVersion: score.dev/v1b1
metadata:
  name: shop
containers:
  web:
    image: .
    command: ["sh", "-c"]
    args: ["npm install && node /app/index.js"]
    variables:
      MODE: production
      DB: postgres://${resources.db.host}/${metadata.name}
      PRICE: $${literal}
    volumes:
      - source: ${resources.data}
        target: /data
        readOnly: true
    livenessProbe:
      exec:
        command: ["curl", "localhost"]
  proxy:
    image: nginx:1.27
    volumes:
      /cache:
        source: cache
    files:
      /etc/nginx/nginx.conf:
        source: ./nginx.conf
resources:
  data:
    type: volume
"""


read = reader(score, "app/score.yaml", **{"app/Dockerfile": "FROM node\n"})


def of(kind: type[T]) -> list[T]:
    return [fact for fact in read(SAMPLE)[0] if isinstance(fact, kind)]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("score.yaml", SAMPLE, True),
        ("deploy/score.dev.yml", SAMPLE, True),
        ("other.yaml", SAMPLE, False),
        ("score.yaml", "apiVersion: v1\n", False),
    ],
)
def test_claims(path: str, content: str, claimed: bool) -> None:
    assert score.claims(path, content.encode()) is claimed


def test_images_and_builds() -> None:
    (image,) = of(Image)
    assert (image.reference, image.pin, image.role) == ("nginx:1.27", "partial", "container")
    assert text_at(SAMPLE, image.place_of("tag")) == "1.27"
    assert image.scope.owner == "shop (container proxy)"
    (build,) = [one for one in read(SAMPLE)[0] if isinstance(one, Build)]
    assert (build.dockerfile, build.context, build.service) == ("app/Dockerfile", "app", "shop")
    assert (build.tool, build.deployed, text_at(SAMPLE, build.place)) == ("score", True, ".")


def test_containers() -> None:
    web, proxy = of(Container)
    assert (web.name, web.builds, web.image, web.own_start) == ("shop", True, "", True)
    assert web.entry == ("sh", "-c", "npm install && node /app/index.js")
    assert (web.scope.service, web.scope.layer, web.scope.deployed) == ("shop", "application", True)
    assert (proxy.name, proxy.builds, proxy.image, proxy.own_start) == (
        "proxy",
        False,
        "nginx:1.27",
        False,
    )
    assert [text_at(SAMPLE, one.used_at) for one in (web, proxy)] == ["web", "proxy"]


def test_commands_are_read() -> None:
    assert [(one.origin, one.form, text_at(SAMPLE, one.used_at)) for one in of(Start)] == [
        ("command", "exec", '["sh", "-c"]'),
        ("args", "exec", '["npm install && node /app/index.js"]'),
    ]
    (install,) = of(Install)
    assert (text_at(SAMPLE, install.used_at), install.scope.phase) == ("npm install", "start")


def test_variables() -> None:
    found = {one.name: one.value for one in of(Variable)}
    assert found == {"MODE": "production", "DB": None, "PRICE": "${literal}"}
    assert text_at(SAMPLE, of(Variable)[0].place_of("value")) == "production"


def test_mounts() -> None:
    assert [(m.mount_type, m.source, m.target, m.read_only, m.host) for m in of(Mount)] == [
        ("volume", "data", "/data", True, False),
        ("volume", "cache", "/cache", False, False),
        ("config", "./nginx.conf", "/etc/nginx/nginx.conf", True, False),
    ]
    assert of(Mount)[2].host_path == "app/nginx.conf"
    assert text_at(SAMPLE, of(Mount)[0].place_of("source")) == "data"


def test_an_unknown_image_is_unknown() -> None:
    facts, _ = read("apiVersion: score.dev/v1b1\ncontainers:\n  x: {image: '${resources.i.ref}'}\n")
    (image,) = [fact for fact in facts if isinstance(fact, Image)]
    assert (image.reference, image.pin) == (None, None)


def test_every_prefix_is_read() -> None:
    for end in range(0, len(SAMPLE), 3):
        read(SAMPLE[:end])


@pytest.mark.parametrize(
    "body",
    ["containers: []", "containers: {a: x}", "containers: {a: {volumes: 3, args: {}}}", "- 1"],
)
def test_other_shapes(body: str) -> None:
    read(f"apiVersion: score.dev/v1b1\n{body}\n")


def test_a_command_starts_a_container_and_probes_are_read() -> None:
    text = (
        "apiVersion: score.dev/v1b1\nmetadata: {name: shop}\ncontainers:\n  web:\n    image: x\n    command: [serve]\n"
        "    livenessProbe: {exec: {command: [sh, -c, apk add curl]}}\n  idle: {image: y}\n"
    )
    facts, _ = read(text)
    containers = {fact.name: fact for fact in facts if isinstance(fact, Container)}
    assert [container.own_start for container in containers.values()] == [True, False]
    assert next(container.starts for container in containers.values()) is True
    assert [fact.scope.phase for fact in facts if isinstance(fact, Install)] == ["probe"]
