"""The table of differences from other linters: every row is a rule that we take for one of our policies, and every difference has its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from immutable_delivery.other_linters import PEERS
from immutable_delivery.policy.model import builtin

TABLE = Path(__file__).with_name("differences.md").read_text("utf-8")
CONCEPTS = "manifests"
_RATE = re.compile(r"(\d+) of (\d+)")


def rows(columns: int) -> list[list[str]]:
    found = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row] for row in found]
    return [row for row in cells if _RATE.search(" ".join(row)) and len(row) in columns_of(columns)]


def columns_of(columns: int) -> set[int]:
    return {columns, columns - 1} if columns > 3 else {columns}


def rates(row: list[str]) -> list[tuple[int, int]]:
    return [(int(found[1]), int(found[2])) for cell in row if (found := _RATE.fullmatch(cell))]


@pytest.mark.parametrize("row", rows(6), ids=lambda row: "-".join(row[:2]))
def test_every_row_is_of_the_mapping_and_every_difference_has_a_reason(row: list[str]) -> None:
    oracle, rule, policy, *_ = row
    assert policy in {one.id for one in builtin()}
    if oracle != CONCEPTS:
        assert PEERS[oracle].policies[rule] == policy
    (found, cases), (silent, fine) = rates(row)
    assert found <= cases
    assert silent <= fine
    why = row[5] if len(row) > 5 else ""
    assert bool(why) is (found < cases or silent < fine)
    assert not why or why.endswith(".")


def test_the_rates_of_an_oracle_are_the_sums_of_its_rows() -> None:
    for oracle, *_ in rows(3):
        sums = [(0, 0), (0, 0)]
        for row in rows(6):
            if row[0] == oracle:
                sums = [(a + c, b + d) for (a, b), (c, d) in zip(sums, rates(row), strict=True)]
        (total,) = [rates(row) for row in rows(3) if row[0] == oracle]
        assert total == sums, oracle
    assert {row[0] for row in rows(3)} == {row[0] for row in rows(6)}
