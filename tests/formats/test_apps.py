"""Platforms that run containers from one file: what each runs, is given and builds."""

from __future__ import annotations

import pytest
from tests.kit import read_files

from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import (
    Build,
    Container,
    Fact,
    Fetch,
    Image,
    Install,
    Mount,
    Resource,
    Start,
    Variable,
)
from immutable_delivery.formats import apps
from immutable_delivery.source.text import Text

CASES = {
    "fly.toml": 'app = "web"\n[build]\nimage = "shop/web:latest"\n[env]\nA = "1"\n[processes]\nweb = "serve --port 80"\n',
    "render.yaml": "services:\n- name: web\n  type: web\n  image: {url: 'shop/web:latest'}\n  dockerCommand: serve --port 80\n  envVars: [{key: A, value: '1'}]\n",
    ".do/app.yaml": "services:\n- name: web\n  image: {registry_type: DOCKER_HUB, registry: shop, repository: web, tag: latest}\n  run_command: serve --port 80\n"
    "  envs: [{key: A, value: '1'}]\n",
    "Dockerrun.aws.json": '{"AWSEBDockerrunVersion": "1", "Image": {"Name": "shop/web:latest"}, "Command": "serve --port 80"}',
    "containerapp.yaml": "properties:\n  template:\n    containers:\n    - name: web\n      image: shop/web:latest\n      command: [serve, --port, '80']\n"
    "      env: [{name: A, value: '1'}]\n",
    "manifest.yml": "applications:\n- name: web\n  docker: {image: 'shop/web:latest'}\n  command: serve --port 80\n  env: {A: '1'}\n",
}


def said(files: dict[str, str]) -> list[Fact | Build]:
    found, ctx = read_files(apps, files)
    assert not ctx.troubles
    return found


@pytest.mark.parametrize("path", CASES)
def test_every_platform_says_the_same_of_the_same_service(path: str) -> None:
    text = CASES[path]
    found = said({path: text})
    image = next(one for one in found if isinstance(one, Image))
    place = image.places["pin"]
    assert (image.reference, text[place.span.start : place.span.end]) == (
        "shop/web:latest",
        "latest",
    )
    starts = [one for one in found if isinstance(one, Start)]
    assert [one.text for one in starts] == ["serve --port 80"]
    if path != "Dockerrun.aws.json":  # it has no environment
        assert [(one.name, one.value) for one in found if isinstance(one, Variable)] == [("A", "1")]
    container = next(one for one in found if isinstance(one, Container))
    assert (container.scope.deployed, container.own_start) == (True, True)


@pytest.mark.parametrize(
    ("path", "text", "command"),
    [
        ("app.yaml", "runtime: python312\nentrypoint: gunicorn main:app\n", "gunicorn main:app"),
        (
            "apprunner.yaml",
            "version: 1.0\nruntime: python3\nrun: {command: python app.py}\n",
            "python app.py",
        ),
        ("railway.json", '{"deploy": {"startCommand": "npm start"}}', "npm start"),
        ("railway.toml", '[deploy]\nstartCommand = "npm start"\n', "npm start"),
        ("heroku.yml", "build: {docker: {web: Dockerfile}}\nrun: {web: bin/web}\n", "bin/web"),
    ],
)
def test_what_a_platform_builds_itself(path: str, text: str, command: str) -> None:
    found = said({path: text})
    assert [one.text for one in found if isinstance(one, Start)] == [command]
    assert all(one.builds for one in found if isinstance(one, Container))


def test_builds() -> None:
    files = {
        "fly.toml": 'app = "a"\n[build]\ndockerfile = "docker/Web"\n',
        "render.yaml": "services: [{name: b, dockerfilePath: ./x/Dockerfile, dockerContext: ./x}]\n",
    }
    found = [one for one in said(files) if isinstance(one, Build)]
    assert [(one.service, one.dockerfile, one.context) for one in found] == [
        ("a", "docker/Web", ""),
        ("b", "x/Dockerfile", "x"),
    ]


def test_mounts() -> None:
    text = '{"Image": {"Name": "a:1"}, "Volumes": [{"HostDirectory": "/srv/app", "ContainerDirectory": "/app"}]}'
    assert [
        (one.source, one.target)
        for one in said({"Dockerrun.aws.json": text})
        if isinstance(one, Mount)
    ] == [("/srv/app", "/app")]


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("app.yaml", "apiVersion: v1\nkind: Pod\n", False),
        ("manifest.yml", "apiVersion: v1\n", False),
        ("fly.toml", 'name = "x"\n', False),
        ("fly.production.toml", 'app = "x"\n', True),
        ("other.toml", 'app = "x"\n', False),
    ],
)
def test_claims(path: str, text: str, claimed: bool) -> None:
    assert apps.claims(path, text.encode()) is claimed


def test_what_is_no_toml_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        apps.parse(Text("fly.toml", "app = [\n"))


@pytest.mark.parametrize(
    "text",
    [
        "services: x",
        "services: [1, [a]]",
        "services: [{image: x, envVars: {a: [b]}}]",
        "services: [{name: [a]}]",
    ],
)
def test_odd_shapes_break_nothing(text: str) -> None:
    assert isinstance(said({"render.yaml": text}), list)


@pytest.mark.parametrize(
    ("path", "text", "said_of_it"),
    [
        ("app.yaml", "runtime: python312\n", ("python312", "partial", "python312")),
        ("app.yaml", "runtime: php\nruntime_config: {runtime_version: '8.3'}\n", ("php 8.3", "partial", "8.3")),
        ("apprunner.yaml", "runtime: nodejs18\nrun: {runtime-version: 18.19.0}\n", ("nodejs18 18.19.0", "exact", "18.19.0")),
        ("app.yaml", "runtime: custom\n", None),
        ("app.yaml", "runtime: [python312]\n", None),
        ("app.yaml", "runtime: ''\n", None),
    ],
)  # fmt: skip
def test_the_run_time_of_a_platform_is_told_with_its_version(
    path: str, text: str, said_of_it: tuple[str, str, str] | None
) -> None:
    found = [one for one in said({path: text}) if isinstance(one, Resource)]
    told = [
        (one.name, one.pin, text[at.span.start : at.span.end])
        for one in found
        for at in [one.places["pin"]]
    ]
    assert told == ([said_of_it] if said_of_it else [])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("apprunner.yaml", "runtime: python3\nbuild: {commands: {pre-build: [CURL], build: ['pip install flask']}}\n"),
        ("render.yaml", "services:\n- {name: web, runtime: python, buildCommand: 'CURL; pip install flask'}\n"),
        (".do/app.yaml", "services:\n- {name: web, build_command: 'CURL; pip install flask'}\n"),
        ("railway.json", '{"build": {"buildCommand": "CURL; pip install flask"}}'),
    ],
)  # fmt: skip
def test_commands_by_which_a_platform_builds(path: str, text: str) -> None:
    text = text.replace("CURL", "curl -fsS https://example.com/x.sh | sh")
    found = [one for one in said({path: text}) if isinstance(one, Install | Fetch)]
    assert [(type(one).__name__, one.scope.phase) for one in found] == [
        ("Fetch", "build"),
        ("Install", "build"),
    ]


def test_images_by_which_a_platform_builds() -> None:
    text = 'app = "web"\n[build]\nbuilder = "shop/builder:base"\nbuildpacks = ["shop/node", "shop/go:1"]\n'
    found = [one for one in said({"fly.toml": text}) if isinstance(one, Image)]
    assert [(one.reference, one.role) for one in found] == [
        ("shop/builder:base", "base"), ("shop/node", "base"), ("shop/go:1", "base"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("image", "reference"),
    [
        ("{registry_type: GHCR, registry: shop, repository: web, tag: v1}", "ghcr.io/shop/web:v1"),
        ("{registry_type: DOCKER_HUB, registry: shop, repository: web, tag: v1}", "shop/web:v1"),
        ("{registry_type: DOCR, repository: web, tag: v1}", None),
    ],
)
def test_the_registry_of_an_image(image: str, reference: str | None) -> None:
    text = f"services:\n- name: web\n  image: {image}\n"
    found = [one for one in said({".do/app.yaml": text}) if isinstance(one, Image)]
    assert [(one.reference, one.tag) for one in found] == [(reference, "v1")]


def test_processes_of_heroku_with_images_of_their_own() -> None:
    text = (
        "build: {docker: {web: Dockerfile, worker: worker/Dockerfile}}\nrelease: {image: web, command: [bin/migrate all]}\n"
        "run: {web: bin/web, worker: {command: [bin/worker --all], image: worker}}\n"
    )
    found = said({"heroku.yml": text})
    assert sorted({one.text for one in found if isinstance(one, Start)}) == [
        "bin/web", "bin/worker --all",
    ]  # fmt: skip
    assert [one.dockerfile for one in found if isinstance(one, Build)] == [
        "Dockerfile",
        "worker/Dockerfile",
    ]
