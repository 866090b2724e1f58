"""Which files that a start script copies go into a volume, and which of them are code."""

from __future__ import annotations

from typing import Any

import pytest

from immutable_delivery.facts import Command, Container, Mount, MountType, Scope
from immutable_delivery.links.volumes import link_volumes
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span

PLACE = Place("compose.yaml", Span(0, 1))
FILES = MemoryFiles({"src/server.js": "", "src/conf/a.ini": ""})
SCOPE = Scope(service="web", owner="web", deployed=True)
IMAGE = Scope(service="web", owner="0", dockerfile="Dockerfile")


def stage(**fields: Any) -> Container:
    values = {"container_type": "stage", "dockerfile": "Dockerfile", "last": True, **fields}
    return Container(used_at=PLACE, extent=PLACE, scope=IMAGE, **values)


def service(*entry: str) -> Container:
    return Container(
        used_at=PLACE, extent=PLACE, container_type="service", entry=entry, scope=SCOPE
    )


def mount(kind: MountType, target: str, scope: Scope = SCOPE) -> Mount:
    return Mount(
        used_at=PLACE, extent=PLACE, mount_type=kind, source="x", target=target, scope=scope
    )


def linked(
    source: str, target: str | None, *around: Container | Mount, scope: Scope = IMAGE
) -> Command:
    command = Command(
        used_at=PLACE,
        extent=PLACE,
        mutates="files",
        sources=(source,),
        target=target,
        scope=scope,
    )
    (found,) = (
        fact for fact in link_volumes([command, *around], FILES) if isinstance(fact, Command)
    )
    return found


CODE = (("/src", "src"),)


@pytest.mark.parametrize(
    ("target", "around", "kind"),
    [
        ("/app", [stage(volumes=("/app",))], "volume"),
        ("/app/web", [stage(volumes=("/app",))], "volume"),
        ("web", [stage(volumes=("/app",), workdir="/app")], "volume"),
        ("/app", [stage(), mount("host", "/app/")], "host"),
        ("/app", [stage(volumes=("/app",)), mount("empty", "/app")], "empty"),
        ("/a/b", [stage(), mount("volume", "/a"), mount("tmpfs", "/a/b")], "tmpfs"),
        ("/app", [stage(), mount("volume", "/app", Scope(service="db"))], ""),
        ("/application", [stage(volumes=("/app",))], ""),
        ("/", [stage(volumes=("/app",))], ""),
        ("web", [stage(volumes=("/app",))], ""),
        (None, [stage(volumes=("/app",))], ""),
    ],
)
def test_what_holds_the_target(
    target: str | None, around: list[Container | Mount], kind: str
) -> None:
    assert linked("/src", target, *around).volume_type == kind


@pytest.mark.parametrize(
    ("source", "target", "around"),
    [
        ("/src", "/v", stage(volumes=("/v",), code=CODE)),
        ("/src/server.js", "/v", stage(volumes=("/v",), code=CODE)),
        ("/dist", "/v", stage(volumes=("/v",), built=("/dist/app",))),
        ("/x", "/v", stage(volumes=("/v",), entry=("/v/start",))),
        ("/x", "/data", stage(volumes=("/data",), entry=("node", "/data/server.js"))),
        ("/x", "/var/www/html", stage(volumes=("/var/www",), image="php:8.3")),
    ],
)
def test_code(source: str, target: str, around: Container) -> None:
    assert linked(source, target, around).code


@pytest.mark.parametrize(
    ("source", "target", "around"),
    [
        ("/src/conf", "/v", stage(volumes=("/v",), code=CODE)),
        ("/src", "/v/config", stage(volumes=("/v",), code=CODE)),
        ("/src", "/data", stage(volumes=("/data",), code=CODE)),
        ("/", "/v", stage(volumes=("/v",), code=CODE)),
        ("/dist/app/seed", "/v", stage(volumes=("/v",), built=("/dist/app",))),
        ("/x", "/v", stage(volumes=("/v",), entry=("/bin/v",))),
        ("/x", "/var/www/html/uploads", stage(volumes=("/var/www",), image="php:8.3")),
    ],
)
def test_no_code(source: str, target: str, around: Container) -> None:
    found = linked(source, target, around)
    assert (found.volume_type, found.code) == ("volume", "")


def test_the_commands_of_a_service() -> None:
    around: list[Container | Mount] = [service(), stage(code=CODE), mount("volume", "/v")]
    assert linked("/src", "/v", *around, scope=SCOPE).code == "the Dockerfile copies 'src'"


def test_another_container_starts_what_is_put_there() -> None:
    init = Scope(service="web", owner="init", deployed=True)
    mounts = mount("volume", "/v"), mount("volume", "/v", init)
    assert (
        linked("/x", "/v", service("/v/start"), *mounts, scope=init).code
        == "'/v/start' starts from there"
    )
