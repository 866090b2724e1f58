"""Groups of files: what belongs together, what they say as data, and by several processes."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from immutable_delivery.context import UNCONFIGURED
from immutable_delivery.facts import Fact
from immutable_delivery.formats.registry import NAMED
from immutable_delivery.reading import units, workers
from immutable_delivery.reading.project import Reader, read
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.source.files import MemoryFiles

EXAMPLES = Path(__file__).parents[2] / "examples"
OVERLAY = "resources: [../base]\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: a}]}\n"


def families(files: dict[str, str], format_name: str = "kubernetes") -> list[tuple[str, ...]]:
    memory = MemoryFiles(files)
    return [file.paths for file in units.group_files(format_name, memory.paths, memory)]


def test_manifests_of_a_folder_are_read_together() -> None:
    assert families({"a/x.yaml": POD, "a/y.yaml": POD, "b/x.yaml": POD}) == [
        ("a/x.yaml", "a/y.yaml"),
        ("b/x.yaml",),
    ]


def test_what_kustomizations_tie_is_read_together() -> None:
    found = families(
        {
            "base/kustomization.yaml": "resources: [../pods/pod.yaml]\n",
            "other/pod.yaml": POD,
            "pods/pod.yaml": POD,
            "pods/free.yaml": POD,
            "prod/kustomization.yaml": OVERLAY,
            "test/kustomization.yaml": OVERLAY,
        }
    )
    tied = (
        "base/kustomization.yaml",
        "pods/pod.yaml",
        "prod/kustomization.yaml",
        "test/kustomization.yaml",
    )
    assert found == [tied, ("other/pod.yaml",), ("pods/free.yaml",)]


def workflow(*uses: str, on: str = "push") -> str:
    steps = "".join(f"    - uses: {one}\n" for one in uses)
    return f"on: {on}\njobs:\n  a:\n    steps:\n{steps}"


def action(*uses: str) -> str:
    return "runs:\n  steps:\n" + "".join(f"  - uses: '{one}'\n" for one in uses)


def test_each_workflow_is_read_with_what_it_calls() -> None:
    folder = ".github/workflows"
    found = families(
        {
            f"{folder}/a.yml": workflow("./x"),
            f"{folder}/b.yml": workflow("$/x", "./.github/workflows/d.yml"),
            f"{folder}/c.yml": workflow("actions/checkout@v4"),
            f"{folder}/d.yml": workflow(on="workflow_call"),
            "x/action.yml": action("./y"),
            "y/action.yaml": action("./x"),
            "z/action.yml": action(),
        },
        "github",
    )
    called = ("x/action.yml", "y/action.yaml")
    assert found == [
        (f"{folder}/a.yml", *called),
        (f"{folder}/b.yml", f"{folder}/d.yml", *called),
        (f"{folder}/c.yml",),
        ("z/action.yml",),
    ]


def test_actions_that_only_call_each_other_are_read_once() -> None:
    found = families({"a/action.yml": action("./b"), "b/action.yml": action("./a")}, "github")
    assert found == [("a/action.yml", "b/action.yml")]


def test_a_web_of_calls_is_read_file_by_file() -> None:
    everything = [f"./a{number}" for number in range(60)]
    files = {f"a{number}/action.yml": action(*everything) for number in range(60)}
    files |= {f".github/workflows/{number}.yml": workflow(*everything) for number in range(60)}
    found = families(files, "github")
    assert sorted({path for one in found for path in one}) == sorted(files)
    assert sum(map(len, found)) <= 21 * len(files)


def test_what_several_workflows_call_is_built_once() -> None:
    folder = ".github/workflows"
    docker = "runs: {using: docker, image: Dockerfile}\n"
    files = {f"{folder}/{name}.yml": workflow("./x") for name in "ab"}
    project = read(MemoryFiles({**files, "x/action.yml": docker}), lambda _: "")
    assert [build.dockerfile for build in project.builds] == ["x/Dockerfile"]


def test_dockerfiles_are_read_one_by_one() -> None:
    memory = MemoryFiles({"a/Dockerfile": "FROM a\n", "b/Dockerfile": "FROM b\n"})
    assert [file.paths for file in units.group_files("dockerfile", memory.paths, memory)] == [
        ("a/Dockerfile",),
        ("b/Dockerfile",),
    ]


SAMPLES = {
    "ansible": ("site.yml", "- hosts: web\n  tasks: [{shell: reboot}]\n"),
    "apps": ("fly.toml", 'app = "a"\n[build]\nimage = "b"\n'),
    "azure": ("azure-pipelines.yml", "steps: [{script: make}]\n"),
    "bake": ("docker-bake.hcl", 'target "a" { dockerfile = "Dockerfile" }\n'),
    "bitbucket": (
        "bitbucket-pipelines.yml",
        "image: a\npipelines: {default: [{step: {script: [b]}}]}\n",
    ),
    "buildkite": (".buildkite/pipeline.yml", "steps: [{command: a}]\n"),
    "circleci": (".circleci/config.yml", "jobs: {a: {docker: [{image: b}]}}\n"),
    "cloudbuild": ("cloudbuild.yaml", "steps: [{name: a}]\n"),
    "chart": (
        "Chart.yaml",
        "name: a\nversion: 1.0.0\ndependencies: [{name: b, version: 1.x, repository: https://c.example}]\n",
    ),
    "cloudinit": ("user-data.yaml", "#cloud-config\npackages: [nginx]\n"),
    "codebuild": ("buildspec.yml", "phases: {build: {commands: [a]}}\n"),
    "compose": ("compose.yaml", "services: {web: {image: nginx}}\n"),
    "contract": ("delivery.yaml", "service: web\nimage: a/web\nstart: [web]\n"),
    "devcontainer": (".devcontainer.json", '{"image": "debian"}\n'),
    "dockerfile": ("Dockerfile", "FROM debian\n"),
    "drone": (".drone.yml", "kind: pipeline\nsteps: [{image: a}]\n"),
    "cloudformation": (
        "stack.yaml",
        "Resources:\n  A: {Type: 'AWS::Lambda::Function', Properties: {Code: {ImageUri: a}}}\n",
    ),
    "migration": ("db/migration/V1__users.sql", "CREATE TABLE users (id int);\nDROP TABLE old;\n"),
    "liquibase": (
        "db/changelog/changes.yaml",
        "databaseChangeLog:\n- changeSet:\n    id: 1\n    author: a\n    changes:\n    - dropTable: {tableName: old}\n",
    ),
    "ignition": (
        "a.bu",
        'variant: fcos\nversion: 1.0.0\nsystemd: {units: [{name: a, contents: "[Service]\\nExecStart=/usr/bin/docker run b"}]}\n',
    ),
    "ecs": ("task.json", '{"containerDefinitions": [{"name": "a", "image": "b"}]}\n'),
    "makefile": ("Makefile", "a:\n\tdocker pull debian\n"),
    "systemd": ("a.service", "[Service]\nExecStart=docker pull debian\n"),
    "script": ("a.sh", "docker pull debian\n"),
    "github": (".github/workflows/a.yml", "jobs: {a: {container: debian}}\n"),
    "gitlab": (".gitlab-ci.yml", "a: {image: b, script: [c]}\n"),
    "fleet": ("fleet.yaml", "helm: {chart: web, repo: 'https://c.example'}\n"),
    "helmfile": ("helmfile.yaml", "releases: [{name: a, chart: b/a}]\n"),
    "jenkins": ("Jenkinsfile", "node { sh 'make' }\n"),
    "kamal": (
        "config/deploy.yml",
        "service: a\nimage: b\nservers: [c]\naccessories: {d: {image: e}}\n",
    ),
    "kubernetes": ("pod.yaml", POD),
    "nomad": (
        "web.nomad",
        'job "a" {\n  task "t" {\n    config {\n      image = "b"\n    }\n  }\n}\n',
    ),
    "precommit": (
        ".pre-commit-config.yaml",
        "repos: [{repo: 'https://a.example/b', rev: v1.2.3, hooks: []}]\n",
    ),
    "platforms": ("serverless.yml", "service: web\nprovider: {name: aws}\n"),
    "packer": ("web.pkr.hcl", 'source "amazon-ebs" "a" {\n  ami_name = "b"\n}\n'),
    "procfile": ("Procfile", "web: gunicorn app\n"),
    "quadlet": ("a.container", "[Container]\nImage=docker.io/a\n"),
    "score": ("score.yaml", "apiVersion: score.dev/v1b1\ncontainers: {a: {image: b}}\n"),
    "woodpecker": (".woodpecker.yml", "steps: [{image: a}]\n"),
    "semaphore": (
        ".semaphore/semaphore.yml",
        "agent: {containers: [{image: a}]}\nblocks: [{task: {jobs: [{commands: [ls]}]}}]\n",
    ),
    "crontab": ("crontab", "0 3 * * * docker pull debian\n"),
    "npm": ("package.json", '{"scripts": {"a": "docker pull b"}}\n'),
    "pytasks": (
        "noxfile.py",
        "@nox.session\ndef a(session):\n    session.run('docker', 'pull', 'b')\n",
    ),
    "tox": ("tox.ini", "[testenv]\ncommands = docker pull b\n"),
    "justfile": ("justfile", "a:\n  docker pull b\n"),
    "taskfile": ("Taskfile.yml", "version: '3'\ntasks: {a: docker pull b}\n"),
    "terraform": ("main.tf", 'module "a" {\n  source = "acme/a/aws"\n}\n'),
    "skaffold": ("skaffold.yaml", "apiVersion: skaffold/v4\nbuild: {artifacts: [{image: a}]}\n"),
}


@pytest.mark.parametrize("name", NAMED)
def test_every_format_is_read_through_the_project(name: str) -> None:
    path, content = SAMPLES[name]
    files = MemoryFiles({path: content})
    found = read(files, lambda _path: "", Reader(files, UNCONFIGURED))
    assert [one.format for one in found.inputs.values()] == [name]
    assert found.builds or len(found.facts) > 1


def readings() -> Iterator[units.Reading]:
    tree = open_tree(EXAMPLES.parent, paths=[str(EXAMPLES)])
    project = read(tree.files, tree.skipped, Reader(tree.files, UNCONFIGURED))
    for name in NAMED:
        paths = [one.path for one in project.inputs.values() if one.format == name]
        for group in units.group_files(name, paths, tree.files):
            yield units.read(group, tree.files, project.builds, UNCONFIGURED)


def test_what_groups_say_travels_as_data() -> None:
    found = list(readings())
    assert sum(len(one.facts) for one in found) > 100
    assert [units.decode(units.encode(one) or b"") for one in found] == found


@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_several_processes_say_what_one_says(monkeypatch: pytest.MonkeyPatch, context: str) -> None:
    files = MemoryFiles(
        {f"s{number}/Dockerfile": f"FROM a:{number}\nRUN pip install b\n" for number in range(40)}
    )

    def facts(jobs: int) -> list[Fact]:
        return read(files, lambda _path: "", Reader(files, UNCONFIGURED, jobs)).facts

    alone = facts(1)
    monkeypatch.setattr(workers, "PAYS", 0)
    monkeypatch.setattr(workers, "context", lambda: context)
    assert facts(2) == alone
    assert facts(3) == alone


def test_another_process_reads_git_through_a_pipe_of_its_own(tmp_path: Path) -> None:
    """Where processes are no copies, what they work on travels, though git serves it already."""
    for command in (["init", "--quiet"], ["add", "."]):
        (tmp_path / "Dockerfile").write_text("FROM debian\n")
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    files = open_tree(tmp_path, staged=True).files
    assert files.read("Dockerfile") == b"FROM debian\n"
    assert pickle.loads(pickle.dumps(files)).read("Dockerfile") == b"FROM debian\n"


@pytest.mark.parametrize("error", [OSError, NotImplementedError])
def test_where_no_process_can_be_started_one_does_it(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def refused(_method: str) -> None:
        raise error("no semaphores here")

    files = MemoryFiles({f"s{number}/Dockerfile": "FROM a\n" for number in range(5)})
    monkeypatch.setattr(workers, "PAYS", 0)
    monkeypatch.setattr("multiprocessing.get_context", refused)
    facts = [
        read(files, lambda _path: "", Reader(files, UNCONFIGURED, jobs)).facts for jobs in (1, 2)
    ]
    assert facts[0] == facts[1]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_processes_end_with_the_one_that_started_them(
    tmp_path: Path, number: signal.Signals
) -> None:
    program = """
import os, sys, time
from immutable_delivery.reading import workers
def perform(task, site):
    print(os.getpid(), flush=True)
    time.sleep(1)
workers.PAYS, workers.perform = 0, perform
list(workers.outcomes(workers.Site(None, {}, range(100)), [1.0] * 100, 2))
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        running.stdout.readline()
        running.send_signal(number)
        running.communicate(timeout=30)  # ends when nobody holds the pipe any more
    assert running.returncode == -number
