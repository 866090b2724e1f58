"""Ranges of versions, as Helm decides them."""

from __future__ import annotations

import pytest

from immutable_delivery.references.semver import is_exact, is_range, satisfies, version_of


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.2.3", "1.2.3"), ("1.2.3", "v1.2.3"), ("1.2.9", "1.2"), ("1.2.9", "~1.2.3"), ("1.9.0", "^1.2"), ("0.2.9", "^0.2.3"),
        ("0.0.3", "^0.0.3"), ("3.1.0", "*"), ("3.1.0", ">=1 <4"), ("3.1.0", ">= 1, < 4"), ("3.0.0", "1.x || 3.x"), ("2.9.9", "1 - 2"),
        ("1.2.3", "!=1.2.4"), ("2.0.0", "!=1.x"), ("2.0.0", ">1"), ("1.0.0-rc.1", ">=1.0.0-0"), ("1.0.0-rc.2", ">1.0.0-rc.1"),
        ("36.1.0", "36.x.x"), ("1.9.9", "<=1"), ("1.2.3+7", "1.2.3"), ("0.4.0", "0.x"),
    ],
)  # fmt: skip
def test_a_version_in_a_range(version: str, constraint: str) -> None:
    assert satisfies(version, constraint)


@pytest.mark.parametrize(
    ("version", "constraint"),
    [
        ("1.2.4", "1.2.3"), ("1.3.0", "~1.2.3"), ("2.0.0", "^1.2"), ("0.3.0", "^0.2.3"), ("0.0.4", "^0.0.3"), ("4.0.0", ">=1 <4"),
        ("3.0.0", "1 - 2"), ("1.5.0", "!=1.x"), ("1.9.9", ">1"), ("1.0.0-rc.1", ">=0.9.0"), ("1.0.0-rc.1", "*"), ("2.0.0", "<=1"),
        ("1.0.0", ""), ("1.0.0", "latest"), ("", "*"), ("1.0.0", ">=1 || nonsense"), ("1.0.0-rc.1", ">1.0.0-rc.10"),
    ],
)  # fmt: skip
def test_a_version_outside(version: str, constraint: str) -> None:
    assert not satisfies(version, constraint)


def test_only_one_whole_version_is_exact() -> None:
    assert is_exact("1.2.3")
    assert is_exact("=v1.2.3-rc.1")
    assert not any(map(is_exact, ["1.2", "~1.2.3", "1.2.x", "1.2.3 || 2.0.0", "", "main"]))
    assert is_range(">=1.0")
    assert not is_range("main")


def test_a_lenient_version() -> None:
    found = version_of("v1.2")
    assert found is not None
    assert (found.major, found.minor, found.patch) == (1, 2, 0)
    assert version_of("1.2.3.4") is None
