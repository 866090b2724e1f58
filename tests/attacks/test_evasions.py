"""Rewritings that keep the meaning keep the verdict: each of the four rejections in each format, rewritten."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import TypeAlias

import dockerfile
import pytest
from tests.attacks.data_evasions import DATA, HCL, HCL_TEXTS, UNITS
from tests.attacks.evasions import DOCKERFILE, YAML, rewritten
from tests.attacks.judging import DIGEST, judged, told
from tests.attacks.shell_evasions import SHELL
from tests.components import NEEDS, program

yaml = pytest.importorskip("yaml", reason=f"{NEEDS}PyYAML")

Case: TypeAlias = tuple[str, dict[str, str], str]
"""A policy, the files of a repository, and which of them is rewritten."""

NODE = f"node:22.11.0@{DIGEST}"
WEB = {
    "Dockerfile": f'FROM {NODE}\nWORKDIR /app\nCOPY server.js .\nCMD ["node", "server.js"]\n',
    "server.js": "1\n",
}
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n"
DOCUMENTS: dict[str, Case] = {
    "compose floating-tag": ("floating-tag", {"compose.yaml": "services:\n  web:\n    image: nginx:latest\n"}, "compose.yaml"),
    "compose host-mounted-code": (
        "host-mounted-code",
        {**WEB, "compose.yaml": "services:\n  web:\n    build: .\n    image: nginx:1\n    volumes:\n      - .:/app\n"},
        "compose.yaml",
    ),
    "compose install-at-start": (
        "install-at-start",
        {"compose.yaml": "services:\n  web:\n    image: nginx:1\n    command: sh -c 'pip install x && run'\n"},
        "compose.yaml",
    ),
    "kubernetes floating-tag": ("floating-tag", {"pod.yaml": f"{POD}      image: nginx:latest\n"}, "pod.yaml"),
    "kubernetes install-at-start": (
        "install-at-start",
        {"pod.yaml": f"{POD}      image: nginx:1\n      command: [sh, -c, pip install x && run]\n"},
        "pod.yaml",
    ),
    "kubernetes host-path": (
        "host-path",
        {"pod.yaml": f"{POD}      image: nginx:1\n  volumes:\n    - name: etc\n      hostPath: {{path: /etc}}\n"},
        "pod.yaml",
    ),
}  # fmt: skip
IMAGES: dict[str, Case] = {
    "floating-tag": ("floating-tag", {"Dockerfile": 'FROM nginx:latest\nCMD ["nginx"]\n'}, "Dockerfile"),
    "install-at-start": ("install-at-start", {"Dockerfile": f"FROM nginx:1.27@{DIGEST}\nCMD pip install x && run\n"}, "Dockerfile"),
    "missing-start-command": (
        "missing-start-command",
        {**WEB, "Dockerfile": f"FROM debian:12.8@{DIGEST}\nWORKDIR /app\nCOPY server.js .\n"},
        "Dockerfile",
    ),
}  # fmt: skip


def passed(case: Case, ways: dict[str, str]) -> list[str]:
    """Return the rewritings of which the policy says nothing."""
    policy, files, path = case
    assert (policy, path) in told(judged(files))
    return [
        way
        for way, text in ways.items()
        if (policy, path) not in told(judged({**files, path: text}))
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_means_the_same_however_it_is_written(name: str) -> None:
    _, files, path = DOCUMENTS[name]
    meant = yaml.safe_load(files[path])
    ways = dict(rewritten(files[path], YAML))
    believed = {way: text for way, text in ways.items() if _loaded(text) == meant}
    assert len(believed) > len(ways) // 2
    assert passed(DOCUMENTS[name], believed) == []


@pytest.mark.parametrize("name", IMAGES)
def test_a_dockerfile_means_the_same_however_it_is_written(name: str) -> None:
    _, files, path = IMAGES[name]
    ways = dict(rewritten(files[path], DOCKERFILE))
    believed = {way: text for way, text in ways.items() if _parsed(text)}
    assert len(believed) > len(ways) // 2
    assert passed(IMAGES[name], believed) == []


DATA_CASES: dict[str, tuple[str, str, str]] = {
    "kustomize": ("floating-tag", "kustomization.yaml", "resources: [deploy.yaml]\nimages:\n  - name: nginx\n    newTag: latest\n"),
    "cron job": (
        "floating-tag",
        "cron.yaml",
        "{apiVersion: batch/v1, kind: CronJob, spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: 'nginx:latest'}]}}}}}}",
    ),
    "list": (
        "floating-tag",
        "list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec: {containers: [{name: a, image: 'nginx:latest'}]}\n",
    ),
    "kamal": ("floating-tag", "config/deploy.yml", "service: a\nimage: a/b\nservers: [x]\naccessories:\n  web:\n    image: nginx:latest\n    host: x\n"),
    "score": ("floating-tag", "score.yaml", "apiVersion: score.dev/v1b1\nmetadata: {name: a}\ncontainers:\n  web:\n    image: nginx:latest\n"),
    "ecs": ("floating-tag", "task.json", "{family: a, containerDefinitions: [{name: a, image: 'nginx:latest', essential: true}]}"),
    "ecs in YAML": ("floating-tag", "task.yaml", "family: a\ncontainerDefinitions:\n- name: a\n  image: nginx:latest\n"),
    "cloudformation": (
        "floating-tag",
        "stack.template",
        "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Name: a\n        Image: nginx:latest\n",
    ),
    "devcontainer": ("floating-tag", ".devcontainer/devcontainer.json", "image: nginx:latest"),
    "nomad": ("floating-tag", "a.nomad.json", "job: {a: {group: {g: {task: {t: {driver: docker, config: {image: 'nginx:latest'}}}}}}}"),
    "bake": ("floating-tag", "docker-bake.json", "target: {a: {contexts: {b: 'docker-image://nginx:latest'}}}"),
    "helmfile": ("floating-source", "helmfile.yaml", "releases:\n- name: a\n  chart: git::https://example.com/o/r.git@chart?ref=main\n"),
    "helmfile as a template": ("floating-source", "helmfile.yaml.gotmpl", "releases:\n- name: a\n  chart: git::https://example.com/o/r.git@chart?ref=main\n"),
    "github": ("floating-tag", ".github/workflows/a.yml", "name: a\n'on': push\njobs:\n  a:\n    runs-on: x\n    container: nginx:latest\n    steps:\n    - run: make\n"),
    "gitlab": ("floating-tag", ".gitlab-ci.yml", "a:\n  image: nginx:latest\n  script: [make]\n"),
    "circleci": ("floating-tag", ".circleci/config.yml", "version: 2.1\njobs:\n  a:\n    docker: [{image: 'nginx:latest'}]\n    steps: [{run: make}]\n"),
    "azure": ("floating-tag", "azure-pipelines.yml", "jobs:\n- job: a\n  container: nginx:latest\n  steps:\n  - script: make\n"),
    "cloudbuild": ("floating-tag", "cloudbuild.yaml", "steps:\n- name: nginx:latest\n"),
    "cloudbuild in JSON": ("floating-tag", "cloudbuild.json", "steps:\n- name: nginx:latest\n"),
    "drone": ("floating-tag", ".drone.yml", "kind: pipeline\ntype: docker\nname: a\nsteps:\n- name: a\n  image: nginx:latest\n  commands: [make]\n"),
    "woodpecker": ("floating-tag", ".woodpecker.yml", "steps:\n- name: a\n  image: nginx:latest\n  commands: [make]\n"),
    "semaphore": ("floating-tag", ".semaphore/semaphore.yml", "agent:\n  containers:\n  - name: main\n    image: nginx:latest\nblocks:\n- task:\n    jobs:\n    - name: a\n      commands: [make]\n"),
    "buildkite": ("floating-tag", ".buildkite/pipeline.yml", "steps:\n- command: docker run nginx:latest\n"),
    "bitbucket": ("floating-tag", "bitbucket-pipelines.yml", "image: nginx:latest\npipelines:\n  default:\n  - step:\n      script: [make]\n"),
    "codebuild": ("floating-tag", "buildspec.yml", "version: 0.2\nphases:\n  build:\n    commands: ['docker run nginx:latest']\n"),
    "taskfile": ("floating-tag", "Taskfile.yml", "version: '3'\ntasks:\n  a:\n    cmds: ['docker pull nginx:latest']\n"),
    "npm": ("floating-tag", "package.json", '{"scripts": {"a": "docker pull nginx:latest"}}'),
    "ansible": ("floating-tag", "site.yml", "- hosts: all\n  tasks:\n  - docker_container: {name: a, image: 'nginx:latest'}\n"),
    "ansible, imported": ("floating-tag", "a/roles/web/tasks/main.yml", "- docker_container: {name: a, image: 'nginx:latest'}\n"),
    "galaxy": ("floating-source", "requirements.yml", "roles:\n- src: https://github.com/o/r.git\n  scm: git\n"),
    "render": ("floating-tag", "render.yaml", "services:\n- type: web\n  name: a\n  runtime: image\n  image: {url: 'docker.io/library/nginx:latest'}\n"),
    "terraform in JSON": ("floating-tag", "main.tf.json", "resource: {docker_image: {a: {name: 'nginx:latest'}}}"),
    "packer in JSON": ("floating-tag", "a.pkr.json", "source: {docker: {a: {image: 'nginx:latest', commit: true}}}"),
    "older packer": ("floating-tag", "a.json", "builders: [{type: docker, image: 'nginx:latest', commit: true}]"),
    "chart": ("floating-tag", "templates/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'nginx:latest'}]}\n"),
}  # fmt: skip
AROUND = {"deploy.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'nginx:1.2'}]}\n"}  # fmt: skip
JOB = 'job "a" {\n  group "g" {\n    task "t" {\n      driver = "docker"\n      config {\n        image = TEXT\n      }\n    }\n  }\n}\n'
TARGET = 'target "a" {\n  contexts = {\n    b = TEXT\n  }\n}\n'


@pytest.mark.parametrize(
    "name", [*DATA_CASES, *(one for one in DOCUMENTS if one.endswith("floating-tag"))]
)
def test_data_means_the_same_however_it_is_written(name: str) -> None:
    policy, path, text = DATA_CASES.get(name) or (DOCUMENTS[name][0], DOCUMENTS[name][2], "")
    meant = yaml.safe_load(text or DOCUMENTS[name][1][path])
    ways = {way: write(meant) for way, write in DATA.items()}
    reads = _read_json if path.endswith(".json") else _loaded
    believed = {way: text for way, text in ways.items() if reads(text) == meant}
    assert len(believed) > (5 if path.endswith(".json") else len(ways) - 5)
    unseen = [way for way, text in believed.items() if (policy, path) not in told(judged({**AROUND, path: text}))]  # fmt: skip
    assert unseen == []


@pytest.mark.parametrize(
    ("path", "text", "image"),
    [("a.nomad", JOB, "nginx:latest"), ("docker-bake.hcl", TARGET, "docker-image://nginx:latest")],
)
def test_hcl_means_the_same_however_it_is_written(path: str, text: str, image: str) -> None:
    plain = text.replace("TEXT", f'"{image}"')
    ways = {way: text.replace("TEXT", write(image)) for way, write in HCL_TEXTS.items()}
    ways |= {f"{one}, {two}": found for one, first in rewritten(plain, HCL) for two, found in rewritten(first, HCL) if one not in {two, "a byte order mark"}}  # fmt: skip
    unseen = [way for way, text in ways.items() if ("floating-tag", path) not in told(judged({path: text}))]  # fmt: skip
    assert unseen == []


def test_a_unit_means_the_same_however_it_is_written() -> None:
    text = "[Unit]\nDescription=a\n[Container]\nImage=nginx:latest\n[Install]\nWantedBy=a\n"
    ways = {f"{one}, {two}": found for one, first in rewritten(text, UNITS) for two, found in rewritten(first, UNITS) if two not in {one, "blank lines"}}  # fmt: skip
    unseen = [way for way, text in ways.items() if ("floating-tag", "a.container") not in told(judged({"a.container": text}))]  # fmt: skip
    assert unseen == []


def _read_json(text: str) -> object:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return None


SAMPLE = int(os.environ.get("IMD_REWRITES", "0"))
"""How many rewritings of commands are tried; by hand all of some ten thousand (IMD_REWRITES=100000)."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bool]:
    """Return whether dash comes to `pip install x` by a command; it runs a program that only notes that."""
    shell, folder = program("dash"), tmp_path_factory.mktemp("bin")
    log = folder / "log"
    (folder / "pip").write_text(f'#!{shell}\necho "$@" >> {log}\n')
    (folder / "pip").chmod(0o755)

    def tried(command: str) -> bool:
        log.write_text("")
        own = command.replace("/usr/bin/pip", str(folder / "pip")).replace("/tmp/t.sh", str(folder / "t.sh"))  # fmt: skip
        environ = {"PATH": f"{folder}:/usr/bin:/bin"}
        with suppress(subprocess.TimeoutExpired):
            subprocess.run([shell, "-c", own], env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)  # fmt: skip
        return "install x" in log.read_text()

    return tried


def test_a_command_does_the_same_however_it_is_written(runs: Callable[[str], bool]) -> None:
    pairs = [(one,) for one in SHELL] + [(one, two) for one in SHELL for two in SHELL]
    chosen = pairs[: len(SHELL)] + Random(0).sample(pairs[len(SHELL) :], min(SAMPLE, len(pairs) - len(SHELL)))  # fmt: skip
    commands = {ways: _applied(ways) for ways in chosen}
    believed = {ways: command for ways, command in commands.items() if runs(command)}
    assert len(believed) > len(commands) * 3 // 4
    passed = [
        f"{', '.join(ways)}, {name}: {command!r}"
        for ways, command in believed.items()
        for name, files in _started(command).items()
        if not {policy for policy, _ in told(judged(files))} & {"install-at-start", "not-judged"}
    ]
    assert passed == []


def _applied(ways: tuple[str, ...]) -> str:
    command = "pip install x"
    for way in ways:
        command = SHELL[way](command)
    return command


def _started(command: str) -> dict[str, dict[str, str | bytes]]:
    base = f"FROM nginx:1.27@{DIGEST}\nCOPY s.sh /s.sh\n"
    spoken = json.dumps(["sh", "-c", command])
    found: dict[str, dict[str, str | bytes]] = {
        "script": {"Dockerfile": f'{base}CMD ["/s.sh"]\n', "s.sh": f"#!/bin/sh\n{command}\nrun\n"},
        "exec form": {"Dockerfile": f"{base}CMD {spoken}\n"},
        "here-document": {"Dockerfile": f"{base}COPY <<'EOF' /t.sh\n{command}\nEOF\nCMD [\"sh\", \"/t.sh\"]\n"},
        "manifest": {"pod.yaml": f"{POD}      image: nginx:1\n      command: {spoken}\n"},
    }  # fmt: skip
    return found


def _loaded(text: str) -> object:
    try:
        return next(one for one in yaml.safe_load_all(text.removeprefix("\ufeff")) if one)
    except (yaml.YAMLError, StopIteration):
        return None


def _parsed(text: str) -> bool:
    """Whether BuildKit's parser takes a Dockerfile, and begins it with a FROM or ARG."""
    try:
        found = dockerfile.parse_string(text)
    except (dockerfile.GoParseError, ValueError):
        return False
    return bool(found) and re.fullmatch("from|arg", found[0].cmd, re.IGNORECASE) is not None
