"""GitLab's security report for static analysis, version 15.2.1 of its schema."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from immutable_delivery.findings import Finding, Report, Rule
from immutable_delivery.policy.model import HOME
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.jsontext import document
from immutable_delivery.reporters.located import asides, ends_of, shown, where
from immutable_delivery.reporters.markup import code, literal
from immutable_delivery.source.text import Text

_SEVERITIES = {"error": "High", "warning": "Medium", "note": "Low"}
_VERSION = "15.2.1"
_LONGEST_NAME, _LONGEST_SOLUTION, _LONGEST_DESCRIPTION = 255, 7_000, 1_048_576
"""GitLab refuses the whole report for one longer text."""

_SCHEMA = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw"


def render(report: Report, options: Options) -> str:
    """Return the report; its times are the day that was judged by, since the schema asks for some."""
    findings = shown(report, include_suppressed=options.include_suppressed)
    return document(
        {
            "schema": f"{_SCHEMA}/v{_VERSION}/dist/sast-report-format.json",
            "version": _VERSION,
            "scan": _scan(report),
            "vulnerabilities": [_vulnerability(report, finding) for finding in findings],
        }
    )


def _scan(report: Report) -> dict[str, Any]:
    imd = {
        "id": "imd",
        "name": "immutable-delivery",
        "url": HOME,
        "version": report.version or "0",
        "vendor": {"name": "immutable-delivery"},
    }
    time = f"{report.day or '1970-01-01'}T00:00:00"
    return {
        "type": "sast",
        "status": "success",
        "start_time": time,
        "end_time": time,
        "analyzer": imd,
        "scanner": imd,
        "messages": [{"level": "info", "value": notice} for notice in report.notices],
    }


def _vulnerability(report: Report, finding: Finding) -> dict[str, Any]:
    rule = report.rules.get(finding.policy)
    location = _location(report, finding)
    return {
        "id": str(UUID(finding.fingerprint[:32])),
        "name": _cut(rule.name if rule else finding.policy, _LONGEST_NAME),
        "description": _cut(_description(report, finding, rule), _LONGEST_DESCRIPTION),
        "severity": _SEVERITIES[finding.severity],
        "identifiers": [_identifier(finding, rule)],
        "location": location,
        "tracking": {
            "type": "source",
            "items": [
                {**location, "signatures": [{"algorithm": "hash", "value": finding.fingerprint}]}
            ],
        },
        **(_advice(rule) if rule else {}),
    }


def _location(report: Report, finding: Finding) -> dict[str, Any]:
    ends = ends_of(report, finding.place, Text.position)
    lines = {"start_line": ends[0].line, "end_line": ends[1].line} if ends else {"start_line": 1}
    return {"file": finding.place.file, **lines}


def _identifier(finding: Finding, rule: Rule | None) -> dict[str, str]:
    """Return what GitLab groups by and tells one policy's findings from another's."""
    url = {"url": rule.url} if rule and rule.url else {}
    return {"type": "imd", "name": finding.policy, "value": finding.policy, **url}


def _advice(rule: Rule) -> dict[str, Any]:
    links = [{"url": url} for url in rule.references if url.startswith(("https://", "http://"))]
    return {
        "solution": _cut(rule.remedy.strip(), _LONGEST_SOLUTION),
        **({"links": links} if links else {}),
    }


def _description(report: Report, finding: Finding, rule: Rule | None) -> str:
    """Return the message, where the value is used, and why it matters; GitLab reads it as Markdown."""
    uses = [f"- used at {code(where(report, place))}" for place in finding.uses]
    parts = [
        literal(f"{finding.message}{asides(finding)}"),
        "\n".join(uses),
        rule.why.strip() if rule else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
