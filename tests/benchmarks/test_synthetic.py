"""Made-up repositories are the same for everybody, and such as imd reads."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.inputs import input_of, typical
from benchmarks.synthetic import Mix, mix_of, tree, write

PROGRAM = """\
import sys
from benchmarks.synthetic import Mix, tree
sys.stdout.write(repr(list(tree(40, Mix(), 3))))
"""


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    texts = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed}, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert texts == {repr(list(tree(40, Mix(), 3)))}
    assert list(tree(40, Mix(), 4)) != list(tree(40, Mix(), 3))


def test_a_larger_tree_holds_all_of_a_smaller_one() -> None:
    small, large = list(tree(100, Mix(), 0)), list(tree(200, Mix(), 0))
    assert len(large) == 2 * len(small)
    assert large[: len(small)] == small


def test_paths_are_not_given_twice() -> None:
    paths = [path for path, _ in tree(1000, Mix(2, 2, 3, 3), 0)]
    assert len(set(paths)) == len(paths) == 1000


def test_services_are_whole_and_have_the_files_that_were_asked_for() -> None:
    mix = mix_of("dockerfile=1,kubernetes=3,kustomize=2")
    assert mix == Mix(dockerfile=1, compose=0, kubernetes=3, kustomize=2)
    names = Counter(path.rpartition("/")[2] for path, _ in tree(7, mix, 0))
    assert names["Dockerfile"] == 2
    assert names["kustomization.yaml"] == 4
    assert sum(names.values()) == 12


@pytest.mark.parametrize("text", ["helm=1", "dockerfile=0"])
def test_a_mix_that_cannot_be_made_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        mix_of(text)


def test_imd_reads_every_file_of_it(tmp_path: Path) -> None:
    write(tmp_path, 30, Mix(), 0)
    command = [sys.executable, "-m", "immutable_delivery", "check", "--no-cache"]
    done = subprocess.run(
        [*command, "--output-format", "json"], cwd=tmp_path, capture_output=True, text=True, check=False
    )  # fmt: skip
    report = json.loads(done.stdout)
    formats = Counter(file["format"] for file in report["files"])
    assert formats == {"dockerfile": 3, "compose": 3, "kubernetes": 24}
    assert {"floating-tag", "partial-tag"} <= {one["policy"] for one in report["findings"]}
    assert "unreadable" not in {one["policy"] for one in report["findings"]}


def test_an_input_knows_its_files_by_kind(tmp_path: Path) -> None:
    write(tmp_path, 10, Mix(dockerfile=2, compose=1, kubernetes=1, kustomize=1), 0)
    found = input_of(tmp_path)
    assert (len(found.dockerfiles), len(found.compose), len(found.others)) == (4, 2, 4)


def test_the_files_about_as_large_as_the_median_come_first(tmp_path: Path) -> None:
    files = [tmp_path / f"{size}" for size in (5, 40, 10, 20, 30)]
    for path in files:
        path.write_bytes(bytes(int(path.name)))
    assert [path.name for path in typical(files)] == ["20", "10", "30", "5", "40"]
