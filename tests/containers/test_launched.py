"""Containers that commands start are containers like any other."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from immutable_delivery.containers.launched import launched
from immutable_delivery.context import ParseContext
from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Container, Fact, Image, Mount, Scope, Start, Variable
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span


def facts(script: str, files: Mapping[str, str] | None = None) -> list[Fact]:
    ctx = ParseContext(MemoryFiles(files or {}))
    interpreter = Interpreter(shell="bash", files=ctx.files)
    place = Place("deploy.sh", Span(0, len(script)))
    interpreter.script(
        LocatedText.literal(script, place), Scope(phase="pipeline", alone=True), None
    )
    return list(launched(interpreter.images, ctx))


def test_a_container_that_stays_is_one_that_runs() -> None:
    script = "docker run -d --name web -e MODE=x -u 0 -p 80:80 shop/web:1.2.3 node a.js"
    found = {type(fact): fact for fact in facts(script)}
    container, image, start = found[Container], found[Image], found[Start]
    assert isinstance(container, Container)
    assert (container.name, container.root, container.ports) == ("web", True, ("80:80",))
    assert isinstance(image, Image)
    assert (image.role, image.text, image.scope.phase) == ("container", "shop/web:1.2.3", "start")
    assert isinstance(start, Start)
    assert start.argv == ("node", "a.js")
    assert isinstance(found[Variable], Variable)


@pytest.mark.parametrize("script", ["docker run --rm -it shop/web:1", "docker run shop/web:1 ls"])
def test_a_container_that_does_something_and_goes_is_a_tool(script: str) -> None:
    found = facts(script)
    assert not any(isinstance(fact, Container) for fact in found)
    assert [f.role for f in found if isinstance(f, Image)] == ["pipeline"]
    assert {fact.scope.phase for fact in found} == {"pipeline"}


@pytest.mark.parametrize("again", ["--restart always", "--restart=unless-stopped"])
def test_a_container_that_comes_back_stays(again: str) -> None:
    assert any(isinstance(fact, Container) for fact in facts(f"docker run {again} shop/web:1"))


@pytest.mark.parametrize(
    ("option", "kind", "source", "path", "read_only"),
    [
        ("-v $PWD/src:/app", "host", "./src", "src", False),
        ("-v ${PWD}:/app:ro", "host", ".", "", True),
        ('-v "$(pwd)/src:/app"', "host", "./src", "src", False),
        ("--volume=./src:/app", "host", "./src", "src", False),
        ("-v /srv/app:/app", "host", "/srv/app", None, False),
        ("-v data:/app", "volume", "data", None, False),
        ("-v /app", "volume", "", None, False),
        ("--mount type=bind,source=$PWD/src,target=/app,readonly", "host", "./src", "src", True),
        ("--mount type=volume,src=data,dst=/app", "volume", "data", None, False),
    ],
)
def test_mounts(option: str, kind: str, source: str, path: str | None, read_only: bool) -> None:
    (mount,) = (f for f in facts(f"docker run -d {option} shop/web:1") if isinstance(f, Mount))
    told = mount.mount_type, mount.source, mount.host_path, mount.read_only
    assert told == (kind, source, path, read_only)
    assert mount.target == "/app"


def test_a_path_is_that_of_the_folder_that_the_command_runs_in() -> None:
    mounts = [f for f in facts("cd app && docker run -d -v ./src:/app a:1") if isinstance(f, Mount)]
    assert [mount.host_path for mount in mounts] == ["app/src"]


def test_a_path_on_another_machine_is_none_of_the_repository() -> None:
    mounts = [
        fact
        for fact in facts("ssh web 'docker run -d -v ./src:/app a:1'")
        if isinstance(fact, Mount)
    ]
    assert [(mount.source, mount.host_path) for mount in mounts] == [("./src", None)]


def test_a_broken_volume_is_no_mount() -> None:
    assert not any(isinstance(f, Mount) for f in facts("docker run -d -v :/app a:1"))
