"""Bake files: targets as builds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from tests.kit import reader, text_at

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Build, Fact, Fetch, Image, Install
from immutable_delivery.formats import bake
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

SAMPLE = r"""
variable "TAG" { default = "1.2.3" }
variable "NAME" { default = "shop-${TAG}" }
variable "UNSET" { default = null }
variable "EMPTY" {}
variable "COMPUTED" { default = timestamp() }

group "default" {
  targets = ["web", "tool"]
}

target "_common" {
  args = { NODE = "22", LATER = "common" }
  labels = { "a" = "b" }
}

# imd: ignore[missing-digest] über
target "web" {
  inherits = ["_common"]
  context = "web"
  dockerfile = "docker/Dockerfile.prod" // the one that ships
  target = "prod"
  args = {
    TAG = TAG
    TEXT = "x-${NAME}\t"
    LATER = "own"
    GONE = UNSET
    NONE = "${EMPTY}"
    FUNC = upper("x")
    CALL = "${COMPUTED}"
    LITERAL = "$${TAG}"
  }
  tags = ["registry.example.com/shop/web:${TAG}"]
  contexts = {
    base = "docker-image://debian:${TAG}"
    other = "target:tool"
  }
}

target "tool" {
  dockerfile-inline = <<-EOT
    FROM alpine:${TAG}
    RUN apk add curl
  EOT
}

target "remote" {
  context = "https://github.com/acme/tool.git#main"
}
"""

JSON = """\
{
  "variable": {"TAG": {"default": "1.2"}},
  "target": {
    "web": {
      "context": ".",
      "args": {"A": "${TAG}", "B": "${upper(TAG)}", "C": null},
      "tags": ["shop/web:${TAG}"]
    }
  }
}
"""


read = reader(bake, "docker-bake.hcl")


def builds(content: str, path: str = "docker-bake.hcl", **more: str) -> dict[str, Build]:
    found = [one for one in read(content, path, **more)[0] if isinstance(one, Build)]
    return {one.dockerfile: one for one in found}


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("docker-bake.hcl", True),
        ("x/docker-bake.override.json", True),
        ("web.bake.hcl", True),
        ("main.hcl", False),
        ("docker-bake.yaml", False),
    ],
)
def test_claims(path: str, claimed: bool) -> None:
    assert bake.claims(path, b"") is claimed


def test_a_target_is_a_build() -> None:
    one = builds(SAMPLE)["web/docker/Dockerfile.prod"]
    assert (one.context, one.target, one.tool, one.deployed) == ("web", "prod", "bake", False)
    assert (one.image, one.service) == ("registry.example.com/shop/web:1.2.3", "web")
    assert tuple(one.contexts) == ("base", "other")
    assert text_at(SAMPLE, one.place) == "docker/Dockerfile.prod"


def test_arguments_are_resolved_from_defaults() -> None:
    one = builds(SAMPLE)["web/docker/Dockerfile.prod"]
    assert one.args == {
        "NODE": "22",
        "LATER": "own",
        "TAG": "1.2.3",
        "TEXT": "x-shop-1.2.3\t",
        "NONE": "",
        "FUNC": None,
        "CALL": None,
        "LITERAL": "${TAG}",
    }
    assert text_at(SAMPLE, one.arg_places["TAG"]) == "1.2.3"
    assert text_at(SAMPLE, one.arg_places["NODE"]) == "22"
    assert text_at(SAMPLE, one.arg_places["LATER"]) == "own"


def test_images_of_contexts() -> None:
    facts, _ = read(SAMPLE)
    image = next(fact for fact in facts if isinstance(fact, Image) and fact.name == "debian")
    assert (image.role, image.pin, image.scope.phase) == ("base", "exact", "build")
    assert image.scope.deployed is False
    assert text_at(SAMPLE, image.used_at) == "docker-image://debian:${TAG}"
    assert text_at(SAMPLE, image.place_of("tag")) == "1.2.3"


def test_a_dockerfile_inside() -> None:
    facts, ctx = read(SAMPLE)
    image = next(fact for fact in facts if isinstance(fact, Image) and fact.name == "alpine")
    assert (image.pin, text_at(SAMPLE, image.place_of("tag"))) == ("exact", "1.2.3")
    (install,) = [fact for fact in facts if isinstance(fact, Install)]
    assert text_at(SAMPLE, install.used_at) == "apk add"
    assert text_at(SAMPLE, install.packages[0].place) == "curl"
    assert "docker-bake.hcl#tool" in builds(SAMPLE)
    assert ctx.troubles == []


def test_a_context_elsewhere() -> None:
    (fetch,) = [one for one in read(SAMPLE)[0] if isinstance(one, Fetch)]
    assert (fetch.source_type, fetch.revision, fetch.pin) == ("git", "main", "alias")
    assert text_at(SAMPLE, fetch.place_of("revision")) == "main"


def test_json() -> None:
    one = builds(JSON, "docker-bake.json")["Dockerfile"]
    assert one.args == {"A": "1.2", "B": None}
    assert (one.image, text_at(JSON, one.arg_places["A"])) == ("shop/web:1.2", "1.2")


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({}, "ci/Dockerfile"),
        ({"ci/Dockerfile": ""}, "ci/Dockerfile"),
        ({"Dockerfile": ""}, "Dockerfile"),
    ],
)
def test_paths_start_beside_the_file_or_at_the_root(there: dict[str, str], expected: str) -> None:
    assert list(builds('target "a" {}', "ci/docker-bake.hcl", **there)) == [expected]


def test_what_only_others_inherit_builds_nothing() -> None:
    content = 'target "a" {}\ntarget "b" { inherits = ["a"]\n target = "x" }\n'
    (one,) = [one for one in read(content)[0] if isinstance(one, Build)]
    assert one.target == "x"


def test_comments() -> None:
    text = Text("docker-bake.hcl", SAMPLE)
    (comment,) = bake.comments(bake.parse(text), text)
    assert comment.text == "imd: ignore[missing-digest] über"
    assert comment.covers
    covered = SAMPLE[slice(*comment.covers)]
    assert covered.startswith('target "web" {')
    assert covered.endswith("}")


@pytest.mark.parametrize(
    "content",
    [
        'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }\n',
        'variable "A" { default = "${A}" }\ntarget "a" { args = { X = A } }\n',
        "".join(
            f'variable "v{n}" {{ default = "${{v{n + 1}}}${{v{n + 1}}}" }}\n' for n in range(40)
        )
        + 'target "a" { args = { X = v0 } }\n',
        f'target "a" {{ args = {"[" * 200}{"]" * 200} }}\n',
        'target "a" "b" "c" {}\ntarget = "x"\ntarget {}\n',
        'target "a" { context = ["x"]\n args = "x"\n tags = {} \n contexts = [1] }\n',
    ],
)
def test_hostile_files(content: str) -> None:
    for one in read(content)[0]:
        assert isinstance(one, (Build, Fact))


def test_no_hcl_is_unreadable() -> None:
    with pytest.raises(UnreadableError) as caught:
        bake.parse(Text("docker-bake.hcl", 'target "a" {\n  x = = 1\n}\n'))
    assert caught.value.offset > 0
    with pytest.raises(UnreadableError):
        bake.parse(Text("docker-bake.json", '{"target": '))


@pytest.mark.parametrize(
    ("content", "path"), [(SAMPLE, "docker-bake.hcl"), (JSON, "docker-bake.json")]
)
def test_every_prefix_is_read(content: str, path: str) -> None:
    for end in range(0, len(content), 3):
        with suppress(UnreadableError):
            read(content[:end], path)


def test_an_indented_here_document_keeps_its_places() -> None:
    text = 'target "x" {\n  dockerfile-inline = <<-EOT\n\n    FROM alpine:3\n      RUN apk add curl\n  EOT\n}\n'
    ctx = ParseContext(MemoryFiles({"docker-bake.hcl": text}))
    facts = list(bake.facts({"docker-bake.hcl": bake.parse(Text("docker-bake.hcl", text))}, ctx))
    (image,) = [fact for fact in facts if isinstance(fact, Image)]
    place = image.places["tag"]
    assert text[place.span.start : place.span.end] == "3"


def test_comments_inside_a_target_are_found() -> None:
    text = Text(
        "docker-bake.hcl", 'target "x" {\n  # imd: ignore[floating-tag] why\n  context = "."\n}\n'
    )
    (comment,) = bake.comments(bake.parse(text), text)
    assert comment.text == "imd: ignore[floating-tag] why"
