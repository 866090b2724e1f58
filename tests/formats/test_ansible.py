"""Ansible: plays that change machines, containers that tasks start, what is fetched and asked of Galaxy."""

from __future__ import annotations

import textwrap

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
    assert fetched == [("get_url", "exact", True)]
    assert [(one.ref, one.pin) for one in found if isinstance(one, Source)] == [
        (None, None), ("main", "alias"),
    ]  # fmt: skip


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


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("git: {repo: 'https://git.example/a/b', dest: /srv}", ("", "none")),
        ("git: repo=https://git.example/a/b dest=/srv version=v1.2.3", ("v1.2.3", "exact")),
        ("git: {repo: 'https://git.example/a/b', version: 0123456789abcdef0123456789abcdef01234567}", ("0123456789abcdef0123456789abcdef01234567", "digest")),
    ],
)  # fmt: skip
def test_hosts_are_deployed_from_what_they_check_out(task: str, said: tuple[str, str]) -> None:
    found = [one for one in said_of(f"- {task}\n") if isinstance(one, Source)]
    assert [(one.ref, one.pin) for one in found] == [said]
    at_home = said_of(f"- {task}\n", hosts="localhost")
    assert [type(one) for one in at_home if isinstance(one, Source | Fetch)] == [Fetch]
    assert [one.source_type for one in at_home if isinstance(one, Fetch)] == ["git"]


def said_of(tasks: str, hosts: str = "web") -> list[Fact]:
    return said({"site.yml": f"- hosts: {hosts}\n  tasks:\n" + textwrap.indent(tasks, "  ")})


def test_objects_that_a_task_writes_into_a_cluster() -> None:
    text = """- kubernetes.core.k8s:
    definition: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: 'shop/a:{{ tag }}'}]}}
- k8s:
    resource_definition: |
      apiVersion: v1
      kind: Pod
      metadata: {name: b}
      spec: {containers: [{name: b, image: "shop/b:1"}]}
- k8s: {state: absent, definition: {apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {containers: [{name: c, image: shop/c}]}}}
- k8s: {src: /etc/web.yaml}
"""
    files = {
        "site.yml": "- hosts: a\n  vars: {tag: latest}\n  tasks:\n" + textwrap.indent(text, "  ")
    }
    found = [one for one in said(files) if isinstance(one, Image)]
    assert [one.reference for one in found] == ["shop/a:latest", "shop/b:1"]


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("{name: a, chart_ref: r/web, chart_version: 1.2.3}", [("r/web", "1.2.3", "exact")]),
        ("{name: a, chart_ref: web, chart_repo_url: 'https://c.example'}", [("https://c.example/web", "", "none")]),
        ("{name: a, chart_ref: r/web, chart_version: '{{ v }}'}", [("r/web", None, None)]),
        ("{name: a, chart_ref: ./web}", []),
        ("{name: a, chart_ref: r/web, state: absent}", []),
    ],
)  # fmt: skip
def test_charts_that_a_task_releases(task: str, expected: list[tuple[object, ...]]) -> None:
    found = [one for one in said_of(f"- helm: {task}\n") if isinstance(one, Source)]
    assert [(one.url, one.ref, one.pin) for one in found] == expected


def test_an_archive_that_a_task_unpacks() -> None:
    text = "- unarchive: {src: 'https://example.com/a-1.2.3.tgz', remote_src: true}\n- unarchive: {src: a.tgz}\n"
    found = [one for one in said_of(text) if isinstance(one, Fetch)]
    assert [(one.tool, one.pin, one.unpacked) for one in found] == [("unarchive", "exact", True)]


def test_roles_that_a_role_needs_from_elsewhere() -> None:
    text = (
        "dependencies:\n- role: shop.base\n- {src: 'git+https://git.example/a/b', version: main}\n"
    )
    found = [one for one in said({"roles/web/meta/main.yml": text}) if isinstance(one, Source)]
    assert [(one.url, one.pin) for one in found] == [("git+https://git.example/a/b", "alias")]
    assert not ansible.claims("roles/web/meta/main.yml", b"dependencies: [{role: base}]\n")


@pytest.mark.parametrize(
    ("task", "changed"),
    [
        ("ios_facts: {gather_subset: all}", False),
        ("cisco.ios.ios_command: {commands: [show version]}", False),
        ("ansible.builtin.debug: {msg: hello}", False),
        ("ios_vlans: {state: gathered}", False),
        ("shell: uptime\n  changed_when: false", False),
        ("block: [{ping: }, {setup: }]", False),
        ("copy: {src: a, dest: b}\n  delegate_to: localhost", False),
        ("copy: {content: a, dest: '{{ playbook_dir }}/facts.yml'}", False),
        ("copy: {content: a, dest: /etc/a}", True),
        ("shell: uptime", True),
        ("ios_vlans: {state: merged}", True),
        ("ios_config: {lines: [hostname a]}", True),
        ("block: [{ping: }, {apt: {name: a}}]", True),
        ("include_tasks: more.yml", True),
        ("name: nothing else", True),
    ],
)
def test_a_play_that_only_looks_changes_nothing(task: str, changed: bool) -> None:
    found = [one for one in said_of(f"- {task}\n") if isinstance(one, Command)]
    assert any(one.tool == "ansible-playbook" for one in found) is changed


def test_tasks_of_other_files_are_read_where_they_are_taken_in() -> None:
    files = {
        "site.yml": "- hosts: a\n  tasks:\n  - import_tasks: more/setup.yml\n  - include_tasks: {file: '{{ x }}.yml'}\n  - include_tasks: site.yml\n",
        "more/setup.yml": "- pip: name=flask\n- import_tasks: last.yml\n",
        "more/last.yml": "- pip: {name: jinja2}\n- include_tasks: setup.yml\n",
    }
    found = [one for one in said(files) if isinstance(one, Install)]
    assert {(one.packages[0].name, one.used_at.file) for one in found} == {
        ("flask", "more/setup.yml"), ("jinja2", "more/last.yml"),
    }  # fmt: skip


def test_what_tasks_build_is_theirs() -> None:
    text = "- docker_image: {name: shop/web, tag: v1, source: build, build: {path: .}}\n- docker_container: {name: web, image: 'shop/web:v1'}\n"
    assert [one.built_here for one in said_of(text) if isinstance(one, Image)] == [True]
    apart = {
        "site.yml": "- hosts: a\n  tasks: [{import_tasks: run.yml}, {import_tasks: build.yml}]\n",
        "build.yml": "- docker_image: name=web build=.\n",
        "run.yml": "- docker_container: {name: web, image: web}\n- import_tasks: build.yml\n",
    }
    assert [one.built_here for one in said(apart) if isinstance(one, Image)] == [True]


@pytest.mark.parametrize(
    ("task", "checks"),
    [
        ("dnf: {name: a, disable_gpg_check: true}", ("disable_gpg_check: true",)),
        ("apt: name=a allow_unauthenticated=yes", ("allow_unauthenticated: yes",)),
        ("get_url: {url: 'https://example.com/a', validate_certs: no}", ("validate_certs: no",)),
        ("dnf: {name: a, disable_gpg_check: false}", ()),
    ],
)
def test_checks_that_are_left_out(task: str, checks: tuple[str, ...]) -> None:
    found = [one for one in said_of(f"- {task}\n") if isinstance(one, Install | Fetch)]
    assert [one.bypassed_checks for one in found] == [checks]


def test_a_package_with_its_version_is_fixed_whatever_state_is_asked_for() -> None:
    text = "- pip: {name: [flask, 'jinja2==3.1.4'], state: latest}\n"
    (found,) = (one for one in said_of(text) if isinstance(one, Install))
    assert [one.pin for one in found.packages] == ["alias", "exact"]


def test_what_a_command_is_told_beside_it_is_none_of_its_words() -> None:
    text = "- shell: composer require a/b chdir=/srv creates=/srv/vendor\n"
    (found,) = (one for one in said_of(text) if isinstance(one, Install))
    assert [one.name for one in found.packages] == ["a/b"]


def test_a_repository_may_be_a_role_by_itself() -> None:
    tasks = "- get_url: {url: '{{ script }}', dest: /tmp/x}\n- package: {name: a}\n"
    files = {
        "tasks/main.yml": tasks,
        "defaults/main.yml": "script: https://example.com/latest/x.sh\n",
        "meta/main.yml": "galaxy_info: {}\n",
    }
    assert ansible.claims("tasks/main.yml", tasks.encode())
    assert not ansible.claims("tasks/main.yml", b"- one\n- {two: 3}\n")
    (found,) = (one for one in said(files) if isinstance(one, Fetch))
    assert (found.pin, found.url) == ("alias", "https://example.com/latest/x.sh")


def test_tasks_that_a_play_takes_in_are_read_once() -> None:
    tasks = "- git: {repo: 'https://git.example/a/b', dest: /srv}\n"
    for hosts, kind in (("localhost", Fetch), ("web", Source)):
        files = {
            "site.yml": f"- hosts: {hosts}\n  tasks: [{{include_tasks: tasks/get.yml}}]\n",
            "tasks/get.yml": tasks,
        }
        found = [one for one in said(files) if isinstance(one, Fetch | Source)]
        assert [type(one) for one in found] == [kind]
