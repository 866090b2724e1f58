"""Judging beside what an editor asks: answers do not wait for it, the newest state wins, and nothing that was typed is lost."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from tests.attacks.evasions import DOCKERFILE, YAML, rewritten
from tests.conftest import Repository
from tests.server.editor import Editor, codes

COMPOSE = "services:\n  web:\n    image: nginx:latest\n"
SLOW = """
import time
import immutable_delivery.server.workspace as workspace, immutable_delivery.server.answering as answering
right = workspace.keep_configuration
def slow(*words, **more):
    end = time.monotonic() + {seconds}
    while time.monotonic() < end:
        pass
    return right(*words, **more)
workspace.keep_configuration = slow
answering.serve()
"""


@pytest.fixture
def slow(repository: Repository) -> Iterator[Editor]:
    """An editor whose server computes for two seconds at each judgement."""
    repository.commit({"compose.yaml": COMPOSE, "a/compose.yaml": COMPOSE})
    program = SLOW.format(seconds=2)
    found = Editor(repository.root, command=[sys.executable, "-c", program])
    found.told("compose.yaml")
    yield found
    found.close()


def test_what_is_asked_is_answered_while_a_judgement_runs(slow: Editor) -> None:
    slow.open(".imd.yaml", "ignore: [floating-t]\n")
    sleep(0.5)
    began = monotonic()
    assert "floating-tag" in {one["label"] for one in slow.at("completion", ".imd.yaml", 0, 19)}
    assert slow.at("hover", "a/compose.yaml", 2, 19) is not None
    assert slow.actions("a/compose.yaml", 2, 19)
    assert monotonic() - began < 1
    assert slow.uri(".imd.yaml") not in slow.versions


def test_what_is_typed_while_a_judgement_runs_is_judged_next(slow: Editor) -> None:
    slow.open("compose.yaml", COMPOSE, 1)
    sleep(0.5)
    for version in range(2, 6):
        slow.change("compose.yaml", f"# {version}\n{COMPOSE}", version)
    slow.open("a/compose.yaml", "services: {}\n", 1)
    assert slow.told_of("a/compose.yaml", 1) == []
    (one,) = slow.told_of("compose.yaml", 5)
    assert one["range"]["start"]["line"] == 3
    versions = [
        one.get("version") for one in slow.published if one["uri"] == slow.uri("compose.yaml")
    ]
    assert versions == [None, 5]  # what was typed over while it was judged is never told


def test_a_fix_of_what_was_typed_over_is_not_offered(slow: Editor) -> None:
    slow.open("a/compose.yaml", "# one line more\n" + COMPOSE)
    assert slow.actions("a/compose.yaml", 2, 19) == []
    assert slow.actions("compose.yaml", 2, 19)
    slow.told_of("a/compose.yaml", 1)
    assert slow.actions("a/compose.yaml", 3, 19)


def test_hostile_buffers_neither_stop_it_nor_stay(repository: Repository) -> None:
    repository.commit({"compose.yaml": COMPOSE})
    editor = Editor(repository.root)
    editor.told("compose.yaml")
    bomb = "".join(f"x{n + 1}: &x{n + 1} [{', '.join([f'*x{n}'] * 9)}]\n" for n in range(9))
    strange = [
        "[" * 100_000, f"x0: &x0 a\n{bomb}", "a: &a [*a]\n", "\x00", "\ud800", "\x1b]0;x\x07", "\u2028\x0c\x85", "\ufeffservices: {}\n",
        "services:\n  a: {image: 'x:latest'}\n" * 2, "x" * 1_000_000, "? " * 5000, "- " * 5000, "{{" * 5000, "a:\r\n b:\r c\n",
    ]  # fmt: skip
    paths = ["compose.yaml", "Dockerfile", ".imd.yaml", "delivery.yaml", ".imd/policies/a/b.yaml", "k8s/kustomization.yaml", "x.sh"]  # fmt: skip
    dice, version = random.Random(7), 0
    for text in strange:
        for path in dice.sample(paths, 3):
            version += 1
            editor.open(path, text, version)
            editor.at("completion", path, 0, 3)
            editor.at("hover", path, 0, 3)
            editor.actions(path, 0, 3)
        editor.open("last/compose.yaml", COMPOSE, version)
        assert "floating-tag" in codes(editor.told_of("last/compose.yaml", version))
    for path in paths:
        editor.shut(path)
    editor.open("compose.yaml", COMPOSE, 1000)
    assert codes(editor.told_of("compose.yaml", 1000)) == {"floating-tag"}
    editor.close()


def test_nothing_hides_in_a_buffer_that_does_not_hide_in_a_file(repository: Repository) -> None:
    """Every rewriting of the attacks that keeps the meaning keeps the finding."""
    repository.commit({"compose.yaml": COMPOSE, "Dockerfile": "FROM nginx:latest\n"})
    editor = Editor(repository.root)
    texts = [("compose.yaml", text) for _, text in rewritten(COMPOSE, YAML)]
    texts += (("Dockerfile", text) for _, text in rewritten("FROM nginx:latest\n", DOCKERFILE))
    hidden = []
    for version, (path, text) in enumerate(texts, 1):
        editor.open(path, text, version)
        if "floating-tag" not in codes(editor.told_of(path, version)):
            hidden.append(text)
    assert len(texts) > 30
    assert hidden == []
    editor.close()
