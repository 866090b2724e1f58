"""A second state of a repository is judged as if nothing were known of the first, whatever the change."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from immutable_delivery.commands.policy_test import marked
from immutable_delivery.config import Config
from immutable_delivery.formats.registry import candidates
from immutable_delivery.pipeline.examined import Examined, Terms, examined, reading_settings
from immutable_delivery.pipeline.reexamine import Changed, Reexaminer
from immutable_delivery.policy.load import read_folder
from immutable_delivery.policy.model import builtin
from immutable_delivery.policy.selection import Selection
from immutable_delivery.reading import project
from immutable_delivery.reading.project import Project, Reader
from immutable_delivery.source.files import MemoryFiles

POLICIES = Path(__file__).parents[2] / "policies"
CONFIG = Config(selection=Selection(profile="strict"))
TERMS = Terms(builtin(), CONFIG, date(2026, 1, 1))
OF_THE_ROOT = (".github", ".gitlab", ".circleci", "azure", ".drone", ".woodpecker", "renovate")
WORD = re.compile(r"[A-Za-z0-9][\w./:@-]{2,60}")
SERVICE = "services: {%s: {image: '%s'}}\n"


@cache
def examples() -> list[Mapping[str, str]]:
    """Return the files of the policies' examples, but for meta files: those are about everything."""
    held = [
        marked(example.files)[0] for policy in read_folder(POLICIES) for example in policy.examples
    ]
    own = ("delivery.", ".imd", "imd.lock")
    return [one for one in held if not any(word in path for path in one for word in own)]


def repository(chance: random.Random, number: int) -> dict[str, str]:
    """Return examples side by side: in folders that several of them may share, pipelines at the root."""
    found: dict[str, str] = {}
    for index, files in enumerate(chance.sample(examples(), number)):
        folder = f"{'abcd'[index % 4]}{index // 3}"
        for path, text in files.items():
            found[path if path.startswith(OF_THE_ROOT) else f"{folder}/{path}"] = text
    return found


def edited(files: Mapping[str, str], chance: random.Random) -> dict[str, str]:
    """Return the files with one of them changed as people change them, or gone."""
    paths = [path for path in sorted(files) if candidates(path)]
    path, other = chance.choice(paths), chance.choice(paths)
    lines = files[path].split("\n")
    at = chance.randrange(len(lines))
    kind = chance.randrange(8)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, chance.choice(files[other].split("\n")))
    elif kind == 2:
        lines.append("# imd: ignore[floating-tag] because")
    elif kind == 3:
        return {**files, path: files[other]}
    elif kind == 4:
        return {name: text for name, text in files.items() if name != path}
    else:
        words = list(WORD.finditer(files[path]))
        put = WORD.findall(files[other]) or ["web"]
        if words:
            old = chance.choice(words)
            text = files[path][: old.start()] + chance.choice(put) + files[path][old.end() :]
            return {**files, path: text}
    return {**files, path: "\n".join(lines)}


def read(files: Mapping[str, str]) -> Project:
    there = MemoryFiles(files)
    return project.read(there, lambda _: "", Reader(there, reading_settings(CONFIG)))


def changed(one: Mapping[str, str], other: Mapping[str, str]) -> Changed:
    paths = {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}
    return Changed(paths, listing=one.keys() != other.keys())


def said(state: Examined) -> list[Any]:
    """Return all that is known of a state, whatever the order of its facts."""
    return [
        state.findings, state.suppressed, state.disabled, state.services, state.unresolved,
        dict(state.said), sorted(map(repr, state.facts)), sorted(map(repr, state.silencing)),
        sorted(map(repr, state.evidence.findings)), dict(state.evidence.unknown),
        {key: sorted(map(repr, facts)) for key, facts in state.about.items()},
    ]  # fmt: skip


def compare(seed: int, number: int, edits: int) -> int:
    """Return how many of so many edits were judged in part; each as a whole is."""
    chance, parts = random.Random(seed), 0
    files = repository(chance, number)
    known, again = examined(read(files), TERMS), Reexaminer(TERMS)
    for _ in range(edits):
        new = edited(files, chance)
        state = read(new)
        whole = examined(state, TERMS)
        part = again.examined(known, state, changed(files, new))
        if part is not None:
            assert said(part) == said(whole), sorted(changed(files, new).contents)
            parts += 1
        files, known = new, part or whole
    return parts


def test_edits_are_judged_in_part_as_they_are_as_a_whole() -> None:
    assert compare(seed=1, number=60, edits=40) > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_thousand_edits_are_judged_in_part_as_they_are_as_a_whole(seed: int) -> None:
    assert compare(seed, number=120, edits=100) > 30


BASE = {f"{one}/compose.yaml": SERVICE % (one, "nginx:1.2.3") for one in "abcd"}


def part_of(files: Mapping[str, str], new: Mapping[str, str], terms: Terms = TERMS) -> Any:
    known = examined(read(files), terms)
    return Reexaminer(terms).examined(known, read(new), changed(files, new))


def test_what_nothing_ties_to_a_change_is_not_judged_again() -> None:
    new = {**BASE, "a/compose.yaml": SERVICE % ("a", "nginx")}
    part = part_of(BASE, new)
    assert [one.place.file for one in part.findings if one.policy == "floating-tag"] == [
        "a/compose.yaml"
    ]
    assert {one.name for one in part.services} == set("abcd")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, {"a/compose.yaml": SERVICE % ("b", "nginx:1.2.3")}, id="a name that another one has"),
        pytest.param({"a/delivery.yaml": "service: a\n"}, {"a/delivery.yaml": "service: b\n"}, id="a meta file"),
        pytest.param({}, {"imd.lock": '{"version": 1, "images": {}}', "a/x.txt": ""}, id="a listing"),
    ],
)  # fmt: skip
def test_what_may_concern_all_is_judged_as_a_whole(
    before: dict[str, str], after: dict[str, str]
) -> None:
    mounted = "services: {e: {image: 'nginx:1.2.3', volumes: ['./src:/srv/src']}}\n"
    files = {**BASE, "e/compose.yaml": mounted, **before}
    assert part_of(files, {**files, **after}) is None


def test_configured_suppressions_concern_all() -> None:
    from immutable_delivery.records import replace  # noqa: PLC0415 (for this test alone)

    assert part_of(BASE, {**BASE, "a/compose.yaml": SERVICE % ("a", "nginx")}) is not None
    terms = replace(TERMS, config=replace(CONFIG, suppressions=(object(),)))
    assert Reexaminer(terms).examined(
        examined(read(BASE), TERMS), read(BASE), changed(BASE, BASE)
    ) is None  # fmt: skip
