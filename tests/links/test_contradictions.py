"""What meta files say that the repository says otherwise, sentence by sentence, with both places."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from tests.kit import text_at

from immutable_delivery.facts import Contradiction, Fact
from immutable_delivery.links.dependencies import circles
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import NONE
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles

DIGEST = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
HEAD = "service: web\nimage: r.example/shop/web\nstart: [run]\n"
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  template:
    spec:
      containers:
      - name: web
        image: {image}
        ports: [{{containerPort: 8080}}]
        env: [{{name: API_URL, value: "http://api:80/v1"}}]
        volumeMounts: [{{name: files, mountPath: /files}}, {{name: scratch, mountPath: /scratch}}]
      volumes: [{{name: files, persistentVolumeClaim: {{claimName: files}}}}, {{name: scratch, emptyDir: {{}}}}]
"""
IMAGE = f"r.example/shop/web@{DIGEST}"
API = "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec: {containers: [{name: api, image: r.example/shop/api}]}\n"
PIPELINE = """\
test: {script: [make test]}
publish:
  script: [docker build -t r.example/shop/web:$CI_COMMIT_SHA ., docker push r.example/shop/web:$CI_COMMIT_SHA]
other:
  script: [docker build -t r.example/shop/other:$CI_COMMIT_SHA ., docker push r.example/shop/other:$CI_COMMIT_SHA]
to-staging: {environment: staging, script: [kubectl apply -f deploy]}
"""
AROUND = {
    "deploy/production/web.yaml": WEB.format(image=IMAGE),
    "deploy/production/api.yaml": API,
    "other/staging/db.yaml": API.replace("name: api", "name: db"),
    ".gitlab-ci.yml": PIPELINE,
}


def linked(every: Mapping[str, str]) -> list[Fact]:
    files = MemoryFiles(every)
    project = read(files, lambda _path: "")
    return link(project.facts, project.builds, files, NONE)


def said(contract: str, files: Mapping[str, str] = AROUND) -> list[tuple[str, str, str, str]]:
    """Return sentence, what it says, what is there instead, and the text of that."""
    every = {"web/delivery.yaml": HEAD + contract, **files}
    return [
        (
            one.sentence,
            one.says,
            one.instead,
            text_at(every[one.related[0].file], one.related[0]) if one.related else "",
        )
        for one in linked(every)
        if isinstance(one, Contradiction)
    ]


AGREED = f"""\
ports: [8080/tcp]
environments:
- {{name: production, manifests: [../deploy/production], digest: '{DIGEST}'}}
pipeline: {{file: ../.gitlab-ci.yml, builds: publish, tests: [test]}}
data: [{{name: files, path: /files/}}]
depends_on: [api, {{name: mail, external: true}}]
"""


def test_what_agrees_is_not_told() -> None:
    assert said(AGREED) == []


@pytest.mark.parametrize(
    ("contract", "sentence", "says", "instead", "there"),
    [
        ("ports: [9090]\n", "ports[0]", "9090", "the container listens on 8080", "web"),
        (
            f"environments: [{{name: prod, digest: '{OTHER}'}}, {{name: production, digest: '{OTHER}'}}]\n",
            "environments[1].digest",
            OTHER,
            f"what runs there is {DIGEST}",
            DIGEST,
        ),
        (
            "environments: [{name: qa}, {name: production}]\n",
            "environments[0].name",
            "qa",
            "it runs in production",
            "web",
        ),
        (
            "environments: [{name: production, manifests: [../other/staging]}]\n",
            "environments[0].manifests[0]",
            "other/staging",
            "what is deployed there is db",
            "db",
        ),
        (
            "environments: [{name: staging, manifests: [../deploy/production]}, {name: production}]\n",
            "environments[0].manifests[0]",
            "deploy/production",
            "that deploys to production",
            "web",
        ),
        (
            "pipeline: {file: ../.gitlab-ci.yml, builds: image}\n",
            "pipeline.builds",
            "image",
            "the jobs of .gitlab-ci.yml are other, publish, test, to-staging",
            "test",
        ),
        (
            "pipeline: {file: ../.gitlab-ci.yml, builds: other}\n",
            "pipeline.builds",
            "other",
            "that job builds 'r.example/shop/other:$CI_COMMIT_SHA'",
            "$CI_COMMIT_SHA",
        ),
        (
            "pipeline: {file: ../.gitlab-ci.yml, builds: test}\n",
            "pipeline.builds",
            "test",
            "the job that builds it is publish",
            "$CI_COMMIT_SHA",
        ),
        (
            "pipeline: {file: ../.gitlab-ci.yml, tests: [test, smoke]}\n",
            "pipeline.tests[1]",
            "smoke",
            "the jobs of .gitlab-ci.yml are other, publish, test, to-staging",
            "test",
        ),
        (
            "environments: [{name: production}]\npipeline: {file: ../.gitlab-ci.yml, deploys: {production: to-staging}}\n",
            "pipeline.deploys.production",
            "to-staging",
            "that job deploys to staging, not to production",
            "staging",
        ),
        (
            "environments: [{name: production}]\npipeline: {file: ../.gitlab-ci.yml, deploys: {qa: to-staging}}\n",
            "pipeline.deploys.qa",
            "to-staging",
            "its environments are production, and none is qa",
            "web",
        ),
        (
            "data: [{name: files, path: /files}, {name: more, path: /more}]\n",
            "data[1].path",
            "/more",
            "nothing is mounted there, so it is lost with the container",
            "web",
        ),
        (
            "data: [{name: files, path: /files}, {name: more, path: /scratch}]\n",
            "data[1].path",
            "/scratch",
            "what is mounted there is empty at each start",
            "scratch",
        ),
        ("data: []\n", "data", "data", "'files' at /files is kept too", "files"),
        (
            "depends_on: [api, gone]\n",
            "depends_on[1]",
            "gone",
            "no service here is called so; where it is not in this repository, write `external: true`",
            "",
        ),
        (
            "depends_on: []\n",
            "depends_on",
            "depends_on",
            "its variable API_URL names 'api' too",
            "http://api:80/v1",
        ),
    ],
)
def test_a_sentence_that_something_contradicts(
    contract: str, sentence: str, says: str, instead: str, there: str
) -> None:
    ((where, what, told, text),) = said(contract)
    assert (where, what, told) == (sentence, says, instead)
    assert there in text


def test_an_image_that_does_not_run() -> None:
    files = {**AROUND, "deploy/production/web.yaml": WEB.format(image="r.example/shop/front:1")}
    assert said("", files) == [
        (
            "image",
            "r.example/shop/web",
            "what runs is 'r.example/shop/front'",
            "r.example/shop/front",
        )
    ]
    bare = {**AROUND, "deploy/production/web.yaml": WEB.format(image="web")}
    assert said("", bare) == []


def test_a_service_that_is_nowhere() -> None:
    files = {"deploy/api.yaml": API}
    assert said("", files) == [
        ("service", "web", "nothing here builds or runs a service of that name", "")
    ]
    assert said("", {}) == []


def test_an_environment_that_is_left_out() -> None:
    files = {**AROUND, "deploy/staging/web.yaml": WEB.format(image=IMAGE)}
    ((sentence, says, instead, _),) = said("environments: [{name: production}]\n", files)
    assert (sentence, says, instead) == (
        "environments[0].name",
        "production",
        "it runs in staging too",
    )


def test_another_build_of_the_image() -> None:
    bake = 'target "web" {\n  context = "front"\n  tags = ["r.example/shop/web:1"]\n}\n'
    files = {
        "docker-bake.hcl": bake,
        "front/Dockerfile": "FROM scratch\n",
        "web/Dockerfile": "FROM scratch\n",
    }
    found = said("build: {context: ., dockerfile: Dockerfile}\n", files)
    assert [one[:3] for one in found] == [
        ("build.dockerfile", "web/Dockerfile", "bake builds that image with front/Dockerfile"),
        ("build.context", "web", "bake builds that image with front"),
    ]


def test_an_image_that_several_dockerfiles_share() -> None:
    one = 'target "{0}" {{\n  context = "{0}"\n  tags = ["r.example/shop/web:{0}"]\n}}\n'
    files = {
        "docker-bake.hcl": one.format("front") + one.format("back"),
        "front/Dockerfile": "FROM scratch\n",
        "back/Dockerfile": "FROM scratch\n",
        "web/Dockerfile": "FROM scratch\n",
    }
    assert said("build: {context: ., dockerfile: Dockerfile}\n", files) == []


def test_an_address_without_a_scheme() -> None:
    files = {
        **AROUND,
        "deploy/production/web.yaml": WEB.format(image=IMAGE).replace(
            "http://api:80/v1", "api:8080"
        ),
    }
    assert [one[2] for one in said("depends_on: []\n", files)] == [
        "its variable API_URL names 'api' too"
    ]


def contracts(needs: Mapping[str, list[str]]) -> dict[str, str]:
    return {
        f"{name}/delivery.yaml": f"service: {name}\nstart: [a]\ndepends_on: [{', '.join(others)}]\n"
        for name, others in needs.items()
    }


def test_services_that_need_each_other() -> None:
    files = contracts({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"], "e": ["e"]})
    found = [one for one in linked(files) if isinstance(one, Contradiction)]
    assert {(one.name, one.says, one.instead) for one in found} == {
        (name, other, "they need each other (a, b, c), so that none can start first")
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    } | {("e", "e", "they need each other (e), so that none can start first")}


def test_circles_are_found_in_one_walk() -> None:
    ring = {str(number): [str((number + 1) % 20_000)] for number in range(20_000)}
    began = time.process_time()
    assert len(circles(ring)) == 20_000
    assert circles({"a": ["b"], "b": []}) == {}
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "contract",
    [
        "ports: {a: b}\n",
        "environments: web\n",
        "pipeline: []\n",
        "data: [x]\n",
        "depends_on: [[a], {b: c}, 1]\n",
        "build: []\n",
        "environments: [[], {manifests: {}}]\n",
    ],
)
def test_what_does_not_fit_the_schema_contradicts_nothing(contract: str) -> None:
    assert [one for one in said(contract) if one[0] != "depends_on" and one[1] != "1"] == []
