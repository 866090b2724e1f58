"""What pipelines of every kind say: images, sources, machines, and what their scripts install and do."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import pytest
from tests.kit import read_files

from immutable_delivery.facts import Command, Fact, Image, Install, Job, Resource, Source, Unread
from immutable_delivery.formats import Format
from immutable_delivery.formats.registry import candidates

DOCKER = "shop/build:1.2.3"


def said(name: str, files: dict[str, str]) -> list[Fact]:
    found, ctx = read_files(
        cast("Format", import_module(f"immutable_delivery.formats.{name}")), files
    )
    assert not ctx.troubles
    return found


def images(found: list[Fact]) -> list[str | None]:
    return [one.reference for one in found if isinstance(one, Image)]


def installs(found: list[Fact]) -> list[str]:
    return [one.command for one in found if isinstance(one, Install)]


def sources(found: list[Fact]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [
        (one.source_type, one.url, one.ref, one.pin) for one in found if isinstance(one, Source)
    ]


EACH = {
    "gitlab": (
        ".gitlab-ci.yml",
        "build:\n  image: {image}\n  script:\n    - apt-get install -y git\n",
    ),
    "circleci": (
        ".circleci/config.yml",
        "version: 2.1\njobs:\n  build:\n    docker:\n      - image: {image}\n    steps:\n      - run: apt-get install -y git\n",
    ),
    "azure": (
        "azure-pipelines.yml",
        "jobs:\n- job: build\n  container: {image}\n  steps:\n  - script: apt-get install -y git\n",
    ),
    "cloudbuild": (
        "cloudbuild.yaml",
        "steps:\n- name: {image}\n  entrypoint: bash\n  args: [-c, apt-get install -y git]\n",
    ),
    "drone": (
        ".drone.yml",
        "kind: pipeline\nname: build\nsteps:\n- name: a\n  image: {image}\n  commands:\n  - apt-get install -y git\n",
    ),
    "semaphore": (
        ".semaphore/semaphore.yml",
        "agent: {{containers: [{{name: main, image: '{image}'}}]}}\nblocks:\n- task:\n    jobs:\n    - name: build\n      commands: [apt-get install -y git]\n",
    ),
    "woodpecker": (
        ".woodpecker.yml",
        "steps:\n- name: a\n  image: {image}\n  commands:\n  - apt-get install -y git\n",
    ),
    "buildkite": (
        ".buildkite/pipeline.yml",
        "steps:\n- label: build\n  command: apt-get install -y git\n  plugins:\n  - docker#v5.11.0:\n      image: {image}\n",
    ),
    "bitbucket": (
        "bitbucket-pipelines.yml",
        "pipelines:\n  default:\n  - step:\n      image: {image}\n      script:\n      - apt-get install -y git\n",
    ),
    "jenkins": (
        "Jenkinsfile",
        "pipeline {{\n  agent {{ docker {{ image '{image}' }} }}\n  stages {{\n    stage('build') {{ steps {{ sh 'apt-get install -y git' }} }}\n  }}\n}}\n",
    ),
    "codebuild": (
        "buildspec.yml",
        "version: 0.2\nphases:\n  install:\n    commands:\n    - apt-get install -y git\nbatch:\n  build-list:\n  - env: {{image: {image}}}\n",
    ),
}


@pytest.mark.parametrize("name", EACH)
def test_every_format_says_the_same_of_the_same_job(name: str) -> None:
    path, text = EACH[name]
    found = said(name, {path: text.format(image=DOCKER)})
    assert images(found) == [DOCKER]
    assert installs(found) == ["apt-get install"]
    assert {one.scope.phase for one in found} == {"pipeline"}
    assert [one.name for one in found if isinstance(one, Job)]
    assert all(one.extent.file == path for one in found)


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: b",
        "a: {b: [c: {d: [1, {e: f}]}]}",
        "steps: {x: 1}",
        "jobs: [1, [2]]",
        "pipelines: x",
    ],
)
def test_what_is_no_pipeline_breaks_nothing(name: str, text: str) -> None:
    path, _ = EACH[name]
    format_ = cast("Format", import_module(f"immutable_delivery.formats.{name}"))
    found, _ctx = read_files(format_, {path: text})
    assert isinstance(found, list)


GITLAB = """
variables:
  TAG: "1.2.3"
default:
  image: shop/default:$TAG
  services: [{name: "postgres:16", alias: db}]
  before_script:
    - apk add curl
.hidden:
  image: shop/hidden:1
.base:
  image: shop/base:${TAG}
  script: [npm install]
one:
  extends: .base
two:
  extends: [.base]
  image: {name: shop/two:2.0.0, entrypoint: [""]}
three:
  inherit: {default: false}
  script:
    - !reference [.base, script]
    - [yum install -y git]
  environment: {name: production}
four:
  parallel: {matrix: [{V: ["20", "22"]}]}
  image: node:$V
  script: ["true"]
"""


def test_gitlab_jobs() -> None:
    found = said("gitlab", {".gitlab-ci.yml": GITLAB})
    by_job: dict[str, list[str | None]] = {}
    for one in found:
        if isinstance(one, Image):
            by_job.setdefault(one.scope.owner, []).append(one.reference)
    assert by_job == {
        "one": ["shop/base:1.2.3", "postgres:16"],
        "two": ["shop/two:2.0.0", "postgres:16"],
        "four": ["node:20", "node:22", "postgres:16"],
        ".hidden": ["shop/hidden:1", "postgres:16"],
    }
    third = [
        one.command for one in found if isinstance(one, Install) and one.scope.owner == "three"
    ]
    assert third == ["npm install", "yum install"]
    assert [one.environment for one in found if isinstance(one, Job) and one.environment] == [
        "production"
    ]


def test_gitlab_includes() -> None:
    files = {
        ".gitlab-ci.yml": "include:\n- local: /ci/base.yml\n- ci/more/*.yml\n- {project: acme/ci, ref: main, file: /x.yml}\n"
        "- component: gitlab.example/acme/scan@1.2.3\n- component: gitlab.example/acme/lint@~latest\n- remote: https://example.com/v1/x.yml\n"
        "- template: Security/SAST.gitlab-ci.yml\nbuild:\n  extends: .base\n  script: [make]\n",
        "ci/base.yml": ".base:\n  image: shop/base:1.2.3\n",
        "ci/more/a.yml": "lint:\n  image: shop/lint:1\n  script: [make]\n",
    }
    found = said("gitlab", files)
    assert images(found) == ["shop/lint:1", "shop/base:1.2.3"]
    assert sources(found) == [
        ("include", "acme/ci", "main", "alias"),
        ("component", "gitlab.example/acme/scan", "1.2.3", "exact"),
        ("component", "gitlab.example/acme/lint", "~latest", "alias"),
        ("include", "https://example.com/v1/x.yml", "", "none"),
    ]


def test_gitlab_includes_in_a_circle() -> None:
    files = {
        ".gitlab-ci.yml": "include: [ci/a.yml]\n",
        "ci/a.yml": "include: [ci/b.yml]\n",
        "ci/b.yml": "include: [ci/a.yml]\nx: {image: a, script: [b]}\n",
    }
    assert images(said("gitlab", files)) == ["a"]


def test_gitlab_child_pipelines_and_inputs() -> None:
    files = {
        ".gitlab-ci.yml": "child:\n  trigger:\n    include: ci/child.yml\n",
        "ci/child.yml": "spec:\n  inputs:\n    tag: {default: '3.1.4'}\n---\nbuild:\n  image: shop/a:$[[ inputs.tag ]]\n  script: [make]\n",
    }
    assert images(said("gitlab", files)) == ["shop/a:3.1.4"]


def test_gitlab_child_pipelines_from_elsewhere() -> None:
    text = """
variables: {QA: main}
qa:
  trigger:
    include:
    - {project: acme/qa, ref: $QA, file: /ci.yml}
    - {project: acme/more, ref: $HERS, file: /ci.yml}
    - {component: gitlab.example/acme/scan@1.2.3}
    - {artifact: made.yml, job: make}
remote: {trigger: {include: "https://example.com/v1/x.yml"}}
own: {trigger: {project: acme/shop, branch: main}}
"""
    assert sources(said("gitlab", {".gitlab-ci.yml": text})) == [
        ("include", "acme/qa", "main", "alias"),
        ("include", "acme/more", None, None),
        ("component", "gitlab.example/acme/scan", "1.2.3", "exact"),
        ("include", "https://example.com/v1/x.yml", "", "none"),
    ]


def test_gitlab_gives_what_it_includes_their_inputs() -> None:
    files = {
        ".gitlab-ci.yml": "include:\n- {local: ci/a.yml, inputs: {name: one, tag: '2', run: [npm install]}}\n- {local: ci/a.yml, inputs: {name: two}}\n",
        "ci/a.yml": "spec:\n  inputs:\n    name:\n    tag: {default: '1'}\n    run: {type: array, default: [pip install x]}\n---\n"
        "'$[[ inputs.name ]]':\n  image: shop/$[[ inputs.name ]]:$[[ inputs.tag ]]\n  script: $[[ inputs.run ]]\n",
    }
    found = said("gitlab", files)
    assert images(found) == ["shop/one:2", "shop/two:1"]
    assert installs(found) == ["npm install", "pip install"]
    assert [one.name for one in found if isinstance(one, Job)] == ["one", "two"]


def test_gitlab_refers_to_what_a_job_extends() -> None:
    text = ".a: {image: shop/a:1, script: [npm install]}\n.b: {extends: .a}\nc: {image: !reference [.b, image], script: [!reference [.b, script]]}\n"
    found = said("gitlab", {".gitlab-ci.yml": text})
    assert images(found) == ["shop/a:1"]
    assert installs(found) == ["npm install"]


def test_circleci() -> None:
    text = """
version: 2.1
orbs:
  node: circleci/node@5.2.0
  aws: circleci/aws-cli@4
  own: acme/own@volatile
parameters:
  tag: {type: string, default: "1.0"}
executors:
  main:
    parameters: {v: {type: string, default: "2.0.0"}}
    docker:
      - image: shop/main:<< parameters.v >>
      - image: postgres:16
  spare: {docker: [{image: "docker://shop/spare:1"}]}
commands:
  setup:
    parameters: {p: {type: string, default: git}}
    steps:
      - run: apt-get install -y << parameters.p >>
jobs:
  build:
    executor: main
    steps:
      - checkout
      - setup: {p: curl}
      - when: {condition: true, steps: [{run: {command: pip install x}}]}
  vm:
    machine: {image: "ubuntu-2204:current"}
    steps: [checkout]
"""
    found = said("circleci", {".circleci/config.yml": text})
    assert images(found) == ["shop/main:2.0.0", "postgres:16", "shop/spare:1"]
    assert installs(found) == ["apt-get install", "pip install"]
    assert [one.packages[0].name for one in found if isinstance(one, Install)] == ["curl", "x"]
    assert sources(found) == [
        ("orb", "circleci/node", "5.2.0", "exact"),
        ("orb", "circleci/aws-cli", "4", "partial"),
        ("orb", "acme/own", "volatile", "alias"),
    ]
    assert [one.name for one in found if isinstance(one, Resource)] == ["ubuntu-2204:current"]


def test_azure() -> None:
    files = {
        "azure-pipelines.yml": """
trigger: [main]
pool: {vmImage: ubuntu-latest}
variables:
- {name: tag, value: "1.2.3"}
resources:
  repositories:
  - {repository: t, type: github, name: acme/t, ref: refs/tags/v1.2.3}
  - {repository: u, type: git, name: acme/u}
  containers:
  - {container: build, image: shop/build:$(tag)}
stages:
- stage: one
  jobs:
  - job: a
    container: build
    services: {db: {image: postgres}}
    steps:
    - template: steps.yml
      parameters: {package: curl}
    - ${{ if eq(variables.x, 'y') }}:
      - bash: npm install
  - deployment: d
    environment: production.web
    strategy:
      runOnce:
        deploy:
          steps:
          - task: Bash@3
            inputs: {targetType: inline, script: pip install x}
- template: stages.yml@t
""",
        "steps.yml": "parameters:\n- name: package\nsteps:\n- script: apt-get install -y ${{ parameters.package }}\n",
    }
    files["ci/steps.yml"] = files.pop("steps.yml")
    files["azure-pipelines.yml"] = files["azure-pipelines.yml"].replace(
        "template: steps.yml", "template: ci/steps.yml"
    )
    found = said("azure", files)
    assert images(found) == ["postgres", "shop/build:1.2.3"]
    assert sorted(installs(found)) == ["apt-get install", "npm install", "pip install"]
    assert [
        one.packages[0].name
        for one in found
        if isinstance(one, Install)
        if one.manager == "apt-get"
    ] == ["curl"]
    assert sources(found) == [
        ("template", "acme/t", "refs/tags/v1.2.3", "exact"),
        ("template", "acme/u", "", "none"),
    ]
    assert [one.environment for one in found if isinstance(one, Job) and one.environment] == [
        "production"
    ]


def test_cloudbuild() -> None:
    text = """
steps:
- name: gcr.io/cloud-builders/docker
  args: [build, -t, "shop/web:$_TAG", .]
- name: shop/tool:$_TAG
  script: pip install x
- name: gcr.io/google.com/cloudsdktool/cloud-sdk:slim
  entrypoint: bash
  args: [-c, "apt-get install -y git"]
substitutions: {_TAG: "1.2.3"}
"""
    found = said("cloudbuild", {"cloudbuild.yaml": text})
    assert images(found)[:2] == ["gcr.io/cloud-builders/docker", "shop/tool:1.2.3"]
    assert installs(found) == ["pip install", "apt-get install"]


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("ci/cloudbuild-prod.yaml", "steps: []\n", True),
        (".github/cloudbuild/pull-request.yaml", "steps:\n- name: shop/tool:1\n", True),
        ("cloudbuild/a.json", '{"steps": [{"name": "shop/tool:1"}]}', True),
        ("cloudbuild/config.yaml", "kind: ConfigMap\ndata: {steps: a}\n", False),
        ("cloudbuild/jobs.yaml", "jobs: {a: {steps: [{name: b}]}}\n", False),
        ("cloudbuild/broken.yaml", "steps: [\n", False),
        ("cloudbuilder/a.yaml", "steps:\n- name: shop/tool:1\n", False),
    ],
)
def test_cloudbuild_claims_by_name_or_by_folder_and_steps(
    path: str, text: str, *, claimed: bool
) -> None:
    offered = [one.name for one in candidates(path)]
    cloudbuild = import_module("immutable_delivery.formats.cloudbuild")
    own = "cloudbuild" in offered and cloudbuild.claims(path, text.encode())
    assert own is claimed


def test_woodpecker_matrix_and_names() -> None:
    text = "matrix: {V: ['1.1.1', '2.2.2']}\nservices:\n  db: {image: 'postgres:16'}\nsteps:\n  a:\n    image: shop/a:${V}\n    commands: make\n"
    found = said("woodpecker", {".woodpecker/a.yaml": text})
    assert images(found) == ["shop/a:1.1.1", "shop/a:2.2.2", "postgres:16"]


def test_a_compose_file_beside_a_pipeline_of_buildkite_is_none() -> None:
    buildkite = import_module("immutable_delivery.formats.buildkite")
    assert not buildkite.claims(".buildkite/docker-compose.yml", b"services: {web: {image: a}}\n")


def test_buildkite_groups_and_plugins() -> None:
    text = """
env: {A: b}
steps:
- wait
- group: x
  steps:
  - commands: [pip install y, make]
    plugins: [{"acme/tool#main": {}}, "./here", "ssh://git@example.com/x.git#0123456789abcdef0123456789abcdef01234567"]
"""
    found = said("buildkite", {".buildkite/pipeline.yml": text})
    assert installs(found) == ["pip install"]
    assert [(url, pin) for _, url, _, pin in sources(found)] == [
        ("acme/tool", "alias"),
        ("ssh://git@example.com/x.git", "digest"),
    ]


def test_bitbucket() -> None:
    text = """
image: shop/default:1.2.3
definitions:
  services: {db: {image: postgres}}
  steps:
  - step: &build
      name: build
      services: [db, docker]
      script:
      - pip install x
      - pipe: atlassian/aws-s3-deploy:1.1.0
        variables: {A: b}
      - pipe: docker://acme/pipe:latest
      after-script: [npm install]
pipelines:
  default: [{step: *build}]
  branches:
    main:
    - parallel: [{step: *build}, {step: {deployment: production, image: {name: "shop/d:1"}, script: [make]}}]
"""
    found = said("bitbucket", {"bitbucket-pipelines.yml": text})
    assert images(found) == ["shop/default:1.2.3", "acme/pipe:latest", "postgres", "shop/d:1"]
    assert installs(found) == ["pip install", "npm install"]
    assert sources(found) == [("plugin", "atlassian/aws-s3-deploy", "1.1.0", "exact")]


def test_drone_services_and_settings() -> None:
    text = "kind: pipeline\nservices: [{name: db, image: postgres}]\nsteps:\n- {name: p, image: plugins/docker, settings: {tags: latest}}\n---\nkind: secret\nname: x\n"
    found = said("drone", {".drone.yml": text})
    assert sorted(str(one) for one in images(found)) == ["plugins/docker", "postgres"]


def test_jenkins() -> None:
    text = """
@Library('shared@main') _
library 'more@v1.2.3'
def registry = 'shop.example'
pipeline {
  agent { docker { image 'node:latest'; args '-v x:/y' } }
  environment { TAG = "1.2" }
  stages {
    stage('a') {
      agent { kubernetes { yaml '''
spec:
  containers:
  - name: x
    image: shop/pod:1
''' } }
      steps {
        sh 'npm install'
        sh script: "pip install x==${TAG}", returnStdout: true
        script {
          docker.image('maven:3').inside('-u root') { sh "apt-get install -y \\$PACKAGE" }
          docker.image("$registry/a:$TAG").withRun { }
          docker.image("b:${env.BUILD_ID}").pull()
        }
      }
    }
  }
}
node('linux') { docker.image('python:3').inside { bat 'x' } }
"""
    found = said("jenkins", {"Jenkinsfile": text})
    assert images(found) == [
        "shop/pod:1",
        "maven:3",
        "shop.example/a:1.2",
        None,
        "node:latest",
        "python:3",
    ]
    assert installs(found) == ["npm install", "pip install", "apt-get install"]
    assert [
        one.packages[0].version for one in found if isinstance(one, Install) if one.manager == "pip"
    ] == ["==1.2"]
    assert sources(found) == [
        ("library", "shared", "main", "alias"),
        ("library", "more", "v1.2.3", "exact"),
    ]


def test_jenkins_loads_files_of_the_repository() -> None:
    files = {
        "Jenkinsfile": "def d\nnode { stage('a') { d = load 'ci/d.groovy'; d.run() } }\nload \"${x}.groovy\"\n",
        "ci/d.groovy": "load 'ci/d.groovy'\ndef run() { sh 'docker push shop/web:latest' }\nreturn this\n",
        "Jenkinsfile.b": "node { load('ci/e.groovy').run() }\n",
        "ci/e.groovy": "def run() { stage('b') { sh 'docker push shop/web:latest' } }\n",
    }
    found = said("jenkins", files)
    pushed = [(one.used_at.file, one.scope.owner) for one in found if isinstance(one, Command)]
    assert pushed == [("ci/d.groovy", "a"), ("ci/e.groovy", "b")]


def test_jenkins_tells_what_it_does_not_understand() -> None:
    found = said("jenkins", {"Jenkinsfile": "node { ]] sh 'make' }\n"})
    assert [one.subject for one in found if isinstance(one, Unread)] == ["Groovy"]


SEMAPHORE = """
version: v1.0
agent:
  machine: {type: e1-standard-2, os_image: ubuntu2404}
global_job_config:
  prologue: {commands: [npm install]}
  env_vars: [{name: TAG, value: "1.2.3"}]
blocks:
- name: test
  task:
    agent:
      machine: {type: e1-standard-2}
      containers:
      - {name: main, image: "shop/build:2"}
      - {name: db, image: "postgres:16"}
    epilogue: {always: {commands: [pip install report]}}
    jobs:
    - name: unit
      matrix: [{env_var: NODE, values: ["20", "22"]}]
      commands: [make]
- name: push
  task:
    prologue: {commands: [cd app]}
    jobs:
    - name: image
      commands:
      - docker build -t shop/web:$TAG .
      - docker push shop/web:$TAG
after_pipeline:
  task: {jobs: [{name: last, commands: [gem install x]}]}
"""


def test_semaphore() -> None:
    path = ".semaphore/semaphore.yml"
    found = said("semaphore", {path: SEMAPHORE})
    assert images(found) == ["shop/build:2", "postgres:16"]
    assert [(one.scope.owner, one.command) for one in found if isinstance(one, Install)] == [
        ("unit", "npm install"),
        ("unit", "pip install"),
        ("image", "npm install"),
        ("last", "npm install"),
        ("last", "gem install"),
    ]
    pushed = [one for job in found if isinstance(job, Job) for one in job.pushes]
    assert [(one.image, one.tags, one.dockerfile) for one in pushed] == [
        ("shop/web", ("1.2.3",), "app/Dockerfile")
    ]


@pytest.mark.parametrize(
    ("services", "told"),
    [("docker:27.3-dind", "yes"), ("registry.example/docker:dind", "yes"), ("docker:27.3", "undecided")],
)  # fmt: skip
def test_the_containers_of_an_engine_beside_a_job_go_with_it(services: str, told: str) -> None:
    text = f"a:\n  services: ['{services}']\n  script: [docker exec web pip install x]\n"
    found = said("gitlab", {".gitlab-ci.yml": text})
    assert [one.throwaway for one in found if isinstance(one, Command)] == [told]
