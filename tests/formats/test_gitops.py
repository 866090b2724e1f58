"""What Argo CD, Flux and their kin take from where, as facts with their places."""

from __future__ import annotations

import json

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Image, Resource, Source, Unread
from immutable_delivery.formats import kubernetes
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = "sha256:" + "0123456789abcdef" * 4
ARGO = ("argoproj.io/v1alpha1", "Application")


def facts(content: str) -> list[Fact]:
    document = kubernetes.parse(Text("a.yaml", content))
    ctx = ParseContext(MemoryFiles({"a.yaml": content}))
    found = [fact for fact in kubernetes.facts({"a.yaml": document}, ctx) if isinstance(fact, Fact)]
    assert ctx.troubles == []
    return found


def sources(kind: tuple[str, str], spec: str) -> tuple[str, list[Source]]:
    content = f"apiVersion: {kind[0]}\nkind: {kind[1]}\nmetadata: {{name: web}}\nspec: {spec}\n"
    return content, [fact for fact in facts(content) if isinstance(fact, Source)]


def flux(group: str, kind: str) -> tuple[str, str]:
    return f"{group}.toolkit.fluxcd.io/v1", kind


GIT = flux("source", "GitRepository")
OCI = flux("source", "OCIRepository")
HELM = flux("helm", "HelmRelease")
URL = "https://git.example/shop/web.git"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (f"{{source: {{repoURL: '{URL}', path: a, targetRevision: HEAD}}}}", ("git", URL, "HEAD", "alias", False)),
        (f"{{source: {{repoURL: '{URL}', path: a}}}}", ("git", URL, "", "none", False)),
        (f"{{source: {{repoURL: '{URL}', path: a, targetRevision: v1.2.3}}}}", ("git", URL, "v1.2.3", "exact", False)),
        (f"{{source: {{repoURL: '{URL}', path: a, targetRevision: 1.2.*}}}}", ("git", URL, "1.2.*", "partial", True)),
        (f"{{source: {{repoURL: '{URL}', path: a, targetRevision: {COMMIT}}}}}", ("git", URL, COMMIT, "digest", False)),
        ("{source: {repoURL: 'https://c.example/', chart: web, targetRevision: 1.2.3}}", ("chart", "https://c.example/web", "1.2.3", "exact", False)),
        ("{source: {repoURL: r.example/charts, chart: web, targetRevision: '>=1'}}", ("chart", "r.example/charts/web", ">=1", "partial", True)),
        ("{source: {repoURL: r.example/charts, chart: web}}", ("chart", "r.example/charts/web", "", "none", False)),
        ("{source: {repoURL: 'oci://r.example/web', path: ., targetRevision: 1.2.3}}", ("oci", "oci://r.example/web", "1.2.3", "exact", False)),
        (f"{{source: {{repoURL: 'oci://r.example/web', path: ., targetRevision: '{DIGEST}'}}}}", ("oci", "oci://r.example/web", DIGEST, "digest", False)),
        (f"{{sourceHydrator: {{drySource: {{repoURL: '{URL}', path: a, targetRevision: main}}}}}}", ("git", URL, "main", "alias", False)),
    ],
)  # fmt: skip
def test_the_source_of_an_application(spec: str, said: tuple[object, ...]) -> None:
    content, (source,) = sources(ARGO, spec)
    assert (source.source_type, source.url, source.ref, source.pin, source.range) == said
    span = source.place_of("ref", "url").span
    assert content[span.start : span.end] == (source.ref or content[span.start : span.end])
    assert source.scope.owner == "Application/web"


def test_values_of_a_fixed_chart_come_from_where_the_reference_says() -> None:
    chart = "{repoURL: r.example, chart: web, targetRevision: %s, helm: {valueFiles: [$v/a.yaml]}}"
    values = f"{{repoURL: '{URL}', targetRevision: main, ref: v}}"
    for version, expected in (("2.0.0", "web 2.0.0"), ("2.x", "")):
        _, found = sources(ARGO, f"{{sources: [{chart % version}, {values}]}}")
        assert [one.values_of for one in found] == ["", expected]


@pytest.mark.parametrize(
    ("kind", "spec", "said"),
    [
        (GIT, f"{{url: '{URL}'}}", ("git", URL, "", "none")),
        (GIT, f"{{url: '{URL}', ref: {{branch: v1.2.3}}}}", ("git", URL, "v1.2.3", "alias")),
        (GIT, f"{{url: '{URL}', ref: {{branch: main, tag: v1.2.3}}}}", ("git", URL, "v1.2.3", "exact")),
        (GIT, f"{{url: '{URL}', ref: {{branch: main, commit: {COMMIT}}}}}", ("git", URL, COMMIT, "digest")),
        (GIT, f"{{url: '{URL}', ref: {{name: refs/heads/main}}}}", ("git", URL, "refs/heads/main", "alias")),
        (GIT, f"{{url: '{URL}', ref: {{tag: v1.2.3, semver: 1.2.3}}}}", ("git", URL, "1.2.3", "partial")),
        (OCI, "{url: 'oci://r.example/a'}", ("oci", "oci://r.example/a", "", "none")),
        (OCI, "{url: 'oci://r.example/a', ref: {tag: latest}}", ("oci", "oci://r.example/a", "latest", "alias")),
        (OCI, "{url: 'oci://r.example/a', ref: {tag: 1.2.3}}", ("oci", "oci://r.example/a", "1.2.3", "exact")),
        (OCI, "{url: 'oci://r.example/a', ref: {tag: 1.2.3, semver: 1.x}}", ("oci", "oci://r.example/a", "1.x", "partial")),
        (OCI, f"{{url: 'oci://r.example/a', ref: {{tag: 1.2.3, digest: '{DIGEST}'}}}}", ("oci", "oci://r.example/a", DIGEST, "digest")),
        (flux("source", "HelmRepository"), "{url: 'https://c.example'}", ("chart", "https://c.example", "", "")),
        (flux("source", "Bucket"), "{endpoint: s3.example, bucketName: b}", ("bucket", "s3.example", "", "none")),
        (flux("source", "HelmChart"), "{chart: web, version: 1.x, sourceRef: {kind: HelmRepository, name: c}}", ("chart", "web", "1.x", "partial")),
        (HELM, "{chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: c}}}}", ("chart", "web", "", "none")),
        (HELM, "{chart: {spec: {chart: web, version: 1.2.3, sourceRef: {kind: HelmRepository, name: c}}}}", ("chart", "web", "1.2.3", "exact")),
        (HELM, "{chart: {spec: {chart: ./web, version: '*', sourceRef: {kind: GitRepository, name: c}}}}", ("chart", "c", "", "")),
        (HELM, "{chartRef: {kind: OCIRepository, name: c}}", ("chart", "c", "", "")),
        (flux("kustomize", "Kustomization"), "{path: ./a, sourceRef: {kind: GitRepository, name: c}}", ("git", "c", "", "")),
        (("fleet.cattle.io/v1alpha1", "GitRepo"), f"{{repo: '{URL}'}}", ("git", URL, "", "none")),
        (("fleet.cattle.io/v1alpha1", "GitRepo"), f"{{repo: '{URL}', branch: x, revision: {COMMIT}}}", ("git", URL, COMMIT, "digest")),
        (("helm.cattle.io/v1", "HelmChart"), "{chart: web, repo: 'https://c.example', version: 1.2.3}", ("chart", "https://c.example/web", "1.2.3", "exact")),
        (("helm.cattle.io/v1", "HelmChart"), "{chart: 'https://c.example/web-1.2.3.tgz'}", ("chart", "https://c.example/web-1.2.3.tgz", "", "exact")),
        (("helm.crossplane.io/v1", "Release"), "{forProvider: {chart: {name: web, repository: 'https://c.example'}}}", ("chart", "https://c.example/web", "", "none")),
        (("kargo.akuity.io/v1alpha1", "Warehouse"), f"{{subscriptions: [{{git: {{repoURL: '{URL}', branch: main}}}}]}}", ("git", URL, "main", "")),
    ],
)  # fmt: skip
def test_what_other_deployers_follow(
    kind: tuple[str, str], spec: str, said: tuple[object, ...]
) -> None:
    _, (source,) = sources(kind, spec)
    assert (source.source_type, source.url, source.ref, source.pin) == said


def test_an_instance_of_flux_is_installed_and_follows_a_repository() -> None:
    spec = "{distribution: {version: 2.x, registry: ghcr.io/fluxcd}, sync: {kind: GitRepository, url: 'https://git.example/a.git', ref: refs/heads/main, path: ./a}}"
    _, found = sources(("fluxcd.controlplane.io/v1", "FluxInstance"), spec)
    assert [(one.source_type, one.url, one.ref, one.pin, one.range, one.folder) for one in found] == [
        ("oci", "ghcr.io/fluxcd", "2.x", "partial", True, ""), ("git", "https://git.example/a.git", "refs/heads/main", "alias", False, "./a"),
    ]  # fmt: skip


def test_a_plugin_that_makes_manifests_is_told() -> None:
    spec = "{source: {repoURL: 'https://git.example/a', path: b, targetRevision: v1.2.3, plugin: {name: secret}}}"
    content = f"apiVersion: {ARGO[0]}\nkind: {ARGO[1]}\nmetadata: {{name: web}}\nspec: {spec}\n"
    assert [(one.subject, one.reason) for one in facts(content) if isinstance(one, Unread)] == [
        ("plugin of Argo CD", "what it makes of a source is not known"),
    ]  # fmt: skip


def test_what_looks_for_images_runs_none() -> None:
    kind = "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nmetadata: {name: web}\n"
    assert [
        one for one in facts(f"{kind}spec: {{image: r.example/web}}\n") if isinstance(one, Image)
    ] == []


UPDATER = "apiVersion: argocd-image-updater.argoproj.io/v1alpha1\nkind: ImageUpdater\nmetadata: {name: u}\nspec:\n"


@pytest.mark.parametrize(
    ("spec", "updaters"),
    [
        ("  applicationRefs: [{namePattern: web, images: [{alias: a, imageName: 'nginx:1.x'}]}]", 1),
        ("  applicationRefs: [{namePattern: web}]", 0),
        ("  writeBackConfig: {method: git}\n  applicationRefs: [{namePattern: web, images: [{imageName: a}]}]", 0),
        ("  writeBackConfig: {method: 'git:secret:a/b'}\n  applicationRefs: [{namePattern: web, images: [{imageName: a}]}]", 0),
        ("  applicationRefs: [{namePattern: a, writeBackConfig: {method: argocd}, images: [{imageName: a}]}]", 1),
    ],
)  # fmt: skip
def test_an_image_updater_that_writes_to_the_cluster_alone(spec: str, updaters: int) -> None:
    found = [one for one in facts(UPDATER + spec + "\n") if isinstance(one, Resource)]
    assert [one.resource_type for one in found] == ["updater"] * updaters


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("jsonPointers: [/spec/template/spec/containers/0/image]", True),
        ("jsonPointers: [/spec/template/spec/containers]", True),
        ("jsonPointers: [/spec/template/spec/initContainers/1]", True),
        ("jqPathExpressions: ['.spec.template.spec.containers[].image']", True),
        ("jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == \"a\") | .image']", True),
        ("jsonPointers: [/spec/replicas]", False),
        ("jqPathExpressions: ['.spec.template.spec.containers[].imagePullPolicy']", False),
        ("jqPathExpressions: ['.spec.template.spec.containers[].resources']", False),
    ],
)  # fmt: skip
def test_differences_of_images_that_nobody_mends(path: str, told: bool) -> None:
    spec = f"{{source: {{repoURL: x, path: y}}, ignoreDifferences: [{{kind: Deployment, {path}}}]}}"
    content = f"apiVersion: {ARGO[0]}\nkind: {ARGO[1]}\nmetadata: {{name: web}}\nspec: {spec}\n"
    found = [one.tolerates for one in facts(content) if isinstance(one, Resource)]
    assert bool(found) is told


def references(path_or_files: dict[str, str]) -> list[tuple[str | None, str, str]]:
    """Return the images that a project names: reference, file and text of what decides the tag."""
    documents = {
        path: kubernetes.parse(Text(path, content))
        for path, content in path_or_files.items()
        if path != "values/web.yaml"
    }
    ctx = ParseContext(MemoryFiles(path_or_files))
    found = []
    for fact in kubernetes.facts(documents, ctx):
        if isinstance(fact, Image):
            at = fact.place_of("tag")
            found.append(
                (fact.reference, at.file, path_or_files[at.file][at.span.start : at.span.end])
            )
    assert ctx.troubles == []
    return found


CHART = "repoURL: https://c.example, chart: web, targetRevision: 1.2.3"


@pytest.mark.parametrize(
    "helm",
    [
        "valuesObject: {image: {repository: x, tag: latest}}",
        'values: "image: {repository: x, tag: latest}"',
        "valuesObject: {image: {repository: x, tag: '1'}}, parameters: [{name: image.tag, value: latest}]",
        'valuesObject: {image: {tag: latest}}, values: "image: {repository: x, tag: main}"',
    ],
)
def test_the_values_of_an_application(helm: str) -> None:
    content = f"apiVersion: {ARGO[0]}\nkind: {ARGO[1]}\nmetadata: {{name: web}}\nspec: {{source: {{{CHART}, helm: {{{helm}}}}}}}\n"
    assert references({"app.yaml": content}) == [("x:latest", "app.yaml", "latest")]


def test_values_that_another_source_brings_are_read_where_they_lie_here() -> None:
    content = (
        f"apiVersion: {ARGO[0]}\nkind: {ARGO[1]}\nmetadata: {{name: web}}\nspec:\n  sources:\n"
        f"  - {{{CHART}, helm: {{valueFiles: [$v/values/web.yaml, $v/values/none.yaml, values.yaml]}}}}\n"
        f"  - {{repoURL: '{URL}', targetRevision: v1.2.3, ref: v}}\n"
    )
    files = {"app.yaml": content, "values/web.yaml": "image:\n  repository: x\n  tag: latest\n"}
    assert references(files) == [("x:latest", "values/web.yaml", "latest")]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        (HELM, "{chartRef: {kind: OCIRepository, name: c}, values: {image: {repository: x, tag: latest}}}"),
        (("helm.cattle.io/v1", "HelmChart"), '{chart: web, valuesContent: "image: {repository: x, tag: latest}"}'),
        (("helm.crossplane.io/v1", "Release"), "{forProvider: {values: {image: {repository: x, tag: latest}}}}"),
        (("fleet.cattle.io/v1alpha1", "HelmOp"), "{helm: {chart: a, values: {image: {repository: x, tag: latest}}}}"),
    ],
)  # fmt: skip
def test_the_values_of_other_releases(kind: tuple[str, str], spec: str) -> None:
    content = f"apiVersion: {kind[0]}\nkind: {kind[1]}\nmetadata: {{name: web}}\nspec: {spec}\n"
    assert references({"a.yaml": content}) == [("x:latest", "a.yaml", "latest")]


def test_values_from_a_config_map_are_laid_under_those_of_the_release() -> None:
    release = (
        f"apiVersion: {HELM[0]}\nkind: {HELM[1]}\nmetadata: {{name: web}}\nspec:\n"
        "  valuesFrom: [{kind: ConfigMap, name: base}, {kind: ConfigMap, name: one, valuesKey: t, targetPath: image.tag}, {kind: Secret, name: s}]\n"
        "  values: {image: {repository: x}}\n"
    )
    base = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\ndata:\n  values.yaml: |\n    image: {repository: y, tag: '1'}\n"
    one = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {t: latest}\n"
    files = {"a.yaml": f"{release}---\n{base}---\n{one}"}
    assert references(files) == [("x:latest", "a.yaml", "latest")]


@pytest.mark.parametrize("text", ["[a]", "a: [", "{{ x }}", "", "\u0000"])
def test_values_that_are_no_mapping_say_nothing(text: str) -> None:
    content = f"apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: web}}\nspec: {{chart: web, valuesContent: {json.dumps(text)}}}\n"
    assert references({"a.yaml": content}) == []
