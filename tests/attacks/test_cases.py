"""Each known way around the gate: the pattern is found, or what was not judged is named and its service is not congruent."""

from __future__ import annotations

import pytest
from tests.attacks.judging import DIGEST, judged, told

FLOATING = 'FROM nginx:latest\nCMD ["nginx"]\n'
STARTED = f'FROM nginx:1.27@{DIGEST}\nCOPY s.sh /s.sh\nCMD ["/s.sh"]\n'
RUNNING = "services:\n  web:\n    build: .\n    restart: always\n"
POD = "metadata: {name: a}\nspec: {containers: [{name: a, image: 'nginx:latest'}]}\n"
TEXTS = [
    'ARG F="{{.Name}}"',
    'LABEL x="{% y"',
    'RUN echo "<%= x"',
    "WORKDIR /@APP@",
    "EXPOSE 8%%A%%",
]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("compose.yaml", "include:\n- other.yaml\nservices:\n  a: {image: 'nginx:latest'}\n"),
        ("compose.yaml", "x-any:\n- a\nservices:\n  a: {image: 'nginx:latest'}\n"),
        ("pod.yaml", f"data: {{a: {'x' * 70_000}}}\n{POD}apiVersion: v1\nkind: Pod\n"),
        ("pod.yaml", f"{'# long' * 20_000}\napiVersion: v1\nkind: Pod\n{POD}"),
        ("pod.yaml", "# c\n--- {apiVersion: v1, kind: Pod, spec: {containers: [{image: 'a:latest'}]}}\n"),
        ("pod.yaml", "  apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: 'a:latest'}]}\n"),
        ("pod.yaml", f"? apiVersion\n: v1\nkind: Pod\n{POD}"),
        ("pod.yaml", f"apiVersion: v1\nkind: Pod\n{POD}".replace("\n", "\r")),
        ("pod.yaml", f"x: &x\n  apiVersion: v1\n  kind: Pod\n<<: *x\n{POD}"),
        ("pod.yaml", f"!!str apiVersion: v1\nkind: Pod\n{POD}"),
        *(("Dockerfile", FLOATING.replace("\n", f"\n{text}\n", 1)) for text in TEXTS),
        ("deploy/templates/pod.yaml", f"apiVersion: v1\nkind: Pod\n# {{{{ x }}}}\n{POD}"),
        ("templates/pod.yaml", f"apiVersion: v1\nkind: Pod\nx: '{{{{ x }}}}'\n{POD}"),
        *((f"Dockerfile.{word}", FLOATING) for word in ("go", "php", "py", "ts", "html", "lock")),
    ],
)  # fmt: skip
def test_a_floating_tag_hides_nowhere(path: str, text: str) -> None:
    other = {"other.yaml": "services: {b: {image: 'x:1'}}\n"}
    assert ("floating-tag", path) in told(judged({path: text, **other}))


@pytest.mark.parametrize(
    ("build", "links", "path"),
    [
        ("{context: ., dockerfile: lnk/D}", {"lnk": "real"}, "real/D"),
        ("{context: lnk, dockerfile: D}", {"lnk": "real"}, "real/D"),
        ("{context: ., dockerfile: D}", {"D": "vendor/D"}, "vendor/D"),
        ("{context: ., dockerfile: a/b/D}", {"a": "c", "c/b": "../real"}, "real/D"),
        ("{context: ., dockerfile: Dockerfile.in}", {}, "Dockerfile.in"),
        ("{context: ., dockerfile: tests/README.md}", {}, "tests/README.md"),
    ],
)
def test_what_a_manifest_builds_is_judged_by_whatever_name_it_goes(
    build: str, links: dict[str, str], path: str
) -> None:
    manifest = {"compose.yaml": f"services:\n  web:\n    build: {build}\n"}
    assert ("floating-tag", path) in told(judged({path: FLOATING, **manifest}, links))


def test_a_link_out_of_the_repository_is_named() -> None:
    manifest = {"compose.yaml": RUNNING.replace("build: .", "build: {dockerfile: out/D}")}
    found = judged(manifest, {"out": "../../elsewhere"})
    assert ("not-judged", "compose.yaml") in told(found)
    assert [service.builds for service in found.services] != ["repeatable"]


@pytest.mark.parametrize(
    "script",
    [
        b"#!/bin/sh\n# caf\xe9\npip install x\n",
        b"#!/bin/sh\nA=\xff\xfe\npip install x\n",
        b"\xef\xbb\xbfpip install x\n",
        b"#!/bin/bash\r\npip install x\r\n",
    ],
)
def test_a_start_script_is_read_whatever_its_bytes_are(script: bytes) -> None:
    files: dict[str, str | bytes] = {"Dockerfile": STARTED, "compose.yaml": RUNNING, "s.sh": script}
    assert ("install-at-start", "s.sh") in told(judged(files))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (b"#!/bin/sh\npip install x\nexit\n\0\n", "holds a NUL byte"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "Git LFS"),
        (b"#!/usr/bin/env fish\npip install x\n", "written for fish"),
        (b"#" * 10_000_001, "too long"),
        (b'a() {\n  b\n}\nb() {\n  c\n}\npip install x\n"$@"\n', "its arguments name"),
    ],
)
def test_a_start_script_that_nobody_reads_is_named(script: bytes, reason: str) -> None:
    found = judged({"Dockerfile": STARTED, "compose.yaml": RUNNING, "s.sh": script})
    said = [finding.message for finding in found.findings if finding.policy == "not-judged"]
    assert any(reason in one for one in said)
    assert found.services
    assert all(service.runs != "congruent" for service in found.services)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("compose.yaml", "include: ['oci://registry.example.com/x:latest']\nservices: {a: {image: 'x:1'}}\n"),
        ("kustomization.yaml", "resources: ['https://example.com/o/r//d?ref=main']\n"),
        ("kustomization.yaml", "helmCharts: [{name: x, repo: 'https://charts.example.com'}]\n"),
    ],
)  # fmt: skip
def test_what_is_fetched_at_the_deploy_floats(path: str, text: str) -> None:
    assert ("floating-source", path) in told(judged({path: text}))


@pytest.mark.parametrize(
    "service",
    ["volumes: ['.://app']", "volumes: ['./:/app/.']", "configs: [{source: c, target: /app/server.js}]"],
)  # fmt: skip
def test_code_is_mounted_over_code_however_the_target_is_written(service: str) -> None:
    files = {
        "Dockerfile": f"FROM node:22.11.0@{DIGEST}\nWORKDIR /app\nCOPY server.js .\nCMD node server.js\n",
        "server.js": "1\n",
        "compose.yaml": f"services:\n  web:\n    build: .\n    {service}\nconfigs: {{c: {{file: ./server.js}}}}\n",
    }
    assert ("host-mounted-code", "compose.yaml") in told(judged(files))


def test_a_drop_in_changes_what_a_unit_runs() -> None:
    files = {
        "a.container": f"[Container]\nImage=nginx:1.27@{DIGEST}\n",
        "a.container.d/10.conf": "[Container]\nImage=nginx:latest\n",
    }
    assert ("floating-tag", "a.container.d/10.conf") in told(judged(files))


START = {"Dockerfile": STARTED, "compose.yaml": RUNNING}


@pytest.mark.parametrize(
    "line",
    [
        "python3 -c \"import subprocess; subprocess.run(['pip', 'install', 'x'])\"",
        "python3 -c 'from os import system; system(\"pip install x\")'",
        "node -e \"const {execSync} = require('child_process'); execSync('pip install x')\"",
        "alias p='pip install'\np x",
        "coproc pip install x",
    ],
)
def test_code_in_the_words_of_a_command_is_followed(line: str) -> None:
    script = f"#!/bin/bash\n{line}\nrun\n"
    assert ("install-at-start", "s.sh") in told(judged({**START, "s.sh": script}))


@pytest.mark.parametrize(
    "line",
    [
        'python3 -c \'import os; os.system(" ".join(["pip", "install"]))\'',
        "perl -e 'system(\"pip install x\")'",
        "perl -e 'exec \"pip install x\"'",
        "ruby -e 'system \"pip install x\"'",
        "php -r 'system(\"pip install x\");'",
        "awk 'BEGIN { system(\"pip install x\") }'",
        "node -e 'require(\"child_process\").execSync(command)'",
        "generate | sh",
    ],
)
def test_code_that_nobody_reads_is_named(line: str) -> None:
    found = judged({**START, "s.sh": f"#!/bin/sh\n{line}\nrun\n"})
    assert ("not-judged", "s.sh") in told(found)


@pytest.mark.parametrize(
    "line",
    [
        "python3 -c 'print(1)'", "perl -pe 's/system/exec/' f", "awk '{ print $1 }' f", "curl https://x.example.com/a | sha256sum",
        "node -p 'process.version'", 'eval "$(ssh-agent -s)"', "alias ll='ls -l'\nll",
    ],
)  # fmt: skip
def test_code_that_starts_nothing_is_none_of_it(line: str) -> None:
    assert ("not-judged", "s.sh") not in told(
        judged({**START, "s.sh": f"#!/bin/sh\n{line}\nrun\n"})
    )


@pytest.mark.parametrize(
    ("path", "text", "policy"),
    [
        (".gitlab-ci.yml", "a: {image: 'nginx:latest', script: [make]}\n---\nb: {script: [make]}\n", "floating-tag"),
        ("user-data", "#cloud-config\rruncmd:\r- apt-get install -y nginx\r", "provisioned-at-boot"),
        ("user-data", "#cloud-config\nbootcmd: [[docker, run, -d, 'nginx:latest']]\n", "floating-tag"),
        ("user-data", "#cloud-config\nwrite_files: [{path: /r.sh, encoding: b64, content: bHM=}]\nruncmd: [/r.sh]\n", "not-judged"),
        ("site.yml", "- hosts: all\n  tasks: [\n", "unreadable"),
        ("helmfile.yaml", "releases: [\n", "unreadable"),
    ],
)  # fmt: skip
def test_what_a_tool_reads_is_judged_or_unreadable(path: str, text: str, policy: str) -> None:
    assert (policy, path) in told(judged({path: text}))
