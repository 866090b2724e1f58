"""Our kustomize against `kubectl kustomize`: the same containers, images, commands and host mounts."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.components import needs

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Image, Mount, Start
from immutable_delivery.formats import kubernetes
from immutable_delivery.formats.kustomize.build import Builder
from immutable_delivery.formats.kustomize.graph import Graph
from immutable_delivery.formats.kustomize.repository import Repository
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping, Node, Sequence

needs_kubectl = needs("kubectl")

Project = dict[str, str]
"""Files by path; relative to its root."""

DIGEST = "sha256:" + "0123456789abcdef" * 4
REPOSITORIES = (
    "nginx",
    "registry:5000/shop/web",
    "docker.io/library/redis",
    "ghcr.io/shop/api",
    "busybox",
)
KINDS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "Rollout": "argoproj.io/v1alpha1",
}

Rows = set[tuple[Any, ...]]
BY_HAND = Path(__file__).parent / "kustomize"
"""Projects for single features, built in their root."""


SEEDS = range(30)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Return what kubectl makes of all generated projects: in one run, since it takes long to start."""
    files = {f"s{seed}/{path}": text for seed in SEEDS for path, text in generated(seed).items()}
    files["kustomization.yaml"] = json.dumps({"resources": [f"s{seed}/top" for seed in SEEDS]})
    return _kubectl(files, tmp_path_factory.mktemp("generated"))


@needs_kubectl
@pytest.mark.parametrize("seed", SEEDS)
def test_generated_projects_build_alike(seed: int, engine: list[Any]) -> None:
    own = [one for one in engine if f"s{seed}x" in one["metadata"]["name"]]
    _compare(generated(seed), "top", own)


@needs_kubectl
@pytest.mark.parametrize("project", sorted(BY_HAND.iterdir()), ids=lambda path: path.name)
def test_single_features_build_alike(project: Path, tmp_path: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file()]
    contents = {path.relative_to(project).as_posix(): path.read_text() for path in files}
    _compare(contents, "", _kubectl(contents, tmp_path))


def _compare(project: Project, folder: str, expected: list[Any]) -> None:
    troubles: list[str] = []
    repository = Repository(MemoryFiles(project), {}, {})
    graph = Graph(repository, [folder], lambda _place, reason: troubles.append(reason))
    (built,) = Builder(repository, graph, lambda _place, reason: troubles.append(reason)).roots()
    assert not troubles
    assert _rows([_plain(resource.root) for resource in built.gathered.resources]) == _rows(
        expected
    )
    assert _facts(project) == _short(_rows(expected))


def _kubectl(project: Project, tmp_path: Path) -> list[Any]:
    for path, content in project.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    command = ["kubectl", "kustomize", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    return [one for one in YAML(typ="base").load_all(run.stdout) if one]


def _rows(objects: list[Any]) -> Rows:
    """Return kind, name, and per container image, command, args and host mounts."""
    found: Rows = set()
    for one in objects:
        named = one["kind"] not in {"ConfigMap", "Secret"}
        found.add((one["kind"], one["metadata"]["name"] if named else ""))
        if one["kind"] != "CustomResourceDefinition":
            found |= {(one["kind"], one["metadata"]["name"], *row) for row in _containers(one)}
    return found


def _containers(node: Any) -> Rows:
    found: Rows = set()
    if isinstance(node, list):
        found |= {row for item in node for row in _containers(item)}
    elif isinstance(node, dict):
        held = {one["name"]: one for one in node.get("volumes", ()) if isinstance(one, dict)}
        for key in ("containers", "initContainers"):
            found |= {_container(key, one, held) for one in node.get(key, ())}
        found |= {row for value in node.values() for row in _containers(value)}
    return found


def _container(key: str, one: dict[str, Any], held: dict[str, Any]) -> tuple[Any, ...]:
    sources = (
        (held.get(m["name"], {}).get("hostPath"), m["mountPath"])
        for m in one.get("volumeMounts", ())
    )
    mounts = sorted((source["path"], target) for source, target in sources if source)
    start = (tuple(one.get("command", ())), tuple(one.get("args", ())))
    rest = json.dumps([one.get("ports", ()), one.get("env", ())], sort_keys=True)
    return (key, one.get("name", ""), one.get("image"), *start, tuple(mounts), rest)


def _short(rows: Rows) -> dict[str, Rows]:
    """Return what facts say too: images, commands, host mounts, by kind and container."""
    full = [row for row in rows if len(row) > 2]
    return {
        "images": {(row[0], row[3], row[4]) for row in full if row[4]},
        "starts": {
            (row[0], row[3], _expanded(words)) for row in full for words in row[5:7] if words
        },
        "mounts": {(row[0], row[3], *mount) for row in full for mount in row[7]},
    }


def _expanded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.replace("$(NAME)", "x") for word in words)


def _facts(project: Project) -> dict[str, Rows]:
    manifests = {
        path: kubernetes.parse(Text(path, content))
        for path, content in project.items()
        if kubernetes.claims(path, content.encode())
    }
    found = list(kubernetes.facts(manifests, ParseContext(MemoryFiles(project))))
    return {
        "images": {
            (*_owner(one.scope.owner), one.reference) for one in found if isinstance(one, Image)
        },
        "starts": {
            (
                *_owner(one.scope.owner),
                tuple(word.replace("$(NAME)", "x") for word in one.argv or ()),
            )
            for one in found
            if isinstance(one, Start)
        },
        "mounts": {
            (*_owner(one.scope.owner), one.source, one.target)
            for one in found
            if isinstance(one, Mount) and one.host and one.target
        },
    }


def _owner(owner: str) -> tuple[str, str]:
    kind, _, rest = owner.partition("/")
    return kind, rest.partition("(container ")[2].rstrip(")")


def _plain(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return "" if node.null else node.text


def generated(seed: int) -> Project:
    """Return a project of a base, perhaps a component, and an overlay or two."""
    make = _Maker(seed)
    files = make.base()
    below = "base"
    for folder in make.folders():
        files |= make.overlay(folder, below)
        below = folder
    return files


class _Maker:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.mark = f"s{seed}x"
        self.names: list[tuple[str, str]] = []

    def maybe(self, likely: float = 0.5) -> bool:
        return self.chance.random() < likely

    def image(self) -> str:
        name = self.chance.choice(REPOSITORIES)
        return name + self.chance.choice(["", ":1.2.3", ":latest", f"@{DIGEST}", f":1.0@{DIGEST}"])

    def container(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {"name": name, "image": self.image()}
        if self.maybe():
            found["command"] = [
                "sh",
                "-c",
                self.chance.choice(["sleep 1", "echo 'a b'", "exec $(NAME)"]),
            ]
        if self.maybe():
            found["args"] = ["--port", "8080", "on", "1.10"]
        if self.maybe():
            found["env"] = [{"name": "NAME", "value": "x"}, {"name": "OTHER", "value": "010"}]
        if self.maybe(0.4):
            found["volumeMounts"] = [
                {"name": "host", "mountPath": "/host"},
                {"name": "empty", "mountPath": "/tmp"},
            ]
        if self.maybe(0.3):
            found["ports"] = [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]
        return found

    def pod(self) -> dict[str, Any]:
        spec: dict[str, Any] = {
            "containers": [self.container(name) for name in "ab"[: self.chance.choice([1, 2])]]
        }
        if self.maybe():
            spec["initContainers"] = [self.container("init")]
        spec["volumes"] = [
            {"name": "host", "hostPath": {"path": "/var/lib"}},
            {"name": "empty", "emptyDir": {}},
        ]
        return spec

    def base(self) -> Project:
        files: Project = {}
        for index in range(self.chance.choice([1, 2, 3])):
            kind = self.chance.choice(list(KINDS))
            name = f"{self.mark}w{index}"
            self.names.append((kind, name))
            root = {
                "apiVersion": KINDS[kind],
                "kind": kind,
                "metadata": {
                    "name": name,
                    "labels": {"app": name, "tier": self.chance.choice(["front", "back"])},
                },
                "spec": {"template": {"spec": self.pod()}},
            }
            files[f"base/{name}.yaml"] = json.dumps(root, indent=1)
        resources = sorted(path.removeprefix("base/") for path in files)
        return files | {"base/kustomization.yaml": json.dumps({"resources": resources})}

    def folders(self) -> list[str]:
        return ["middle", "top"] if self.maybe() else ["top"]

    def overlay(self, folder: str, below: str) -> Project:
        files: Project = {}
        root: dict[str, Any] = {"resources": [f"../{below}"]}
        if self.maybe(0.7):
            root["images"] = [self.replaced() for _ in range(self.chance.choice([1, 2, 3]))]
        patches = [self.merge(files, folder), self.json_patch(), self.deletion()]
        root["patches"] = [patch for patch in patches if patch is not None]
        if self.maybe(0.4):
            root["namePrefix"] = f"{folder}-"
        if self.maybe(0.3):
            root["nameSuffix"] = "-v2"
        if self.maybe(0.4):
            root["namespace"] = folder
        if self.maybe(0.4):
            root["configMapGenerator"] = [
                {"name": f"{self.mark}-{folder}-config", "literals": ["a=b", "c='d e'"]}
            ]
        if self.maybe(0.4):
            root["components"] = [f"../{folder}-part"]
            files |= self.component(f"{folder}-part")
        return files | {f"{folder}/kustomization.yaml": json.dumps(root, indent=1)}

    def replaced(self) -> dict[str, str]:
        found = {"name": self.chance.choice(REPOSITORIES)}
        choice = self.chance.choice(["tag", "name", "digest", "both", "all"])
        if choice in {"tag", "both", "all"}:
            found["newTag"] = self.chance.choice(["1.10", "2", "latest"])
        if choice in {"name", "both"}:
            found["newName"] = self.chance.choice(["mirror:5000/x/y", "other"])
        if choice in {"digest", "all"}:
            found["digest"] = DIGEST
        return found

    def merge(self, files: Project, folder: str) -> dict[str, Any] | None:
        kind, name = self.chance.choice(self.names)
        if self.maybe(0.3):
            return None
        container = self.container(self.chance.choice(["a", "added"]))
        patch = {
            "apiVersion": KINDS[kind],
            "kind": kind,
            "metadata": {"name": name},
            "spec": {"template": {"spec": {"containers": [container]}}},
        }
        if self.maybe():
            volume = {"name": "host", "hostPath": {"path": "/changed"}}
            patch["spec"]["template"]["spec"]["volumes"] = [volume]  # type: ignore[index]
        if self.maybe():
            files[f"{folder}/patch.yaml"] = json.dumps(patch)
            return {"path": "patch.yaml"}
        return {"patch": json.dumps(patch, indent=2)}

    def json_patch(self) -> dict[str, Any] | None:
        kind, name = self.chance.choice(self.names)
        if self.maybe():
            return None
        operations = [
            {
                "op": "replace",
                "path": "/spec/template/spec/containers/0/image",
                "value": self.image(),
            },
            {
                "op": "add",
                "path": "/spec/template/spec/containers/0/command",
                "value": ["run", "it"],
            },
        ]
        if self.maybe():
            operations.append(
                {
                    "op": "add",
                    "path": "/spec/template/spec/containers/-",
                    "value": self.container("z"),
                }
            )
        target = (
            {"kind": kind}
            if self.maybe()
            else {"name": f"{name[:-1]}.", "labelSelector": "tier in (front, back)"}
        )
        return {"target": target, "patch": json.dumps(operations, indent=1)}

    def deletion(self) -> dict[str, Any] | None:
        if self.maybe(0.8):
            return None
        spec = {"containers": [{"name": "b", "$patch": "delete"}]}
        patch = {
            "apiVersion": "x/v1",
            "kind": "Any",
            "metadata": {"name": "any"},
            "spec": {"template": {"spec": spec}},
        }
        return {"target": {"kind": "Deployment"}, "patch": json.dumps(patch)}

    def component(self, folder: str) -> Project:
        root = {
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
            "images": [self.replaced()],
            "labels": [{"pairs": {"part": folder}}],
        }
        return {f"{folder}/kustomization.yaml": json.dumps(root)}
