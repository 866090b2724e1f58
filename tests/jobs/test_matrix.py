"""The matrix: combinations as GitHub's documentation makes them."""

from __future__ import annotations

import operator

from immutable_delivery.jobs.matrix import MAX_COMBINATIONS, combinations


def test_the_example_of_the_documentation() -> None:
    found = combinations(
        {"fruit": ["apple", "pear"], "animal": ["cat", "dog"]},
        [
            {"color": "green"}, {"color": "pink", "animal": "cat"}, {"fruit": "apple", "shape": "circle"},
            {"fruit": "banana"}, {"fruit": "banana", "animal": "cat"},
        ],
        same=operator.eq,
    )  # fmt: skip
    assert found == [
        {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
        {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
        {"fruit": "pear", "animal": "cat", "color": "pink"},
        {"fruit": "pear", "animal": "dog", "color": "green"},
        {"fruit": "banana"},
        {"fruit": "banana", "animal": "cat"},
    ]


def test_what_is_excluded_is_none() -> None:
    found = combinations({"a": [1, 2], "b": [1, 2]}, exclude=[{"a": 1}], same=operator.eq)
    assert found == [{"a": 2, "b": 1}, {"a": 2, "b": 2}]


def test_of_too_many_each_value_is_met() -> None:
    found = combinations({"a": list(range(300)), "b": list(range(2))}, same=operator.eq)
    assert len(found) == 300 > MAX_COMBINATIONS
    assert {one["b"] for one in found} == {0, 1}
