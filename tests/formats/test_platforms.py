"""What delivers by a platform that nobody reads: named by its file and its keys, never judged, never in silence."""

from __future__ import annotations

import pytest

from immutable_delivery.facts import Unread
from immutable_delivery.formats.registry import claim
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.tables import known
from immutable_delivery.tables.subjects import Platforms

FILES = {
    "serverless.yml": ("service: web\nprovider: {name: aws}\n", "Serverless Framework"),
    "captain-definition": ('{"schemaVersion": 2}', "CapRover"),
    "copilot/web/manifest.yml": ("name: web\ntype: Backend Service\n", "AWS Copilot"),
    "Earthfile": ("VERSION 0.8\n", "Earthly"),
    "werf.yaml": ("project: web\n", "werf"),
    "koyeb.yaml": ("services:\n- name: web\n", "Koyeb"),
    "cookbooks/web/recipes/default.rb": ("package 'nginx'\n", "Chef"),
    "modules/web/manifests/init.pp": ("class web { }\n", "Puppet"),
    "salt/top.sls": ("base:\n  '*': [web]\n", "Salt"),
    "Vagrantfile": ('Vagrant.configure("2") do |config|\nend\n', "Vagrant"),
    "Pulumi.yaml": ("name: web\nruntime: nodejs\n", "Pulumi"),
    "cdk.json": ('{"app": "npx ts-node bin/web.ts"}', "AWS CDK"),
    "main.bicep": ("resource web 'x' = {\n  image: 'shop/web:1'\n}\n", "Bicep"),
    "azuredeploy.json": ('{"image": "shop/web:1"}', "Azure Resource Manager"),
    "appengine-web.xml": ("<appengine-web-app/>\n", "App Engine for Java"),
    "nixpacks.toml": ("[start]\ncmd = 'serve'\n", "Nixpacks"),
    "web.jsonnet": ("{\n  apiVersion: 'v1',\n}\n", "Jsonnet"),
    "convox.yml": ("services:\n  - web\n", "Convox"),
}


@pytest.mark.parametrize("path", FILES)
def test_what_nobody_reads_is_named(path: str) -> None:
    content, platform = FILES[path]
    found = read(MemoryFiles({path: content.encode()}), lambda _path: "").facts
    (unread,) = [fact for fact in found if isinstance(fact, Unread)]
    assert (unread.subject, unread.used_at.file) == (platform, path)


def test_every_platform_has_an_example_here() -> None:
    assert known(Platforms).files.keys() == {platform for _, platform in FILES.values()}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("app.yaml", "name: web\n"),
        ("manifest.yml", "name: web\n"),
        ("render.yaml", "scene: 1\n"),
        ("docs/app.toml", "app = 1\n"),
        ("flying.toml.md", "app = 1\n"),
    ],
)
def test_other_files_of_such_names_are_none(path: str, content: str) -> None:
    assert claim(path, content.encode()) is None


def test_what_a_format_reads_is_that_formats() -> None:
    entry = claim("app.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    assert entry is not None
    assert entry.name == "kubernetes"
