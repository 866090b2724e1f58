"""Jobs of Nomad: tasks as containers and processes, what they mount and fetch."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress

import pytest

from immutable_delivery.context import ParseContext
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Container, Fact, Fetch, Image, Install, Mount, Start, Variable
from immutable_delivery.formats import nomad
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Text

SAMPLE = """\
variable "tag" { default = "1.2.3" }
variable "owner" {}
variable "args" { default = ["-c", "pip install flask"] }
locals {
  image = "shop/web:${var.tag}"
}
locals { port = 80 }
# imd: ignore[floating-tag] wanted
job "shop" {
  group "web" {
    network {
      port "http" { to = 8080 }
      port "admin" { static = 9000 }
    }
    volume "certs" {
      type   = "host"
      source = "tls"
    }
    task "migrate" {
      lifecycle {
        hook    = "prestart"
        sidecar = false
      }
      driver = "docker"
      config {
        image = "${var.owner}/migrate:1"
      }
    }
    task "web" {
      driver = "docker"
      config {
        image   = local.image
        command = "sh"
        args    = var.args
        ports   = ["http"]
        volumes = ["local/run.sh:/run.sh", "/etc/shop:/etc/shop:ro"]
        mount {
          type   = "bind"
          source = "${NOMAD_SECRETS_DIR}/key"
          target = "/key"
        }
      }
      template {
        data        = <<-EOH
          #!/bin/sh
          npm install left-pad
        EOH
        destination = "local/run.sh"
      }
      template {
        data        = "{{ key \\"shop\\" }}"
        destination = "${NOMAD_TASK_DIR}/app.conf"
      }
      volume_mount {
        volume      = "certs"
        destination = "/certs"
      }
      env {
        MODE = "prod"
      }
    }
    task "agent" {
      lifecycle {
        hook    = "prestart"
        sidecar = true
      }
      driver = "raw_exec"
      config {
        command = "local/agent"
        args    = ["-v"]
      }
      artifact {
        source = "https://example.org/agent_1.2.3.zip"
        options {
          checksum = "sha256:0123"
        }
      }
    }
    task "tell" {
      lifecycle {
        hook = "poststart"
      }
      driver = "exec"
      config {
        command = "/usr/bin/tell"
      }
      artifact {
        source = "git::https://example.org/tools"
        options { ref = "main" }
      }
    }
  }
}
"""


def read(content: str, path: str = "web.nomad.hcl", **more: str) -> tuple[list[Fact], ParseContext]:
    ctx = ParseContext(MemoryFiles({path: content, **more}))
    document = pickle.loads(pickle.dumps(nomad.parse(Text(path, content))))
    return [fact for fact in nomad.facts({path: document}, ctx) if isinstance(fact, Fact)], ctx


def of(facts: list[Fact], kind: type[Fact], owner: str = "") -> list[Fact]:
    return [fact for fact in facts if isinstance(fact, kind) and owner in fact.scope.owner]


def written(content: str, place: Place) -> str:
    return content[place.span.start : place.span.end]


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        ("web.nomad.hcl", SAMPLE, True),
        ("web.nomad", SAMPLE, True),
        ("jobs/web.hcl", 'job "a" { group "g" { task "t" { driver = "exec" } } }', True),
        ("web.hcl", '/* a job */ job a { task "t" {} }', True),
        ("web.json", '{"job": {"a": {"group": {"g": {"task": {"t": {"driver": "exec"}}}}}}}', True),
        ("web.json", '{"job": [{"a": [{"group": [{"g": [{"task": [{"t": [{}]}]}]}]}]}]}', True),
        ("web.json", '{"Job": {"ID": "a", "TaskGroups": [{"Name": "g", "Tasks": [{"Name": "t"}]}]}}', True),
        ("web.json", '{"ID": "a", "TaskGroups": [{"Name": "g", "Tasks": [{"Name": "t"}]}]}', True),
        ("web.nomad", 'job "a" {\n  group "g" {\n', True),
        ("web.json", '{"\\u006aob": {"a": {"group": {"g": {"task": {"t": {"driver": "exec"}}}}}}}', True),
        ("web.nomad.json", '{"job": {"a": [}', True),
        ("web.json", '{"job": {"a": [}', False),
        ("web.nomad", "start on startup\nexec nomad agent # job\n", False),
        ("vars.nomad.hcl", 'variable "job" { default = "a" }', False),
        ("terragrunt.hcl", 'inputs = { text = <<EOF\njob "a" {}\nEOF\n}', False),
        ("package.json", '{"job": "a", "task": "b"}', False),
        ("ci.json", '{"job": {"task": "b"}}', False),
        ("job.tf", SAMPLE, False),
        ("web.yaml", SAMPLE, False),
    ],
)  # fmt: skip
def test_a_job_is_told_by_its_keys(path: str, content: str, claimed: bool) -> None:
    assert nomad.claims(path, content.encode()) is claimed


def test_tasks_are_what_their_lifecycle_says() -> None:
    facts, ctx = read(SAMPLE)
    assert not ctx.troubles
    found = [fact for fact in facts if isinstance(fact, Container)]
    assert [(one.name, one.container_type, one.scope.phase) for one in found] == [
        ("migrate", "init", "init"),
        ("web", "container", "start"),
        ("agent", "sidecar", "start"),
        ("tell", "container", "hook"),
    ]
    assert {(one.scope.service, one.scope.deployed) for one in found} == {("shop", True)}
    assert found[1].ports == ("8080",)
    assert [one.read_only_root for one in found] == [False, False, None, None]


def test_images_are_read_through_variables_and_locals() -> None:
    facts, _ = read(SAMPLE)
    web, other = of(facts, Image, "web"), of(facts, Image, "migrate")
    (image,) = web
    assert isinstance(image, Image)
    assert (image.text, image.tag) == ("shop/web:1.2.3", "1.2.3")
    assert written(SAMPLE, image.place_of("tag")) == "1.2.3"
    (unknown,) = other
    assert isinstance(unknown, Image)
    assert (unknown.reference, unknown.text) == (None, "${var.owner}/migrate:1")


def test_a_list_of_a_variable_is_the_command() -> None:
    facts, _ = read(SAMPLE)
    (start,) = of(facts, Start, "web")
    assert isinstance(start, Start)
    assert start.argv == ("sh", "-c", "pip install flask")
    installs = [fact for fact in facts if isinstance(fact, Install)]
    assert [written(SAMPLE, fact.used_at) for fact in installs] == ["pip install"]


def test_mounts_of_the_task_are_no_paths_of_the_machine() -> None:
    facts, _ = read(SAMPLE)
    mounts = [fact for fact in of(facts, Mount, "web") if isinstance(fact, Mount)]
    assert [(m.mount_type, m.source, m.target, m.read_only, m.source_immutable) for m in mounts] == [
        ("config", "local/run.sh", "/run.sh", False, True),
        ("host", "/etc/shop", "/etc/shop", True, False),
        ("empty", "/secrets/key", "/key", False, False),
        ("volume", "tls", "/certs", False, False),
        ("config", "local/run.sh", "/local/run.sh", False, True),
        ("config", "/local/app.conf", "/local/app.conf", False, False),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["local/run.sh", "/local/run.sh", "/run.sh", "${NOMAD_TASK_DIR}/run.sh"])  # fmt: skip
def test_a_script_of_a_template_is_read_where_it_starts(path: str) -> None:
    content = SAMPLE.replace("= var.args", f'= ["{path}"]')
    facts, _ = read(content)
    (install,) = (fact for fact in facts if isinstance(fact, Install))
    assert written(content, install.used_at) == "npm install"


@pytest.mark.parametrize(
    ("data", "fixed"),
    [('"a"', True), ('"{{ key \\"a\\" }}"', False), ('file("run.sh")', None), ("var.owner", None), ("null", False)],
)  # fmt: skip
def test_a_template_is_fixed_where_the_job_says_all_of_it(data: str, fixed: bool | None) -> None:
    job = (
        f'job "a" {{\ntask "t" {{\ntemplate {{\ndestination = "local/a"\ndata = {data}\n}}\n}}\n}}'
    )
    (mount,) = (fact for fact in read(job)[0] if isinstance(fact, Mount))
    assert mount.source_immutable is fixed


def test_an_artifact_is_fetched_before_the_start() -> None:
    facts, _ = read(SAMPLE)
    agent, tools = (fact for fact in facts if isinstance(fact, Fetch))
    assert (agent.url, agent.verified, agent.unpacked) == ("https://example.org/agent_1.2.3.zip", True, False)  # fmt: skip
    assert (tools.source_type, tools.revision, tools.pin, tools.scope.phase) == ("git", "main", "alias", "hook")  # fmt: skip
    assert written(SAMPLE, tools.place_of("revision")) == "main"


def test_an_unchecked_archive_and_one_for_an_image_are_unpacked() -> None:
    unchecked = SAMPLE.replace('checksum = "sha256:0123"', "")
    fetched = [fact for fact in read(unchecked)[0] if isinstance(fact, Fetch)]
    assert [fact.unpacked for fact in fetched] == [True, False]
    contained = SAMPLE.replace(
        '"raw_exec"\n      config {', '"docker"\n      config {\n image = "a:1"'
    )
    fetched = [fact for fact in read(contained)[0] if isinstance(fact, Fetch)]
    assert [fact.unpacked for fact in fetched] == [True, False]


@pytest.mark.parametrize(
    ("image", "driver", "said"),
    [
        ("docker://nginx:1.27.3", "podman", ["nginx:1.27.3"]),
        ("https://registry.example.org/a:1", "docker", ["registry.example.org/a:1"]),
        ("oci-archive:./web.tar", "podman", []),
        ("localhost:5000/a:1", "docker", ["localhost:5000/a:1"]),
    ],
)
def test_an_image_is_named_through_its_transport(image: str, driver: str, said: list[str]) -> None:
    job = f'job "a" {{\ntask "t" {{\ndriver = "{driver}"\nconfig {{\nimage = "{image}"\n}}\n}}\n}}'
    facts, _ = read(job)
    assert [fact.text for fact in facts if isinstance(fact, Image)] == said


def test_both_forms_of_json_say_what_hcl_says() -> None:
    hcl = 'job "a" {\ngroup "g" {\ntask "t" {\ndriver = "docker"\nconfig {\nimage = "nginx"\n}\nenv {\nA = "b"\n}\n}\n}\n}'
    task = {"driver": "docker", "config": {"image": "nginx"}, "env": {"A": "b"}}
    block = {"job": {"a": {"group": {"g": {"task": {"t": task}}}}}}
    named = {
        "Name": "t",
        "Driver": "docker",
        "Config": {"image": "nginx"},
        "Env": {"A": "b"},
        "Templates": None,
    }
    bare = {"ID": "a", "TaskGroups": [{"Name": "g", "Tasks": [named]}]}
    forms = [(hcl, "a.hcl"), *((json.dumps(one), "a.json") for one in (block, bare, {"Job": bare}))]
    said = {
        tuple(
            (type(fact).__name__, getattr(fact, "text", getattr(fact, "value", "")), fact.scope.owner)
            for fact in read(*form)[0]
        )
        for form in forms
    }  # fmt: skip
    assert said == {(("Container", "", "a"), ("Image", "nginx", "a"), ("Variable", "b", "a"))}


DYNAMIC = """\
job "shop" {
  dynamic "group" {
    for_each = var.groups
    labels   = [group.value]
    content {
      task "beside" {
        driver = "docker"
        config { image = "redis:latest" }
      }
      dynamic "task" {
        for_each = [1]
        content {
          driver = "docker"
          dynamic "config" {
            for_each = [1]
            content {
              image = "nginx:latest"
              args  = [task.value]
            }
          }
          dynamic "artifact" {
            for_each = [1]
            content { source = "https://example.com/x.tgz" }
          }
        }
      }
    }
  }
}
"""


def test_what_dynamic_blocks_make_is_read() -> None:
    facts, _ = read(DYNAMIC)
    assert [one.text for one in facts if isinstance(one, Image)] == ["redis:latest", "nginx:latest"]
    assert [one.url for one in facts if isinstance(one, Fetch)] == ["https://example.com/x.tgz"]
    assert [one.argv for one in facts if isinstance(one, Start)] == [None]


def test_a_job_of_every_machine_runs_what_a_daemon_set_runs() -> None:
    job = 'job "a" {\ntype = "system"\ntask "t" {\ndriver = "docker"\nconfig {\nimage = "a"\nvolumes = ["/srv:/srv"]\n}\n}\n}'
    (mount,) = (fact for fact in read(job)[0] if isinstance(fact, Mount))
    assert mount.workload == "DaemonSet"


def test_what_nomad_refuses_is_told() -> None:
    job = 'job "a" {\ntask "t" {\ndriver = ["docker"]\nconfig {\nimage = ["a"]\nvolumes = ["data::b"]\n}\n}\n}'
    _, ctx = read(job)
    assert sorted(trouble.reason for trouble in ctx.troubles) == [
        "'t.config.image' is not text", "'t.driver' is not text", "a volume has an empty section between colons",
    ]  # fmt: skip


def test_a_comment_covers_the_job_below() -> None:
    (comment,) = nomad.comments(nomad.parse(Text("a.hcl", SAMPLE)), Text("a.hcl", SAMPLE))
    assert comment.text == "imd: ignore[floating-tag] wanted"
    assert comment.covers is not None
    assert SAMPLE[slice(*comment.covers)].startswith('job "shop" {')


HOSTILE = [
    "", "job", "job {", 'job "a" {}', 'job "a" { task {} }', 'job = "a"', 'job "a" { group = [1, {}, null] }', "{" * 200,
    'job "a" { task "t" { config = "x" env = ["a"] template = "y" artifact = 1 volume_mount = {} lifecycle = [] } }',
    'job "a" { task "t" { config { image = null args = {} volumes = [null, {}, ["a"]] mount = "x" labels = "y" ports = {} } } }',
    'locals { a = local.b\n b = local.a }\njob "a" { task "t" { config { image = local.a args = local.b volumes = local.a } } }',
    'job "a" { task "t" { template { data = <<EOF\n', 'job "é" { task "t" { config { image = "ä:${x}" } } }',
    'job "a" {\n' + 'group "g" { ' * 300 + "}" * 301,
    'variable "x" { default = "${var.x}${var.x}" }\njob "a" { task "t" { config { image = "${var.x}" } } }',
    'job "a" { task "t" { artifact { source = "git::" } artifact { source = "${x}" } } }',
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_jobs_end_in_facts_or_a_reason(content: str) -> None:
    nomad.claims("a.nomad", content.encode())
    with suppress(UnreadableError):
        read(content)


@pytest.mark.parametrize(
    "value", [None, [], {}, "a", 1, [None, [], {}, "a"], {"a": None}, {"Name": 1}, {"Name": None, "ID": {}}]
)  # fmt: skip
@pytest.mark.parametrize("key", ["job", "Job", "TaskGroups", "Tasks", "Config", "Templates", "Artifacts", "Volumes", "Services"])  # fmt: skip
def test_hostile_json_ends_in_facts_or_a_reason(key: str, value: object) -> None:
    task = {"Name": "t", "Config": {"image": "a"}, key: value}
    inside = {"Job": {"ID": "a", "TaskGroups": [{"Name": "g", "Tasks": [task], key: value}]}}
    for whole in (inside, {**inside, key: value}, {key: value}):
        content = json.dumps(whole)
        nomad.claims("a.json", content.encode())
        with suppress(UnreadableError):
            read(content, "a.json")


def test_variables_that_double_are_bounded() -> None:
    lines = ['variable "v0" { default = "aaaaaaaaaa" }']
    lines += [
        f'variable "v{n}" {{ default = "${{var.v{n - 1}}}${{var.v{n - 1}}}" }}'
        for n in range(1, 60)
    ]
    facts, _ = read("\n".join([*lines, 'job "a" { task "t" { config { image = "${var.v59}" } } }']))
    (image,) = (fact for fact in facts if isinstance(fact, Image))
    assert image.reference is None


def test_values_are_told_apart_from_names() -> None:
    facts, _ = read(SAMPLE)
    assert [(v.name, v.value) for v in facts if isinstance(v, Variable)] == [("MODE", "prod")]
