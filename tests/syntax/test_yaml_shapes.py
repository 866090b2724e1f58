"""Values of another shape than a format asks for: told once, at their place, and the rest is judged."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import File, Image
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: ok, %s}]}\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n%s\n"
TASK = '{"family": "a", "containerDefinitions": [{"name": "a", "image": "ok"%s}]}'
SCORE = "apiVersion: score.dev/v1b1\nmetadata: {name: a}\ncontainers: {a: {image: ok, %s}}\n"
SKAFFOLD = "apiVersion: skaffold/v4beta1\nkind: Config\n%s\n"
ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\n%s\n"


def problems(path: str, content: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what is told with the rest of its line, and the images that were found all the same."""
    facts = read(MemoryFiles({path: content.encode()}), lambda _path: "").facts
    told = [fact for fact in facts if isinstance(fact, File) and fact.problem]
    spans = [(one.problem, one.used_at.span) for one in told]
    images = [fact.text for fact in facts if isinstance(fact, Image)]
    return [(reason, content[span.start : span.end]) for reason, span in spans], images


@pytest.mark.parametrize(
    ("path", "content", "reason", "at"),
    [
        ("a.yaml", POD % "command: sleep 5", "'a.command' is not a list", "sleep 5}]}"),
        ("a.yaml", POD % "args: [x, [y]]", "'a.args[1]' is not text", "[y]]}]}"),
        ("a.yaml", POD % "env: {A: b}", "'a.env' is not a list", "{A: b}}]}"),
        ("a.yaml", POD % "env: [A=b]", "'a.env[0]' is not a mapping", "A=b]}]}"),
        ("a.yaml", POD % "env: [{name: [x]}]", "'a.env.name' is not text", "[x]}]}]}"),
        ("a.yaml", POD % "securityContext: []", "'a.securityContext' is not a mapping", "[]}]}"),
        (
            "a.yaml",
            POD % "volumeMounts: [{mountPath: {a: b}}]",
            "'a.volumeMounts.mountPath' is not text",
            "{a: b}}]}]}",
        ),
        (
            "a.yaml",
            POD % "x: y}], volumes: [{name: v, hostPath: /etc}], z: [{",
            "'volumes.v.hostPath' is not a mapping",
            "/etc}], z: [{}]}",
        ),
        (
            "a.yaml",
            POD % "x: y}], volumes: [{name: v, hostPath: {path: [/etc]}}], z: [{",
            "'volumes.v.hostPath.path' is not text",
            "[/etc]}}], z: [{}]}",
        ),
        (
            "compose.yaml",
            "services: {a: {image: ok, command: {a: b}}}",
            "'services.a.command' is not text or a list",
            "{a: b}}}",
        ),
        ("task.json", TASK % ', "command": "x"', "'containerDefinitions[0].command' is not a list", 'x"}]}'),
        ("score.yaml", SCORE % "args: x", "'containers.a.args' is not a list", "x}}"),
        ("score.yaml", SCORE % "args: x}, b: {", "'containers.a.args' is not a list", "x}, b: {}}"),
        (
            ".devcontainer.json",
            '{"image": "ok", "features": []}',
            "'features' is not a mapping",
            "[]}",
        ),
        (".devcontainer.json", '{"image": "ok", "mounts": {}}', "'mounts' is not a list", "{}}"),
        (
            ".devcontainer.json",
            '{"image": "ok", "postCreateCommand": [{}]}',
            "'postCreateCommand[0]' is not text",
            "{}]}",
        ),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_told_and_the_rest_is_judged(
    path: str, content: str, reason: str, at: str
) -> None:
    assert problems(path, content) == ([(reason, at)], ["ok"])


@pytest.mark.parametrize(
    ("path", "content", "reason", "at"),
    [
        ("a.yaml", POD.replace("ok", "[x]") % "x: y", "'a.image' is not text", "[x], x: y}]}"),
        (
            "a.yaml",
            DEPLOYMENT % "spec: {template: {spec: {containers: 5}}}",
            "'spec.template.spec.containers' is not a list",
            "5}}}",
        ),
        (
            "a.yaml",
            DEPLOYMENT % "spec: {template: {spec: {containers: {a: {image: x}}}}}",
            "'spec.template.spec.containers' is not a list",
            "{a: {image: x}}}}}",
        ),
        (
            "a.yaml",
            DEPLOYMENT % "spec: {template: {spec: {containers: [x]}}}",
            "'spec.template.spec.containers[0]' is not a mapping",
            "x]}}}",
        ),
        ("a.yaml", DEPLOYMENT % "spec: {template: x}", "'spec.template' is not a mapping", "x}"),
        ("a.yaml", DEPLOYMENT % "spec: x", "'spec' is not a mapping", "x"),
        ("a.yaml", ROLE % "rules: {a: b}", "'rules' is not a list", "{a: b}"),
        ("a.yaml", ROLE % "rules: [{verbs: get}]", "'rules[0].verbs' is not a list", "get}]"),
        (
            "a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {b: c}}",
            "'data.a' is not text",
            "{b: c}}",
        ),
        ("kustomization.yaml", "resources: x.yaml\n", "'resources' is not a list", "x.yaml"),
        ("kustomization.yaml", "patches: [x.yaml]\n", "a patch has neither `patch` nor `path`", "x.yaml]"),
        ("kustomization.yaml", "images: {name: x}\n", "'images' is not a list", "{name: x}"),
        ("compose.yaml", "services: [a]", "'services' is not a mapping", "[a]"),
        ("task.json", '{"containerDefinitions": {}}', "'containerDefinitions' is not a list", "{}}"),
        (
            "score.yaml",
            SCORE.replace("{image: ok, %s}", "x"),
            "'containers.a' is not a mapping",
            "x}",
        ),
        ("skaffold.yaml", SKAFFOLD % "build: [x]", "'build' is not a mapping", "[x]"),
        (
            "skaffold.yaml",
            SKAFFOLD % "build: {artifacts: {image: x}}",
            "'build.artifacts' is not a list",
            "{image: x}}",
        ),
    ],
)  # fmt: skip
def test_a_wrong_shape_in_place_of_what_would_be_judged(
    path: str, content: str, reason: str, at: str
) -> None:
    assert problems(path, content) == ([(reason, at)], [])


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("{name: [a, b]}", "'metadata.name' is not text"),
        ("{name: a, labels: none}", "'metadata.labels' is not a mapping"),
        ("{name: a, annotations: []}", "'metadata.annotations' is not a mapping"),
        ("none", "'metadata' is not a mapping"),
    ],
)
def test_odd_metadata(metadata: str, reason: str) -> None:
    told, images = problems("a.yaml", (POD % "x: y").replace("{name: a}\n", f"{metadata}\n"))
    assert ([one for one, _ in told], images) == ([reason], ["ok"])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.yaml", POD % "command: null, env: , securityContext: ~"),
        ("a.yaml", POD % "command: ['sleep', 5, true]"),
        (
            "a.yaml",
            f"apiVersion: example.com/v1\nkind: Odd\n{POD.partition('metadata')[2]}"
            % "env: {A: b}",
        ),
        (
            "a.yaml",
            "apiVersion: example.com/v1\nkind: Odd\nmetadata: {name: a}\nspec: [x]\n",
        ),
        (
            "stack.yaml",
            (
                "Resources: {T: {Type: 'AWS::ECS::TaskDefinition', Properties: {ContainerDefinitions: "
                "[{Name: a, Image: ok, Command: {Ref: X}}]}}}\n"
            ),
        ),
    ],
)
def test_what_is_empty_or_of_another_tool_is_no_fault(path: str, content: str) -> None:
    told, _ = problems(path, content)
    assert told == []


def test_a_fault_in_a_base_is_told_once_for_all_overlays() -> None:
    files = {
        "base/kustomization.yaml": b"resources: [pod.yaml]\n",
        "base/pod.yaml": (POD % "command: sleep 5").encode(),
        "a/kustomization.yaml": b"resources: [../base]\nnamePrefix: a-\n",
        "b/kustomization.yaml": b"resources: [../base]\nnamePrefix: b-\n",
    }
    facts = read(MemoryFiles(files), lambda _path: "").facts
    told = [fact for fact in facts if isinstance(fact, File) and fact.problem]
    assert [(one.used_at.file, one.problem) for one in told] == [
        ("base/pod.yaml", "'a.command' is not a list")
    ]
