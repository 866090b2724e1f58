"""What a group asks of the repository is noted, and the list of all files is hashed once for all that ask for it."""

from __future__ import annotations

import pytest

from immutable_delivery.reading import dependencies
from immutable_delivery.reading.dependencies import Recorder, listing_of
from immutable_delivery.source.files import MemoryFiles


def test_the_list_of_files_is_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[object] = []

    def counted(paths: list[str]) -> str:
        hashed.append(paths)
        return listing_of(paths)

    monkeypatch.setattr(dependencies, "listing_of", counted)
    files = MemoryFiles({"a": "", "b": ""})
    expected = [("paths", "", listing_of(["a", "b"]))]
    for _ in range(3):
        recorder = Recorder(files)
        assert list(recorder.paths) == ["a", "b"]
        assert recorder.trace == expected
    other = Recorder(MemoryFiles({"a": ""}))
    assert list(other.paths) == ["a"]
    assert other.trace == [("paths", "", listing_of(["a"]))]
    assert len(hashed) == 2
