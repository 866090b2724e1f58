"""Scripts of package.json: those that touch a delivery are judged, those of people and tests say nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from immutable_delivery.facts import Command, Fact, File, Image, Install
from immutable_delivery.formats import npm
from immutable_delivery.links.alone import link_alone
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles


def facts(scripts: Mapping[str, object]) -> list[Fact]:
    text = json.dumps({"name": "a", "scripts": scripts})
    project = read(MemoryFiles({"package.json": text}), lambda _path: "")
    return [fact for fact in link_alone(project.facts) if not isinstance(fact, File)]


def commands(scripts: Mapping[str, object]) -> list[tuple[str, str]]:
    found = facts(scripts)
    return [(one.text, one.throwaway) for one in found if isinstance(one, Command) and one.mutates]


def test_names() -> None:
    assert npm.claims("a/package.json", b'{"scripts": {"a": "docker pull b"}}')
    assert not npm.claims("package.json", b'{"scripts": {"a": "tsc"}}')
    assert not npm.claims("package.json", b'{"keywords": ["docker"]}')
    assert not npm.claims("package-lock.json", b'{"scripts": {"a": "docker pull b"}}')


def test_a_script_is_judged_for_what_it_does_to_what_runs() -> None:
    assert commands({"deploy": "ssh shop.example.com 'git pull'"}) == [("ssh shop.example.com git pull", "no")]  # fmt: skip
    assert [one.text for one in facts({"db": "docker run -d postgres"}) if isinstance(one, Image)] == ["postgres"]  # fmt: skip


def test_a_script_of_a_developer_says_nothing() -> None:
    found = facts({"a": "npm install x && docker ps", "b": "npx tsc", "c": None, "d": ["docker"]})
    assert [fact for fact in found if isinstance(fact, Command | Install | Image)] == []


def test_hooks_and_scripts_that_it_names_run_with_it() -> None:
    cluster = {"pree2e": "kind create cluster", "e2e": "kubectl edit deploy/web"}
    assert commands(cluster) == [("kubectl edit deploy/web", "yes")]
    named = {"up": "kind create cluster", "e2e": "npm run up && kubectl edit deploy/web"}
    assert commands(named) == [("kubectl edit deploy/web", "yes")]


def test_what_a_job_runs_is_told_there() -> None:
    scripts = {"deploy": "kubectl edit deploy/web", "postdeploy": "kubectl edit deploy/api"}
    text = json.dumps({"name": "a", "scripts": scripts})
    files = {"package.json": text, ".gitlab-ci.yml": "a: {script: [npm run deploy]}\n"}
    found = link_alone(read(MemoryFiles(files), lambda _path: "").facts)
    mutating = [one for one in found if isinstance(one, Command) and one.mutates]
    assert [(one.target, one.scope.alone) for one in mutating] == [("deploy/web", False), ("deploy/api", False)]  # fmt: skip


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"scripts": ["docker"]}', b'{"scripts": {"a": "docker \\ud800"}', b'{"scripts": {"a": "npm run a && docker ps"}}', b'\xff{"scripts": {"a": "docker"}}']
)  # fmt: skip
def test_odd_packages_end(data: bytes) -> None:
    assert read(MemoryFiles({"package.json": data}), lambda _path: "").facts is not None
