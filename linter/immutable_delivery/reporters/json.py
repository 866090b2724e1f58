"""The whole report as data; the shape is `schemas/report.schema.json`, and `version` counts its breaking changes."""

from __future__ import annotations

from collections import Counter
from typing import Any

from immutable_delivery.findings import (
    SEVERITIES,
    Cause,
    Compared,
    Configured,
    Edit,
    Finding,
    Fix,
    Judged,
    Recorded,
    Report,
    Rule,
    ServiceReport,
    Unanalysed,
    Unresolved,
)
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.jsontext import document
from immutable_delivery.source.text import Place

VERSION = 1
MINOR = 2
"""Counts what came to the shape: 1 is what a service runs and what builds it, each with its finding; 2 the images that link services."""


def render(report: Report, _options: Options) -> str:
    """Return one JSON document; lines and columns are 1-based, columns and offsets count code points."""
    return document(_contents(report))


def _contents(report: Report) -> dict[str, Any]:
    return {
        "version": VERSION,
        "minor_version": MINOR,
        "tool": {"name": "imd", "version": report.version},
        "repository": {
            "url": report.repository,
            "revision": report.revision,
            "branch": report.branch,
        },
        "configuration": _configuration(report.configured),
        "baseline": _baseline(report, report.baseline) if report.baseline else None,
        "summary": _summary(report),
        "findings": [data_of(report, finding) for finding in report.findings],
        "suppressed": [data_of(report, finding) for finding in report.suppressed],
        "services": [_service(report, service) for service in report.services],
        "files": [_file(judged) for judged in report.files],
        "unresolved": [_unresolved(report, entry) for entry in report.unresolved],
        "not_analysed": [_unanalysed(report, one) for one in report.not_analysed],
        "rules": [_rule(report.rules[name]) for name in sorted(report.rules)],
        "notices": list(report.notices),
    }


def _summary(report: Report) -> dict[str, Any]:
    severities = Counter(finding.severity for finding in report.findings)
    judged = [file for file in report.files if file.format and not file.skipped]
    return {
        "findings": {severity: severities[severity] for severity in SEVERITIES},
        "suppressed": len(report.suppressed),
        "judged": len(judged),
        "skipped": sum(bool(file.skipped) for file in report.files),
        "unresolved": len(report.unresolved),
        "not_analysed": len(report.not_analysed),
    }


def _configuration(configured: Configured) -> dict[str, Any]:
    return {
        "files": list(configured.files),
        "commit": configured.commit,
        "inline_ignores": configured.inline_ignores,
        "ignored_comments": configured.comments,
    }


def _baseline(report: Report, baseline: Compared) -> dict[str, Any]:
    return {
        "file": baseline.file,
        "new": len(report.findings),
        "known": baseline.known,
        "fixed": sum(entry.count for entry in baseline.fixed),
        "stale": [_stale(entry) for entry in baseline.fixed],
    }


def _stale(entry: Recorded) -> dict[str, Any]:
    names = ("file", "policy", "severity", "fingerprint", "count")
    return {name: getattr(entry, name) for name in names}


def data_of(report: Report, finding: Finding) -> dict[str, Any]:
    """Return all that there is to say of a finding."""
    return {
        "policy": finding.policy,
        "severity": finding.severity,
        "message": finding.message,
        "place": _place(report, finding.place),
        "extent": _place(report, finding.extent),
        "uses": [_place(report, place) for place in finding.uses],
        "drift": finding.drift,
        "layer": finding.layer,
        "owner": finding.owner,
        "services": list(finding.services),
        "parts": list(finding.parts),
        "environments": list(finding.environments),
        "fingerprint": finding.fingerprint,
        "suppressed": finding.suppressed,
        "silenced_by": finding.silenced_by,
        "unknown": finding.unknown,
        "fix": _fix(report, finding.fix) if finding.fix else None,
        "cause": _cause(finding.cause) if finding.cause else None,
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    edits = [_edit(report, edit) for edit in fix.edits]
    names = ("title", "safe", "reason", "command")
    return {**{name: getattr(fix, name) for name in names}, "edits": edits}


def _cause(cause: Cause) -> dict[str, Any]:
    return {name: getattr(cause, name) for name in ("file", "line", "event")}


def _edit(report: Report, edit: Edit) -> dict[str, Any]:
    return {"place": _place(report, edit.place), "text": edit.text}


def _place(report: Report, place: Place) -> dict[str, Any]:
    ends = {"start": place.span.start, "end": place.span.end}
    return {
        "file": place.file,
        **{name: _position(report, place.file, at) for name, at in ends.items()},
    }


def _position(report: Report, path: str, offset: int) -> dict[str, int]:
    text = report.texts.get(path)
    if text is None:
        return {"offset": offset}
    at = text.position(offset)
    known = {"offset": offset} if text.complete else {}
    return {"line": at.line, "column": at.column, **known}


def _service(report: Report, service: ServiceReport) -> dict[str, Any]:
    runs, builds = (
        data_of(report, finding) if finding else None
        for finding in (service.runs_by, service.builds_by)
    )
    return {
        "name": service.name,
        "class": service.runs,
        "runs": {"class": service.runs, "decided_by": runs},
        "builds": {"class": service.builds, "decided_by": builds},
        "environments": list(service.environments),
        "place": _place(report, service.place) if service.place else None,
        "decided_by": runs,
        "unknown": list(service.unknown),
        "makes": list(service.makes),
        "images": list(service.images),
        "linked": list(service.linked),
    }


def _file(judged: Judged) -> dict[str, str]:
    names = ("path", "format", "skipped", "environment", "evidence")
    return {name: getattr(judged, name) for name in names}


def _unresolved(report: Report, entry: Unresolved) -> dict[str, Any]:
    place = _place(report, entry.place)
    return {
        "policy": entry.policy,
        "place": place,
        "owner": entry.owner,
        "fields": list(entry.fields),
    }


def _unanalysed(report: Report, unanalysed: Unanalysed) -> dict[str, Any]:
    return {"place": _place(report, unanalysed.place), "reason": unanalysed.reason}


def _rule(rule: Rule) -> dict[str, Any]:
    names = ("id", "name", "group", "severity", "drift", "layer", "why", "remedy", "url")
    lists = {"references": list(rule.references), "profiles": list(rule.profiles)}
    return {**{name: getattr(rule, name) for name in names}, **lists}
