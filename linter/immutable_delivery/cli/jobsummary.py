"""GitHub's job summary: the page of a workflow run, which has room for what annotations have not."""

from __future__ import annotations

import os
from pathlib import Path

import click

from immutable_delivery.findings import Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render
from immutable_delivery.source.escape import shown

_VARIABLE = "GITHUB_STEP_SUMMARY"
_MOST_BYTES = 1_048_576
"""GitHub refuses the whole summary of a step that is larger."""

_FULL = "the job summary of this step is full; the log has every finding"


def summarize(report: Report, options: Options) -> None:
    """Add the report to the step's summary, where GitHub runs us; what does not fit is in the log."""
    room = _room()
    if room is not None:
        add(render("markdown", report, replace(options, limit=max(room, 1))))


def add(text: str) -> None:
    """Add a text to the step's summary, where GitHub runs us and there is room."""
    room = _room()
    if room is None:
        return
    data = text.encode("utf-8", "backslashreplace")
    if len(data) > room:
        click.echo(f"imd: note: {_FULL}", err=True)
        return
    name = os.environ[_VARIABLE]
    try:
        with Path(name).open("ab") as file:
            file.write(data)
    except OSError as error:
        click.echo(f"imd: warning: {shown(name)} cannot be written: {error.strerror}", err=True)


def _room() -> int | None:
    """Return how many bytes the summary may still get; None where nobody reads one."""
    name = os.environ.get(_VARIABLE)
    if not name:
        return None
    try:
        return _MOST_BYTES - (Path(name).stat().st_size if Path(name).exists() else 0)
    except OSError:
        return _MOST_BYTES
