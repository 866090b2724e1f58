"""What a run has to say, in the formats that people and tools read: pure functions from a report to text."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from immutable_delivery.findings import Report
from immutable_delivery.records import Record

FORMATS = {
    "text": "people at a terminal; the default",
    "concise": "editors and `grep`: one line per finding",
    "json": "your own scripts: everything, versioned, after a schema",
    "json-lines": "`jq` and log stores: one finding per line, as in `json`",
    "sarif": "GitHub code scanning, GitLab from 18.11 on, Azure DevOps, Jenkins, editors",
    "github": "GitHub Actions: annotations; what GitHub does not annotate goes to the log, and everything to the job summary",
    "markdown": "comments, wikis, job summaries",
    "gitlab": "GitLab's Code Quality report",
    "gitlab-sast": "GitLab's security report (SAST)",
    "rdjson": "reviewdog: review comments, with fixes as suggestions",
    "rdjsonl": "reviewdog too, one finding per line",
    "junit": "Jenkins, GitLab, Azure, CircleCI and whatever else reads test results",
    "checkstyle": "Jenkins, reviewdog and whatever else reads Checkstyle's XML",
    "azure": "Azure Pipelines: issues in the log and on the run's page",
    "bitbucket": "Bitbucket's Code Insights: a report beside the pull request, as requests to send",
}
"""Each with who reads it. A format is a module of this package, named like it, with a function ``render``; where readers have
limits, with a function ``rendered`` too, which says what is left out."""


NAMING_ORIGIN = frozenset({"json", "sarif"})
"""Formats that say where the repository comes from."""


class Options(Record, frozen=True, kw_only=True):
    """How to render; a format takes what concerns it."""

    color: bool = False
    links: bool = False
    """Whether who reads it can follow links that escape sequences hold (OSC 8)."""
    width: int = 100
    verbose: bool = False
    """Every place, service and file, where else they are counted."""
    explain: bool = False
    """Why each policy objects, and what to write instead."""
    limit: int = 0
    """The most bytes that a Markdown report may have; 0 for what a comment may have."""
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
    return rendered(name, report, options)[0]


def rendered(name: str, report: Report, options: Options | None = None) -> tuple[str, list[str]]:
    """Return the report, and a sentence about each thing that its readers take no more of."""
    module = cast("Reporter", import_module(f"{__name__}.{name.replace('-', '_')}"))
    options = options or Options()
    limited = getattr(module, "rendered", None)
    return limited(report, options) if limited else (module.render(report, options), [])
