"""SARIF 2.1.0, as GitHub code scanning, GitLab, Azure DevOps and editors read it: one run, exact regions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from immutable_delivery.findings import Finding, Report
from immutable_delivery.policy.model import HOME
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.jsontext import compact
from immutable_delivery.reporters.located import shown, worst
from immutable_delivery.reporters.plain import against, count, printable
from immutable_delivery.reporters.sarif.locations import ROOT, location, root
from immutable_delivery.reporters.sarif.results import MOST_RELATED, Results
from immutable_delivery.reporters.sarif.rules import rules
from immutable_delivery.reporters.sarif.taxonomies import SUPPORTED, TAXONOMIES

MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""
SHOWN_RESULTS = 5_000
"""GitHub shows no more of a run, the worst."""
MOST_BYTES = 10_000_000
"""GitHub refuses a log that is larger, compressed."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, options: Options) -> str:
    """Return one SARIF log: deterministic, without times and without absolute paths."""
    return rendered(report, options)[0]


def rendered(report: Report, options: Options) -> tuple[str, list[str]]:
    """Return the log with as many findings as GitHub takes, the worst, and what is missing or not shown."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    most = min(len(findings), MOST_RESULTS)
    while True:
        text = _log(report, findings, most)
        size = _compressed(text)
        if size <= MOST_BYTES or not most:
            return text, _limits(findings, most)
        most = min(most - 1, most * MOST_BYTES // size)


def _compressed(text: str) -> int:
    """Return the size of a log as it is uploaded; of a small one, which cannot be too large, as it is."""
    if len(text) * 4 <= MOST_BYTES:
        return 0
    import zlib  # noqa: PLC0415 (only for what may be too large)

    return len(zlib.compress(text.encode()))


def _log(report: Report, findings: list[Finding], most: int) -> str:
    return compact({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, findings, most)]})


def _run(report: Report, findings: list[Finding], most: int) -> dict[str, Any]:
    kept = worst(findings, most)
    names = sorted({finding.policy for finding in kept})
    results = Results(report, {name: index for index, name in enumerate(names)})
    return {
        "tool": {
            "driver": {
                "name": "imd",
                "fullName": f"immutable-delivery {report.version}",
                "version": report.version,
                "semanticVersion": report.version,
                "informationUri": HOME,
                "rules": rules(report, names),
                "supportedTaxonomies": SUPPORTED,
            }
        },
        "automationDetails": {"id": "imd/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        **_provenance(report),
        "invocations": [_invocation(report, findings, len(kept))],
        "taxonomies": TAXONOMIES,
        "results": [results.of(finding) for finding in kept],
    }


def _limits(findings: list[Finding], kept: int) -> list[str]:
    """Return what is missing, and where it is."""
    missing = len(findings) - kept
    crowded = sum(len(finding.uses) > MOST_RELATED for finding in findings)
    everything = "the format json has everything"
    sentences = {
        f"{count(missing, 'finding')}, the least severe, left out: GitHub takes {MOST_RESULTS:,} "
        f"results and {MOST_BYTES // 1_000_000} MB a run; {everything}.": missing > 0,
        f"GitHub shows the {SHOWN_RESULTS:,} worst of these {kept:,} findings; {everything}.": kept
        > SHOWN_RESULTS,
        f"{count(crowded, 'finding')} with more than {MOST_RELATED} places of use, of which GitHub "
        f"keeps no more; {everything}.": crowded > 0,
    }
    return [sentence for sentence, true in sentences.items() if true]


def _provenance(report: Report) -> dict[str, Any]:
    parts = urlsplit(report.repository)
    if not (parts.scheme and parts.netloc):
        return {}
    known = {"revisionId": report.revision, "branch": report.branch}
    details = {name: value for name, value in known.items() if value}
    return {
        "versionControlProvenance": [
            {"repositoryUri": report.repository, **details, "mappedTo": root()}
        ]
    }


def _invocation(report: Report, findings: list[Finding], kept: int) -> dict[str, Any]:
    notes = [_unreadable(report, finding) for finding in findings if finding.policy == "unreadable"]
    notes += [_notification("warning", "limit", text) for text in _limits(findings, kept)]
    known = [against(report.baseline, len(report.findings))] if report.baseline else []
    notes += [
        _notification("note", "notice", f"{printable(text)}.") for text in (*known, *report.notices)
    ]
    return {"executionSuccessful": True, **({"toolExecutionNotifications": notes} if notes else {})}


def _notification(level: str, name: str, text: str) -> dict[str, Any]:
    return {"level": level, "descriptor": {"id": name}, "message": {"text": text}}


def _unreadable(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "level": "error",
        "descriptor": {"id": finding.policy},
        "message": {"text": printable(finding.message)},
        "locations": [location(report, finding.place)],
    }
