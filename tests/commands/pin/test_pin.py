"""Pins at the exact place that decides a reference, and the bytes around them."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING

import pytest
from tests.registry.images import multi

from immutable_delivery.context import SecondReading
from immutable_delivery.formats import dockerfile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.pin.conftest import Place

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: "
KUSTOMIZE = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [pod.yaml]\nimages:\n"
SERVICE = "services:\n  web:\n    image: "
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: '1.27'\n"
CHART_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {version: '{{ .Chart.AppVersion }}'}}\nspec:\n  containers:\n  - {name: web, image: "
OF_VALUES = CHART_POD + '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"}\n'
OF_DIGEST = (
    CHART_POD
    + '"{{ .Values.image.repository }}{{ with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}"}\n'
)
OTHER = "sha256:" + "0123456789abcdef" * 4

CASES = {
    "FROM, a stage and scratch": (
        {"Dockerfile": "FROM nginx:1.27 AS a\nFROM a\nFROM scratch\nCOPY --from=redis:7 /a /b\n"},
        {"Dockerfile": "FROM nginx:1.27@{nginx:1.27} AS a\nFROM a\nFROM scratch\nCOPY --from=redis:7@{redis:7} /a /b\n"},
    ),
    "what a person wrote stays": (
        {"Dockerfile": "from nginx\nFROM docker.io/library/redis:7\nFROM gcr.io/a/b:v1\n"},
        {"Dockerfile": "from nginx@{nginx:latest}\nFROM docker.io/library/redis:7@{redis:7}\nFROM gcr.io/a/b:v1@{gcr.io/a/b:v1}\n"},
    ),
    "syntax, mounts, platforms, line ends and a byte order mark": (
        {"Dockerfile": "\ufeff# syntax=docker/dockerfile:1\r\nFROM --platform=linux/arm64 node:22\r\nRUN --mount=type=bind,from=redis:7,target=/x \\\r\n  true"},
        {"Dockerfile": "\ufeff# syntax=docker/dockerfile:1@{docker/dockerfile:1}\r\nFROM --platform=linux/arm64 node:22@{node:22}\r\nRUN --mount=type=bind,from=redis:7@{redis:7},target=/x \\\r\n  true"},
    ),
    "ARG with the reference, the tag, and a registry before the name": (
        {"Dockerfile": "ARG BASE=nginx:1.27\nARG V=22\nARG HUB=docker.io\nFROM $BASE\nFROM node:${V}\nFROM ${HUB}/redis:7\n"},
        {"Dockerfile": "ARG BASE=nginx:1.27@{nginx:1.27}\nARG V=22@{node:22}\nARG HUB=docker.io\nFROM $BASE\nFROM node:${V}\nFROM ${HUB}/redis:7@{redis:7}\n"},
    ),
    "Compose: quotes, flow, anchors, defaults": (
        {"compose.yaml": "x-a: &a\n  image: 'nginx:1.27' # why\nservices:\n  a: *a\n  b:\n    <<: *a\n    command: x\n  c: {image: \"redis:7\", restart: always}\n  d:\n    image: node:${V:-22}\n  e:\n    image: nginx\n"},
        {"compose.yaml": "x-a: &a\n  image: 'nginx:1.27@{nginx:1.27}' # why\nservices:\n  a: *a\n  b:\n    <<: *a\n    command: x\n  c: {image: \"redis:7@{redis:7}\", restart: always}\n  d:\n    image: node:${V:-22@{node:22}}\n  e:\n    image: nginx@{nginx:latest}\n"},
    ),
    "a .env": (
        {"compose.yaml": SERVICE + "nginx:${TAG}\n", ".env": "# x\nTAG='1.27' # y\n"},
        {"compose.yaml": SERVICE + "nginx:${TAG}\n", ".env": "# x\nTAG='1.27@{nginx:1.27}' # y\n"},
    ),
    "what is built here is not asked for": (
        {"compose.yaml": "services:\n  web:\n    build: .\n    image: shop/web:1\n", "Dockerfile": "FROM nginx:1.27\n"},
        {"compose.yaml": "services:\n  web:\n    build: .\n    image: shop/web:1\n", "Dockerfile": "FROM nginx:1.27@{nginx:1.27}\n"},
    ),
    "a build argument of Compose": (
        {"compose.yaml": 'services:\n  web:\n    build:\n      context: .\n      args: {BASE: "nginx:1.27"}\n', "Dockerfile": "ARG BASE\nFROM $BASE\n"},
        {"compose.yaml": 'services:\n  web:\n    build:\n      context: .\n      args: {BASE: "nginx:1.27@{nginx:1.27}"}\n', "Dockerfile": "ARG BASE\nFROM $BASE\n"},
    ),
    "Kubernetes in YAML and JSON": (
        {"pod.yaml": POD + "nginx:1.27 # x\n  - {name: b, image: redis:7}\n---\n" + POD + '"node:22"\n', "pod.json": '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "nginx:1.27"}]}}'},
        {"pod.yaml": POD + "nginx:1.27@{nginx:1.27} # x\n  - {name: b, image: redis:7@{redis:7}}\n---\n" + POD + '"node:22@{node:22}"\n', "pod.json": '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "nginx:1.27@{nginx:1.27}"}]}}'},
    ),
    "a base that an overlay leaves as it is": (
        {"pod.yaml": POD + "nginx:1.27\n", "kustomization.yaml": KUSTOMIZE.replace("images:\n", "")},
        {"pod.yaml": POD + "nginx:1.27@{nginx:1.27}\n", "kustomization.yaml": KUSTOMIZE.replace("images:\n", "")},
    ),
    "newTag gets a digest beside it": (
        {"pod.yaml": POD + "nginx\n", "kustomization.yaml": KUSTOMIZE + "- name: nginx\n  newTag: '1.27' # x\n- name: other\n  newTag: '1'\n"},
        {"pod.yaml": POD + "nginx\n", "kustomization.yaml": KUSTOMIZE + "- name: nginx\n  newTag: '1.27' # x\n  digest: {nginx:1.27}\n- name: other\n  newTag: '1'\n"},
    ),
    "newTag in a flow mapping": (
        {"pod.yaml": POD + "nginx\n", "kustomization.yaml": KUSTOMIZE + "- {name: nginx, newTag: '1.27'}\n"},
        {"pod.yaml": POD + "nginx\n", "kustomization.yaml": KUSTOMIZE + "- {digest: {nginx:1.27}, name: nginx, newTag: '1.27'}\n"},
    ),
    "newName alone: the digest is that of the new name": (
        {"pod.yaml": POD + "web:7\n", "kustomization.yaml": KUSTOMIZE + "- name: web\r\n  newName: redis\r\n"},
        {"pod.yaml": POD + "web:7\n", "kustomization.yaml": KUSTOMIZE + "- name: web\r\n  newName: redis\n  digest: {redis:7}\r\n"},
    ),
    "values of a chart: behind the tag": (
        {"Chart.yaml": CHART, "values.yaml": "image:\n  repository: redis\n  tag: '7' # x\n", "templates/a.yaml": OF_VALUES},
        {"Chart.yaml": CHART, "values.yaml": "image:\n  repository: redis\n  tag: '7@{redis:7}' # x\n", "templates/a.yaml": OF_VALUES},
    ),
    "values of an environment": (
        {"Chart.yaml": CHART, "values.yaml": "image: {repository: redis, tag: latest}\n", "values-prod.yaml": "image: {tag: '7'}\n", "templates/a.yaml": OF_VALUES},
        {"Chart.yaml": CHART, "values.yaml": "image: {repository: redis, tag: latest}\n", "values-prod.yaml": "image: {tag: '7@{redis:7}'}\n", "templates/a.yaml": OF_VALUES},
    ),
    "the field that a chart has for digests": (
        {"Chart.yaml": CHART, "values.yaml": "image:\n  repository: redis\n  tag: '7'\n  digest: \"\"\n", "templates/a.yaml": OF_DIGEST},
        {"Chart.yaml": CHART, "values.yaml": "image:\n  repository: redis\n  tag: '7'\n  digest: \"{redis:7}\"\n", "templates/a.yaml": OF_DIGEST},
    ),
    "that field, where the tag is the version of the application": (
        {"Chart.yaml": CHART, "values.yaml": "image: {repository: nginx, digest: ''}\n", "templates/a.yaml": OF_DIGEST},
        {"Chart.yaml": CHART, "values.yaml": "image: {repository: nginx, digest: '{nginx:1.27}'}\n", "templates/a.yaml": OF_DIGEST},
    ),
    "a template of a chart": (
        {"Chart.yaml": CHART, "templates/a.yaml": CHART_POD + "redis:7}\n"},
        {"Chart.yaml": CHART, "templates/a.yaml": CHART_POD + "redis:7@{redis:7}}\n"},
    ),
    "a devcontainer": (
        {".devcontainer/devcontainer.json": '{\n  // the image\n  "image": "node:22",\n}\n'},
        {".devcontainer/devcontainer.json": '{\n  // the image\n  "image": "node:22@{node:22}",\n}\n'},
    ),
    "bake": (
        {"docker-bake.hcl": 'target "web" {\n  contexts = { base = "docker-image://nginx:1.27" }\n  args = { V = "22" }\n}\n', "Dockerfile": "ARG V\nFROM node:$V\nFROM base\n"},
        {"docker-bake.hcl": 'target "web" {\n  contexts = { base = "docker-image://nginx:1.27@{nginx:1.27}" }\n  args = { V = "22@{node:22}" }\n}\n', "Dockerfile": "ARG V\nFROM node:$V\nFROM base\n"},
    ),
    "a contract": (
        {"delivery.yaml": "service: proxy\nowner: a\nimage: nginx:1.27\nstart: [nginx]\n"},
        {"delivery.yaml": "service: proxy\nowner: a\nimage: nginx:1.27@{nginx:1.27}\nstart: [nginx]\n"},
    ),
    "digests that are there already stay": (
        {"Dockerfile": f"FROM nginx:1.27@{OTHER}\nFROM redis@{OTHER}\nFROM node:22\n"},
        {"Dockerfile": f"FROM nginx:1.27@{OTHER}\nFROM redis@{OTHER}\nFROM node:22@{{node:22}}\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_pins_stand_where_references_are_decided(place: Place, case: str) -> None:
    before, after = CASES[case]
    place.write(dict(before))
    shown = place.call("pin")
    assert shown.code == 1, shown
    assert place.read() == before
    result = place.call("pin", "--apply")
    assert result.code == 0, result.err
    assert place.read() == {path: place.with_digests(text) for path, text in after.items()}
    again = place.call("pin", "--apply")
    assert (again.code, again.out) == (0, "")
    assert place.read() == {path: place.with_digests(text) for path, text in after.items()}
    assert place.call("check", "--select", "image", "--profile", "strict").code == 0
    back = place.call("unpin", "--apply")
    assert back.code == 0, back.err
    assert place.read() == before
    assert not (place.root / ".imd").exists()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"Dockerfile": "ARG V=22\nFROM node:${V}-x\n"}, "its tag is put together from several texts"),
        ({"Dockerfile": "FROM node:$V\n"}, "nothing here gives V a value"),
        ({"Dockerfile": "ARG V=22\nFROM node:$V\nARG V\nRUN ./build\n"}, "its value is used at Dockerfile:3 too"),
        ({"Dockerfile": "ARG V=22\nFROM node:$V\nFROM x:$V\n"}, "one value decides node:22, x:22, and cannot hold a digest for each"),
        ({".env": "TAG=22\n", "compose.yaml": SERVICE + "node:$TAG\n    environment: [V=$TAG]\n"}, "its value is used at compose.yaml:4 too"),
        ({".env": "TAG=22\n", "compose.yaml": SERVICE + "node:$TAG\n    env_file: .env\n"}, "its value also decides"),
        ({".env": "TAG=22\n", "compose.yaml": SERVICE + 'node:$TAG\n  b: {build: ., image: "x:$TAG"}\n', "Dockerfile": "FROM scratch\n"}, "one value decides node:22, x:22"),
        ({"pod.json": '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "node:2\\u0032"}]}}'}, "its tag is put together from several texts"),
        ({"Chart.yaml": CHART, "templates/a.yaml": CHART_POD + "'node:{{ .Chart.AppVersion }}'}\n"}, "its tag is the appVersion of the chart"),
        ({"Chart.yaml": CHART, "values.yaml": "tag: '7'\n", "templates/a.yaml": CHART_POD + "'redis:{{ .Values.tag | trunc 3 }}'}\n"}, "a digest would not reach it"),
    ],
)  # fmt: skip
def test_what_cannot_hold_a_digest_is_named_with_the_reason(
    place: Place, files: dict[str, str], reason: str
) -> None:
    place.push("x:22")
    place.write(dict(files))
    result = place.call("pin", "--apply")
    assert result.code == 1, result
    assert reason in result.err
    assert place.read() == files


def test_a_suppressed_reference_may_float(place: Place) -> None:
    text = "# imd: ignore[partial-tag] we follow the series\nFROM node:22\n"
    place.write({"Dockerfile": text})
    assert place.call("pin", "--apply").code == 0
    assert place.read() == {"Dockerfile": text}
    assert place.call("pin", "--check").code == 0


def test_unknown_images_are_named_and_the_rest_is_pinned(place: Place) -> None:
    place.write({"a/Dockerfile": "FROM nothing:1\n", "b/Dockerfile": "FROM node:22\n"})
    result = place.call("pin", "--apply")
    assert result.code == 2
    assert "a/Dockerfile:1:14: nothing:1: " in result.err
    assert ": not found" in result.err
    assert place.read()["a/Dockerfile"] == "FROM nothing:1\n"
    assert "@sha256:" in place.read()["b/Dockerfile"]


def test_paths_and_images_limit_what_is_pinned(place: Place) -> None:
    place.write({"a/Dockerfile": "FROM node:22\nFROM redis:7\n", "b/Dockerfile": "FROM node:22\n"})
    assert place.call("pin", "a", "node", "--apply").code == 0
    assert place.read() == {
        "a/Dockerfile": place.with_digests("FROM node:22@{node:22}\nFROM redis:7\n"),
        "b/Dockerfile": "FROM node:22\n",
    }
    missing = place.call("pin", "nowhere")
    assert missing.code == 2
    assert "'nowhere' is no path, and no image or action that is named here" in missing.err


def test_check_asks_nobody(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMD_MIRROR", "docker.io=127.0.0.1:1")
    place.write({"Dockerfile": f"FROM node:22\nFROM redis:7@{OTHER}\nFROM x:$V\n"})
    result = place.call("pin", "--check")
    assert result.code == 1
    assert (
        result.out
        == "Dockerfile:1:11: node:22: has no digest\nDockerfile:3:8: x:$V: has no digest\n"
    )


def test_update_moves_what_its_tag_names_now(place: Place) -> None:
    text = "FROM node:22@{node:22}\nFROM redis@{redis:7}\nFROM nginx:1.27\n"
    old = place.with_digests(text)
    place.write({"Dockerfile": old})
    place.push("node:22", multi(note="newer"))
    result = place.call("pin", "--update", "--apply")
    assert result.code == 1
    assert "redis@sha256" in result.err
    assert "no tag says what to follow" in result.err
    new = place.with_digests(text)
    assert new != old
    assert place.read() == {"Dockerfile": new}
    assert place.call("pin", "--update", "node", "--apply").code == 0


def test_update_knows_what_a_pin_without_tag_follows(place: Place) -> None:
    place.write({"Dockerfile": "FROM nginx\n"})
    assert place.call("pin", "--apply").code == 0
    place.push("nginx:latest", multi(note="newer"))
    assert place.call("pin", "--update", "--apply").code == 0
    assert place.read() == {"Dockerfile": place.with_digests("FROM nginx@{nginx:latest}\n")}
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {"Dockerfile": "FROM nginx\n"}


def test_unpin_takes_what_a_bot_has_moved_and_leaves_what_people_wrote(place: Place) -> None:
    place.write({"Dockerfile": f"FROM node:22\nFROM redis:7@{OTHER}\n"})
    assert place.call("pin", "--apply").code == 0
    moved = place.read()["Dockerfile"].replace(place.digests["node:22"], OTHER)
    place.write({"Dockerfile": moved})
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {"Dockerfile": f"FROM node:22\nFROM redis:7@{OTHER}\n"}
    assert place.call("unpin", "--all", "--apply").code == 0
    assert place.read() == {"Dockerfile": "FROM node:22\nFROM redis:7\n"}


def test_modes_stay_and_links_are_refused(place: Place) -> None:
    place.write({"real": "FROM node:22\n", "b/Dockerfile": "FROM redis:7\n"})
    (place.root / "b/Dockerfile").chmod(0o640)
    (place.root / "a").mkdir()
    (place.root / "a/Dockerfile").symlink_to("../real")
    result = place.call("pin", "--apply")
    assert result.code == 2
    assert "a/Dockerfile is a symbolic link" in result.err
    assert (place.root / "real").read_text() == "FROM node:22\n"
    assert "@sha256:" in (place.root / "b/Dockerfile").read_text()
    assert stat.S_IMODE((place.root / "b/Dockerfile").stat().st_mode) == 0o640
    assert list(json.loads((place.root / ".imd/pins.json").read_text())["files"]) == [
        "b/Dockerfile"
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"files": 3}', '{"files": {"a": ["b"]}}'])
def test_a_broken_record_is_a_message(place: Place, text: str) -> None:
    place.write({"Dockerfile": "FROM node:22\n", ".imd/pins.json": text})
    result = place.call("unpin", "--apply")
    assert result.code == 2
    assert ".imd/pins.json" in result.err


def test_files_whose_names_are_not_utf_8_are_pinned_and_unpinned(place: Place) -> None:
    file = os.fsdecode(b"shop\xff/Dockerfile")
    place.write({file: "FROM node:22\n"})
    assert place.call("pin", "--apply").code == 0
    assert "@sha256:" in place.read()[file]
    assert place.call("unpin", "--apply").code == 0
    assert place.read() == {file: "FROM node:22\n"}


def test_update_leaves_a_digest_that_stands_for_two_images(place: Place) -> None:
    text = f"ARG V=22@{OTHER}\nFROM node:$V\nFROM x:$V\n"
    place.push("x:22")
    place.write({"Dockerfile": text})
    result = place.call("pin", "--update", "--apply")
    assert result.code == 1
    assert result.err.count("another reference needs an edit in the same place") == 2
    assert place.read() == {"Dockerfile": text}


def test_options_that_exclude_each_other(place: Place) -> None:
    for options in (["--apply", "--diff"], ["--check", "--apply"], ["--check", "--update"]):
        assert place.call("pin", *options).code == 2


def test_the_record_is_not_written_through_a_link(place: Place, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "pins.json").write_text("{}")
    (place.root / ".imd").symlink_to(outside)
    place.write({"Dockerfile": "FROM node:22\n"})
    result = place.call("pin", "--apply")
    assert result.code == 2
    assert ".imd/pins.json is a symbolic link, or lies behind one" in result.err
    assert place.call("unpin", "--apply").code == 0
    assert (outside / "pins.json").read_text() == "{}"
    assert (place.root / "Dockerfile").read_text() == "FROM node:22\n"


@pytest.mark.parametrize("kind", ["file", "link to nowhere"])
def test_where_the_record_cannot_stand_nothing_is_written(place: Place, kind: str) -> None:
    place.write({"Dockerfile": "FROM node:22\n"})
    folder = place.root / ".imd"
    folder.write_text("") if kind == "file" else folder.symlink_to(place.root / "nowhere")
    result = place.call("pin", "--apply")
    assert result.code == 2
    assert result.err.startswith("imd: error: .imd/pins.json cannot be written: ")
    assert (place.root / "Dockerfile").read_text() == "FROM node:22\n"


def test_what_is_no_reference_is_left_with_the_reason(place: Place) -> None:
    place.write({"Dockerfile": "FROM foo..bar/x:1\n"})
    for command in (["pin"], ["pin", "--check"]):
        result = place.call(*command)
        assert result.code == 1
        assert "foo..bar/x:1: is no valid reference" in result.out + result.err


def test_an_edit_that_a_second_reader_refuses_is_left(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = SecondReading(refused="is read otherwise")
    monkeypatch.setattr(dockerfile, "second_reading", lambda *_: refused)
    place.write({"Dockerfile": "FROM nginx:1.27\n", "compose.yaml": COMPOSE_WEB})
    done = place.call("pin", "--apply")
    assert done.code == 1
    assert "Dockerfile:1:12: nginx:1.27: is read otherwise" in done.err
    assert (place.root / "Dockerfile").read_text() == "FROM nginx:1.27\n"
    assert "@sha256:" in (place.root / "compose.yaml").read_text()


def test_where_no_second_reader_can_tell_that_is_said(place: Place) -> None:
    place.write({"Dockerfile": "FROM\\\n nginx:1.27\n"})
    done = place.call("pin", "--verbose", "--apply")
    assert done.code == 0
    assert "Dockerfile: dockerfile-parse reads line 1 otherwise than imd; " in done.err
    assert "@sha256:" in (place.root / "Dockerfile").read_text()


COMPOSE_WEB = "services:\n  web:\n    image: nginx:1.27\n"
