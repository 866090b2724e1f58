"""Ansible: plays that change machines, containers that tasks start, what is fetched and asked of Galaxy."""

from __future__ import annotations

import pytest
from tests.kit import read_files

from immutable_delivery.facts import (
    Command,
    Fact,
    Fetch,
    Image,
    Install,
    Mount,
    Source,
    Start,
    Variable,
)
from immutable_delivery.formats import ansible


def said(files: dict[str, str]) -> list[Fact]:
    found, ctx = read_files(ansible, files)
    assert not ctx.troubles
    return found


def play(tasks: str, hosts: str = "web") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in tasks.splitlines())
    return {"site.yml": f"- hosts: {hosts}\n  tasks:\n{lines}"}


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("site.yml", "- hosts: web\n  tasks: []\n", True),
        ("site.yml", "- name: a\n  hosts: web\n", True),
        ("site.yml", "- import_playbook: b.yml\n", True),
        ("roles/web/tasks/main.yml", "- shell: x\n", True),
        ("requirements.yml", "collections: [{name: a.b}]\n", True),
        ("requirements.yml", "- src: https://example.com/a.git\n", True),
        ("requirements.yml", "dependencies: {a: b}\n", False),
        ("compose.yml", "services: {web: {image: a}}\n", False),
        ("config.yml", "hosts: [a]\n", False),
        ("list.yml", "- a\n- hosts\n", False),
    ],
)
def test_claims(path: str, text: str, claimed: bool) -> None:
    assert ansible.claims(path, text.encode()) is claimed


@pytest.mark.parametrize(
    ("head", "changes"),
    [
        ("hosts: web", ["web"]),
        ("hosts: [web, db]", ["web, db"]),
        ("hosts: localhost", []),
        ("hosts: web\n  connection: local", []),
        ("hosts: web\n  gather_facts: true\n  tasks: []", []),
    ],
)
def test_plays_change_machines(head: str, changes: list[str]) -> None:
    text = f"- {head}\n"
    if "tasks" not in head:
        text += "  tasks: [{service: {name: a, state: restarted}}]\n"
    found = [one for one in said({"site.yml": text}) if isinstance(one, Command)]
    assert [one.target for one in found if one.mutates == "host"] == changes


def test_a_play_that_bakes_an_image_changes_no_machine() -> None:
    files = play("- shell: reboot") | {
        "web.pkr.hcl": 'build {\n  provisioner "ansible" { playbook_file = "./site.yml" }\n}\n'
    }
    assert not [one for one in said(files) if isinstance(one, Command) and one.mutates == "host"]


@pytest.mark.parametrize(
    "module",
    ["docker_container", "community.docker.docker_container", "containers.podman.podman_container"],
)
def test_containers(module: str) -> None:
    text = f"""- block:
  - {module}:
      name: web
      image: "{{{{ image }}}}:1.2.3"
      command: serve --port 80
      volumes: ["/srv/app:/app:ro"]
      env: {{A: "1", B: !vault x}}
"""
    files = play(text) | {"group_vars/all.yml": "image: shop/web\n"}
    found = said(files)
    assert [(one.reference, one.places["pin"].file) for one in found if isinstance(one, Image)] == [
        ("shop/web:1.2.3", "site.yml")
    ]
    assert [one.argv for one in found if isinstance(one, Start)] == [("serve", "--port", "80")]
    assert [(one.source, one.target, one.read_only) for one in found if isinstance(one, Mount)] == [
        ("/srv/app", "/app", True)
    ]
    assert [(one.name, one.value) for one in found if isinstance(one, Variable)] == [
        ("A", "1"),
        ("B", None),
    ]


def test_images_scripts_and_downloads() -> None:
    text = """- docker_image: {name: shop/web, tag: latest, source: pull}
- docker_image: {name: shop/own, source: build}
- ansible.builtin.shell: apt-get install -y git
- get_url: {url: "https://example.com/x-1.2.3.tgz", checksum: "sha256:0"}
- git: {repo: "https://github.com/acme/x.git", version: "{{ unknown }}"}
- git: {repo: "https://github.com/acme/y.git", version: main}
"""
    found = said(play(text))
    assert [one.reference for one in found if isinstance(one, Image)] == ["shop/web:latest"]
    assert [one.command for one in found if isinstance(one, Install)] == ["apt-get install"]
    fetched = [(one.tool, one.pin, one.verified) for one in found if isinstance(one, Fetch)]
    assert fetched == [("get_url", "exact", True), ("git", None, False), ("git", "alias", False)]


def test_roles_have_their_own_defaults() -> None:
    files = {
        "roles/web/tasks/main.yml": "- docker_container: {name: web, image: 'shop/web:{{ tag }}'}\n",
        "roles/web/defaults/main.yml": "tag: 9.9.9\n",
    }
    found = [one for one in said(files) if isinstance(one, Image)]
    assert [(one.reference, one.places["pin"].file) for one in found] == [
        ("shop/web:9.9.9", "roles/web/defaults/main.yml")
    ]


def test_galaxy() -> None:
    text = """collections:
- name: community.docker
  version: ">=3.0"
- {name: acme.exact, version: 1.2.3}
- acme.bare
roles:
- src: https://github.com/acme/role.git
  version: main
- {src: acme.role, version: v1.2.3}
"""
    found = [one for one in said({"requirements.yml": text}) if isinstance(one, Source)]
    assert [(one.url, one.pin) for one in found] == [
        ("https://github.com/acme/role.git", "alias"),
        ("acme.role", "exact"),
        ("community.docker", "partial"),
        ("acme.exact", "exact"),
        ("acme.bare", "none"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- hosts: a\n  tasks: x\n",
        "- hosts: {a: b}\n  tasks: [1, [2], {block: [x]}]\n",
        "- hosts: a\n  tasks: [{shell: {cmd: []}}]\n",
    ],
)
def test_odd_shapes_break_nothing(text: str) -> None:
    assert isinstance(said({"site.yml": text}), list)


def test_variables_that_name_each_other_end() -> None:
    files = {
        "site.yml": "- hosts: a\n  vars: {x: '{{ y }}', y: '{{ x }}'}\n  tasks: [{docker_image: {name: '{{ x }}'}}]\n"
    }
    assert [one.reference for one in said(files) if isinstance(one, Image)] == [None]


@pytest.mark.parametrize(
    ("task", "action", "packages"),
    [
        ("- apt: {name: nginx, state: latest}", "install", [("nginx", "alias")]),
        ("- apt: name=nginx=1.2.3 state=present", "install", [("nginx", "exact")]),
        ("- ansible.builtin.yum: {name: [a, b-1.2], state: present}", "install", [("a", "none"), ("b-1.2", "none")]),
        ("- package: {name: '{{ item }}'}\n  loop: [a, b]", "install", [("a", "none"), ("b", "none")]),
        ("- package: {name: '{{ unknown }}'}", "install", [(None, None)]),
        ("- pip: {name: flask, version: '3.0.0'}", "install", [("flask", "exact")]),
        ("- pip: {name: 'flask==3.0.0'}", "install", [("flask", "exact")]),
        ("- npm: {name: pm2, version: '{{ x }}'}", "install", [("pm2", None)]),
        ("- apt: {upgrade: dist}", "upgrade", []),
        ("- dnf: {name: '*', state: latest}", "upgrade", []),
    ],
)  # fmt: skip
def test_packages(task: str, action: str, packages: list[tuple[str | None, str | None]]) -> None:
    (found,) = [one for one in said(play(task)) if isinstance(one, Install)]
    assert (found.action, found.scope.phase) == (action, "pipeline")
    assert [(one.name, one.pin) for one in found.packages] == packages


@pytest.mark.parametrize(
    "task",
    ["- apt: {name: a, state: absent}", "- apt: {update_cache: yes}", "- apt: [a]", "- apt:"],
)
def test_tasks_that_install_nothing(task: str) -> None:
    assert not [one for one in said(play(task)) if isinstance(one, Install)]


def test_what_bakes_an_image_builds() -> None:
    template = 'build {\n  provisioner "ansible" {\n    playbook_file = "site.yml"\n  }\n}\n'
    found = said({**play("- apt: {name: nginx}"), "web.pkr.hcl": template})
    assert [(one.scope.phase, one.scope.machine) for one in found if isinstance(one, Install)] == [
        ("build", True)
    ]
