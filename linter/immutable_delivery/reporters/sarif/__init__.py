"""SARIF 2.1.0, as GitHub code scanning, GitLab, Azure DevOps and editors read it: one run, exact regions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from immutable_delivery.findings import Finding, Report, rank
from immutable_delivery.policies import DOCUMENTATION
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import shown
from immutable_delivery.reporters.sarif.locations import ROOT, location, root
from immutable_delivery.reporters.sarif.results import Results
from immutable_delivery.reporters.sarif.rules import rules
from immutable_delivery.reporters.sarif.taxonomies import SUPPORTED, TAXONOMIES

MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, options: Options) -> str:
    """Return one SARIF log: deterministic, without times and without absolute paths."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report, findings)]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _run(report: Report, findings: list[Finding]) -> dict[str, Any]:
    kept = _worst(findings)
    names = sorted({*report.rules, *(finding.policy for finding in kept)})
    results = Results(report, {name: index for index, name in enumerate(names)})
    return {
        "tool": {
            "driver": {
                "name": "imd",
                "fullName": f"immutable-delivery {report.version}",
                "version": report.version,
                "semanticVersion": report.version,
                "informationUri": DOCUMENTATION.partition("/blob/")[0],
                "rules": rules(report, names),
                "supportedTaxonomies": SUPPORTED,
            }
        },
        "automationDetails": {"id": "imd/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        **_provenance(report),
        "invocations": [_invocation(report, findings, len(findings) - len(kept))],
        "taxonomies": TAXONOMIES,
        "results": [results.of(finding) for finding in kept],
    }


def _worst(findings: list[Finding]) -> list[Finding]:
    """Return as many findings as a run may have, the worst first to stay."""
    if len(findings) <= MOST_RESULTS:
        return findings
    order = sorted(range(len(findings)), key=lambda at: (rank(findings[at].severity), at))
    return [findings[at] for at in sorted(order[:MOST_RESULTS])]


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


def _invocation(report: Report, findings: Sequence[Finding], left_out: int) -> dict[str, Any]:
    notes = [_unreadable(report, finding) for finding in findings if finding.policy == "unreadable"]
    if left_out:
        text = f"{left_out:,} findings are left out: a run holds {MOST_RESULTS:,}."
        notes.append(
            {
                "level": "warning",
                "descriptor": {"id": "too-many-results"},
                "message": {"text": text},
            }
        )
    return {"executionSuccessful": True, **({"toolExecutionNotifications": notes} if notes else {})}


def _unreadable(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "level": "error",
        "descriptor": {"id": finding.policy},
        "message": {"text": finding.message},
        "locations": [location(report, finding.place)],
    }
