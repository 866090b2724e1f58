"""Development containers: image, build, features, mounts and commands."""

from __future__ import annotations

from typing import TypeVar

import pytest
from tests.kit import reader, text_at

from immutable_delivery.facts import Build, Fact, Image, Install, Mount, Source, Variable
from immutable_delivery.formats import devcontainer
from immutable_delivery.source.text import Text

T = TypeVar("T", bound=Fact)

PATH = ".devcontainer/devcontainer.json"
SAMPLE = """\
// The workplace, "quoted": /* not a comment */
{
  "name": "Shop",
  /* imd: ignore[partial-tag] everybody
     has it */
  "image": "mcr.microsoft.com/devcontainers/base:bookworm", // imd: note
  "features": {
    "ghcr.io/devcontainers/features/node:1": {"version": "22"},
    "ghcr.io/devcontainers/features/go": {},
    "ghcr.io/devcontainers/features/php:1.1.3": {},
    "./local": {},
    "https://example.com/f.tgz": {},
  },
  "mounts": [
    "source=${localWorkspaceFolder}/data,target=/data,type=bind,readonly",
    {"source": "cache", "target": "/cache", "type": "volume"},
    "source=/var/run/docker.sock,target=/var/run/docker.sock,type=bind",
  ],
  "containerEnv": {"MODE": "development", "HOME": "${localEnv:HOME}"},
  "postCreateCommand": "npm install",
  "postStartCommand": ["pip", "install", "flask"],
  "onCreateCommand": {"a": "apt-get install -y curl", "b": ["gem", "install", "rails"]},
}
"""
BUILT = """\
{
  "build": {"dockerfile": "Dockerfile", "context": "..", "target": "dev", "args": {"A": "b", "C": "${localEnv:X}"}}
}
"""


read = reader(devcontainer, PATH)


def of(kind: type[T], content: str = SAMPLE) -> list[T]:
    return [fact for fact in read(content)[0] if isinstance(fact, kind)]


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        (PATH, True),
        (".devcontainer.json", True),
        (".devcontainer/web/devcontainer.json", True),
        ("api/.devcontainer/devcontainer.json", True),
        ("devcontainer.json", False),
        (".devcontainer/a/b/devcontainer.json", False),
    ],
)
def test_claims(path: str, claimed: bool) -> None:
    assert devcontainer.claims(path, b"") is claimed


def test_everything_is_for_development() -> None:
    facts = of(Fact)
    assert facts
    assert {(f.scope.development, f.scope.deployed, f.scope.owner) for f in facts} == {
        (True, False, "Shop")
    }


def test_image() -> None:
    (image,) = of(Image)
    assert (image.role, image.pin, image.scope.phase) == ("container", "partial", "start")
    assert text_at(SAMPLE, image.place_of("tag")) == "bookworm"


def test_build() -> None:
    (build,) = [one for one in read(BUILT)[0] if isinstance(one, Build)]
    assert (build.dockerfile, build.context, build.target) == (
        ".devcontainer/Dockerfile",
        "",
        "dev",
    )
    assert build.args == {"A": "b", "C": None}
    assert (build.tool, build.deployed, build.service) == ("devcontainer", False, "")


def test_features() -> None:
    found = [(one.url, one.ref, one.pin, one.locked) for one in of(Source)]
    assert found == [
        ("ghcr.io/devcontainers/features/node", "1", "partial", False),
        ("ghcr.io/devcontainers/features/go", "", "none", False),
        ("ghcr.io/devcontainers/features/php", "1.1.3", "exact", False),
        ("https://example.com/f.tgz", "", "none", False),
    ]
    assert {one.source_type for one in of(Source)} == {"feature"}
    assert text_at(SAMPLE, of(Source)[0].place_of("ref")) == "1"
    assert text_at(SAMPLE, of(Source)[1].place_of("ref")) == "ghcr.io/devcontainers/features/go"


def test_features_that_are_locked() -> None:
    lock = '{"features": {"ghcr.io/devcontainers/features/node:1": {"integrity": "sha256:1"}}}'
    facts, _ = read(SAMPLE, **{".devcontainer/devcontainer-lock.json": lock})
    assert [fact.locked for fact in facts if isinstance(fact, Source)] == [
        True,
        False,
        False,
        False,
    ]


def test_mounts() -> None:
    found = [(m.mount_type, m.source, m.target, m.read_only, m.host_path) for m in of(Mount)]
    assert found == [
        ("host", None, "/data", True, "data"),
        ("volume", "cache", "/cache", False, None),
        ("host", "/var/run/docker.sock", "/var/run/docker.sock", False, None),
    ]
    assert of(Mount)[2].runtime_socket == "socket"
    assert text_at(SAMPLE, of(Mount)[0].place_of("target")) == "/data"


def test_commands() -> None:
    assert [(text_at(SAMPLE, one.used_at), one.scope.phase) for one in of(Install)] == [
        ("apt-get install", "hook"),
        ('gem", "install', "hook"),
        ("npm install", "hook"),
        ('pip", "install', "hook"),
    ]


def test_environment() -> None:
    found = [(one.name, one.value) for one in of(Variable)]
    assert found == [("MODE", "development"), ("HOME", None)]
    assert text_at(SAMPLE, of(Variable)[0].used_at) == "development"


def test_comments() -> None:
    text = Text(PATH, SAMPLE)
    above, behind = devcontainer.comments(devcontainer.parse(text), text)
    assert above.text.startswith("imd: ignore[partial-tag] everybody")
    assert behind.text == "imd: note"
    assert above.covers
    assert above.covers == behind.covers
    assert SAMPLE[slice(*above.covers)].startswith('image": "mcr')


@pytest.mark.parametrize("content", ["", "// nothing", "[]", "3", '{"image": ', '{"mounts": 3}'])
def test_other_shapes(content: str) -> None:
    read(content)


def test_every_prefix_is_read() -> None:
    for end in range(0, len(SAMPLE), 2):
        read(SAMPLE[:end])
