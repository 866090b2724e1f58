"""Custom kinds: what workflows, deployers and OpenShift say beside pod specs."""

from __future__ import annotations

from typing import TypeVar

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Fetch, Image, Install, Resource
from immutable_delivery.formats import kubernetes
from immutable_delivery.links.updaters import link_updaters
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

F = TypeVar("F", bound=Fact)
DIGEST = "sha256:" + "0123456789abcdef" * 4


def facts(kind: type[F], content: str) -> list[F]:
    document = kubernetes.parse(Text("a.yaml", content))
    ctx = ParseContext(MemoryFiles({"a.yaml": content}))
    read = kubernetes.facts({"a.yaml": document}, ctx)
    linked = link_updaters([fact for fact in read if isinstance(fact, Fact)])
    assert ctx.troubles == []
    return [fact for fact in linked if isinstance(fact, kind)]


def custom(version: str, kind: str, spec: str) -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"


def written(content: str, fact: Fact, name: str) -> str:
    span = fact.place_of(name).span
    return content[span.start : span.end]


def workflow(template: str) -> str:
    return custom(
        "argoproj.io/v1alpha1", "WorkflowTemplate", f"{{templates: [{{name: t, {template}}}]}}"
    )


@pytest.mark.parametrize(
    ("template", "installs"),
    [
        ("script: {image: x:1, command: [bash], source: 'pip install foo'}", ["pip"]),
        ("script: {image: x:1, command: [/bin/sh], source: 'apk add foo'}", ["apk"]),
        ("script: {image: x:1, source: 'apk add foo'}", ["apk"]),
        ("script: {image: x:1, command: [python], source: 'apk add foo'}", []),
        ('script: {image: x:1, source: "#!/usr/bin/env python\\napk add foo"}', []),
        ('script: {image: x:1, source: "#!/usr/bin/env bash\\napk add foo"}', ["apk"]),
        ("containerSet: {containers: [{name: a, image: x:1, args: [sh, -c, 'gem install b']}]}", ["gem"]),
    ],
)  # fmt: skip
def test_scripts_of_workflows_are_read_where_a_shell_runs_them(
    template: str, installs: list[str]
) -> None:
    assert [fact.manager for fact in facts(Install, workflow(template))] == installs


@pytest.mark.parametrize(
    ("revision", "pin"),
    [("", "none"), (", revision: main", "alias"), (f", revision: {DIGEST[7:47]}", "digest")],
)
def test_a_repository_that_a_workflow_checks_out(revision: str, pin: str) -> None:
    git = f"git: {{repo: 'https://git.example/a/b'{revision}}}"
    content = workflow(
        f"container: {{image: x:1}}, inputs: {{artifacts: [{{name: s, path: /s, {git}}}]}}"
    )
    (fetch,) = facts(Fetch, content)
    assert (fetch.url, fetch.pin, fetch.scope.phase) == ("https://git.example/a/b", pin, "pipeline")


FLUX = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization")
HELM = ("helm.toolkit.fluxcd.io/v2", "HelmRelease")
ARGO = ("argoproj.io/v1alpha1", "Application")
ARGO_SET = ("argoproj.io/v1alpha1", "ApplicationSet")


@pytest.mark.parametrize(
    ("kind", "spec", "references"),
    [
        (FLUX, "{images: [{name: nginx, newTag: latest}]}", ["nginx:latest"]),
        (FLUX, "{images: [{name: nginx, newName: r.example/n, newTag: '1.10'}]}", ["r.example/n:1.10"]),
        (FLUX, f"{{images: [{{name: nginx, digest: '{DIGEST}'}}]}}", [f"nginx@{DIGEST}"]),
        (FLUX, "{images: [{name: nginx, newName: r.example/n}]}", []),
        (HELM, "{postRenderers: [{kustomize: {images: [{name: a, newTag: edge}]}}]}", ["a:edge"]),
        (ARGO, "{source: {kustomize: {images: ['old=new:main', 'b:2']}}}", ["new:main", "b:2"]),
        (ARGO, "{sources: [{kustomize: {images: [c]}}]}", ["c"]),
        (ARGO_SET, "{generators: [{list: {elements: [{}]}}], template: {spec: {source: {kustomize: {images: ['d:x']}}}}}", ["d:x"]),
        (ARGO_SET, "{template: {spec: {source: {kustomize: {images: ['d:x']}}}}}", []),
        (("postgresql.cnpg.io/v1", "ImageCatalog"), "{images: [{major: 16, image: 'pg:16'}]}", ["pg:16"]),
    ],
)  # fmt: skip
def test_images_that_a_deployer_puts_in(
    kind: tuple[str, str], spec: str, references: list[str]
) -> None:
    images = facts(Image, custom(*kind, spec))
    assert [image.reference for image in images] == references
    assert {image.scope.deployed for image in images} == ({True} if references else set())


def test_the_tag_decides_what_flux_puts_in() -> None:
    content = custom(*FLUX, "{images: [{name: nginx, newTag: latest}]}")
    (image,) = facts(Image, content)
    assert (image.pin, written(content, image, "tag")) == ("alias", "latest")


TEMPLATE = """apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: t}
parameters: [{name: IMAGE, value: 'r.example/x:latest'}, {name: TAG}, {name: USER, value: root}]
objects:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: '${USER}-web'}
    spec: {template: {spec: {containers: [{name: a, image: '%s'}]}}}
"""


def test_a_parameter_of_a_template_decides() -> None:
    content = TEMPLATE % "${IMAGE}"
    (image,) = facts(Image, content)
    assert (image.reference, image.scope.service) == ("r.example/x:latest", "root-web")
    assert written(content, image, "tag") == "latest"
    assert image.place_of("tag").span.start < content.index("objects:")


def test_a_parameter_without_a_value_is_unknown() -> None:
    (image,) = facts(Image, TEMPLATE % "x:${{TAG}}")
    assert (image.name, image.pin, image.unresolved) == ("x", None, "${{TAG}}")


@pytest.mark.parametrize(
    ("trigger", "updaters"),
    [
        ("{type: ImageChange, imageChangeParams: {automatic: true}}", ["The ImageChange trigger"]),
        ("{type: ImageChange, imageChangeParams: {automatic: false}}", []),
        ("{type: ImageChange, imageChangeParams: {}}", []),
        ("{type: ConfigChange}", []),
    ],
)
def test_a_trigger_that_swaps_the_image(trigger: str, updaters: list[str]) -> None:
    spec = (
        f"{{triggers: [{trigger}], template: {{spec: {{containers: [{{name: a, image: ' '}}]}}}}}}"
    )
    content = custom("apps.openshift.io/v1", "DeploymentConfig", spec)
    assert [fact.name for fact in facts(Resource, content)] == updaters
    assert facts(Image, content) == []


@pytest.mark.parametrize(
    ("value", "updaters"),
    [
        ('[{"from":{"name":"web:latest"}}]', ["The image trigger"]),
        ('[{"from":{"name":"web:latest"},"paused":"true"}]', []),
        ('[{"from":{"name":"web:latest"},"paused": true}]', []),
    ],
)
def test_an_annotation_that_swaps_the_image(value: str, updaters: list[str]) -> None:
    spec = "{template: {spec: {containers: [{name: a, image: ' '}]}}}"
    annotated = f"{{name: a, annotations: {{image.openshift.io/triggers: '{value}'}}}}"
    content = custom("apps/v1", "Deployment", spec).replace("{name: a}\nspec", f"{annotated}\nspec")
    found = [fact.name for fact in facts(Resource, content) if fact.resource_type == "updater"]
    assert found == updaters
    assert facts(Image, content) == []


def test_a_blank_image_that_nothing_puts_in_is_malformed() -> None:
    spec = "{template: {spec: {containers: [{name: a, image: ' '}]}}}"
    (image,) = facts(Image, custom("apps/v1", "Deployment", spec))
    assert image.pin == "malformed"


def test_keel_is_told_by_a_label_too() -> None:
    content = custom("apps/v1", "Deployment", "{}").replace(
        "{name: a}", "{name: a, labels: {keel.sh/policy: major}}"
    )
    found = [fact.name for fact in facts(Resource, content) if fact.resource_type == "updater"]
    assert found == ["Keel"]


RULE = '{"rules": [{"selection": {"tagStatus": "%s"}, "action": {"type": "%s"}}]}'


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        (("ecr.services.k8s.aws/v1alpha1", "Repository"), "{lifecyclePolicy: '%s'}"),
        (("ecr.aws.upbound.io/v1beta1", "LifecyclePolicy"), "{forProvider: {policy: '%s'}}"),
        (("ecr.aws.crossplane.io/v1beta1", "LifecyclePolicy"), "{forProvider: {lifecyclePolicyText: '%s'}}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("policy", "history"),
    [
        (RULE % ("untagged", "expire"), 0),
        (RULE % ("any", "expire"), 0),
        (RULE % ("tagged", "expire"), -1),
        (RULE % ("untagged", "keep"), -1),
        ('{"rules": [1, {}, {"selection": 1}]}', -1),
        ('{"rules": {}}', -1),
        ("[]", -1),
        ("no JSON", None),
        ("[" * 5000, None),
    ],
)
def test_a_registry_that_deletes_what_no_tag_names(
    kind: tuple[str, str], spec: str, policy: str, history: int | None
) -> None:
    (registry,) = facts(Resource, custom(*kind, spec % policy))
    assert (registry.resource_type, registry.history) == ("registry", history)


@pytest.mark.parametrize(
    ("version", "kind", "spec"),
    [
        ("build.openshift.io/v1", "BuildConfig", "{strategy: {dockerStrategy: {from: REF}}}"),
        ("build.openshift.io/v1", "BuildConfig", "{strategy: {sourceStrategy: {from: REF}}}"),
        ("image.openshift.io/v1", "ImageStream", "{tags: [{name: web, from: REF}]}"),
    ],
)
def test_what_openshift_builds_on_and_imports(version: str, kind: str, spec: str) -> None:
    image = spec.replace("REF", "{kind: DockerImage, name: 'example.com/web:latest'}")
    stream = spec.replace("REF", "{kind: ImageStreamTag, name: 'web:latest'}")
    assert [fact.reference for fact in facts(Image, custom(version, kind, image))] == [
        "example.com/web:latest"
    ]
    assert facts(Image, custom(version, kind, stream)) == []
