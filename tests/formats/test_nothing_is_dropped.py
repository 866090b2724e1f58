"""What other linters skip without a word: here each file is judged, or it is said why it is not."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import File, Image
from immutable_delivery.reading.project import Project, read
from immutable_delivery.source.files import MemoryFiles

CONTAINERS = "containers: [{name: a, image: 'nginx:latest'}]"
SPEC = f"spec: {{{CONTAINERS}}}"


def pod(metadata: str = "name: a", more: str = SPEC, version: str = "v1", kind: str = "Pod") -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{{metadata}}}\n{more}\n"


def project(content: str, path: str = "deploy/a.yaml") -> Project:
    return read(MemoryFiles({path: content.encode()}), lambda _path: "")


def references(found: Project) -> list[str]:
    return [fact.text for fact in found.facts if isinstance(fact, Image)]


def problems(found: Project) -> list[str]:
    return [fact.problem for fact in found.facts if isinstance(fact, File) and fact.problem]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pod("name: 'app-#{Env}#'"), id="a name with a placeholder of a pipeline"),
        pytest.param(pod("name: '${NAME}'"), id="a name with a variable"),
        pytest.param(pod().replace("{name: a}\n", "\n  name: app-${NAME}\n"), id="a bare name with a variable"),
        pytest.param(pod("name: $(name)"), id="a name with a parameter"),
        pytest.param(pod("name: __NAME__"), id="a name with a token"),
        pytest.param(pod("name: '{{ name }}'"), id="a quoted template as a name"),
        pytest.param(pod("name: ''"), id="an empty name"),
        pytest.param(pod("name: 1.10"), id="a number as a name"),
        pytest.param(
            pod("name: a, annotations: {x: 'Values {{ .x }} #'}"), id="templates in an annotation"
        ),
        pytest.param(pod().replace("metadata: {name: a}\n", ""), id="no metadata"),
        pytest.param(
            f"apiVersion: v1\nkind: PodList\nitems: [{{metadata: {{name: a}}, {SPEC}}}]\n",
            id="a list of pods whose items have no kind",
        ),
        pytest.param(
            f"apiVersion: v1\nkind: PodList\nitems: [{{apiVersion: v1, kind: Pod, {SPEC}}}]\n",
            id="a list of pods",
        ),
        pytest.param(
            "apiVersion: apps/v1\nkind: DeploymentList\nitems: "
            f"[{{metadata: {{name: a}}, spec: {{template: {{{SPEC}}}}}}}]\n",
            id="a list of deployments",
        ),
        pytest.param(
            f"apiVersion: v1\nkind: List\nitems: [{{apiVersion: v1, kind: List, items: "
            f"[{{apiVersion: v1, kind: Pod, {SPEC}}}]}}]\n",
            id="a list in a list",
        ),
        pytest.param(
            pod(more=f"spec: {{template: {{{SPEC}}}}}", version="argoproj.io/v1alpha1", kind="Rollout"),
            id="a rollout",
        ),
        pytest.param(
            pod(more=f"spec: {{template: {{{SPEC}}}}}", version="serving.knative.dev/v1", kind="Service"),
            id="a Knative service",
        ),
        pytest.param(
            pod(more="spec: {ephemeralContainers: [{name: a, image: 'nginx:latest'}]}"),
            id="an ephemeral container without others",
        ),
        pytest.param(pod("name: !Sub a"), id="a custom tag on a name"),
        pytest.param(pod(more=f"x: !reference [a, b]\n{SPEC}"), id="a custom tag beside the pod"),
        pytest.param(pod(more=SPEC.replace("'nginx:latest'", "!env 'nginx:latest'")), id="a tagged image"),
        pytest.param(
            pod(more=SPEC.replace("name: a, ", "name: a, env: [{name: X, value: =}], ")), id="a lone ="
        ),
        pytest.param(pod(more=SPEC) + "status: =\n", id="a lone = at the end"),
        pytest.param(f"# note\n--- # first\n{pod()}", id="a comment behind the document's begin"),
        pytest.param(f"\ufeff{pod()}", id="a byte order mark"),
        pytest.param(pod().replace("\n", "\r\n"), id="CRLF"),
        pytest.param(f"{pod()}\n---\n\n---\n# nothing", id="empty documents"),
    ],
)  # fmt: skip
def test_it_is_judged(content: str) -> None:
    found = project(content)
    assert references(found) == ["nginx:latest"]
    assert problems(found) == []


def test_an_image_beside_containers_counts_too() -> None:
    more = f"spec: {{{CONTAINERS}, volumes: [{{name: v, image: {{reference: 'data:latest'}}}}]}}"
    assert sorted(references(project(pod(more=more)))) == ["data:latest", "nginx:latest"]


@pytest.mark.parametrize(
    "broken",
    [
        pod("name: {{ .Values.name }}"),
        pod(more="{{- if .Values.on }}\nspec: {}\n{{- end }}"),
        pod(more="spec:\n  {{- toYaml .Values.spec | nindent 2 }}"),
        pod("name: @NAME@"),
        pod().replace("{name: a}", "\n  name: @@NAME@@"),
        pod().replace("{name: a}", "\n  name: %NAME%"),
        pod().replace("{name: a}", "\n  name: %%NAME%%"),
    ],
)
def test_one_templated_document_hides_none_of_its_neighbours(broken: str) -> None:
    found = project(f"{pod('name: first')}---\n{broken}---\n{pod('name: last')}")
    assert references(found) == ["nginx:latest", "nginx:latest"]
    assert [one.skipped for one in found.inputs.values()] == [
        "template: holds template expressions"
    ]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("a: [\n", "flow"),
        ("a: b: c\n", "mapping values"),
        ("a: &x {b: *y}\n", "alias"),
        ("\tkey: x\n", "token"),
        ("key: @x\n", "token"),
        ("# @NAME@\na: [\n", "flow"),
    ],
)
def test_one_broken_document_is_told_and_hides_none_of_its_neighbours(
    broken: str, problem: str
) -> None:
    found = project(f"{pod('name: first')}---\n{broken}---\n{pod('name: last')}")
    assert references(found) == ["nginx:latest", "nginx:latest"]
    (told,) = problems(found)
    assert problem in told
