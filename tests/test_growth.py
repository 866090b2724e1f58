"""Twice the input takes at most two and a half times as long: no file that a stranger writes hangs a gate."""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from tests.kit import PATIENCE

from immutable_delivery.budget import SPENT
from immutable_delivery.context import UNCONFIGURED
from immutable_delivery.facts import Service
from immutable_delivery.findings import Report
from immutable_delivery.links.link import link
from immutable_delivery.links.lockfile import NONE
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.project import Reader, read
from immutable_delivery.reporters import render
from immutable_delivery.source.files import MemoryFiles

Kind = Callable[[int], Mapping[str, str]]

MOST = 2.5
_QUIET = 0.05
"""Seconds that nobody notices."""
_OBJECT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c, image: "{image}"}}]}}}}
"""


def lines(template: str, numbers: Iterable[int]) -> str:
    return "".join(template.format(i=i, before=i - 1) for i in numbers)


def built(entries: str, count: int) -> Mapping[str, str]:
    objects = [_OBJECT.format(name=f"d{i}", image=f"w{i}:1") for i in range(count)]
    return {
        "all.yaml": "---\n".join(objects),
        "kustomization.yaml": f"resources: [all.yaml]\n{entries}",
    }


def pattern_of_a_patch(count: int) -> Mapping[str, str]:
    patch = "'[{op: remove, path: /spec}]'"
    entry = f"patches:\n- target: {{name: (a|aa)*b}}\n  patch: {patch}\n"
    one = _OBJECT.format(name="a" * count, image="w:1")
    return {"d.yaml": one, "kustomization.yaml": f"resources: [d.yaml]\n{entry}"}


def targets(count: int) -> Mapping[str, str]:
    one = "- target: {{kind: Deployment, name: d{i}}}\n  patch: '[{{op: remove, path: /spec/x}}]'\n"
    return built("patches:\n" + lines(one, range(count)), count)


def merges(count: int) -> Mapping[str, str]:
    one = "- patch: '{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: d{i}}}, spec: {{replicas: 2}}}}'\n"
    return built("patches:\n" + lines(one, range(count)), count)


def images(count: int) -> Mapping[str, str]:
    return built("images:\n" + lines("- {{name: w{i}, newTag: '2'}}\n", range(count)), count)


def replacements(count: int) -> Mapping[str, str]:
    one = (
        "- source: {{kind: Deployment, name: d{i}}}\n"
        "  targets: [{{select: {{kind: Deployment}}, fieldPaths: [spec.template.metadata.labels.a]}}]\n"
    )
    return built("replacements:\n" + lines(one, range(count)), count)


def long_value(count: int) -> Mapping[str, str]:
    return {"Dockerfile": "FROM debian\nENV A=" + ("x" * 5_000 + "\\\n") * count + "\n"}


def heads_of_tokens(count: int) -> Mapping[str, str]:
    return {
        "Dockerfile": "FROM debian\nENV A=" + ("-eyJabcdefghijkl" * 300 + "\\\n") * count + "\n"
    }


def chain_of_arguments(count: int) -> Mapping[str, str]:
    return {
        "Dockerfile": "FROM debian\nARG A0=x\n"
        + lines("ARG A{i}=${{A{before}}}x\n", range(1, count))
    }


def doubling_arguments(count: int) -> Mapping[str, str]:
    return {
        "Dockerfile": "FROM debian\nARG A0=x\n"
        + lines("ARG A{i}=${{A{before}}}${{A{before}}}\n", range(1, count))
    }


def variables_and_scripts(count: int) -> Mapping[str, str]:
    return {"Dockerfile": "FROM debian\n" + lines("ENV A{i}=x\nRUN echo $A{i}\n", range(count))}


def ignore_comments(count: int) -> Mapping[str, str]:
    return {
        "Dockerfile": "FROM debian\n" + "# imd: ignore[floating-tag] why\n" * count + "RUN true\n"
    }


def chain_of_services(count: int) -> Mapping[str, str]:
    one = "  s{i}: {{extends: {{service: s{before}}}, environment: {{E{i}: x}}}}\n"
    return {
        "compose.yaml": "services:\n  s0: {image: a, environment: {E0: x}}\n"
        + lines(one, range(1, count))
    }


def repeated_volumes(count: int) -> Mapping[str, str]:
    services = lines("  s{i}: {{image: a, volumes: *v}}\n", range(1, count))
    volumes = lines("    - ./a{i}:/b{i}\n", range(count))
    return {"compose.yaml": f"services:\n  s0:\n    image: a\n    volumes: &v\n{volumes}{services}"}


def list_on_one_line(count: int) -> Mapping[str, str]:
    pods = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"p{i}"},
            "spec": {"containers": [{"name": "c", "image": "nginx"}]},
        }
        for i in range(count)
    ]
    return {"list.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": pods})}


def containers(count: int) -> Mapping[str, str]:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
    return {"pod.yaml": pod + lines("  - {{name: c{i}, image: nginx}}\n", range(count))}


def services(count: int) -> Mapping[str, str]:
    return {"compose.yaml": "services:\n" + lines("  s{i}: {{image: nginx}}\n", range(count))}


def blank_lines(count: int) -> Mapping[str, str]:
    return {"compose.yaml": "services: {s: {image: nginx}}\n" + "\n" * count}


def marks_of_templates(count: int) -> Mapping[str, str]:
    return {"compose.yaml": "services: {s: {image: nginx}}\n# " + "{{ <% {% " * count + "\n"}


def commands_elsewhere(count: int) -> Mapping[str, str]:
    return {"a.sh": lines("ssh web{i} 'git pull && docker pull a{i}:1'\n", range(count))}


def recipes(count: int) -> Mapping[str, str]:
    rules = lines("t{i}: t{before}\n\tkubectl -n a{i} edit deploy/web\n", range(1, count))
    return {"Makefile": f"t0:\n\tkind create cluster\n{rules}"}


def lines_of_no_process(count: int) -> Mapping[str, str]:
    return {"Procfile": "web: run\n" + "}\n" * count}


def lines_of_no_unit(count: int) -> Mapping[str, str]:
    return {"a.container": "[Container]\nImage=nginx\n" + "x\n" * count}


def steps_of_a_workflow(count: int) -> Mapping[str, str]:
    one = "    - {{name: s{i}, run: docker run nginx:latest, env: {{A{i}: b}}}}\n"
    head = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
    return {".github/workflows/a.yml": head + lines(one, range(count))}


def jobs_of_a_workflow(count: int) -> Mapping[str, str]:
    one = "  j{i}:\n    runs-on: x\n    steps:\n    - {{uses: ./made}}\n    - {{run: ./deploy.sh web{i}}}\n"
    return {
        ".github/workflows/a.yml": "on: push\njobs:\n" + lines(one, range(count)),
        "made/action.yml": "runs: {using: composite, steps: [{run: docker pull nginx:latest, shell: sh}]}\n",
        "deploy.sh": "#!/bin/sh\ndeploy() { kubectl set image deploy/$1 a=b:1; }\ndeploy $1\n",
    }


def workflows_of_an_action(count: int) -> Mapping[str, str]:
    one = "on: push\njobs: {a: {runs-on: x, steps: [{uses: ./made}]}}\n"
    made = (
        "runs: {using: composite, steps: [{uses: ./base}, {run: docker pull nginx, shell: sh}]}\n"
    )
    base = "runs: {using: composite, steps: [{uses: a/b@main}]}\n"
    workflows = {f".github/workflows/{i}.yml": one for i in range(count)}
    return {**workflows, "made/action.yml": made, "base/action.yml": base}


def overlays(count: int) -> Mapping[str, str]:
    names = [f"o{i}/kustomization.yaml" for i in range(count)]
    texts = (f"resources: [../base]\nnamePrefix: p{i}-\n" for i in range(count))
    base = built("", 3)
    held = {f"base/{path}": text for path, text in base.items()}
    return {**held, **dict(zip(names, texts, strict=True))}


def schemas(count: int) -> Mapping[str, str]:
    fields = lines("            f{i}: {{type: string, description: of no use}}\n", range(60))
    one = (
        "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: a{i}}}\nspec:\n"
        f"  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n{fields.replace('{', '{{').replace('}', '}}')}"
    )
    return {"crds.yaml": lines(one, range(count))}


def jobs_of_gitlab(count: int) -> Mapping[str, str]:
    one = "j{i}: {{extends: j{before}, image: nginx, script: [make]}}\n"
    return {".gitlab-ci.yml": "j0: {script: [make]}\n" + lines(one, range(1, count))}


def resources_of_terraform(count: int) -> Mapping[str, str]:
    one = 'resource "docker_image" "a{i}" {{\n  name = "nginx:${{local.b{i}}}"\n}}\nlocals {{\n  b{i} = "latest"\n}}\n'
    return {"main.tf": lines(one, range(count))}


def chained_locals(count: int) -> Mapping[str, str]:
    one = 'locals {{\n  b{i} = "${{local.b{before}}}x"\n}}\n'
    return {
        "main.tf": 'locals {\n  b0 = "x"\n}\n'
        + lines(one, range(1, count))
        + f'resource "docker_image" "a" {{\n  name = local.b{count - 1}\n}}\n'
    }


def stacks_with_conditions(count: int) -> Mapping[str, str]:
    row = "  C{n}: !And [Condition: C{m}, Condition: C{m}]\n"
    conditions = "".join(row.format(n=n, m=n + 1) for n in range(count))
    data = "{{Fn::Base64: !Join ['', ['#!/bin/sh\\n', !Ref P, '\\nA={n}\\n']]}}"
    rows = "".join(
        f"  A{n}: {{Type: AWS::EC2::Instance, Properties: {{ImageId: !If [C{n}, a, b], UserData: {data.format(n=n)}}}}}\n"
        for n in range(count)
    )
    return {"stack.yaml": f"Conditions:\n{conditions}Resources:\n{rows}"}


def parts_of_user_data(count: int) -> Mapping[str, str]:
    part = "--x\nContent-Type: text/x-shellscript\n\n#!/bin/sh\nTOKEN=a\n"
    text = f"Content-Type: multipart/mixed; boundary=x\n\n{part * count}--x--\n"
    return {"main.tf": f'resource "aws_instance" "a" {{\n  user_data = <<EOT\n{text}EOT\n}}\n'}


def units_of_butane(count: int) -> Mapping[str, str]:
    lines = "".join(f"      ExecStartPre=/bin/echo {n}\n" for n in range(count))
    head = "variant: fcos\nversion: 1.6.0\nsystemd:\n  units:\n  - name: a.service\n    contents: |\n      [Service]\n"
    return {"a.bu": head + lines}


def tasks_of_a_play(count: int) -> Mapping[str, str]:
    one = "  - docker_container: {{name: a{i}, image: 'nginx:{{{{ v{i} }}}}'}}\n"
    variables = lines("    v{i}: latest\n", range(count))
    head = f"- hosts: all\n  vars:\n{variables}  tasks:\n"
    return {"site.yml": head + lines(one, range(count))}


def chained_values_of_make(count: int) -> Mapping[str, str]:
    one = "V{i} = $(V{before})x\nt{i}: t{before}\n\tdocker run nginx:$(V{i})\n"
    return {"Makefile": "V0 = a\n" + lines(one, range(1, count))}


def commands_of_a_script(count: int) -> Mapping[str, str]:
    return {
        "deploy.sh": "#!/bin/sh\n" + lines("A{i}=b\nkubectl set image a b=c:$A{i}\n", range(count))
    }


def stages_of_jenkins(count: int) -> Mapping[str, str]:
    one = "    stage('s{i}') {{ steps {{ sh 'docker run nginx:latest' }} }}\n"
    return {
        "Jenkinsfile": "pipeline {\n  agent any\n  stages {\n"
        + lines(one, range(count))
        + "  }\n}\n"
    }


def opened_and_never_closed(count: int) -> Mapping[str, str]:
    return {
        "deploy.sh": "#!/bin/sh\nkubectl apply -f a\n" + "$(" * count,
        "Jenkinsfile": "node {" * count,
        "Makefile": "t:\n\tkubectl apply -f " + "${" * count,
        "main.tf": 'resource "a" "b" {\n  c = "' + "${" * count + "\n}\n",
        "helmfile.yaml.gotmpl": "releases:\n" + "{{" * count,
    }


def releases_of_helmfile(count: int) -> Mapping[str, str]:
    one = "- {{name: r{i}, chart: a/b, values: [{{image: 'nginx:latest'}}]}}\n"
    return {"helmfile.yaml": "releases:\n" + lines(one, range(count))}


def chained_tasks(count: int) -> Mapping[str, str]:
    values = lines("  A{i}: 'x{{{{.A{before}}}}}'\n", range(count))
    tasks = lines(
        "  t{i}: {{deps: [t{before}], cmd: 'docker pull a{i}:{{{{.A{i}}}}}'}}\n", range(count)
    )
    return {"Taskfile.yml": f"version: '3'\nvars:\n{values}tasks:\n{tasks}"}


def chained_recipes_of_just(count: int) -> Mapping[str, str]:
    values = lines("a{i} := 'x' + a{before}\n", range(count))
    return {
        "justfile": values + lines("t{i}: t{before}\n  docker pull a:{{{{a{i}}}}}\n", range(count))
    }


def scripts_that_run_scripts(count: int) -> Mapping[str, str]:
    one = {f"t{i}": f"npm run t{i - 1} && docker pull a{i}" for i in range(count)}
    return {"package.json": json.dumps({"scripts": one})}


def charts_of_a_script(count: int) -> Mapping[str, str]:
    one = (
        "helm install a{i} b/c{i}\nkubectl apply -f - <<E\n" + "{{kind: Pod, apiVersion: v1}}\nE\n"
    )
    return {"deploy.sh": lines(one, range(count))}


def heredocs(count: int) -> Mapping[str, str]:
    one = "    execute <<-SQL\n      UPDATE a SET b = {i}\n    SQL\n"
    return {RAILS: CLASS.format(lines(one, range(count)))}


def blocks(count: int) -> Mapping[str, str]:
    inner = "    safety_assured do\n" * count + "    remove_column :a, :b\n" + "    end\n" * count
    return {RAILS: CLASS.format(inner)}


def rows(count: int) -> Mapping[str, str]:
    return {"db/migration/V1__a.sql": f"INSERT INTO a VALUES {', '.join(['(1)'] * count)};\n"}


def nested_calls(count: int) -> Mapping[str, str]:
    inner = "op.execute(" * count + "'x'" + ")" * count
    other = "f(" * count + "'x'" + ")" * count
    text = f"down_revision = None\ndef upgrade():\n    {inner}\n    {other}\n"
    return {"migrations/versions/0123456789ab_a.py": text}


def nested_lists(count: int) -> Mapping[str, str]:
    text = f"class Migration(migrations.Migration):\n    operations = {'[' * count}{']' * count}\n"
    return {"shop/migrations/0001_a.py": text}


def images_of_one_repository(count: int) -> Mapping[str, str]:
    """Return a monorepo: every image is built of all of it, and has code of its own."""
    dockerfile = 'FROM debian:12\nCOPY . /app\nCOPY s{i} /srv\nCMD ["/srv/run"]\n'
    built = "  s{i}: {{build: {{context: ., dockerfile: s{i}/Dockerfile}}}}\n"
    return {
        "compose.yaml": "services:\n" + lines(built, range(count)),
        **{f"s{i}/Dockerfile": dockerfile.format(i=i) for i in range(count)},
        **{f"s{i}/{j}.py": "" for i in range(count) for j in range(5)},
    }


def rules_of_one_ignore_file(count: int) -> Mapping[str, str]:
    rules = "*\n" + lines("!s{i}\n", range(count))
    return {**images_of_one_repository(count), ".dockerignore": rules}


def ignore_files(count: int) -> Mapping[str, str]:
    own = {f"s{i}/Dockerfile.dockerignore": f"*\n!s{i}\n" for i in range(count)}
    return {**images_of_one_repository(count), **own}


def charts_of_one_library(count: int) -> Mapping[str, str]:
    needs = "dependencies: [{name: common, version: 2.x.x, repository: 'oci://a/b'}]\n"
    chart = "apiVersion: v2\nname: c{i}\nversion: 1.0.0\n"
    return {
        "common/Chart.yaml": "apiVersion: v2\nname: common\nversion: 2.1.0\ntype: library\n",
        **{f"c{i}/Chart.yaml": chart.format(i=i) + needs for i in range(count)},
        **{f"c{i}/templates/d.yaml": _OBJECT.format(name="a", image="a:1") for i in range(count)},
    }


RAILS = "db/migrate/20260101000000_a.rb"
CLASS = "class A < ActiveRecord::Migration[7.1]\n  def change\n{}  end\nend\n"
KINDS: dict[Kind, int] = {
    images_of_one_repository: 200,
    rules_of_one_ignore_file: 200,
    ignore_files: 150,
    charts_of_one_library: 150,
    heredocs: 800,
    blocks: 400,
    nested_calls: 1_000,
    nested_lists: 4_000,
    rows: 60_000,
    chained_tasks: 150,
    chained_recipes_of_just: 150,
    scripts_that_run_scripts: 80,
    charts_of_a_script: 150,
    lines_of_no_process: 10_000,
    lines_of_no_unit: 10_000,
    steps_of_a_workflow: 400,
    jobs_of_a_workflow: 300,
    workflows_of_an_action: 150,
    overlays: 100,
    schemas: 300,
    jobs_of_gitlab: 200,
    resources_of_terraform: 200,
    chained_locals: 100,
    tasks_of_a_play: 200,
    stacks_with_conditions: 200,
    parts_of_user_data: 400,
    units_of_butane: 400,
    chained_values_of_make: 200,
    commands_of_a_script: 400,
    stages_of_jenkins: 200,
    opened_and_never_closed: 2_000,
    releases_of_helmfile: 200,
    commands_elsewhere: 400,
    recipes: 200,
    blank_lines: 20_000,
    marks_of_templates: 4_000,
    pattern_of_a_patch: 120,
    targets: 200,
    merges: 200,
    images: 200,
    replacements: 120,
    long_value: 20,
    heads_of_tokens: 20,
    chain_of_arguments: 800,
    doubling_arguments: 800,
    variables_and_scripts: 800,
    ignore_comments: 1600,
    chain_of_services: 250,
    repeated_volumes: 130,
    list_on_one_line: 1000,
    containers: 800,
    services: 1000,
}


def spent() -> float:
    """Return the seconds that this process has worked, and those that it has started."""
    return sum(os.times()[:4])


def judged(folder: Path, files: Mapping[str, str]) -> tuple[float, Report]:
    folder.mkdir(exist_ok=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    began = spent()
    report = run(folder, Request(today=date(2026, 11, 29))).report
    render("text", report)
    return spent() - began, report


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "count"), KINDS.items(), ids=lambda one: getattr(one, "__name__", "")
)
def test_twice_as_much_takes_little_more_than_twice_as_long(
    kind: Kind, count: int, tmp_path: Path
) -> None:
    judged(tmp_path / "warm", kind(2))
    small = big = 0.0
    for _ in range(5):  # other processes disturb a measurement
        small = max(small, judged(tmp_path / "small", kind(count))[0])
        big = judged(tmp_path / "big", kind(2 * count))[0]
        if big <= MOST * small + _QUIET:
            return
    pytest.fail(f"{2 * count} take {big:.2f} s, {count} take {small:.2f} s")


def delivered(count: int) -> Mapping[str, str]:
    """Return that many services, each built and run by a stack and run by four environments."""
    built = "  s{i}: {{build: ../s{i}, image: 'r.example/shop/s{i}'}}\n"
    run = "  s{{i}}: {{{{image: 'r.example/shop/s{{i}}@sha256:{{i:064x}}', command: [run, {name}]}}}}\n"
    names = ("dev", "qa", "staging", "production")
    stacks = {f"compose.{one}.yaml": lines(run.format(name=one), range(count)) for one in names}
    stacks["local/compose.yaml"] = lines(built, range(count))
    files = {path: f"services:\n{text}" for path, text in stacks.items()}
    dockerfile = 'FROM debian:12\nCOPY a /a\nENTRYPOINT ["run"]\n'
    return files | {f"s{i}/Dockerfile": dockerfile for i in range(count)}


def linking(count: int) -> float:
    """Return how long it takes to link services that are read."""
    files = MemoryFiles(delivered(count))
    found = read(files, lambda _: "", Reader(files, UNCONFIGURED))
    gc.collect()
    gc.freeze()
    began = time.process_time()
    facts = link(found.facts, found.builds, files, NONE)
    taken = time.process_time() - began
    gc.unfreeze()
    services = [fact for fact in facts if isinstance(fact, Service)]
    assert len(services) == count
    assert {(one.builds, one.runs, len(one.images)) for one in services} == {(True, True, 5)}
    return taken


@pytest.mark.slow
def test_linking_services_of_four_environments_is_linear() -> None:
    taken = [linking(count) for count in (500, 1_000, 2_000)]
    for small, big in pairwise(taken):
        assert big <= MOST * small + _QUIET * PATIENCE, taken


@pytest.mark.parametrize(
    ("kind", "count", "file"),
    [
        (chain_of_services, 400, "compose.yaml"),
        (repeated_volumes, 200, "compose.yaml"),
        (replacements, 200, "kustomization.yaml"),
    ],
)
def test_what_asks_for_too_much_is_said_and_the_rest_goes_on(
    kind: Kind, count: int, file: str, tmp_path: Path
) -> None:
    files = {**kind(count), "web/Dockerfile": "FROM debian\n"}
    (tmp_path / "repository/web").mkdir(parents=True)
    _, report = judged(tmp_path / "repository", files)
    unread = [finding for finding in report.findings if finding.policy == "unreadable"]
    assert {(one.place.file, SPENT in one.message) for one in unread} == {(file, True)}
    assert len(unread) <= 2
    assert any(finding.place.file == "web/Dockerfile" for finding in report.findings)


def test_a_thousand_lines_of_something_else_are_told_fifty_times(tmp_path: Path) -> None:
    _, report = judged(tmp_path / "r", lines_of_no_unit(1_000))
    unread = [finding for finding in report.findings if finding.policy == "unreadable"]
    assert len(unread) == 50
    assert "950 more such places follow" in unread[-1].message


def test_real_repetition_is_within_the_budget(tmp_path: Path) -> None:
    shared = "x-common: &common\n  image: a:1\n  environment:\n" + lines(
        "    E{i}: x\n", range(100)
    )
    one = "  s{i}:\n    <<: *common\n    ports: ['80{i}:80']\n"
    _, report = judged(
        tmp_path / "r", {"compose.yaml": shared + "services:\n" + lines(one, range(60))}
    )
    assert not [finding for finding in report.findings if finding.policy == "unreadable"]
