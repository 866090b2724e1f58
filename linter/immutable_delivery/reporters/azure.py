"""Azure Pipelines' logging commands: an issue per finding, the worst first, since a task's page shows but ten of a kind."""

from __future__ import annotations

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import counts, ends_of, marks, shown, worst_first
from immutable_delivery.reporters.plain import printable, visible
from immutable_delivery.source.text import Text

_TYPES = {"error": "error", "warning": "warning", "note": "warning"}
"""Azure knows no third; the message names a note."""

_DATA = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, **str.maketrans({";": "%3B", "]": "%5D"})}


def render(report: Report, options: Options) -> str:
    """Return the commands and a line that says what there is in all."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    lines = [_command(report, finding) for finding in worst_first(findings)]
    return "\n".join([*lines, f"imd: {counts(findings)}"]) + "\n"


def _command(report: Report, finding: Finding) -> str:
    ends = ends_of(report, finding.place, Text.utf16)
    region = {"linenumber": ends[0].line, "columnnumber": ends[0].column} if ends else {}
    properties = {
        "type": _TYPES[finding.severity],
        "sourcepath": visible(finding.place.file),
        **region,
        "code": finding.policy,
    }
    written = "".join(f"{name}={str(v).translate(_PROPERTY)};" for name, v in properties.items())
    note = "note: " if finding.severity == "note" else ""
    message = f"{note}{printable(finding.message)}{marks(finding)}".translate(_DATA)
    return f"##vso[task.logissue {written}]{message}"
