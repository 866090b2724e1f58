"""Quadlet units: containers, images and builds that systemd runs with Podman."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pytest
from tests.kit import Read, read_files, text_at

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import (
    Build,
    Container,
    Fact,
    Image,
    Install,
    Mount,
    Resource,
    Start,
    Variable,
)
from immutable_delivery.formats import quadlet
from immutable_delivery.formats.quadlet.words import words
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span, Text

T = TypeVar("T", bound=Fact)

WEB = r"""[Unit]
Description=The shop

[Container]
; imd: ignore[partial-tag] the vendor
Image=docker.io/library/nginx:1.27
ContainerName=shop
Entrypoint=["sh", "-c"]
Exec="npm install \
  # a remark inside
  && node index.js" $$HOME
Volume=/srv/app:/app:ro,z
Volume=./conf:/etc/nginx
Volume=%t/podman/podman.sock:/var/run/docker.sock
Volume=data.volume:/data
Volume=/scratch
Mount=type=bind,src=/run,dst=/run
Tmpfs=/tmp:size=1G
Environment=MODE=production "GREETING=hello world"
Environment=TOKEN=%d
ReadOnly=yes
User=0
AutoUpdate=registry
Pull=newer
PublishPort=8080:80
Label=a=b io.containers.autoupdate=local
HealthCmd=curl -f http://localhost/

[Install]
WantedBy=default.target
"""


def read(files: Mapping[str, str]) -> Read:
    return read_files(quadlet, files)


def of(kind: type[T], content: str = WEB) -> list[T]:
    facts, _ = read({"units/web.container": content})
    return [fact for fact in facts if isinstance(fact, kind)]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("web.container", WEB, True),
        ("x/web@.container", "[Container]\r\nImage=x\r\n", True),
        ("web.image", "[Image]\nImage=x\n", True),
        ("web.kube", "[Kube]\nYaml=x\n", True),
        ("web.build", "cc x.c\n", False),
        ("web.image", WEB, False),
        ("web.service", WEB, False),
    ],
)
def test_claims(path: str, content: str, claimed: bool) -> None:
    assert quadlet.claims(path, content.encode()) is claimed


def test_image() -> None:
    (image,) = of(Image)
    assert (image.name, image.pin, image.role) == ("nginx", "partial", "container")
    assert (image.pull_policy, text_at(WEB, image.place_of("pull_policy"))) == ("newer", "newer")
    assert text_at(WEB, image.place_of("tag")) == "1.27"
    assert text_at(WEB, image.extent) == "Image=docker.io/library/nginx:1.27"
    assert (image.scope.service, image.scope.phase, image.scope.deployed) == ("web", "start", True)


def test_container() -> None:
    (one,) = of(Container)
    assert (one.name, one.image, one.runs) == ("web", "docker.io/library/nginx:1.27", True)
    assert (one.user, one.root, one.read_only_root) == ("0", True, True)
    assert (one.ports, one.labels) == (("8080:80",), ("a", "io.containers.autoupdate"))
    assert one.entry == ("sh", "-c", "npm install    && node index.js", "$HOME")
    assert text_at(WEB, one.place_of("read_only_root")) == "yes"


def test_commands() -> None:
    assert [(one.origin, one.form) for one in of(Start)] == [
        ("Entrypoint", "exec"),
        ("Exec", "exec"),
    ]
    (install,) = of(Install)
    assert (text_at(WEB, install.used_at), install.scope.phase) == ("npm install", "start")


def test_mounts() -> None:
    found = [(m.mount_type, m.source, m.target, m.read_only, m.host_path) for m in of(Mount)]
    assert found == [
        ("host", "/srv/app", "/app", True, None),
        ("host", "./conf", "/etc/nginx", False, "units/conf"),
        ("host", None, "/var/run/docker.sock", False, None),
        ("volume", "data.volume", "/data", False, None),
        ("volume", "", "/scratch", False, None),
        ("host", "/run", "/run", False, None),
        ("tmpfs", "", "/tmp", False, None),
    ]
    assert [one.runtime_socket for one in of(Mount)] == ["", "", "socket", "", "", "parent", ""]
    assert text_at(WEB, of(Mount)[0].place_of("read_only")) == "ro,z"
    assert text_at(WEB, of(Mount)[0].used_at) == "/srv/app:/app:ro,z"
    assert text_at(WEB, of(Mount)[0].place_of("target")) == "/app"
    assert text_at(WEB, of(Mount)[2].place_of("runtime_socket")) == "%t/podman/podman.sock"


def test_environment() -> None:
    found = [one for one in of(Variable) if one.variable_type == "env"]
    assert [(one.name, one.value) for one in found] == [
        ("MODE", "production"),
        ("GREETING", "hello world"),
        ("TOKEN", None),
    ]
    assert text_at(WEB, of(Variable)[1].place_of("value")) == "hello world"


def test_updates() -> None:
    assert [(one.resource_type, text_at(WEB, one.used_at)) for one in of(Resource)] == [
        ("updater", "registry"),
        ("updater", "io.containers.autoupdate=local"),
    ]
    facts, _ = read({"a.kube": "[Kube]\nYaml=a.yaml\nAutoUpdate=registry\n"})
    assert [type(fact) for fact in facts] == [Resource]


def test_units_that_bring_images() -> None:
    facts, _ = read(
        {
            "q/web.container": "[Container]\nImage=web.build\n",
            "q/web.build": "[Build]\nImageTag=localhost/web\nFile=Containerfile.web\n"
            "SetWorkingDirectory=unit\nBuildArg=A=b\nTarget=prod\n",
            "q/db.container": "[Container]\nImage=db.image\n",
            "q/db.image": "[Image]\nImage=postgres:17\n",
        }
    )
    (build,) = [fact for fact in facts if isinstance(fact, Build)]
    assert (build.dockerfile, build.context, build.target) == ("q/Containerfile.web", "q", "prod")
    assert (build.service, build.deployed, build.args) == ("web", True, {"A": "b"})
    assert [fact.reference for fact in facts if isinstance(fact, Image)] == ["postgres:17"]
    web, db = (fact for fact in facts if isinstance(fact, Container))
    assert (web.image, web.builds, web.scope.layer) == ("", True, "application")
    assert (db.image, db.builds, db.scope.layer) == ("postgres:17", False, "middleware")


@pytest.mark.parametrize(
    ("lines", "paths"),
    [
        ("File=Dockerfile\nSetWorkingDirectory=unit\n", ("q/Dockerfile", "q")),
        ("File=../app/Dockerfile\nSetWorkingDirectory=file\n", ("app/Dockerfile", "app")),
        ("SetWorkingDirectory=../app\n", ("app/Dockerfile", "app")),
        ("SetWorkingDirectory=https://example.com/x.git\n", None),
        ("SetWorkingDirectory=%h/x\nFile=Dockerfile\n", None),
        ("SetWorkingDirectory=/srv\n", None),
    ],
)
def test_build_paths(lines: str, paths: tuple[str, str] | None) -> None:
    facts, _ = read({"q/x.build": f"[Build]\n{lines}"})
    assert [(fact.dockerfile, fact.context) for fact in facts if isinstance(fact, Build)] == (
        [paths] if paths else []
    )


def test_an_empty_value_takes_back() -> None:
    content = "[Container]\nImage=a\nVolume=/a:/a\nVolume=\nVolume=/b:/b\n"
    assert [one.target for one in of(Mount, content)] == ["/b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b", ["a", "b"]),
        ("'a b' \"c d\"", ["a b", "c d"]),
        (r"a\ b \x41\n", ["a b", "A\n"]),
        ("a'b c'd", ["ab cd"]),
        ("'open end", ["open end"]),
        ("'' a", ["", "a"]),
        ("end\\", ["end"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    given = LocatedText.literal(text, Place("f", Span(0, len(text))))
    assert [word.text for word in words(given)] == expected


def test_comments_cover_the_entry_below() -> None:
    text = Text("web.container", WEB)
    (comment,) = quadlet.comments(quadlet.parse(text), text)
    assert comment.text == "imd: ignore[partial-tag] the vendor"
    assert comment.covers
    assert WEB[slice(*comment.covers)] == "Image=docker.io/library/nginx:1.27"


def test_what_is_no_unit() -> None:
    with pytest.raises(UnreadableError):
        quadlet.parse(Text("web.container", "Image=x\n[Container]\n"))
    _, ctx = read({"web.container": "[Container]\nnonsense\nImage=x\n"})
    assert [trouble.offset for trouble in ctx.troubles] == [12]


def test_every_prefix_is_read() -> None:
    for end in range(len("[Unit]"), len(WEB), 2):
        read({"web.container": WEB[:end]})


@pytest.mark.parametrize(
    ("path", "content", "problems"),
    [
        ("a.container", "[Container]\n", ["has no `Image=` and no `Rootfs=`"]),
        ("a.container", "[Container]\nUser=1\n", ["has no `Image=` and no `Rootfs=`"]),
        ("a.container", "[Container]\nRootfs=/srv/x\n", []),
        ("a.container", "[Container]\nImage=gone.build\n", ["there is no `gone.build`"]),
        ("a.container", "[Container]\nImage=%n.image\n", []),
        ("a.image", "[Image]\nArch=arm64\n", ["has no `Image=`"]),
        ("a.kube", "[Kube]\n", ["has no `Yaml=`"]),
        ("a.kube", "[Kube]\nYaml=gone.yaml\n", ["there is no `gone.yaml`"]),
    ],
)
def test_what_podman_would_refuse_is_told(path: str, content: str, problems: list[str]) -> None:
    ctx = ParseContext(MemoryFiles({path: content}))
    unit = quadlet.parse(Text(path, content))
    facts = list(quadlet.facts({path: unit}, ctx))
    assert [trouble.reason for trouble in ctx.troubles] == problems
    ran = [fact for fact in facts if isinstance(fact, Container)]
    assert bool(ran) is ("Rootfs" in content or ("Image=" in content and path == "a.container"))


def test_a_drop_in_may_bring_the_image() -> None:
    files = {"a.container": "[Container]\n", "a.container.d/10.conf": "[Container]\nImage=x\n"}
    ctx = ParseContext(MemoryFiles(files))
    unit = quadlet.parse(Text("a.container", files["a.container"]))
    facts = list(quadlet.facts({"a.container": unit}, ctx))
    (image,) = [fact for fact in facts if isinstance(fact, Image)]
    assert (image.reference, image.used_at.file) == ("x", "a.container.d/10.conf")
    assert ctx.troubles == []


def test_the_last_drop_in_decides_and_its_own_hides_the_shared_one() -> None:
    files = {
        "u/a.container": "[Container]\nImage=a\n",
        "u/container.d/10.conf": "[Container]\nImage=shared\n",
        "u/container.d/20.conf": "[Container]\nImage=last\n",
        "u/a.container.d/10.conf": "[Container]\nImage=own\n",
        "u/a.container.d/30.conf": "broken\n",
        "u/b.container.d/90.conf": "[Container]\nImage=of another\n",
    }
    ctx = ParseContext(MemoryFiles(files))
    unit = quadlet.parse(Text("u/a.container", files["u/a.container"]))
    facts = list(quadlet.facts({unit.path: unit}, ctx))
    assert [fact.reference for fact in facts if isinstance(fact, Image)] == ["last"]
    assert [trouble.path for trouble in ctx.troubles] == ["u/a.container.d/30.conf"]


def test_a_section_has_a_name() -> None:
    facts, ctx = read({"units/web.container": "[]\nImage=debian:latest\n"})
    assert [fact for fact in facts if isinstance(fact, Image)] == []
    assert ctx.troubles or not facts
