"""Which files are Kubernetes', what their comments cover, and which environments their paths name."""

from __future__ import annotations

import pickle

import pytest

from immutable_delivery.containers.environments import Environment, conventional, ordered
from immutable_delivery.context import ParseContext
from immutable_delivery.formats import kubernetes
from immutable_delivery.formats.kubernetes.environments import Environments
from immutable_delivery.formats.kubernetes.recognition import template_at
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import documents

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: x}]}\n"


@pytest.mark.parametrize(
    ("path", "head", "claimed"),
    [
        ("a.yaml", POD, True),
        ("a.yml", f"# a comment\n---\n{POD}", True),
        ("a.yaml", "kind: Pod\napiVersion: v1\n", True),
        ("a.yaml", "\ufeff" + POD, True),
        ("a.json", '{\n  "kind": "Pod", "apiVersion": "v1"}', True),
        ("a.yaml", "{apiVersion: v1, kind: Pod}", True),
        ("a.yaml", '"apiVersion": v1\n"kind": Pod\n', True),
        ("templates/a.yaml", "{{- if x }}\napiVersion: v1\nkind: Pod\n{{- end }}\n", True),
        ("a.yaml", f"apiVersion: skaffold/v3\nkind: Config\n---\n{POD}", True),
        ("x/kustomization.yaml", "resources: []\n", True),
        ("x/kustomization.yml", "", True),
        ("Kustomization", "bases: []\n", True),
        ("a.yaml", "apiVersion: skaffold/v3\nkind: Config\n", False),
        ("a.yaml", "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n", False),
        ("score.yaml", "apiVersion: score.dev/v1b1\n", False),
        ("Chart.yaml", "apiVersion: v2\nname: x\nversion: 1.0.0\n", False),
        ("compose.yaml", "services: {}\n", False),
        ("a.yaml", "data: |\n  apiVersion: v1\n  kind: Pod\n", False),
        ("a.txt", POD, False),
        ("a.yaml", '# c\n{"apiVersion": "v1", "kind": "Pod"}\n', True),
        ("a.yaml", "  apiVersion: v1\n  kind: Pod\n", True),
        ("a.yaml", "? apiVersion\n: v1\nkind: Pod\n", True),
        ("a.yaml", "apiVersion: v1\rkind: Pod\r", True),
        ("a.yaml", "x: &r\n  apiVersion: v1\n  kind: Pod\n<<: *r\n", True),
        ("a.yaml", "!!str apiVersion: v1\nkind: Pod\n", True),
        ("a.yaml", '"\\x61piVersion": v1\n"k\\u0069nd": Pod\n', True),
        ("a.yaml", "a: 1\n---\n\ufeff  apiVersion: v1\n  kind: Pod\n", True),
        ("a.yaml", f"apiVersion: v1\ndata:\n  a: |\n{'    x' * 20000}\nkind: ConfigMap\n", True),
        ("a.yaml", "  apiVersion: skaffold/v3\n  kind: Config\n", False),
        ("a.yaml", "x: {apiVersion: v1, kind: Pod}\n", False),
        ("a.yaml", "", False),
        ("package.json", '{"name": "x"}', False),
        ("a.json", '{"definitions": {"apiVersion": {}, "kind": {"apiVersion": "v1"}}}', False),
        (
            "a.json",
            '{"apiVersion": "skaffold/v3", "kind": "Config", "x": {"apiVersion": "v1"}}',
            False,
        ),
        ("a.json", '{"apiVersion": "v1", "kind": "Pod"}{"apiVersion": "v1", "kind": "Pod"}', True),
        ("a.json", '{"apiVersion": "v1", "kind": "Pod",', True),
    ],
)
def test_claims(path: str, head: str, claimed: bool) -> None:
    assert kubernetes.claims(path, head.encode()) is claimed


def test_what_is_parsed_travels() -> None:
    parsed = kubernetes.parse(Text("a.yaml", POD))
    assert pickle.loads(pickle.dumps(parsed)).documents == parsed.documents


def test_comments_cover_the_statement_below() -> None:
    content = POD.replace("spec: {", "# imd: ignore[floating-tag] reason\nspec: {")
    (comment,) = kubernetes.comments(
        kubernetes.parse(Text("a.yaml", content)), Text("a.yaml", content)
    )
    assert comment.text == "imd: ignore[floating-tag] reason"
    assert comment.covers is not None
    assert content[slice(*comment.covers)].startswith("spec: {containers")


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("'floating-tag: not ours'", ["imd: ignore[floating-tag] not ours"]),
        (
            "'floating-tag, image: until=2030-01-01 soon'",
            ["imd: ignore[floating-tag, image] until=2030-01-01 soon"],
        ),
        ('"a: b\\nc: d"', ["imd: ignore[a] b", "imd: ignore[c] d"]),
        ("floating-tag", ["imd: ignore[] floating-tag"]),
        ("'layer:os: base'", ["imd: ignore[layer:os] base"]),
    ],
)
def test_annotations_suppress_in_the_whole_object(annotation: str, expected: list[str]) -> None:
    content = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n---\n{POD}".replace(
        "{name: p}", f"{{name: p, annotations: {{imd/ignore: {annotation}}}}}"
    )
    found = kubernetes.comments(kubernetes.parse(Text("a.yaml", content)), Text("a.yaml", content))
    assert [comment.text for comment in found] == expected
    for comment in found:
        assert comment.covers is not None
        assert content[slice(*comment.covers)] == content.partition("---\n")[2].rstrip("\n")


@pytest.mark.parametrize(
    ("path", "name", "evidence"),
    [
        ("overlays/staging/kustomization.yaml", "staging", "overlays/staging"),
        ("k8s/environments/eu-1/web.yaml", "eu-1", "k8s/environments/eu-1"),
        ("clusters/production/flux-system/x.yaml", "production", "clusters/production"),
        ("apps/web/dev/web.yaml", "dev", "apps/web/dev"),
        ("overlays/base/web.yaml", "", ""),
        ("deploy/web.prod.yaml", "prod", "web.prod.yaml"),
        ("deploy/web-staging.yml", "staging", "web-staging.yml"),
        ("tests/web.yaml", "", ""),
        ("deploy/web.yaml", "", ""),
        ("prod/overlays/eu/web.yaml", "prod", "prod"),
    ],
)
def test_environments_by_path(path: str, name: str, evidence: str) -> None:
    found = conventional(path)
    assert (found.name, found.evidence) == (name, evidence)


def environments() -> Environments:
    return Environments(ParseContext(MemoryFiles({})))


def test_environments_in_their_order() -> None:
    names = ("production", "dev", "qa", "eu", "staging", "")
    reached = ordered((Environment(name) for name in names), ParseContext(MemoryFiles({})))
    assert [one.name for one in reached] == ["dev", "qa", "staging", "production", "eu"]


@pytest.mark.parametrize(
    ("name", "development"),
    [("dev", True), ("local", True), ("dev-eu", True), ("device", False), ("prod", False)],
)
def test_development(name: str, development: bool) -> None:
    assert environments().of(f"overlays/{name}/kustomization.yaml").development is development


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("a: [1\nb: 2\n", False),
        ("a: {{ .Values.x }}\nkind: Pod\n", True),
        ("# {{ no }}\nkind: Pod\napiVersion: v1\n", False),
        ("{{- if .x }}\nkind: Pod\n{{- end }}\n", True),
    ],
)
def test_what_is_a_template(text: str, template: bool) -> None:
    source = Text("a.yaml", text)
    (document,) = documents(source)
    assert (template_at(document, source) is not None) is template
