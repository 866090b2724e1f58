"""Ignition and Butane: what is fetched and run when a machine first starts."""

from __future__ import annotations

from typing import TypeVar

import pytest
from tests.kit import read_files, text_at

from immutable_delivery.facts import Container, Fact, Fetch, Image, Install
from immutable_delivery.formats import ignition

T = TypeVar("T", bound=Fact)

BUTANE = """\
variant: fcos
version: 1.6.0
ignition:
  config:
    merge:
    - source: https://example.com/base.ign
    - source: https://example.com/fixed.ign
      verification: {hash: sha512-00}
storage:
  files:
  - path: /usr/local/bin/setup.sh
    mode: 0755
    contents:
      inline: |
        #!/bin/sh
        pip install flask
  - path: /usr/local/bin/tool
    mode: 0755
    contents: {source: https://example.com/tool}
  - path: /etc/shop.conf
    mode: 0644
    contents: {source: https://example.com/shop.conf}
  - path: /etc/containers/systemd/web.container
    contents:
      inline: |
        [Container]
        Image=docker.io/library/nginx:latest
  - path: /opt/own.sh
    contents: {local: own.sh}
systemd:
  units:
  - name: setup.service
    contents: |
      [Service]
      Type=oneshot
      ExecStart=/usr/bin/rpm-ostree install htop
      ExecStart=-/usr/local/bin/setup.sh
      ExecStartPost=/bin/sh /opt/own.sh
  - name: cache.service
    contents: |
      [Service]
      ExecStart=/usr/bin/podman run --name cache docker.io/library/redis:7
"""
FILES = {"web.bu": BUTANE, "own.sh": "npm install -g pm2\n"}


def of(kind: type[T], files: dict[str, str]) -> list[T]:
    found, ctx = read_files(ignition, files)
    assert not ctx.troubles
    return [one for one in found if isinstance(one, kind)]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("a.bu", BUTANE, True),
        ("a.yaml", BUTANE, True),
        ("a.ign", '{"ignition": {"version": "3.4.0"}}', True),
        ("a.json", '{"ignition": {"version": "3.4.0"}}', True),
        ("a.json", '{"version": "1", "ignition": 3}', False),
        ("a.yaml", "variant: blue\nversion: 1\n", False),
    ],
)
def test_claims(path: str, content: str, claimed: bool) -> None:
    assert ignition.claims(path, content.encode()) is claimed


def test_what_units_and_their_scripts_install() -> None:
    found = of(Install, FILES)
    assert {(one.command, one.scope.phase) for one in found} == {
        ("rpm-ostree install", "boot"),
        ("pip install", "boot"),
        ("npm install", "boot"),
    }
    (layered,) = [one for one in found if one.manager == "rpm-ostree"]
    assert text_at(BUTANE, layered.used_at) == "/usr/bin/rpm-ostree install"


def test_what_is_fetched() -> None:
    assert [(one.url, one.executed, one.verified) for one in of(Fetch, FILES)] == [
        ("https://example.com/base.ign", "file", False),
        ("https://example.com/fixed.ign", "", True),
        ("https://example.com/tool", "file", False),
        ("https://example.com/shop.conf", "", False),
    ]


def test_containers_of_units() -> None:
    assert [(one.reference, text_at(BUTANE, one.place_of("tag"))) for one in of(Image, FILES)] == [
        ("docker.io/library/redis:7", "7"),
        ("docker.io/library/nginx:latest", "latest"),
    ]
    assert {one.name for one in of(Container, FILES)} == {"web"}


def test_ignition_itself() -> None:
    content = (
        '{"ignition": {"version": "3.4.0", "config": {"replace": {"source": "https://example.com/a.ign"}}},'
        ' "storage": {"files": [{"path": "/a.sh", "mode": 493, "contents": {"source": "data:,apt-get%20install%20-y%20curl"}}]},'
        ' "systemd": {"units": [{"name": "a.service", "contents": "[Service]\\nExecStart=/a.sh\\n"}]}}'
    )
    files = {"a.ign": content}
    assert [one.executed for one in of(Fetch, files)] == ["file"]
    assert [one.command for one in of(Install, files)] == ["apt-get install"]


@pytest.mark.parametrize("mode", ["x", "0o755", "[1]", ""])
def test_strange_modes(mode: str) -> None:
    content = f"variant: fcos\nversion: 1.0.0\nstorage: {{files: [{{path: /a, mode: {mode}, contents: {{source: 'https://e.example/a'}}}}]}}\n"
    assert [one.executed for one in of(Fetch, {"a.bu": content})] == [
        "file" if mode == "0o755" else ""
    ]


def test_a_broken_unit_is_told_at_its_place() -> None:
    content = (
        "variant: fcos\nversion: 1.0.0\nsystemd: {units: [{name: a, contents: 'Type=oneshot'}]}\n"
    )
    _, ctx = read_files(ignition, {"a.bu": content})
    assert [(one.path, content[one.offset :][:4]) for one in ctx.troubles] == [("a.bu", "Type")]


def test_variables_of_a_unit() -> None:
    content = (
        "variant: fcos\nversion: 1.0.0\nsystemd:\n  units:\n  - name: a.service\n    contents: |\n      [Service]\n"
        '      Environment=IMAGE=quay.io/shop/etcd:v3.5.1 "OTHER=a b"\n      ExecStart=/usr/bin/podman run $${IMAGE}\n'
    )
    assert [one.reference for one in of(Image, {"a.bu": content})] == ["quay.io/shop/etcd:v3.5.1"]


def test_a_lock_file_is_not_parsed_to_see_that_it_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immutable_delivery.syntax.yaml.roots", pytest.fail)
    lock = (
        b'{"packages": {"invariant": {"version": "2"}, "postcss-font-variant": {"version": "5"}}}'
    )
    assert not ignition.claims("package-lock.json", lock)
