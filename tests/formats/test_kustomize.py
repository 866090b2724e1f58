"""Kustomizations: what they make of their bases, where each value is decided, and what they cannot build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pytest

from immutable_delivery.context import Environment, ParseContext, ReadingSettings
from immutable_delivery.facts import Fact, Image, Mount, Resource, Source, Start, Variable
from immutable_delivery.formats import kubernetes
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Text

DIGEST = "sha256:" + "ab" * 32
FactT = TypeVar("FactT", bound=Fact)


class Project:
    """Files in memory, and the facts that they make."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = dict(files)
        self.ctx = ParseContext(MemoryFiles(self.files))
        parsed = {
            path: kubernetes.parse(Text(path, content))
            for path, content in self.files.items()
            if kubernetes.claims(path, content.encode())
        }
        self.facts = list(kubernetes.facts(parsed, self.ctx))

    def of(self, kind: type[FactT]) -> list[FactT]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def one(self, kind: type[FactT]) -> FactT:
        (found,) = self.of(kind)
        return found

    def written(self, place: Place) -> str:
        return self.files[place.file][place.span.start : place.span.end]

    def at(self, fact: Fact, name: str) -> tuple[str, str]:
        place = fact.places[name]
        return place.file, self.written(place)

    @property
    def troubles(self) -> list[tuple[str, str]]:
        return [(trouble.path, trouble.reason) for trouble in self.ctx.troubles]


def deployment(
    image: str = "nginx:1.2.3", *, name: str = "web", more: str = "", volumes: str = "[]"
) -> str:
    """Return a Deployment of one container."""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  template:\n    spec:\n"
        f"      volumes: {volumes}\n      containers:\n      - name: app\n        image: {image}\n{more}"
    )


def overlay(content: str, base: str = "", **more: str) -> Project:
    """Return a project of a base and the overlay `overlays/staging`."""
    files = {
        "base/web.yaml": base or deployment(),
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "overlays/staging/kustomization.yaml": f"resources: [../../base]\n{content}",
    }
    return Project(files | more)


STAGING = "overlays/staging/kustomization.yaml"
BASE = "base/web.yaml"


def test_a_tag_is_decided_where_the_overlay_writes_it() -> None:
    project = overlay("images:\n- name: nginx\n  newTag: 1.10.2\n")
    image = project.one(Image)
    assert (image.reference, image.scope.environments) == ("nginx:1.10.2", ("staging",))
    assert project.at(image, "tag") == (STAGING, "1.10.2")
    assert project.at(image, "repository") == (BASE, "nginx")
    assert (image.used_at.file, project.written(image.used_at)) == (BASE, "nginx:1.2.3")


def test_every_part_of_a_reference_has_its_own_place() -> None:
    project = overlay(
        f"images:\n- {{name: nginx, newName: mirror:5000/x, newTag: '2', digest: '{DIGEST}'}}\n"
    )
    image = project.one(Image)
    assert image.reference == f"mirror:5000/x:2@{DIGEST}"
    assert [project.at(image, name) for name in ("repository", "tag", "digest")] == [
        (STAGING, "mirror:5000/x"),
        (STAGING, "2"),
        (STAGING, DIGEST),
    ]


@pytest.mark.parametrize(
    ("image", "entry", "expected", "lost"),
    [
        (f"nginx:1@{DIGEST}", "newTag: '2'", "nginx:2", DIGEST),
        (f"nginx@{DIGEST}", "newName: x", f"x@{DIGEST}", ""),
        ("nginx:1", f"digest: '{DIGEST}'", f"nginx@{DIGEST}", ""),
        ("nginx:1", "newTag: '2'", "nginx:2", ""),
        (f"nginx@{DIGEST}", f"newTag: '2', digest: '{DIGEST}'", f"nginx:2@{DIGEST}", ""),
    ],
)
def test_an_overlay_may_take_the_digest(image: str, entry: str, expected: str, lost: str) -> None:
    found = overlay(f"images: [{{name: nginx, {entry}}}]\n", base=deployment(image)).one(Image)
    assert (found.reference, found.unpinned_from) == (expected, lost)


def test_a_digest_that_comes_back_is_not_lost() -> None:
    project = Project(
        {
            "base/web.yaml": deployment(f"nginx@{DIGEST}"),
            "base/kustomization.yaml": "resources: [web.yaml]\nimages: [{name: nginx, newTag: '2'}]\n",
            "top/kustomization.yaml": f"resources: [../base]\nimages: [{{name: nginx, digest: '{DIGEST}'}}]\n",
        }
    )
    assert (project.one(Image).digest, project.one(Image).unpinned_from) == (DIGEST, "")


@pytest.mark.parametrize(
    "patch",
    [
        (
            "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n"
            "    spec:\n      template:\n        spec:\n          containers:\n          - name: app\n            image: other:5\n"
        ),
        (
            "patches:\n- target: {kind: Deployment, name: w.b}\n  patch: |-\n    - op: replace\n"
            "      path: /spec/template/spec/containers/0/image\n      value: other:5\n"
        ),
        (
            'patches:\n- target: {labelSelector: \'!none\'}\n  patch: \'[{"op": "replace", '
            '"path": "/spec/template/spec/containers/0/image", "value": "other:5"}]\'\n'
        ),
    ],
)
def test_a_patched_value_stands_in_the_patch(patch: str) -> None:
    project = overlay(patch, base=deployment(f"nginx@{DIGEST}"))
    image = project.one(Image)
    assert (image.reference, image.unpinned_from) == ("other:5", DIGEST)
    assert project.at(image, "tag") == (STAGING, "5")
    assert project.written(image.used_at) == "other:5"
    assert image.extent.file == image.used_at.file
    assert not project.troubles


def test_a_patch_file_is_judged_through_its_kustomization_only() -> None:
    patch = deployment("patched:1", more="        command: [run]\n")
    project = overlay("patches: [{path: patch.yaml}]\n", **{"overlays/staging/patch.yaml": patch})
    assert [image.reference for image in project.of(Image)] == ["patched:1"]
    assert project.at(project.one(Start), "argv") == ("overlays/staging/patch.yaml", "[run]")
    assert not project.troubles


def test_a_base_is_judged_through_its_overlays_and_once() -> None:
    project = overlay(
        "images: [{name: nginx, newTag: '2'}]\n",
        base=deployment(
            volumes="[{name: v, hostPath: {path: /srv}}]",
            more="        volumeMounts: [{name: v, mountPath: /m}]\n",
        ),
        **{
            "overlays/dev/kustomization.yaml": "resources: [../../base]\nimages: [{name: nginx, newTag: '3'}]\n",
            "overlays/production/kustomization.yaml": "resources: [../../base]\nimages: [{name: nginx, newTag: '2'}]\n",
        },
    )
    assert {
        (one.reference, one.scope.environments, one.scope.development) for one in project.of(Image)
    } == {
        ("nginx:2", ("staging",), False),
        ("nginx:2", ("production",), False),
        ("nginx:3", ("dev",), True),
    }
    mount = project.one(Mount)
    assert (mount.scope.environments, mount.scope.development) == (
        ("dev", "staging", "production"),
        False,
    )


def test_environments_of_the_configuration_come_first() -> None:
    project = overlay("")
    live = Environment(name="live", paths=("overlays/staging",))
    ctx = ParseContext(MemoryFiles(project.files), settings=ReadingSettings((live,)))
    parsed = {
        path: kubernetes.parse(Text(path, content)) for path, content in project.files.items()
    }
    found = [fact for fact in kubernetes.facts(parsed, ctx) if isinstance(fact, Fact)]
    assert {fact.scope.environments for fact in found} == {("live",)}


def test_names_of_owners_are_without_what_overlays_add() -> None:
    image = overlay("namePrefix: staging-\nnameSuffix: -v2\nnamespace: x\n").one(Image)
    assert (image.scope.owner, image.scope.service) == ("Deployment/web (container app)", "web")


def test_components_change_those_who_include_them() -> None:
    part = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages: [{name: nginx, newTag: '4'}]\n"
    project = overlay("components: [../../part]\n", **{"part/kustomization.yaml": part})
    image = project.one(Image)
    assert (image.reference, project.at(image, "tag")) == (
        "nginx:4",
        ("part/kustomization.yaml", "4"),
    )
    assert not project.troubles


def test_an_unused_component_is_no_trouble() -> None:
    part = (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [more.yaml]\n"
        "patches:\n- patch: |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: nobody}\n"
    )
    project = Project({"part/kustomization.yaml": part, "part/more.yaml": deployment("more:1")})
    assert [one.reference for one in project.of(Image)] == ["more:1"]
    assert not project.troubles


@pytest.mark.parametrize(
    ("options", "immutable"),
    [
        ("", True),
        ("generatorOptions: {disableNameSuffixHash: true}\n", False),
        ("generatorOptions: {disableNameSuffixHash: true, immutable: true}\n", True),
    ],
)
def test_generated_config_maps_change_their_names(options: str, immutable: bool) -> None:
    base = deployment(
        volumes="[{name: v, configMap: {name: conf}}]",
        more="        command: [sh, /c/run.sh]\n        volumeMounts: [{name: v, mountPath: /c}]\n",
    )
    script = {"overlays/staging/run.sh": "#!/bin/sh\nexec server\n"}
    project = overlay(
        f"{options}configMapGenerator:\n- name: conf\n  files: [run.sh]\n", base=base, **script
    )
    mount = project.one(Mount)
    assert (mount.source_immutable, mount.script) == (immutable, "/c/run.sh")
    (resource,) = [one for one in project.of(Resource) if one.resource_type == "config map"]
    assert (resource.name, resource.hashed or resource.immutable) == ("conf", immutable)


def test_generated_values_reach_variables() -> None:
    base = deployment(more="        envFrom: [{configMapRef: {name: conf}}]\n")
    project = overlay(
        "namePrefix: x-\nconfigMapGenerator:\n- name: conf\n  literals: [A=b, \"Q='r s'\"]\n  envs: [more.env]\n",
        base=base,
        **{"overlays/staging/more.env": "# nothing\nE=f=g\n\nN\n"},
    )
    found = {one.name: (one.value, one.used_at.file) for one in project.of(Variable)}
    assert found == {
        "A": ("b", STAGING),
        "Q": ("r s", STAGING),
        "E": ("f=g", "overlays/staging/more.env"),
        "N": ("", "overlays/staging/more.env"),
    }


REPLACEMENT = (
    "replacements:\n- source: {kind: ConfigMap, name: values, fieldPath: data.tag}\n  targets:\n"
    "  - select: {kind: Deployment}\n    fieldPaths: ['spec.template.spec.containers.[name=app].image']\n"
    "    options: {delimiter: ':', index: 1}\n"
)


def test_a_replacement_decides_a_part() -> None:
    project = Project(
        {
            "kustomization.yaml": f"resources: [web.yaml, values.yaml]\n{REPLACEMENT}",
            "values.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata: {tag: v7}\n",
            "web.yaml": deployment(),
        }
    )
    image = project.one(Image)
    assert (image.reference, project.at(image, "tag")) == ("nginx:v7", ("values.yaml", "v7"))


def test_a_replacement_from_elsewhere_makes_its_target_unknown() -> None:
    remote = f"resources: [web.yaml, 'github.com/a/b?ref=main']\n{REPLACEMENT}"
    project = Project({"kustomization.yaml": remote, "web.yaml": deployment()})
    assert project.one(Image).reference is None
    assert not project.troubles


@pytest.mark.parametrize(
    ("entry", "kind", "ref", "pin"),
    [
        ("https://github.com/org/repo//path?ref=v1.2.3", "kustomize", "v1.2.3", "exact"),
        ("github.com/org/repo//path?ref=main", "kustomize", "main", "alias"),
        ("git@github.com:org/repo.git//path", "kustomize", "", "none"),
        (f"https://github.com/org/repo?ref={'a1' * 20}", "kustomize", "a1" * 20, "digest"),
        ("https://raw.githubusercontent.com/org/repo/main/x.yaml", "kustomize", "main", "alias"),
        (
            "https://github.com/org/repo/releases/download/v1.2.3/x.yaml",
            "kustomize",
            "v1.2.3",
            "exact",
        ),
    ],
)
def test_remote_bases_are_sources(entry: str, kind: str, ref: str, pin: str) -> None:
    project = Project({"clusters/prod/kustomization.yaml": f"resources:\n- {entry}\n"})
    source = project.one(Source)
    assert (source.source_type, source.url, source.ref, source.pin) == (kind, entry, ref, pin)
    assert project.at(source, "ref")[1] == (ref or entry)
    assert source.scope.environments == ("prod",)
    assert not project.troubles


def test_charts_are_sources() -> None:
    project = Project(
        {
            "kustomization.yaml": "helmCharts:\n- {name: redis, repo: https://example.com/charts, version: 1.2.3}\n- {name: local}\n"
        }
    )
    source = project.one(Source)
    assert (source.source_type, source.url, source.pin) == (
        "chart",
        "https://example.com/charts/redis",
        "exact",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("resources: [nowhere]\n", "there is nothing that can be built at `nowhere`"),
        (
            "resources: [web.yaml, web.yaml]\n",
            "`web.yaml` adds Deployment `web`, which is there already",
        ),
        (
            "resources: [web.yaml]\npatches: [{path: nowhere.yaml}]\n",
            "there is no `nowhere.yaml` here",
        ),
        (
            "resources: [web.yaml]\npatches: [{options: {}}]\n",
            "a patch has neither `patch` nor `path`",
        ),
        (
            "resources: [web.yaml]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: x}\n",
            "the patch does not apply: no object is Deployment `x`",
        ),
        (
            "resources: [web.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: '[{op: remove, path: /spec/none}]'\n",
            "the patch does not apply to Deployment `web`: there is no `none` to remove",
        ),
        ("resources: [web.yaml]\nimages: [{newTag: '1'}]\n", "an entry of `images` has no `name`"),
        (
            "resources: [web.yaml]\nimages: [{name: x, newTag: 1.10}]\n",
            'kustomize takes text here: write "1.10"',
        ),
        (
            "resources: [web.yaml]\nimages: [{name: '(((', newTag: '1'}]\n",
            "`(((` matches no image name",
        ),
        ("resources: [web.yaml]\npatches:\n- target: {}\n  patch: 'a: ['\n", ""),
        (
            "resources: [web.yaml]\ncomponents: [nowhere]\n",
            "there is nothing that can be built at `nowhere`",
        ),
        (
            "resources: [web.yaml]\nconfigMapGenerator: [{literals: [a=b]}]\n",
            "an entry of `configMapGenerator` has no `name`",
        ),
        (
            "resources: [web.yaml]\nconfigMapGenerator: [{name: c, files: [key=gone.txt]}]\n",
            "there is no `gone.txt` here",
        ),
        (
            "resources: [web.yaml]\nconfigMapGenerator: [{name: c, envs: [gone.env]}]\n",
            "there is no `gone.env` here",
        ),
    ],
)
def test_what_cannot_be_built_is_told_and_the_rest_is_judged(content: str, reason: str) -> None:
    project = Project({"kustomization.yaml": content, "web.yaml": deployment()})
    assert [path for path, _ in project.troubles] == ["kustomization.yaml"]
    assert reason in project.troubles[0][1]
    assert [one.reference for one in project.of(Image)] == ["nginx:1.2.3"]


def test_the_file_of_a_secret_is_in_no_repository() -> None:
    content = (
        "resources: [web.yaml]\nsecretGenerator: [{name: c, files: [tls.key], envs: [x.env]}]\n"
    )
    project = Project({"kustomization.yaml": content, "web.yaml": deployment()})
    assert project.troubles == []


def test_a_file_that_kustomize_fetches_is_not_missing() -> None:
    content = "resources: [web.yaml]\nconfigMapGenerator: [{name: c, files: [a.json=https://example.com/main/a.json]}]\n"
    project = Project({"kustomization.yaml": content, "web.yaml": deployment()})
    assert project.troubles == []


@pytest.mark.parametrize(
    "content",
    ["resources: {a: b}\n", "resources: text\n", "images: text\npatches: [1, [2]]\nlabels: x\nvars: [{}]\n", "[]\n", "replacements: [1, {}]\n",
     "configMapGenerator: [1]\nhelmCharts: [1]\nnamePrefix: [x]\n", "components: [[a]]\nconfigurations: [none]\ntransformers: [x]\n"],
)  # fmt: skip
def test_wrong_shapes_do_no_harm(content: str) -> None:
    project = Project({"kustomization.yaml": content, "web.yaml": deployment()})
    assert [one.reference for one in project.of(Image)] == ["nginx:1.2.3"]


def test_circles_are_told_once_and_built() -> None:
    project = Project(
        {
            "a/kustomization.yaml": "resources: [../b, web.yaml]\n",
            "a/web.yaml": deployment("a:1"),
            "b/kustomization.yaml": "resources: [../a]\n",
            "c/kustomization.yaml": "resources: [../c]\n",
        }
    )
    assert [one.reference for one in project.of(Image)] == ["a:1"]
    assert {path for path, _ in project.troubles} == {
        "b/kustomization.yaml",
        "c/kustomization.yaml",
    }


def test_a_patch_for_a_remote_object_is_no_trouble() -> None:
    patch = "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: far}\n"
    project = Project(
        {"kustomization.yaml": f"resources: ['https://github.com/a/b?ref=v1.0.0']\n{patch}"}
    )
    assert not project.troubles


def test_a_long_chain_of_bases() -> None:
    files = {f"k{n}/kustomization.yaml": f"resources: [../k{n + 1}]\n" for n in range(1200)}
    files |= {"k1200/kustomization.yaml": "resources: [web.yaml]\n", "k1200/web.yaml": deployment()}
    assert Project(files).one(Image).reference == "nginx:1.2.3"


def test_json_patches_that_copy_without_end_are_refused() -> None:
    copies = "".join(
        f"    - {{op: copy, from: /metadata/annotations, path: /metadata/annotations/x{n}}}\n"
        for n in range(40)
    )
    base = deployment().replace("{name: web}", "{name: web, annotations: {a: b}}")
    project = overlay(f"patches:\n- target: {{kind: Deployment}}\n  patch: |-\n{copies}", base=base)
    assert "copies too much" in project.troubles[0][1]


def test_patterns_that_backtrack_without_end_are_refused() -> None:
    patch = "patches:\n- target: {name: '(a+)+$'}\n  patch: '[{op: remove, path: /spec}]'\n"
    assert (
        overlay(patch, base=deployment(name="a" * 60 + "b")).one(Image).reference == "nginx:1.2.3"
    )


def test_two_kustomizations_of_flux_are_told_apart() -> None:
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {path: ./a}\n"
    project = Project({"a/kustomization.yaml": flux, "a/web.yaml": deployment()})
    assert project.one(Image).reference == "nginx:1.2.3"
    assert not project.troubles


def test_a_star_replaces_every_value_of_a_mapping() -> None:
    content = (
        "replacements:\n- source: {kind: ConfigMap, name: c, fieldPath: data.tag}\n  targets:\n"
        "  - select: {kind: Pod}\n    fieldPaths: [spec.containers.*.image]\n"
    )
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: x}, {name: b, image: y}]}\n"
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {tag: 'new:1.0'}\n"
    files = {
        "kustomization.yaml": f"resources: [p.yaml, c.yaml]\n{content}",
        "p.yaml": pod,
        "c.yaml": config,
    }
    assert [one.reference for one in Project(files).of(Image)] == ["new:1.0", "new:1.0"]


def test_a_json_patch_may_replace_the_whole_object() -> None:
    new = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: 'new:1.0'}]}}"
    content = f"resources: [p.yaml]\npatches:\n- target: {{kind: Pod}}\n  patch: |\n    - {{op: replace, path: '', value: {new}}}\n"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: old}]}\n"
    assert Project({"kustomization.yaml": content, "p.yaml": pod}).one(Image).reference == "new:1.0"
