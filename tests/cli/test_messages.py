"""What messages name: never nothing, never a range without what it is a range of."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.cli.conftest import DIGEST

if TYPE_CHECKING:
    from tests.cli.conftest import Repository

WORKFLOW = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: hello-}
spec:
  entrypoint: driver
  templates:
  - name: driver
    container: {name: "", image: "ghcr.io/example/driver:1", command: [sleep, infinity]}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {image: debian}
  - {name: "", image: debian, stdin: true, tty: true}
"""
NAMELESS = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - {name: "", image: "debian:12.8"}
"""
COMPOSE = """\
services:
  web:
    image: debian
    volumes: ["/:/host", ./x:/app]
    command: ""
    environment: {A: ""}
"""
DOCKERFILE = f"""\
FROM node@{DIGEST} AS b
COPY package.json .
RUN npm install && npm install "" && pip install "" && apt-get install -y ""
FROM debian
COPY --from=b / /
LABEL a=""
"""
PACKAGE = '{"dependencies": {"express": "^4.1", "left-pad": "", "chalk": "*", "tape": ">=1 <3"}}\n'


def test_a_message_names_what_it_is_about(repository: Repository) -> None:
    repository.write(
        Dockerfile=DOCKERFILE,
        **{
            "package.json": PACKAGE,
            "compose.yaml": COMPOSE,
            "workflow.yaml": WORKFLOW,
            "pod.yaml": POD,
            "nameless.yaml": NAMELESS,
        },
    )
    report = repository.call("check", "--profile", "strict", "--output-format", "json").out
    messages = [one["message"] for one in json.loads(report)["findings"]]
    assert len(messages) > 10
    assert [message for message in messages if re.search(r"''|``|'[\^~<>=*]", message)] == []
    assert any("'express@^4.1'" in message for message in messages)
    assert any("'left-pad'" in message for message in messages)


def test_a_stage_without_a_name_is_not_called_by_its_number(repository: Repository) -> None:
    repository.write(
        **{
            "Dockerfile": "FROM debian:12\nRUN make\n",
            "compose.yaml": "services: {web: {build: .}}\n",
        }
    )
    ran = repository.call("check", "-q")
    assert "says what the image starts" in ran.out
    assert "'0'" not in ran.out
