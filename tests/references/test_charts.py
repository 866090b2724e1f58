"""Versions of charts and tags of artifacts: how much each fixes."""

from __future__ import annotations

import pytest

from immutable_delivery.references.charts import is_range, of_tag, of_version


@pytest.mark.parametrize(
    ("version", "pin"),
    [
        ("", "none"), ("1.2.3", "exact"), ("v1.2.3", "exact"), ("=1.2.3", "exact"), ("1.2.3-rc.1+b5", "exact"),
        ("1.2", "partial"), ("1", "partial"), ("1.x", "partial"), ("1.2.*", "partial"), ("~1.2.3", "partial"), ("^1", "partial"),
        (">=1.0.0", "partial"), (">= 1.0.0, < 2", "partial"), (">=1.2.0 <1.3.0", "partial"), ("1.2 - 1.4", "partial"),
        ("1.x || 2.x", "partial"), ("*", "alias"), ("x", "alias"), (">=0.0.0-0", "alias"), (">= 0", "alias"), ("latest", "alias"), ("main", "alias"),
        ("sha256:" + "a" * 64, "digest"), ("sha256:abc", "malformed"),
    ],
)  # fmt: skip
def test_what_the_version_of_a_chart_fixes(version: str, pin: str) -> None:
    assert of_version(version) == pin


@pytest.mark.parametrize(
    ("word", "ranged"),
    [
        ("1.2.*", True), ("1.x", True), (">=1 <2", True), ("~1.4", True), ("*", True), ("v1.2.3", False), ("1.2", False), ("main", False),
        ("release-1.x", False), ("HEAD", False), ("", False), ("1 " * 400, False),
    ],
)  # fmt: skip
def test_a_word_that_is_a_range_of_tags(word: str, ranged: bool) -> None:
    assert is_range(word) is ranged


def test_the_tag_of_an_artifact_is_graded_as_that_of_an_image() -> None:
    assert [of_tag("r.example/a", tag) for tag in ("", "latest", "1.2", "1.2.3", "v1.2.3")] == [
        "none", "alias", "partial", "exact", "exact",
    ]  # fmt: skip
