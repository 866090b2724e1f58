"""What a run has to say, in the formats that people and tools read: pure functions from a report to text."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from immutable_delivery.findings import Report
from immutable_delivery.records import Record

FORMATS = ("text", "concise", "json", "sarif", "github")
"""Each is a module of this package with a function ``render``."""


class Options(Record, frozen=True, kw_only=True):
    """How to render; a format takes what concerns it."""

    color: bool = False
    width: int = 100
    show_files: bool = False
    show_unresolved: bool = False
    statistics: bool = False
    include_suppressed: bool = False


class Reporter(Protocol):
    """A module that renders reports."""

    def render(self, report: Report, options: Options) -> str:
        """Return the report as text that ends with a newline, or nothing."""


def render(name: str, report: Report, options: Options | None = None) -> str:
    """Return ``report`` in the format ``name``; only the module of that format is imported."""
    reporter = cast("Reporter", import_module(f"{__name__}.{name}"))
    return reporter.render(report, options or Options())
