"""Helmfile: releases with their pins, the values that each environment gives, templates filled in."""

from __future__ import annotations

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Image, Source
from immutable_delivery.formats import helmfile
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text


def read(files: dict[str, str], path: str = "helmfile.yaml") -> tuple[list[Fact], list[str]]:
    ctx = ParseContext(MemoryFiles(files))
    found = [
        one for one in helmfile.facts({path: Text(path, files[path])}, ctx) if isinstance(one, Fact)
    ]
    return found, [one.reason for one in ctx.troubles]


def sources(content: str, **others: str) -> list[tuple[str | None, str | None, str | None, bool]]:
    found, troubles = read(
        {
            "helmfile.yaml": content,
            **{name.replace("__", "."): text for name, text in others.items()},
        }
    )
    assert troubles == []
    return [(one.url, one.ref, one.pin, one.locked) for one in found if isinstance(one, Source)]


@pytest.mark.parametrize(
    ("path", "data", "claimed"),
    [
        ("helmfile.yaml", b"releases: []\n", True), ("a/helmfile-live.yaml.gotmpl", b"x: y\nhelmfiles:\n", True),
        ("helmfile.d/00-crds.yaml", b"releases:\n", True), ("helmfile.d/values/a.yaml", b"image: a\n", False), ("00-crds.yaml", b"releases:\n", False),
        ("helmfile.yaml", b"a: b\n", False),
    ],
)  # fmt: skip
def test_its_files_are_known_by_name_and_keys(path: str, data: bytes, claimed: bool) -> None:
    assert helmfile.claims(path, data) is claimed


REPOSITORIES = "repositories: [{name: r, url: 'https://c.example/'}]\n"


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("{name: a, chart: r/web, version: 1.2.3}", ("https://c.example/web", "1.2.3", "exact", False)),
        ("{name: a, chart: r/web, version: '~1.2'}", ("https://c.example/web", "~1.2", "partial", False)),
        ("{name: a, chart: r/web}", ("https://c.example/web", "", "none", False)),
        ("{name: a, chart: 'oci://r.example/web', version: 1.2.3}", ("oci://r.example/web", "1.2.3", "exact", False)),
        ("{name: a, chart: 'git::https://git.example/a/b.git@charts/web?ref=v1.2.3'}", ("git::https://git.example/a/b.git@charts/web", "v1.2.3", "exact", False)),
        ("{name: a, chart: 'git::ssh://git@git.example/a/b.git@charts/web?ref=main'}", ("git::ssh://git@git.example/a/b.git@charts/web", "main", "alias", False)),
        ("{name: a, chart: 'git::https://git.example/a/b.git@charts/web'}", ("git::https://git.example/a/b.git@charts/web", "", "none", False)),
        ("{name: a, chart: 'https://c.example/web-1.2.3.tgz'}", ("https://c.example/web-1.2.3.tgz", "", "exact", False)),
        ("{name: a, chart: other/web, version: 1.2.3}", ("other/web", "1.2.3", "exact", False)),
    ],
)  # fmt: skip
def test_a_chart_and_its_version(release: str, said: tuple[object, ...]) -> None:
    assert sources(f"{REPOSITORIES}releases: [{release}]\n") == [said]


def test_what_is_not_installed_is_no_release() -> None:
    content = "environments: {default: {values: [{web: {enabled: false}}]}}\n---\nreleases:\n"
    content += "- {name: a, chart: r/a, version: 1.2.3, installed: false}\n- {name: b, chart: r/b, version: 1.2.3, condition: web.enabled}\n"
    assert sources(content) == []


def test_a_lock_fixes_a_range() -> None:
    lock = "version: v1\ndependencies: [{name: web, repository: x, version: 1.2.9}]\n"
    assert sources("releases: [{name: a, chart: r/web, version: ~1.2}]\n", helmfile__lock=lock) == [
        ("r/web", "~1.2", "exact", True)
    ]


def test_another_file_elsewhere_is_a_source() -> None:
    assert sources(
        "helmfiles: [{path: 'git::https://git.example/a.git@helmfile.yaml?ref=main'}, {path: ./b.yaml}]\n"
    )[0][1:] == ("main", "alias", False)


def test_a_version_from_the_values_of_an_environment() -> None:
    content = "environments: {default: {values: [env.yaml]}}\n---\nreleases: [{name: a, chart: r/web, version: '{{ .Values.version }}'}]\n"
    files = {"helmfile.yaml": content, "env.yaml": "version: '*'\n"}
    found, troubles = read(files)
    (source,) = [one for one in found if isinstance(one, Source)]
    at = source.place_of("ref")
    assert (source.ref, source.pin, at.file, troubles) == ("*", "alias", "env.yaml", [])


@pytest.mark.parametrize(
    "version",
    ["{{ requiredEnv `V` }}", "{{ env `V` | default `1.2.3` }}", "{{ exec `git` (list `log`) }}"],
)
def test_what_only_the_machine_tells_is_unknown(version: str) -> None:
    assert sources(f"releases: [{{name: a, chart: r/web, version: '{version}'}}]\n") == [
        ("r/web", None, None, False)
    ]


@pytest.mark.parametrize(
    "content",
    [
        "releases: {{ .Values.none }}\n",
        "releases: {{ if }}\n",
        "releases: [{{ nothing }}]\n",
        "a: [\n",
        "\x00",
    ],
)
def test_what_cannot_be_filled_in_is_counted_and_not_judged(content: str) -> None:
    found, troubles = read({"helmfile.yaml": content})
    assert found == []
    assert troubles or "\x00" in content or "none" in content


def images(files: dict[str, str]) -> list[tuple[str | None, str, tuple[str, ...]]]:
    found, troubles = read(files)
    assert troubles == []
    return [
        (one.reference, one.place_of("tag").file, one.scope.environments)
        for one in found
        if isinstance(one, Image)
    ]


RELEASE = "releases:\n- name: a\n  chart: %s\n  version: 1.2.3\n  values: [%s]\n"


def test_values_of_a_release_are_judged_by_their_shape() -> None:
    assert images(
        {"helmfile.yaml": RELEASE % ("r/web", "{image: {repository: x, tag: latest}}")}
    ) == [("x:latest", "helmfile.yaml", ())]
    files = {
        "helmfile.yaml": RELEASE % ("r/web", "a.yaml, b.yaml.gotmpl"),
        "a.yaml": "image: {repository: x, tag: '1'}\n",
    }
    files["b.yaml.gotmpl"] = "image: {tag: {{ .Release.Name }}-edge}\n"
    assert images(files) == [("x:a-edge", "b.yaml.gotmpl", ())]


def test_each_environment_gives_its_values() -> None:
    content = "environments:\n  dev: {values: [{tag: latest}]}\n  production: {values: [{tag: 1.2.3}]}\n---\n"
    content += RELEASE % ("r/web", "{image: {repository: x, tag: '{{ .Values.tag }}'}}")
    assert images({"helmfile.yaml": content}) == [
        ("x:latest", "helmfile.yaml", ("dev",)), ("x:1.2.3", "helmfile.yaml", ("production",)),
    ]  # fmt: skip


def test_a_chart_of_this_repository_is_rendered() -> None:
    files = {
        "helmfile.yaml": RELEASE % ("./charts/web", "{tag: latest}"),
        "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
        "charts/web/templates/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'x:{{ .Values.tag }}'}]}\n",
    }
    assert images(files) == [("x:latest", "helmfile.yaml", ())]


def test_bases_come_before() -> None:
    files = {
        "helmfile.yaml": "bases: [base.yaml]\n---\nreleases: [{name: a, chart: r/web, version: '{{ .Values.v }}'}]\n"
    }
    files["base.yaml"] = (
        "environments: {default: {values: [{v: 1.x}]}}\nrepositories: [{name: r, url: 'https://c.example'}]\n"
    )
    found, _ = read(files)
    assert [(one.url, one.ref) for one in found if isinstance(one, Source)] == [
        ("https://c.example/web", "1.x")
    ]


def test_what_is_no_yaml_is_a_template_only_with_a_mark() -> None:
    files = {"helmfile.yaml": "releases: [\n", "helmfile.yaml.gotmpl": "releases: [{{ x }\n"}
    for path, template in (("helmfile.yaml", False), ("helmfile.yaml.gotmpl", True)):
        ctx = ParseContext(MemoryFiles(files))
        assert list(helmfile.facts({path: Text(path, files[path])}, ctx)) == []
        assert [one.template for one in ctx.troubles] == [template]
