"""Taskfiles: what their tasks do, with their variables, includes and what they need."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from immutable_delivery.facts import Command, Fact, File, Image, Unread
from immutable_delivery.formats import taskfile
from immutable_delivery.links.alone import link_alone
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles

HEAD = "version: '3'\n"


def facts(files: Mapping[str, str | bytes]) -> list[Fact]:
    project = read(MemoryFiles(files), lambda _path: "")
    return [fact for fact in link_alone(project.facts) if not isinstance(fact, File)]


def images(files: Mapping[str, str | bytes]) -> list[str]:
    return [fact.text for fact in facts(files) if isinstance(fact, Image)]


def commands(text: str, **files: str) -> list[tuple[str, str]]:
    found = facts({"Taskfile.yml": HEAD + text, **{f"{n}.sh": body for n, body in files.items()}})
    return [(one.text, one.throwaway) for one in found if isinstance(one, Command) and one.mutates]


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("Taskfile.yml", "version: '3'\ntasks: {a: docker pull b}\n", True),
        ("taskfile.dist.yaml", "version: 3\ntasks: {a: docker pull b}\n", True),
        (".taskfiles/docker.yml", 'version: "3"\n\ntasks:\n  a: docker pull b\n', True),
        ("Taskfile.yml", "version: '3'\nincludes: {a: b}\ntasks: {}\n", True),
        ("Taskfile.yml", "version: '3'\ntasks: {a: gcc b.c}\n", False),
        ("taskfiles/a.yml", "- hosts: a\n  tasks:\n  - shell: docker pull b\n", False),
        ("taskfiles/b.yml", "version: '3'\nservices:\n  tasks:\n    image: docker\n", False),
    ],
)
def test_claims(path: str, text: str, claimed: bool) -> None:
    assert taskfile.claims(path, text.encode()) is claimed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tasks: {x: docker pull a}\n", "a"),
        ("tasks: {x: [docker pull a]}\n", "a"),
        ("tasks: {x: {cmd: docker pull a}}\n", "a"),
        ("tasks: {x: {cmds: [{cmd: docker pull a}]}}\n", "a"),
        ("tasks: {x: {cmds: [{defer: docker pull a}]}}\n", "a"),
        ("vars: {I: a:1}\ntasks: {x: 'docker pull {{.I}}'}\n", "a:1"),
        ("vars: {J: b, I: '{{.J}}/c'}\ntasks: {x: 'docker pull {{ .I }}'}\n", "b/c"),
        ("vars: {I: a}\ntasks: {x: {vars: {I: b}, cmd: 'docker pull {{.I}}'}}\n", "b"),
        ("vars: {I: '{{.I | default \"a\"}}'}\ntasks: {x: 'docker pull {{.I}}'}\n", "a"),
        ("vars: {I: '{{default \"a\" .I}}'}\ntasks: {x: 'docker pull {{.I}}'}\n", "a"),
        ("vars: {I: {sh: git describe}}\ntasks: {x: 'docker pull a:{{.I}}'}\n", "a:{{.I}}"),
        ("tasks: {x: 'docker pull a:{{.I | lower}}'}\n", "a:{{.I | lower}}"),
        ("env: {I: a}\ntasks: {x: docker pull $I}\n", "a"),
        ("env: {I: b}\ntasks: {x: {env: {I: a}, cmd: docker pull $I}}\n", "a"),
        ("tasks: {x: {cmds: [{for: [a], cmd: 'docker pull {{.ITEM}}'}]}}\n", "a"),
        ("tasks:\n  x:\n    cmds:\n    - |\n      I=a\n      docker pull $I\n", "a"),
        ("tasks: {x: docker pull a}\n".replace("\n", "\r\n"), "a"),
    ],
)
def test_tasks_see_the_variables_of_task(text: str, expected: str) -> None:
    assert images({"Taskfile.yml": HEAD + text}) == [expected]


def test_a_value_is_decided_where_it_is_written() -> None:
    text = f"{HEAD}vars: {{I: a:1}}\ntasks: {{x: 'docker pull {{{{.I}}}}'}}\n"
    (image,) = (fact for fact in facts({"Taskfile.yml": text}) if isinstance(fact, Image))
    assert image.places["tag"].span.start == text.index("1}")


def test_includes_run_with_the_variables_of_what_includes_them() -> None:
    files = {
        "Taskfile.yml": f"{HEAD}vars: {{I: a}}\nincludes: {{b: ./b, c: {{taskfile: c.yml, vars: {{I: c}}}}}}\n"
        "tasks: {}\n",
        "b/Taskfile.yml": f"{HEAD}tasks: {{x: 'docker pull {{{{.I}}}}'}}\n",
        "c.yml": f"{HEAD}tasks: {{y: 'docker pull {{{{.I}}}}'}}\n",
    }
    assert sorted(images(files)) == ["a", "c"]


def test_a_circle_of_includes_ends() -> None:
    files = {
        "Taskfile.yml": f"{HEAD}includes: {{b: b.yml, a: Taskfile.yml}}\ntasks: {{x: docker pull a}}\n",
        "b.yml": f"{HEAD}includes: {{a: Taskfile.yml, b: b.yml}}\ntasks: {{y: docker pull b}}\n",
    }
    assert sorted(images(files)) == ["a", "b"]


def test_what_a_task_needs_makes_its_cluster() -> None:
    text = "tasks:\n  e2e: {deps: [up], cmd: kubectl edit deploy/web}\n  up: {cmds: [task: base]}\n  base: kind create cluster\n"
    assert commands(text) == [("kubectl edit deploy/web", "yes")]
    assert commands("tasks: {a: kubectl edit deploy/web}\n") == [("kubectl edit deploy/web", "no")]


@pytest.mark.parametrize(
    "call", ["sh ./x.sh", "'{{.ROOT_DIR}}/x.sh'", "bash {{.TASKFILE_DIR}}/x.sh"]
)
def test_scripts_of_the_repository_are_followed(call: str) -> None:
    (found,) = commands(f"tasks:\n  a: {call}\n", x="kubectl edit deploy/web\n")
    assert found == ("kubectl edit deploy/web", "no")


def test_scripts_are_found_in_the_folder_of_the_task() -> None:
    files = {
        "Taskfile.yml": f"{HEAD}tasks: {{a: {{dir: '{{{{.ROOT_DIR}}}}/b', cmd: ./x}}}} # docker\n",
        "b/x": "#!/bin/sh\ndocker pull c\n",
    }
    assert set(images(files)) == {"c"}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("task", ["a"]),
        ("task pull", ["c"]),
        ("task -d b pull", ["b"]),
        ("task --taskfile b/Taskfile.yml pull I=d", ["d"]),
        ("task p", ["c"]),
        ("task unknown", []),
    ],
)
def test_a_pipeline_runs_the_tasks_that_it_names(call: str, expected: list[str]) -> None:
    files = {
        ".gitlab-ci.yml": f"a: {{script: ['{call}']}}\n",
        "Taskfile.yml": f"{HEAD}tasks:\n  default: docker pull a\n"
        "  pull: {aliases: [p], env: {I: c}, cmd: docker pull $I}\n",
        "b/Taskfile.yml": f"{HEAD}tasks: {{pull: 'docker pull {{{{.I | default \"b\"}}}}'}}\n",
    }
    found = [fact for fact in facts(files) if isinstance(fact, Image)]
    assert [one.text for one in found if not one.scope.alone] == expected


@pytest.mark.parametrize(
    "text",
    [
        "tasks: [a]\n",
        "tasks: {x: }\n",
        "tasks: {x: [[docker pull a]]}\n",
        "tasks: {x: {cmds: {a: docker}}}\n",
        "tasks: {x: {cmd: {a: docker}, deps: a, vars: [b], env: c}}\n",
        "includes: {a: [docker], b: {taskfile: {}}, c: ../../x, d: /etc, e: 'https://a.example/T.yml'}\ntasks: {}\n",
        "tasks: {x: {dir: ../.., cmd: docker pull '{{'}}\n",
        "vars: {A: '{{.A}}{{.A}}'}\ntasks: {x: 'docker pull {{.A}}'}\n",
        "vars:\n" + "".join(f"  A{n}: '{{{{.A{n - 1}}}}}{{{{.A{n - 1}}}}}'\n" for n in range(200))
        + "tasks: {x: 'docker pull {{.A199}}'}\n",
    ],
)  # fmt: skip
def test_odd_taskfiles_end(text: str) -> None:
    assert [one for one in facts({"Taskfile.yml": HEAD + text}) if isinstance(one, Unread)] == []


def test_what_is_too_long_or_no_text_is_named() -> None:
    for data in (f"{HEAD}tasks: {{x: docker pull a}}\n".encode() + b"#" * 1_000_001, b"version: 3\ntasks: {a: docker \xff}\n"):  # fmt: skip
        project = read(MemoryFiles({"Taskfile.yml": data}), lambda _path: "")
        assert [fact.problem for fact in project.facts if isinstance(fact, File)] != [""]


PUSH = "  push: {cmd: 'docker push {{.I}}:{{.T | default \"edge\"}}'}\n"


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        ("a: {cmds: [{task: push, vars: {I: a, T: v1}}]}", {"a:v1"}),
        (
            "a: {deps: [{task: push, vars: {I: a}}, {task: push, vars: {I: b}}]}",
            {"a:edge", "b:edge"},
        ),
        ("a: {vars: {N: c}, cmds: [{defer: {task: push, vars: {I: '{{.N}}'}}}]}", {"c:edge"}),
        (
            "a: {cmds: [{task: b, vars: {X: d}}]}\n  b: {cmds: [{task: push, vars: {I: '{{.X}}'}}]}",
            {"d:edge"},
        ),
        ("a: {cmds: [{task: gone, vars: {I: a}}]}", set()),
        ("a: {cmds: [{task: a, vars: {I: '{{.I}}{{.I}}x'}}]}", set()),
        ("a: {cmds: [push, {defer: push}]}\n  b: {deps: [push]}", set()),
    ],
)
def test_tasks_that_are_called_with_values(tasks: str, expected: set[str]) -> None:
    found = commands(f"tasks:\n{PUSH}  {tasks}\n")
    pushed = {text.removeprefix("docker push ") for text, _ in found if "push" in text}
    assert pushed - {"{{.I}}:edge", "{{.X}}:edge"} == expected


def test_a_pipeline_runs_a_task_with_its_values() -> None:
    files = {
        "Taskfile.yml": f"{HEAD}tasks:\n{PUSH}  a: {{cmds: [{{task: push, vars: {{I: a}}}}]}}\n",
        ".gitlab-ci.yml": "job: {script: [task a]}\n",
    }
    found = (one for one in facts(files) if isinstance(one, Command) and one.scope.owner == "job")
    assert [one.text for one in found] == ["docker push a:edge"]


def test_a_command_that_is_called_as_a_task_is_none() -> None:
    files = {
        "Taskfile.yml": f"{HEAD}tasks:\n{PUSH}  a: {{cmds: [push, {{defer: push}}]}}\n  b: {{deps: [push]}}\n",
        ".gitlab-ci.yml": "one: {script: [task a]}\ntwo: {script: [task b]}\n",
    }
    found = (one for one in facts(files) if isinstance(one, Command) and one.mutates)
    assert [one.scope.owner for one in found] == ["two"]


def test_environment_files_give_values() -> None:
    files = {
        "Taskfile.yml": f"{HEAD}dotenv: [.env, '{{{{.S}}}}/x', b.env]\n"
        "tasks: {x: 'docker pull {{.I}}:$T'}\n",
        ".env": "I=a\n",
        "b.env": "I=b\nT=1.2\n",
    }
    assert images(files) == ["a:1.2"]
