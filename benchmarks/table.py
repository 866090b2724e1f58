"""Results as Markdown: everything, a table of what users ask first, and the five lines that the README quotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from benchmarks.results import Kind, Measured, Results, Trial

_TITLES: dict[Kind, str] = {
    "file": "One file",
    "tree": "Whole repositories",
    "floor": "Beside the floor",
    "growth": "Growth",
    "hook": "The hook",
    "kind": "Charts and workflows",
    "hostile": "Hostile inputs",
}


def markdown(results: Results) -> str:
    """Return every trial as a table."""
    return f"# Benchmarks\n\n{made(results)}\n\n{everything(results)}"


def everything(results: Results) -> str:
    """Return every trial as a table, without a title."""
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    inputs = ", ".join(f"{name} at {commit}" for name, commit in results.inputs.items())
    lines = [f"Tools: {versions}. Repositories: {inputs or 'none'}.\n"]
    for kind, title in _TITLES.items():
        chosen = [trial for trial in results.trials if trial.kind == kind]
        if chosen:
            lines += [f"## {title}\n", *(_trial(trial) for trial in chosen)]
    return "\n".join(lines)


def made(results: Results) -> str:
    """Say when, where and how the figures were made."""
    remark = f" {results.remark}" if results.remark else ""
    return (
        f"Measured on {results.date}: {results.machine}, {results.cores} cores, Python {results.python};"
        f" medians of {results.runs} runs in turn after one to warm up.{remark}{_loaded(results)}"
    )


def _loaded(results: Results) -> str:
    if not results.loaded:
        return ""
    return (
        f" **The machine was loaded** (others kept up to {results.load:g} of {results.cores} processors busy):"
        " times are too long, compare what was computed."
    )


def _trial(trial: Trial) -> str:
    heads = (
        "",
        "files",
        "time",
        "spread",
        "CPU",
        "per file",
        "compared",
        "largest process",
        "findings",
        "",
    )
    rows = [_cells(trial, row) for row in trial.rows]
    return f"### {trial.name}\n\n{_table(heads, rows)}\n"


def _cells(trial: Trial, row: Measured) -> tuple[str, ...]:
    median, ratio = row.median, trial.ratio(row)
    return (
        row.tool,
        f"{row.files:,}",
        seconds(median),
        "" if row.spread is None else f"{row.spread:.0%}",
        "" if row.computed is None else seconds(row.computed),
        "" if median is None else f"{median / row.files * 1000:.2f} ms",
        times(ratio),
        f"{row.memory / 1e6:.0f} MB" if row.memory else "",
        "" if row.findings is None else f"{row.findings:,}",
        row.note.replace("|", "\\|"),
    )


def quoted(results: Results) -> str:
    """Return files and trees by tool, and what was measured beside them in a sentence each."""
    chosen = [trial for trial in results.trials if trial.kind in {"file", "tree"}]
    found = dict.fromkeys(row.tool for trial in chosen for row in trial.rows)
    tools = sorted(found, key=lambda tool: not tool.startswith("imd"))
    rows = [(trial.name, *_by_tool(trial, tools)) for trial in chosen]
    sentences = [f"- {one}" for one in _sentences(results.trials)]
    return "\n".join(["", _table(("", *tools), rows), "", *sentences, "", made(results), ""])


_BRIEFLY: dict[Kind, int] = {"file": 2, "tree": 2, "hook": 1}
"""How many trials of a kind the README quotes."""


def brief(results: Results) -> str:
    """Return five lines: files, repositories and the hook, with the time of each peer that reads most of them."""
    chosen = [
        trial
        for kind, most in _BRIEFLY.items()
        for trial in [one for one in results.trials if one.kind == kind][:most]
    ]
    return "".join(f"- {_line(trial)}\n" for trial in chosen)


def _line(trial: Trial) -> str:
    first, *others = trial.rows
    if trial.kind == "hook":
        return (
            f"the hook in {first.files:,} files, one of them changed: **{seconds(first.median)}**"
        )
    told = [row for row in others if row.median is not None and row.files > first.files // 2]
    peers = [f"{row.tool} {seconds(row.median)}" for row in told if not row.tool.startswith("imd")]
    files = f", {first.files:,} files" if trial.kind == "tree" else ""
    return f"`{trial.name}`{files}: **{seconds(first.median)}**; {', '.join(peers) or 'no peer'}"


def _by_tool(trial: Trial, tools: Iterable[str]) -> Iterator[str]:
    rows = {row.tool: row for row in trial.rows}
    for tool in tools:
        row = rows.get(tool)
        if row is None:
            yield ""
        elif row.median is None:
            yield "–"
        else:
            ratio = None if row is trial.rows[0] else trial.ratio(row)
            yield seconds(row.median) + (f" ({times(ratio)})" if ratio else "")


def _sentences(trials: Iterable[Trial]) -> Iterator[str]:
    for trial in trials:
        first, last = trial.rows[0], trial.rows[-1]
        if first.median is None or last.median is None:
            continue
        if trial.kind == "floor":
            ratio = times(trial.ratio(trial.rows[1]))
            yield f"{trial.name}: imd takes {ratio} the time of reading and parsing alone."
        elif trial.kind == "growth":
            files, time = times(last.files / first.files), times(trial.ratio(last))
            yield f"{files} the files ({last.files:,}) take {time} the time: {seconds(last.median)}."
        elif trial.kind == "hook":
            yield f"`imd check --staged` in {first.files:,} files, one changed: {seconds(first.median)}."
        elif trial.kind == "hostile":
            yield f"{trial.name}: twice as much takes {times(trial.ratio(trial.rows[1]))} the time."


def seconds(value: float | None) -> str:
    """Return a time as people read it."""
    if value is None:
        return "–"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.{2 if value < 10 else 0}f} s"  # noqa: PLR2004 (three digits)


def times(ratio: float | None) -> str:
    """Return how many times as long."""
    if ratio is None:
        return ""
    return f"{ratio:.2g}×" if ratio < 10 else f"{ratio:.0f}×"  # noqa: PLR2004 (two digits)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    rule = ["---", *("---:" for _ in heads[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heads, rule, *rows])
