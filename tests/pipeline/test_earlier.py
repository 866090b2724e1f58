"""What an earlier run has found serves a later one: nobody sees a difference, however often that is done."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from tests.pipeline.test_reexamine import BASE, CONFIG, SERVICE, TERMS, edited, repository, said

from immutable_delivery.findings import Report
from immutable_delivery.links.migrations import Applied
from immutable_delivery.pipeline import earlier
from immutable_delivery.pipeline.earlier import Earlier
from immutable_delivery.pipeline.examine import report
from immutable_delivery.pipeline.examined import Examined, Terms, examined, reading_settings
from immutable_delivery.policy.model import Policy, builtin
from immutable_delivery.reading import project
from immutable_delivery.reading.cache.reader import RememberingReader, remembered_of
from immutable_delivery.records import replace
from immutable_delivery.source.files import MemoryFiles


def fresh(policies: Sequence[Policy] = ()) -> Terms:
    """Return terms as each run loads them anew."""
    return replace(TERMS, policies=policies or builtin())


class Linked(MemoryFiles):
    """Files with a link to one of their folders."""

    def __init__(self, files: Mapping[str, str], target: str) -> None:
        super().__init__(files)
        self._target = target

    def real(self, path: str) -> str:
        return self._target + path.removeprefix("link") if path.startswith("link") else path

    def read(self, path: str) -> bytes:
        return super().read(self.real(path))


def run(files: Mapping[str, str] | MemoryFiles, terms: Terms) -> Examined:
    """Judge files as a run does that finds what the last one has left."""
    there = files if isinstance(files, MemoryFiles) else MemoryFiles(files)
    settings = reading_settings(CONFIG)
    remembered = remembered_of(["/repository"], "")
    reader = RememberingReader(there, settings, remembered, 1)
    found = Earlier(reader, terms).examined(project.read(there, lambda _: "", reader))
    remembered.save()
    return found


def reported(state: Examined) -> Report:
    return report(state, TERMS.policies, covers=lambda _: True)


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path))


@pytest.fixture
def wholes(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect what is judged as a whole."""
    found: list[object] = []

    def noted(*about: object) -> object:
        found.append(about)
        return examined(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(earlier, "examined", noted)
    return found


def compare(seed: int, number: int, edits: int) -> None:
    """Edit a repository again and again; each run finds what one without a memory does."""
    chance = random.Random(seed)
    files = repository(chance, number)
    for _ in range(edits):
        found, there = run(files, fresh()), MemoryFiles(files)
        whole = examined(project.read(there, lambda _: ""), TERMS)
        assert reported(found) == reported(whole)
        assert said(found.telling_of(found.findings)) == said(whole)
        files = edited(files, chance)


def test_runs_that_know_earlier_ones_find_the_same(wholes: list[object]) -> None:
    compare(seed=1, number=60, edits=25)
    assert len(wholes) < 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 10))
def test_many_runs_that_know_earlier_ones_find_the_same(seed: int) -> None:
    compare(seed, number=120, edits=60)


def test_what_has_not_changed_is_not_judged_again(wholes: list[object]) -> None:
    for tag in ("1.2.3", "1.2.4"):
        run({**BASE, "a/compose.yaml": SERVICE % ("a", f"nginx:{tag}")}, fresh())
    found = run({**BASE, "a/compose.yaml": SERVICE % ("a", "nginx")}, fresh())
    assert len(wholes) == 1
    assert "a/compose.yaml" in {one.place.file for one in reported(found).findings if one.fix}


def test_what_a_finding_is_about_is_kept_until_it_is_reported_no_more() -> None:
    run(BASE, fresh())
    for _ in range(3):
        found = run({**BASE, "a/compose.yaml": SERVICE % ("a", "nginx")}, fresh())
        new = [one for one in found.findings if one.policy == "floating-tag"]
        assert found.telling_of(new) is found


def test_a_folder_that_a_link_leads_to_no_more() -> None:
    folders = {f"{name}/Dockerfile": "FROM debian\n" for name in ("one", "two")}
    files = {**BASE, **folders, "w/compose.yaml": "services: {w: {build: ../link}}\n"}
    for target in ("one", "two", "one"):
        there = Linked(files, target)
        whole = examined(project.read(there, lambda _: ""), TERMS)
        assert reported(run(there, fresh())) == reported(whole)
        assert {one.dockerfile for one in whole.project.builds} >= {f"{target}/Dockerfile"}


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param(lambda: replace(fresh(), today=date(2026, 1, 2)), id="another day"),
        pytest.param(lambda: fresh(builtin()[1:]), id="other policies"),
        pytest.param(lambda: replace(fresh(), remote=lambda: "https://host/a/b"), id="a remote"),
        pytest.param(lambda: replace(fresh(), config=replace(CONFIG, fail_on="note")), id="configuration"),
    ],
)  # fmt: skip
def test_by_other_terms_all_is_judged_again(wholes: list[object], terms: object) -> None:
    run(BASE, fresh())
    run(BASE, terms())  # type: ignore[operator]
    assert len(wholes) == 2


def test_what_nobody_can_read_any_more_is_nothing(
    wholes: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(BASE, fresh())
    monkeypatch.setattr(earlier, "_unpacked", lambda data: _UNPACKED(data[:-1]))
    assert said(run(BASE, fresh()))
    assert len(wholes) == 2


_UNPACKED = earlier._unpacked


def test_what_depends_on_history_is_not_kept(wholes: list[object]) -> None:
    asked: list[object] = []

    def applied(found: object) -> Applied:
        asked.append(found)
        return Applied()

    files = {**BASE, "db/migration/V1__a.sql": "CREATE TABLE a (b int);\n"}
    for _ in range(2):
        run(files, replace(fresh(), asked=applied))
    assert len(wholes) == len(asked) == 2
