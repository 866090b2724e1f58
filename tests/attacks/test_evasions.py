"""Rewritings that keep the meaning keep the verdict: each of the four rejections in each format, rewritten."""

from __future__ import annotations

import re
from typing import TypeAlias

import dockerfile
import pytest
from tests.attacks.evasions import DOCKERFILE, SHELL, YAML, rewritten
from tests.attacks.judging import DIGEST, judged, told
from tests.components import NEEDS

yaml = pytest.importorskip("yaml", reason=f"{NEEDS}PyYAML")

Case: TypeAlias = tuple[str, dict[str, str], str]
"""A policy, the files of a repository, and which of them is rewritten."""

NODE = f"node:22.11.0@{DIGEST}"
WEB = {
    "Dockerfile": f'FROM {NODE}\nWORKDIR /app\nCOPY server.js .\nCMD ["node", "server.js"]\n',
    "server.js": "1\n",
}
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n"
DOCUMENTS: dict[str, Case] = {
    "compose floating-tag": ("floating-tag", {"compose.yaml": "services:\n  web:\n    image: nginx:latest\n"}, "compose.yaml"),
    "compose host-mounted-code": (
        "host-mounted-code",
        {**WEB, "compose.yaml": "services:\n  web:\n    build: .\n    image: nginx:1\n    volumes:\n      - .:/app\n"},
        "compose.yaml",
    ),
    "compose install-at-start": (
        "install-at-start",
        {"compose.yaml": "services:\n  web:\n    image: nginx:1\n    command: sh -c 'pip install x && run'\n"},
        "compose.yaml",
    ),
    "kubernetes floating-tag": ("floating-tag", {"pod.yaml": f"{POD}      image: nginx:latest\n"}, "pod.yaml"),
    "kubernetes install-at-start": (
        "install-at-start",
        {"pod.yaml": f"{POD}      image: nginx:1\n      command: [sh, -c, pip install x && run]\n"},
        "pod.yaml",
    ),
    "kubernetes host-path": (
        "host-path",
        {"pod.yaml": f"{POD}      image: nginx:1\n  volumes:\n    - name: etc\n      hostPath: {{path: /etc}}\n"},
        "pod.yaml",
    ),
}  # fmt: skip
IMAGES: dict[str, Case] = {
    "floating-tag": ("floating-tag", {"Dockerfile": 'FROM nginx:latest\nCMD ["nginx"]\n'}, "Dockerfile"),
    "install-at-start": ("install-at-start", {"Dockerfile": f"FROM nginx:1.27@{DIGEST}\nCMD pip install x && run\n"}, "Dockerfile"),
    "missing-start-command": (
        "missing-start-command",
        {**WEB, "Dockerfile": f"FROM debian:12.8@{DIGEST}\nWORKDIR /app\nCOPY server.js .\n"},
        "Dockerfile",
    ),
}  # fmt: skip


def passed(case: Case, ways: dict[str, str]) -> list[str]:
    """Return the rewritings of which the policy says nothing."""
    policy, files, path = case
    assert (policy, path) in told(judged(files))
    return [
        way
        for way, text in ways.items()
        if (policy, path) not in told(judged({**files, path: text}))
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_means_the_same_however_it_is_written(name: str) -> None:
    _, files, path = DOCUMENTS[name]
    meant = yaml.safe_load(files[path])
    ways = dict(rewritten(files[path], YAML))
    believed = {way: text for way, text in ways.items() if _loaded(text) == meant}
    assert len(believed) > len(ways) // 2
    assert passed(DOCUMENTS[name], believed) == []


@pytest.mark.parametrize("name", IMAGES)
def test_a_dockerfile_means_the_same_however_it_is_written(name: str) -> None:
    _, files, path = IMAGES[name]
    ways = dict(rewritten(files[path], DOCKERFILE))
    believed = {way: text for way, text in ways.items() if _parsed(text)}
    assert len(believed) > len(ways) // 2
    assert passed(IMAGES[name], believed) == []


def test_a_command_does_the_same_however_it_is_written() -> None:
    base = f"FROM nginx:1.27@{DIGEST}\nCOPY s.sh /s.sh\n"
    found = []
    for way, command in rewritten("pip install x", SHELL):
        for name, files in {
            "script": {"Dockerfile": f'{base}CMD ["/s.sh"]\n', "s.sh": f"#!/bin/sh\n{command}\nrun\n"},
            "shell form": {"Dockerfile": f"{base}CMD {command}\n"},
            "here-document": {"Dockerfile": f"{base}COPY <<'EOF' /t.sh\n{command}\nEOF\nCMD [\"sh\", \"/t.sh\"]\n"},
        }.items():  # fmt: skip
            if "install-at-start" not in {policy for policy, _ in told(judged(files))}:
                found.append(f"{way}, {name}")
    assert found == []


def _loaded(text: str) -> object:
    try:
        return next(one for one in yaml.safe_load_all(text.removeprefix("\ufeff")) if one)
    except (yaml.YAMLError, StopIteration):
        return None


def _parsed(text: str) -> bool:
    """Whether BuildKit's parser takes a Dockerfile, and begins it with a FROM or ARG."""
    try:
        found = dockerfile.parse_string(text)
    except (dockerfile.GoParseError, ValueError):
        return False
    return bool(found) and re.fullmatch("from|arg", found[0].cmd, re.IGNORECASE) is not None
