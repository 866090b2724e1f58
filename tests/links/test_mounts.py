"""Which host mounts hide code, which are configuration, and which are neither."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Container, Mount, Scope
from immutable_delivery.links.mounts import link_mounts
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span

PLACE = Place("compose.yaml", Span(0, 1))
FILES = MemoryFiles(
    {
        "src/server.js": "",
        "conf/nginx.conf": "",
        "data/seed.sql": "",
        "web/index.html": "",
        "sentry.conf.py": "",
    },
    {"local.conf": "ignored"},
)
SCOPE = Scope(service="web", owner="web", deployed=True)


def mount(source: str, target: str, host_path: str | None = None) -> Mount:
    return Mount(
        used_at=PLACE, extent=PLACE, mount_type="host", host=True, source=source, written_source=source, target=target,
        host_path=host_path, scope=SCOPE,
    )  # fmt: skip


def linked(one: Mount, *containers: Container) -> Mount:
    found = [fact for fact in link_mounts([one, *containers], FILES) if isinstance(fact, Mount)]
    return found[0]


def stage(code: tuple[tuple[str, str], ...] = (), workdir: str = "") -> Container:
    return Container(
        used_at=PLACE, extent=PLACE, container_type="stage", code=code, workdir=workdir, scope=Scope(service="web"),
    )  # fmt: skip


def container(image: str = "", entry: tuple[str, ...] = ()) -> Container:
    return Container(
        used_at=PLACE, extent=PLACE, container_type="service", image=image, entry=entry, scope=SCOPE
    )


@pytest.mark.parametrize(
    ("one", "containers"),
    [
        (mount("./src", "/app", "src"), [stage(code=(("/app", "src"),))]),
        (mount("./src", "/app/lib", "src"), [stage(code=(("/app", "src"),))]),
        (mount(".", "/usr/src/app", ""), [container("node:22")]),
        (mount("./src", "/work/dir", "src"), [stage(workdir="/work/dir")]),
        (mount("/home/me/app", "/srv/x"), [container(entry=("node", "/srv/x/server.js"))]),
        (mount("./web", "/usr/share/nginx/html", "web"), [container("nginx:1.27@sha256:ab")]),
    ],
)
def test_code(one: Mount, containers: list[Container]) -> None:
    assert linked(one, *containers).covers_code


@pytest.mark.parametrize(
    ("one", "containers"),
    [
        (mount("./data", "/var/lib/postgresql/data", "data"), [container("postgres:16")]),
        (mount("./data", "/docker-entrypoint-initdb.d", "data"), [container("postgres:16")]),
        (mount("./conf", "/app/conf", "conf"), [stage(code=(("/app", "src"),))]),
        (mount("/etc/localtime", "/etc/localtime"), [container()]),
        (mount("./data", "/opt/app/database", "data"), [container()]),
        (mount("./src", "/backup", "src"), [container()]),
    ],
)
def test_no_code(one: Mount, containers: list[Container]) -> None:
    found = linked(one, *containers)
    assert found.covers_code == ""


@pytest.mark.parametrize(
    ("one", "evidence"),
    [
        (mount("./conf/nginx.conf", "/etc/nginx/nginx.conf", "conf/nginx.conf"), "tracked"),
        (mount("./local.conf", "/etc/nginx/nginx.conf", "local.conf"), "untracked"),
        (mount("/opt/nginx.conf", "/etc/nginx/nginx.conf"), "outside"),
        (mount("/etc/localtime", "/etc/localtime"), ""),
        (mount("/mnt/data", "/data"), ""),
        (mount("/srv/shop/database", "/config"), ""),
        (mount("/srv/shop-data/", "/etc/shop"), ""),
        (mount("/srv/shop/config", "/config"), "outside"),
        (mount("/srv/metadata", "/config"), "outside"),
    ],
)
def test_configuration(one: Mount, evidence: str) -> None:
    assert linked(one, container("nginx:1.27")).covers_config == evidence


@pytest.mark.parametrize(
    ("target", "entry"),
    [
        ("/store/config", ("store", "-config.file=/store/config/store.yaml")),
        ("/store/rules.yml", ("store", "--rules", "/store/rules.yml")),
    ],
)
def test_what_the_command_names_as_its_configuration_is_configuration(
    target: str, entry: tuple[str, ...]
) -> None:
    one = mount("./state", target, "state")
    assert linked(one, container("store:1", entry)).covers_config == "untracked"
    assert linked(one, container("store:1", (*entry[:1], f"{target}x/a.yaml"))).covers_config == ""


def test_two_leading_slashes_are_one() -> None:
    one = mount("./src", "//app/", "src")
    assert linked(one, stage(code=(("/app", "src"),))).covers_code.startswith("the Dockerfile")
