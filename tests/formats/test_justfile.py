"""Justfiles: what their recipes do, with their variables, parameters, imports and what they need."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from immutable_delivery.facts import Command, Fact, File, Image
from immutable_delivery.formats import justfile
from immutable_delivery.links.alone import link_alone
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles


def facts(files: Mapping[str, str | bytes]) -> list[Fact]:
    project = read(MemoryFiles(files), lambda _path: "")
    return [fact for fact in link_alone(project.facts) if not isinstance(fact, File)]


def images(files: Mapping[str, str | bytes]) -> list[str]:
    return [fact.text for fact in facts(files) if isinstance(fact, Image)]


def commands(text: str, **files: str) -> list[tuple[str, str]]:
    found = facts({"justfile": text, **{f"{name}.sh": body for name, body in files.items()}})
    return [(one.text, one.throwaway) for one in found if isinstance(one, Command) and one.mutates]


@pytest.mark.parametrize(
    ("path", "claimed"),
    [("justfile", True), ("a/Justfile", True), (".justfile", True), ("x.just", True), ("JUSTFILE", True), ("justfile.txt", False)],
)  # fmt: skip
def test_names(path: str, claimed: bool) -> None:
    assert justfile.claims(path, b"a:\n  docker pull b\n") is claimed
    assert not justfile.claims(path, b"a:\n  gcc b.c\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x:\n  docker pull a\n", "a"),
        ("x:\n\t@docker pull a\n", "a"),
        ("x:\n  -docker pull a\n", "a"),
        ("x:\n  @-docker \\\n    pull \\\n    a\n", "a"),
        ("@x:\n  docker pull a", "a"),
        ("i := 'a:1'\nx:\n  docker pull {{i}}\n", "a:1"),
        ('i := "a" + \':1\'\nx:\n  docker pull {{ i }}\n', "a:1"),
        ("i := j / 'c'\nj := 'b'\nx:\n  docker pull {{i}}\n", "b/c"),
        ("x:\n  docker pull {{'a' / 'b'}}\n", "a/b"),
        ("i := env_var_or_default('I', 'a')\nx:\n  docker pull {{i}}\n", "a"),
        ("i := env('I', 'a' + ('b'))\nx:\n  docker pull {{i}}\n", "ab"),
        ("i := `git describe`\nx:\n  docker pull a:{{i}}\n", "a:{{i}}"),
        ("i := if os() == 'x' { 'a' } else { 'b' }\nx:\n  docker pull {{i}}\n", "{{i}}"),
        ("x i='a':\n  docker pull {{i}}\n", "a"),
        ("x i:\n  docker pull {{i}}\n", "{{i}}"),
        ("export i := 'a'\nx:\n  docker pull $i\n", "a"),
        ("set export\ni := 'a'\nx:\n  docker pull $i\n", "a"),
        ("x $i='a':\n  docker pull $i\n", "a"),
        ("x:\n  #!/usr/bin/env bash\n  set -e\n  I=a\n  docker pull $I\n", "a"),
        ("x:\n  #!/bin/sh\n  docker build - <<E\n  FROM b\n  E\n  docker pull a\n", "a"),
        ("[script]\nx:\n  I=a\n  docker pull $I\n", "a"),
        ("set default-script\nx:\n  I=a\n  docker pull $I\n", "a"),
        ("set shell := ['bash', '-c']\n[private]\n[group('x')]\nx:\n  docker pull a\n", "a"),
        ("s := '''\nx:\n  docker pull b\n'''\ny:\n  docker pull a\n", "a"),
        ("# é\nx:\n  docker pull a\n", "a"),
        ("x:\r\n  docker pull a\r\n", "a"),
    ],
)  # fmt: skip
def test_recipes_see_the_variables_of_just(text: str, expected: str) -> None:
    assert images({"justfile": text}) == [expected]


def test_a_value_is_decided_where_it_is_written() -> None:
    text = "i := 'a:1'\nx:\n  docker pull {{i}}\n"
    (image,) = (fact for fact in facts({"justfile": text}) if isinstance(fact, Image))
    assert image.places["tag"].span.start == text.index("1")


def test_imports_and_modules_are_read_with_what_takes_them_in() -> None:
    files = {
        "justfile": "i := 'a'\nimport 'b.just'\nmod c\nmod? d 'e'\nmod? f\n",
        "b.just": "i := 'wrong'\nx:\n  docker pull {{i}}\n",
        "c/mod.just": "i := 'c'\nx:\n  docker pull {{i}}\n",
        "e/justfile": "mod f '../justfile'\nx:\n  docker pull e\n",
    }
    assert sorted(images(files)) == ["a", "c", "e"]


def test_a_circle_of_imports_ends() -> None:
    files = {
        "justfile": "import 'b.just'\nmod justfile 'justfile'\nx:\n  docker pull a\n",
        "b.just": "import 'justfile'\nimport 'b.just'\ny:\n  docker pull b\n",
    }
    assert sorted(images(files)) == ["a", "b"]


def test_what_a_recipe_needs_makes_its_cluster() -> None:
    text = "e2e: (up 'x')\n  kubectl edit deploy/web\nup n: base\nbase:\n  kind create cluster\n"
    assert commands(text) == [("kubectl edit deploy/web", "yes")]
    assert commands("a:\n  kubectl edit deploy/web\n") == [("kubectl edit deploy/web", "no")]


@pytest.mark.parametrize("call", ["sh ./x.sh", "{{justfile_directory()}}/x.sh", "cd . && ./x.sh"])
def test_scripts_of_the_repository_are_followed(call: str) -> None:
    (found,) = commands(f"a:\n  {call}\n", x="kubectl edit deploy/web\n")
    assert found == ("kubectl edit deploy/web", "no")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("just", ["a"]),
        ("just pull", ["c"]),
        ("just pull d", ["d"]),
        ("just i=e first", ["e"]),
        ("just p d first", ["d", "a"]),
        ("just m::x", ["m"]),
        ("cd m && just", ["m"]),
        ("just -f m/justfile x", ["m"]),
        ("just unknown", []),
    ],
)
def test_a_pipeline_runs_the_recipes_that_it_names(call: str, expected: list[str]) -> None:
    files = {
        ".gitlab-ci.yml": f"a: {{script: ['{call}']}}\n",
        "justfile": "i := 'a'\nalias p := pull\nmod m\nfirst:\n  docker pull {{i}}\npull i='c':\n  docker pull {{i}}\n",
        "m/justfile": "x:\n  docker pull m\n",
    }
    found = [fact for fact in facts(files) if isinstance(fact, Image) and not fact.scope.alone]
    assert sorted(one.text for one in found) == sorted(expected)


def test_a_comment_above_a_line_or_recipe_silences_it() -> None:
    from immutable_delivery.source.text import Text  # noqa: PLC0415

    text = Text("justfile", "# imd: ignore[a] why\nx:\n  # imd: ignore[b] why\n  docker pull a\n")
    document = justfile.parse(text)
    covered = {one.text: one.covers for one in justfile.comments(document, text)}
    assert covered["imd: ignore[a] why"] == (21, len(text.value) - 1)
    assert covered["imd: ignore[b] why"] == (text.value.index("docker"), len(text.value) - 1)


@pytest.mark.parametrize(
    "text",
    [
        "x(:\n  docker pull a\n", ":\n  docker\n", "a := \nx: docker\n", "x y='\n  docker\n", "x: (\n", "[\nx:\n  docker",
        "set\nimport\nmod\nalias\nexport\n# docker", "mod ../../x\nimport '/etc/passwd'\nmod x '~/x'\n", "x:\n  {{\n  docker pull {{'\n",
        "a := b\nb := a\nx:\n  docker pull {{a}}\n", "x:\n" + "  docker \\\n" * 100, "a := " + "(" * 5_000 + "\nx:\n  docker\n",
        "x:\n  docker pull {{" + "(" * 200 + "'a'" + ")" * 200 + "}}\n", "x\f: docker\n", "x:\n  docker pull \ufeff\n",
        "".join(f"a{n} := a{n - 1} + a{n - 1}\n" for n in range(1, 200)) + "x:\n  docker pull {{a199}}\n",
    ],
)  # fmt: skip
def test_odd_justfiles_end(text: str) -> None:
    assert isinstance(facts({"justfile": text}), list)


def test_what_is_too_long_or_no_text_is_named() -> None:
    for data in (b"x:\n  docker pull a\n" + b"#" * 1_000_001, b"x:\n  docker pull \xff\n"):
        project = read(MemoryFiles({"justfile": data}), lambda _path: "")
        assert [fact.problem for fact in project.facts if isinstance(fact, File)] != [""]
