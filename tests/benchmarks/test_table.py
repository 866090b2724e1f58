"""The tables say what was measured, and of what could not be measured why."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.results import Kind, Measured, Results, Trial, begun, load, save
from benchmarks.table import brief, markdown, quoted, seconds, times
from msgspec.structs import replace


def trial(kind: Kind, *rows: Measured) -> Trial:
    return Trial(kind=kind, name="shop", rows=list(rows))


def row(tool: str, *taken: float, files: int = 10) -> Measured:
    return Measured(tool=tool, files=files, seconds=list(taken))


@pytest.fixture
def results() -> Results:
    missing = Measured(tool="absent", files=10, note="not installed: a | b", refused=True)
    peer = Measured(
        tool="peer",
        files=4,
        seconds=[9.0, 2.0, 1.0],
        cpu=[1.5, 1.0, 3.0],
        memory=51_200_000,
        findings=1234,
    )
    found = begun(3, {"imd": "1.0"}, "A quiet machine.")
    found.trials = [
        trial("tree", row("imd", 0.1, 0.4, 0.2), peer, missing),
        trial("floor", row("floor", 0.1), row("imd", 0.22)),
        trial("growth", row("imd", 1.0), row("imd", 2.1, files=20), row("imd", 8.8, files=80)),
        trial("hook", row("imd", 0.25, files=10_000)),
    ]
    return found


def test_a_ratio_is_that_of_medians_to_the_first_row(results: Results) -> None:
    first = results.trials[0]
    assert [first.ratio(one) for one in first.rows] == [1.0, 10.0, None]


def test_the_long_table_has_everything(results: Results) -> None:
    text = markdown(results)
    assert "| peer | 4 | 2.00 s | 400% | 1.50 s | 500.00 ms | 10× | 51 MB | 1,234 |  |" in text
    assert r"| absent | 10 | – |  |  |  |  |  |  | not installed: a \| b |" in text
    assert "A quiet machine." in text
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
        "Whole repositories", "Beside the floor", "Growth", "The hook",
    ]  # fmt: skip


def test_the_short_table_has_a_line_for_each_input(results: Results) -> None:
    lines = quoted(results).splitlines()
    assert "| shop | 200 ms | 2.00 s (10×) | – |" in lines
    assert "- shop: imd takes 2.2× the time of reading and parsing alone." in lines
    assert "- 8× the files (80) take 8.8× the time: 8.80 s." in lines
    assert "- `imd check --staged` in 10,000 files, one changed: 250 ms." in lines


def test_the_readme_has_five_lines(results: Results) -> None:
    file, tree, hook = results.trials[0], *results.trials[::3]
    alone = [row("imd", 0.2, files=1), row("peer", 2.0, files=1)]
    results.trials = [
        tree,
        hook,
        *(replace(file, kind="file", name=name, rows=alone) for name in "abc"),
    ]
    assert brief(results).splitlines() == [
        "- `a`: **200 ms**; peer 2.00 s",
        "- `b`: **200 ms**; peer 2.00 s",
        "- `shop`, 10 files: **200 ms**; no peer",
        "- the hook in 10,000 files, one of them changed: **250 ms**",
    ]


def test_results_come_back_as_they_were_saved(results: Results, tmp_path: Path) -> None:
    save(tmp_path / "results.json", results)
    assert load(tmp_path / "results.json") == results


def test_a_trial_that_nobody_ended_has_no_figures() -> None:
    nothing = Measured(tool="imd", files=1, note="killed", refused=True)
    found = begun(1, {}, "")
    found.trials = [trial("growth", nothing), trial("tree", nothing, row("peer", 1.0))]
    assert "| shop | – | 1.00 s |" in quoted(found)
    assert "| imd | 1 | – |  |  |  |  |  |  | killed |" in markdown(found)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0234, "23 ms"), (0.9999, "1000 ms"), (1.234, "1.23 s"), (123.4, "123 s"), (1234.5, "1234 s"), (None, "–")],
)  # fmt: skip
def test_times_are_short(value: float | None, shown: str) -> None:
    assert seconds(value) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"), [(0.043, "0.043×"), (2.04, "2×"), (17.4, "17×"), (1234.0, "1234×")]
)
def test_ratios_have_two_digits(ratio: float, shown: str) -> None:
    assert times(ratio) == shown


def test_a_loaded_machine_is_named(results: Results) -> None:
    assert "loaded" not in markdown(results)
    results.load = 3.5 * results.cores
    assert "**The machine was loaded**" in markdown(results)
