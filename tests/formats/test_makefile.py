"""Makefiles: what their recipes do, with their variables, includes and what they need."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from immutable_delivery.facts import Command, Fact, File, Image
from immutable_delivery.formats import makefile
from immutable_delivery.links.alone import link_alone
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles


def facts(files: Mapping[str, str | bytes]) -> list[Fact]:
    project = read(MemoryFiles(files), lambda _path: "")
    return [fact for fact in link_alone(project.facts) if not isinstance(fact, File)]


def images(files: Mapping[str, str | bytes]) -> list[str]:
    return [fact.text for fact in facts(files) if isinstance(fact, Image)]


def commands(text: str, **files: str) -> list[tuple[str, str]]:
    found = facts({"Makefile": text, **{f"{name}.sh": body for name, body in files.items()}})
    return [(one.text, one.throwaway) for one in found if isinstance(one, Command) and one.mutates]


@pytest.mark.parametrize(
    ("path", "claimed"),
    [("Makefile", True), ("a/makefile", True), ("GNUmakefile", True), ("x.mk", True), ("Makefile.ci", True), ("a.txt", False)],
)  # fmt: skip
def test_names(path: str, claimed: bool) -> None:
    assert makefile.claims(path, b"a:\n\tdocker pull b\n") is claimed
    assert not makefile.claims(path, b"a:\n\tgcc b.c\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I = a\nx:\n\tdocker pull $(I):1\n", "a:1"),
        ("I ?= a\nx:\n\t@docker pull ${I}\n", "a"),
        ("J := b\nI = $(J)/c\nx:\n\t-docker pull $(I)\n", "b/c"),
        ("x:\n\tI=a; docker pull $$I\n", "a"),
        ("x:\n\tdocker \\\n\t  pull \\\n\t  a\n", "a"),
        ("x: ; docker pull a\n", "a"),
        ("ifdef CI\nx:\n\tdocker pull a\nendif\n", "a"),
        ("x:\nifdef CI\n\tdocker pull a\nendif\n", "a"),
        ("ifdef CI\nI = a\nelse\nI = b\nendif\nx:\n\tdocker pull $(I)\n", "$(I)"),
        ("I = $(shell git describe)\nx:\n\tdocker pull a:$(I)\n", "a:$(shell git describe)"),
        ("I = $(I)\nx:\n\tdocker pull $(I)\n", "$(I)"),
        ("define D\nI\nendef\nx:\n\tdocker pull a\n", "a"),
        ("# é\nx:\n\tdocker pull a\n", "a"),
        ("x:\r\n\tdocker pull a\r\n", "a"),
    ],
)
def test_recipes_see_the_variables_of_make(text: str, expected: str) -> None:
    assert images({"Makefile": text}) == [expected]


def test_a_value_is_decided_where_it_is_written() -> None:
    (image,) = (
        f for f in facts({"Makefile": "I = a:1\nx:\n\tdocker pull $(I)\n"}) if isinstance(f, Image)
    )
    assert image.places["tag"].span.start == 6


def test_includes_are_read_with_what_includes_them() -> None:
    files = {
        "Makefile": "I = a\ninclude mk/*.mk\n",
        "mk/b.mk": "x:\n\tdocker pull $(I)\n",
        "mk/c.mk": "include Makefile\ny:\n\tdocker pull c\n",
    }
    assert sorted(images(files)) == ["a", "c"]


def test_what_a_recipe_needs_makes_its_cluster() -> None:
    text = "e2e: up\n\tkubectl edit deploy/web\nup: base\nbase:\n\tkind create cluster\n"
    assert commands(text) == [("kubectl edit deploy/web", "yes")]


def test_what_needs_a_recipe_makes_its_cluster() -> None:
    text = "e2e: up change\nup:\n\t./up.sh\nchange:\n\tkubectl edit deploy/web\n"
    assert commands(text, up="k3d cluster create\n") == [("kubectl edit deploy/web", "yes")]


def test_recipes_that_need_each_other_end() -> None:
    assert commands("a: b\n\tkubectl edit x\nb: a\n\t$(MAKE) a\n") == [("kubectl edit x", "no")]


def test_targets_of_developers_are_of_development() -> None:
    assert commands("dev-reset:\n\tkubectl edit x\n") == [("kubectl edit x", "yes")]


def test_make_is_followed_from_jobs() -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n    - run: make -C ops e2e I=b\n"
    rules = "I = a\ne2e: up\n\tkubectl set image deploy/web web=$(I)\nup:\n\tkind create cluster\n"
    found = facts({".github/workflows/a.yml": workflow, "ops/Makefile": rules})
    told = [(f.text, f.throwaway) for f in found if isinstance(f, Command) and f.mutates]
    assert told == [("kubectl set image deploy/web web=b", "yes")]


@pytest.mark.parametrize(
    "text",
    ["a:\n" * 3 + "\t" * 500, "I = $(I)$(I)\n" * 50 + "x:\n\tdocker pull $(I)\n", "a: $(", "\t"],
)
def test_odd_makefiles_end(text: str) -> None:
    facts({"Makefile": text + "\n# docker\n"})


def test_values_that_double_end() -> None:
    doubling = "".join(f"V{i} = $(V{i + 1})$(V{i + 1})\n" for i in range(40))
    assert images({"Makefile": f"{doubling}V40 = a\nx:\n\tdocker pull $(V0)\n"})
