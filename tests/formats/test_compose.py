"""Compose files as facts: what each says, and where a person would change it."""

from __future__ import annotations

from typing import TypeVar

import pytest

from immutable_delivery.context import Environment, ParseContext, ReadingSettings
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import (
    Build,
    Container,
    Fact,
    Fetch,
    Image,
    Install,
    Mount,
    Source,
    Start,
    Unread,
    Variable,
)
from immutable_delivery.formats import compose
from immutable_delivery.source.files import MemoryFiles, State
from immutable_delivery.source.text import Place, Text

Kind = TypeVar("Kind")


class Read:
    """The facts of a few files, and what stands at their places."""

    def __init__(self, states: dict[str, State] | None = None, /, **files: str) -> None:
        written = {k.replace("___", "/").replace("__", "."): v for k, v in files.items()}
        self.files = MemoryFiles(written, states)
        self.ctx = ParseContext(self.files)
        documents = {}
        for path in self.files.paths:
            data = self.files.read(path)
            if path.endswith(("yml", "yaml")) and compose.claims(path, data):
                text = self.ctx.texts[path] = Text.decode(path, data)
                documents[path] = compose.parse(text)
        self.facts = list(compose.facts(documents, self.ctx))

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def one(self, kind: type[Kind]) -> Kind:
        (found,) = self.all(kind)
        return found

    def at(self, place: Place) -> str:
        data = self.files.read(place.file).decode()
        return data[place.span.start : place.span.end]

    def where(self, fact: Fact, name: str) -> tuple[str, str]:
        place = fact.places[name]
        return place.file, self.at(place)

    @property
    def troubles(self) -> list[tuple[str, str]]:
        return [(trouble.path, trouble.reason) for trouble in self.ctx.troubles]


def service(body: str, **more: str) -> Read:
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    return Read(compose__yaml=f"services:\n  web:\n{lines}", **more)


def test_an_image_and_its_places() -> None:
    read = service("image: shop/web:${TAG:-1.2}\npull_policy: Always\nplatform: linux/arm64")
    image = read.one(Image)
    assert (image.reference, image.tag, image.pull_policy) == ("shop/web:1.2", "1.2", "always")
    assert (image.role, image.platform, image.built_here) == ("container", "linux/arm64", False)
    assert read.where(image, "tag") == ("compose.yaml", "1.2")
    assert read.where(image, "pull_policy") == ("compose.yaml", "Always")
    assert read.at(image.used_at) == "shop/web:${TAG:-1.2}"
    assert read.at(image.extent) == "image: shop/web:${TAG:-1.2}"
    scope = image.scope
    assert (scope.owner, scope.service, scope.phase) == ("web", "web", "start")
    assert (scope.layer, scope.deployed, scope.environments) == ("middleware", True, ())


def test_a_tag_from_the_env_file_is_decided_there() -> None:
    read = service("image: web:$TAG", __env="# x\nTAG='1.0'\n")
    assert read.where(read.one(Image), "tag") == (".env", "1.0")
    assert read.ctx.texts[".env"].value.startswith("# x")


def test_an_ignored_env_file_is_none_of_the_repository() -> None:
    files = {"compose__yaml": "services: {web: {image: 'web:$TAG'}}", "__env": "TAG=1"}
    read = Read({".env": "ignored"}, **files)
    assert (read.one(Image).tag, read.one(Image).unresolved) == (None, "TAG")


def test_what_is_built_here() -> None:
    read = service(
        "image: shop/web:latest\nbuild:\n  context: app\n  target: prod\n"
        "  args: {A: '1', B: $C}\n  additional_contexts: [base=docker-image://alpine:3]\n"
    )
    image, base = read.all(Image)
    assert (image.built_here, image.scope.layer) == (True, "application")
    assert (base.role, base.reference, base.scope.phase) == ("build", "alpine:3", "build")
    build = read.one(Build)
    assert (build.dockerfile, build.context, build.target) == ("app/Dockerfile", "app", "prod")
    assert (build.args, build.contexts) == ({"A": "1", "B": None}, {"base": "image:alpine:3"})
    assert read.at(build.arg_places["A"]) == "1"
    assert (build.service, build.image, build.deployed) == ("web", "shop/web:latest", True)
    assert not read.one(Container).builds


def test_a_service_that_only_builds_has_no_image() -> None:
    read = service("build: .")
    assert read.all(Image) == []
    assert read.one(Build).dockerfile == "Dockerfile"
    assert read.one(Container).builds


@pytest.mark.parametrize(
    ("context", "source_type", "revision", "pin"),
    [
        ("https://github.com/example/app.git#v1.2.3:docker", "git", "v1.2.3", "exact"),
        ("https://github.com/example/app.git#main", "git", "main", "alias"),
        (f"github.com/example/app#{'0a' * 20}", "git", "0a" * 20, "digest"),
        ("https://github.com/example/app.git#$REF", "git", None, None),
        ("https://example.com/context.tar.gz", "url", "", "none"),
    ],
)
def test_a_build_from_elsewhere_says_what_add_says(
    context: str, source_type: str, revision: str | None, pin: str | None
) -> None:
    read = service(f"build: {context}")
    fetch = read.one(Fetch)
    assert (fetch.source_type, fetch.revision, fetch.pin) == (source_type, revision, pin)
    assert (fetch.tool, fetch.scope.phase, fetch.scope.deployed) == ("build", "build", True)
    assert read.where(fetch, "url") == ("compose.yaml", context)
    if revision:
        assert read.where(fetch, "revision") == ("compose.yaml", revision)
    assert read.all(Build) == []


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        ("{context: ../../other}", "its Dockerfile lies outside of this repository"),
        ("{dockerfile: /etc/Dockerfile}", "its Dockerfile lies outside of this repository"),
        ("{context: $WHERE}", "only the deployment knows its Dockerfile"),
        ("{dockerfile: $WHICH}", "only the deployment knows its Dockerfile"),
    ],
)
def test_a_build_whose_dockerfile_nobody_knows_is_not_passed_over(build: str, reason: str) -> None:
    read = service(f"build: {build}")
    assert read.one(Unread).reason == reason
    assert read.all(Build) == []


def test_a_target_that_stays_unknown_is_none() -> None:
    assert service("build: {context: ., target: $STAGE}").one(Build).target == ""
    assert service("build: {context: ., target: '${STAGE:-x}'}").one(Build).target == "x"


def test_an_include_from_elsewhere_is_part_of_what_is_deployed() -> None:
    read = Read(compose__yaml="include: ['oci://docker.io/x/y:latest']\n")
    source = read.one(Source)
    assert (source.source_type, source.scope.deployed) == ("include", True)


def test_an_inline_dockerfile_is_read_where_it_stands() -> None:
    read = service(
        "build:\n  dockerfile_inline: |\n    FROM debian:latest\n    RUN apt-get install -y curl\n"
    )
    base = next(image for image in read.all(Image) if image.role == "base")
    assert read.where(base, "tag") == ("compose.yaml", "latest")
    install = read.one(Install)
    assert [read.at(package.place) for package in install.packages] == ["curl"]
    assert install.scope.dockerfile == read.one(Build).dockerfile


@pytest.mark.parametrize(
    ("volume", "kind", "source", "target", "read_only", "host", "host_path"),
    [
        ("./src:/app", "host", "./src", "/app", False, True, "src"),
        (".:/app:ro", "host", ".", "/app", True, True, ""),
        ("../x:/app", "host", "../x", "/app", False, True, None),
        ("~/x:/app:z", "host", "~/x", "/app", False, True, None),
        ("/etc/x:/app/:ro,z", "host", "/etc/x", "/app", True, True, None),
        ("C:\\x:/app", "host", "C:\\x", "/app", False, True, None),
        ("data:/data", "volume", "data", "/data", False, False, None),
        ("/data", "volume", "", "/data", False, False, None),
        ("${PWD}/src:/app", "host", "${PWD}/src", "/app", False, True, "src"),
        ("$DATA_DIR:/app", "host", None, "/app", False, True, None),
        ("${X}/y:/app", "host", None, "/app", False, True, None),
        ("${X}:/app", "", None, "/app", False, None, None),
        ("./a:$TARGET:$MODE", "host", "./a", None, None, True, "a"),
        ("${X:-./lib}:/app", "host", "./lib", "/app", False, True, "lib"),
        ("bound:/app", "host", "/srv/x", "/app", False, True, None),
    ],
)
def test_volumes(
    volume: str,
    kind: str,
    source: str | None,
    target: str | None,
    read_only: bool | None,
    host: bool | None,
    host_path: str | None,
) -> None:
    top = "volumes: {data: , bound: {driver_opts: {type: none, o: bind, device: /srv/x}}}\n"
    read = Read(
        compose__yaml=f"{top}services:\n  a:\n    image: x\n    volumes:\n      - {volume}\n"
    )
    mount = read.one(Mount)
    assert (mount.mount_type, mount.source, mount.target) == (kind, source, target)
    assert (mount.read_only, mount.host, mount.host_path) == (read_only, host, host_path)
    assert (read.at(mount.used_at), mount.workload) == (volume, "service")


def test_the_places_of_a_volume() -> None:
    read = service("image: x\nvolumes:\n  - './src:/app:ro'")
    mount = read.one(Mount)
    assert read.where(mount, "source") == ("compose.yaml", "./src")
    assert read.where(mount, "target") == ("compose.yaml", "/app")
    assert read.where(mount, "read_only") == ("compose.yaml", "ro")


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("/var/run/docker.sock:/var/run/docker.sock:ro", "socket"),
        ("/run/containerd/containerd.sock:/x", "socket"),
        ("${XDG_RUNTIME_DIR}/podman/podman.sock:/x", "socket"),
        ("/run/crio/crio.sock:/x", "socket"),
        ("/var/run:/x", "parent"),
        ("/:/host", "parent"),
        ("/:/host:ro", ""),
        ("/run/docker/:/x", "parent"),
        ("/etc:/x", ""),
        ("docker.sock:/x", ""),
    ],
)
def test_sockets_of_container_runtimes(volume: str, expected: str) -> None:
    read = service(f"image: x\nvolumes: ['{volume}']")
    assert read.one(Mount).runtime_socket == expected


def test_other_mounts() -> None:
    read = Read(
        compose__yaml="""
services:
  a:
    image: x
    tmpfs: [/tmp:size=1m]
    configs: [c]
    secrets: [{source: s, target: token}]
    volumes: [{type: image, source: 'alpine:3', target: /i}]
configs: {c: {file: ./conf/c.txt}}
secrets: {s: {external: true}}
"""
    )
    found = [(m.mount_type, m.source, m.target, m.host_path) for m in read.all(Mount)]
    assert found == [
        ("image", "alpine:3", "/i", None),
        ("tmpfs", "", "/tmp", None),
        ("config", "c", "/c", "conf/c.txt"),
        ("secret", "s", "/run/secrets/token", None),
    ]
    assert [mount.written_source for mount in read.all(Mount)] == [
        "alpine:3",
        "",
        "./conf/c.txt",
        "s",
    ]
    assert read.where(read.all(Mount)[2], "source") == ("compose.yaml", "./conf/c.txt")
    assert [image.role for image in read.all(Image)] == ["container", "volume"]


def test_a_start_command() -> None:
    read = service('image: x\nentrypoint: [tini, --]\ncommand: serve --port "80 80"')
    first, second = read.all(Start)
    assert (first.origin, first.argv, first.form) == ("entrypoint", ("tini", "--"), "exec")
    assert (second.origin, second.argv) == ("command", ("serve", "--port", "80 80"))
    assert read.at(second.used_at) == 'serve --port "80 80"'
    container = read.one(Container)
    assert container.own_start
    assert container.entry == ("tini", "--", "serve", "--port", "80 80")
    assert container.starts is True
    assert service("image: x\ncommand: serve").one(Container).starts is None


def test_an_emptied_command_is_no_start() -> None:
    read = service("image: x\ncommand: []\nentrypoint: ''")
    assert read.all(Start) == []
    assert not read.one(Container).own_start


def test_what_commands_do() -> None:
    read = service(
        "image: node:22\ncommand: sh -c 'npm install && npm start'\n"
        "healthcheck: {test: apt-get install -y curl}\n"
        "post_start: [{command: [pip, install, x]}]\n"
    )
    found = [(one.manager, one.scope.phase, read.at(one.used_at)) for one in read.all(Install)]
    assert found == [
        ("npm", "start", "npm install"),
        ("apt-get", "probe", "apt-get install"),
        ("pip", "hook", "pip, install"),
    ]


def test_a_mounted_script_is_read() -> None:
    read = service(
        "image: alpine\ncommand: /scripts/run.sh\nvolumes: ['./scripts:/scripts']",
        scripts___run__sh="#!/bin/sh\napk add curl\n",
    )
    install = read.one(Install)
    assert install.used_at.file == "scripts/run.sh"
    assert [read.at(place) for place in install.related] == ["command: /scripts/run.sh"]
    assert read.one(Start).script == "scripts/run.sh"


def test_a_script_of_package_json_is_read() -> None:
    read = service(
        "build: app\ncommand: yarn web",
        app___package__json='{"scripts": {"web": "yarn watched", "watched": "nodemon x.js"}}',
    )
    assert "nodemon" in read.one(Start).dev_server


def test_environment_and_labels() -> None:
    read = service(
        "image: x\nenvironment:\n  - A=1\n  - B\n  - C=$NONE\n  - D\n"
        "env_file: e.env\nlabels: {l: one}\ndeploy: {labels: [d=two]}",
        e__env="A=no\nE=5\n",
        __env="D=4\n",
    )
    found = {v.name: (v.variable_type, v.value) for v in read.all(Variable)}
    assert found == {
        "A": ("env", "1"),
        "B": ("env", None),
        "C": ("env", None),
        "D": ("env", "4"),
        "E": ("env", "5"),
        "l": ("label", "one"),
        "d": ("label", "two"),
    }
    by_name = {v.name: v for v in read.all(Variable)}
    assert read.where(by_name["A"], "value") == ("compose.yaml", "1")
    assert read.where(by_name["D"], "value") == (".env", "4")
    assert read.where(by_name["E"], "value") == ("e.env", "5")
    assert read.at(by_name["A"].used_at) == "A=1"
    assert read.at(by_name["l"].extent) == "l: one"


def test_a_service_as_a_whole() -> None:
    read = service(
        "image: x\nuser: 0:0\nread_only: true\nstdin_open: yes\ntty: true\nworking_dir: /w\n"
        "ports: ['80:80', {published: 1, target: 2}]\nlabels: [a=b]\n"
        "develop: {watch: [{path: ., action: sync, target: /x}]}"
    )
    one = read.one(Container)
    assert (one.container_type, one.name, one.image, one.runs) == ("service", "web", "x", True)
    assert (one.user, one.root, one.read_only_root) == ("0:0", True, True)
    assert (one.stdin, one.tty, one.watches, one.workdir) == (True, True, True, "/w")
    assert (one.ports, one.labels) == (("80:80", "1:2"), ("a",))
    assert read.where(one, "name") == ("compose.yaml", "web")
    assert read.at(one.extent).startswith("web:\n    image: x")
    assert service("image: x").one(Container).root is None


def test_comments_cover_entries() -> None:
    text = Text("compose.yaml", "services:\n  # imd: ignore[x] y\n  a: {image: b}\n")
    (one,) = compose.comments(compose.parse(text), text)
    assert one.covers is not None
    assert text.value[slice(*one.covers)] == "a: {image: b}"


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("compose.yaml", "services: {}", True),
        ("a/docker-compose.prod.yml", "services: {}", True),
        ("docker-compose-dev.yml", "volumes: {}", True),
        ("web.compose.yml", "include: [x]", True),
        ("docker-stack.yml", "version: '3'", True),
        ("compose.yaml", "", True),
        ("compose.yaml", "web:\n  image: x\n", True),
        ("compose.yaml", "apiVersion: v1\nkind: Pod\n", False),
        (".github/workflows/compose.yml", "on: push\njobs: {}\n", False),
        ("compose.yaml", "- hosts: all\n", False),
        ("docs/compose.yaml", "short: Compose\nlong: x\n", False),
        ("stack.yml", "services:\n  web:\n    image: x\n", True),
        ("stack.yml", "x-a: 1\n\nservices: # note\n\n  # note\n  web: &x\n    build: .\n", True),
        ("config/services.yaml", "services:\n  _defaults:\n    autowire: true\n", False),
        ("values.yaml", "services:\n  web:\n    image: x\n", False),
        (".woodpecker.yml", "services:\n  db:\n    image: x\n", False),
        ("ci.yml", "services:\n  db:\n    image: x\nsteps: []\n", False),
        ("ci.yml", "services:\n  - name: x\n    image: y\n", False),
        ("x.yml", "image: x\n", False),
        ("compose.yaml", "include:\n- a.yaml\nservices:\n  web:\n    image: x\n", True),
        ("stack.yml", "x-l:\n- a\nservices:\n  web:\n    image: x\n", True),
        ("stack.yml", "{services: {web: {image: x}}}", True),
        ("stack.yml", "  services:\n    web:\n      build: .\n", True),
        ("stack.yml", "? services\n: web:\n    image: x\n", True),
        ("stack.yml", '"s\\x65rvices":\n  web:\n    image: x\n', True),
        ("stack.yml", f"x-a: |\n  {'y' * 70000}\nservices:\n  web:\n    image: x\n", True),
        ("stack.yml", "{services: {web: {image: x}}, replicas: 1}", False),
        ("i18n.yml", "  services:\n    title: Our services\n", False),
        ("compose.yaml", "- include: tasks.yml\n- services: x\n", False),
    ],
)
def test_recognition(path: str, content: str, expected: bool) -> None:
    assert compose.claims(path, content.encode()) is expected


@pytest.mark.parametrize(
    ("path", "name", "development"),
    [
        ("compose.yaml", "", False),
        ("compose.override.yaml", "override", True),
        ("docker-compose.dev.yml", "dev", True),
        ("docker-compose-prod.yml", "prod", False),
        ("deploy/staging/compose.yaml", "staging", False),
        (".devcontainer/docker-compose.yml", "devcontainer", True),
        ("compose.monitoring.yaml", "", False),
    ],
)
def test_environments(path: str, name: str, development: bool) -> None:
    files = {path: "services: {a: {image: x}}"}
    ctx = ParseContext(MemoryFiles(files))
    document = compose.parse(Text(path, files[path]))
    image = next(f for f in compose.facts({path: document}, ctx) if isinstance(f, Image))
    assert image.scope.environments == ((name,) if name else ())
    assert image.scope.development is development
    assert bool(image.scope.evidence) is bool(name)


def test_a_template_is_counted_and_not_judged() -> None:
    for content in ("services: {a: {image: {{ image }}}}", "services:\n{% for x in y %}\n  a: b\n"):
        read = Read(compose__yaml=content)
        assert read.facts == []
        assert [trouble.template for trouble in read.ctx.troubles] == [True]
    read = service("image: x\nhealthcheck: {test: \"docker inspect -f '{{.State}}' x\"}")
    assert (len(read.all(Image)), read.troubles) == (1, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("services: {a: {image: [x]}, b: {image: y}}", "'services.a.image' is not text"),
        ("services: {a: {volumes: {x: y}}, b: {image: y}}", "'services.a.volumes' is not a list"),
        ("services: {a: text, b: {image: y}}", "'services.a' is no mapping"),
        ("services: {a: {extends: none}, b: {image: y}}", "extends 'none', which"),
        ("services: {a: {extends: a}, b: {image: y}}", "extends 'a' in a circle"),
        ("include: [x.yaml]\nservices: {b: {image: y}}", "'x.yaml' is not there"),
        ("include: [../x.yaml]\nservices: {b: {image: y}}", "'../x.yaml' lies outside"),
        ("include: [$X]\nservices: {b: {image: y}}", "nothing gives it a value"),
        ("services:\n  b: {image: y}\nvolumes: {}\nvolumes: {}", "'volumes' stands there twice"),
    ],
)
def test_trouble_is_told_and_the_rest_goes_on(content: str, reason: str) -> None:
    read = Read(compose__yaml=content)
    assert [reason in told for _, told in read.troubles] == [True]
    assert [image.reference for image in read.all(Image)] == ["y"]


def test_bytes_that_are_no_text_are_refused_before() -> None:
    with pytest.raises(UnreadableError):
        Text.decode("compose.yaml", b"\xff\xfe")


def test_configured_environments_count_more_than_names() -> None:
    configured = Environment(name="live", paths=("deploy",))
    files = {"deploy/compose.dev.yaml": "services: {a: {image: x}}"}
    ctx = ParseContext(MemoryFiles(files), settings=ReadingSettings((configured,)))
    documents = {path: compose.parse(Text(path, text)) for path, text in files.items()}
    scopes = [fact.scope for fact in compose.facts(documents, ctx) if isinstance(fact, Fact)]
    assert {(scope.environments, scope.development) for scope in scopes} == {(("live",), False)}


def test_an_inline_dockerfile_that_buildkit_would_refuse() -> None:
    read = service("build:\n  dockerfile_inline: |\n    FROM x\n    NONSENSE y\n")
    ((path, _),) = read.troubles
    offset = read.ctx.troubles[0].offset
    assert path == "compose.yaml"
    assert read.files.read(path).decode()[:offset].endswith("FROM x\n        ")


def test_an_image_that_prepares_a_service() -> None:
    read = service("image: x\npre_start: [{image: tool:1, command: apk add curl}]")
    assert [(one.role, one.scope.phase) for one in read.all(Image)] == [
        ("container", "start"),
        ("init", "init"),
    ]
    assert read.one(Install).scope.phase == "init"


def test_reset_and_override_inside_lists_and_services() -> None:
    files = {
        "compose__yaml": "services: {a: {image: x, ports: ['1:1'], volumes: [./a:/a]}, b: {image: y}}",
        "compose__override__yaml": (
            "services:\n  a:\n    ports: !reset []\n    volumes: [!reset ./no:/no, ./b:/b]\n"
            "    deploy: !override {labels: [a=b]}\n  b: !reset null\n"
        ),
    }
    read = Read(**files)
    merged = [one for one in read.all(Container) if one.scope.environments]
    assert [(one.name, one.ports) for one in merged] == [("a", ())]
    mounts = [one.target for one in read.all(Mount) if one.scope.environments]
    assert mounts == ["/a", "/b"]


@pytest.mark.parametrize(
    ("config", "command", "managers"),
    [
        ("{source: begin, target: /run.sh}", "sh /run.sh", ["apk"]),
        ("{source: begin, target: /run.sh}", "/run.sh", ["apk"]),
        ("begin", "sh /begin", ["apk"]),
        ("{source: begin, target: /other.sh}", "sh /run.sh", []),
        ("{source: begin, target: /run.sh}", "cat /run.sh", []),
    ],
)
def test_a_script_that_the_project_writes_into_a_service(
    config: str, command: str, managers: list[str]
) -> None:
    content = (
        f"services: {{a: {{image: x, command: {command}, configs: [{config}]}}}}\n"
        'configs: {begin: {content: "#!/bin/sh\\napk add curl\\n/run.sh\\n"}}\n'
    )
    read = Read(compose__yaml=content)
    assert [one.manager for one in read.all(Install)] == managers
    assert bool(read.one(Mount).script) is bool(managers)


@pytest.mark.parametrize(("entrypoint", "tools"), [("", ["git"]), ("    entrypoint: [echo]\n", [])])
def test_a_command_belongs_to_the_program_that_the_image_starts(
    entrypoint: str, tools: list[str]
) -> None:
    service = (
        f"    image: alpine/git:2.45.2\n{entrypoint}    command: clone https://example.com/a.git\n"
    )
    read = Read(compose__yaml=f"services:\n  code:\n{service}")
    assert [fact.tool for fact in read.all(Fetch)] == tools
