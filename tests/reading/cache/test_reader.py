"""What is remembered is not read again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from immutable_delivery.context import UNCONFIGURED
from immutable_delivery.errors import UnreadableError
from immutable_delivery.facts import Fact
from immutable_delivery.reading.cache.reader import RememberingReader, remembered_of
from immutable_delivery.reading.dependencies import Recorder, digest, holds
from immutable_delivery.reading.project import read
from immutable_delivery.source.files import MemoryFiles

FILES = {
    "a/Dockerfile": 'FROM debian\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n',
    "a/run.sh": "#!/bin/sh\npip install a\n",
    "b/Dockerfile": "FROM alpine\n",
    "notes.yaml": "just: notes\n",
    "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: a}]}\n",
}
HOUR = 3_600_000_000_000


class Counted(MemoryFiles):
    """Files that tell their versions apart, and count how often they are read."""

    def __init__(self, files: Mapping[str, str], age: int = HOUR) -> None:
        super().__init__(files)
        self.reads: list[str] = []
        self._age = age

    def read(self, path: str) -> bytes:
        data = super().read(path)
        self.reads.append(path)
        return data

    def mark(self, path: str) -> tuple[str, int]:
        return str(hash(self._files.get(path))), time.time_ns() - self._age


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMD_CACHE_DIR", str(tmp_path))


def run(files: Counted) -> list[Fact]:
    remembered = remembered_of(["/repository"], "")
    reader = RememberingReader(files, UNCONFIGURED, remembered, 1)
    facts = read(files, lambda _path: "", reader).facts
    remembered.save()
    return facts


def test_an_unchanged_file_is_not_read() -> None:
    first = run(Counted(FILES))
    files = Counted(FILES)
    assert run(files) == first
    assert files.reads == []


def test_a_changed_file_is_read_with_what_asks_for_it() -> None:
    run(Counted(FILES))
    files = Counted({**FILES, "a/run.sh": "#!/bin/sh\nnpm install a\n"})
    assert "npm" in {getattr(fact, "manager", "") for fact in run(files)}
    assert set(files.reads) == {"a/run.sh", "a/Dockerfile"}


def test_a_file_that_was_just_written_is_read_though_its_mark_is_the_same() -> None:
    run(Counted(FILES, age=0))
    files = Counted(FILES, age=0)
    run(files)
    assert set(files.reads) == FILES.keys()


def test_a_new_file_is_seen_by_what_asked_for_the_list_of_files() -> None:
    run(Counted(FILES))
    files = Counted({**FILES, "a/.dockerignore": "run.sh\n"})
    run(files)
    assert "a/Dockerfile" in files.reads


class Changing(MemoryFiles):
    """Files that say something else each time they are read."""

    def read(self, path: str) -> bytes:
        data = super().read(path)
        self._files[path] = data + b"#"
        return data


def test_what_changes_while_it_is_read_is_read_again() -> None:
    recorder = Recorder(Changing({"a/run.sh": "#!/bin/sh\n"}))
    found = [digest(recorder.read("a/run.sh")) for _ in range(2)]
    assert not holds(recorder.trace, {"read": lambda _path: found[0]})
    assert not holds(recorder.trace, {"read": lambda _path: found[1]})


class Failing(Counted):
    """Files that cannot be read for a while, though nothing becomes of them."""

    def read(self, path: str) -> bytes:
        super().read(path)
        raise UnreadableError("cannot be read: Input/output error")


class FailingOnce(Counted):
    """Files that cannot be read at the first go."""

    def read(self, path: str) -> bytes:
        failing = path not in self.reads
        data = super().read(path)
        if failing:
            raise UnreadableError("cannot be read: Input/output error")
        return data


@pytest.mark.parametrize("kind", [Failing, FailingOnce])
def test_what_could_not_be_read_is_tried_again(kind: type[Counted]) -> None:
    run(kind(FILES))
    assert run(Counted(FILES)) == read(Counted(FILES), lambda _path: "").facts


def test_a_question_that_nobody_can_ask_again_has_no_answer() -> None:
    assert holds([("state", "a", "tracked")], {"state": lambda _path: "tracked"})
    assert not holds([("mode", "a", "0755")], {"state": lambda _path: "tracked"})
