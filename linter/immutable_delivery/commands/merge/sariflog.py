"""SARIF 2.1.0, of imd or another tool, as reports: one for each run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import msgspec

from immutable_delivery.commands.merge.sarifshapes import (
    Descriptor,
    Level,
    Location,
    Log,
    Provenance,
    Result,
    Run,
    Suppression,
)
from immutable_delivery.findings import Drift, Finding, Judged, Part, Report, Rule, Severity
from immutable_delivery.source.text import Outline, Place, Span, Text

VERSION = "2.1.0"
NAME = "a SARIF log"

_CLEAN = {"pass", "notApplicable", "informational"}
"""Kinds of results that object to nothing."""


def reports(data: Mapping[str, Any]) -> Iterator[tuple[str, Report]]:
    """Yield the tool and the report of every run; ValidationError where the data is not of that shape."""
    for run in msgspec.convert(data, Log).runs:
        yield run.tool.driver.name, _report(run)


def _report(run: Run) -> Report:
    rules = run.tool.driver.rules
    results = [one for one in run.results or [] if one.kind not in _CLEAN]
    texts: dict[str, Text] = {}
    findings = [_finding(result, rules, texts) for result in results]
    origin = next(iter(run.version_control_provenance), Provenance())
    return Report(
        findings=tuple(finding for finding in findings if not finding.suppressed),
        suppressed=tuple(finding for finding in findings if finding.suppressed),
        rules={rule.id: _rule(rule, run.tool.driver.name) for rule in rules},
        files=tuple(
            Judged(path=path, format=run.tool.driver.name)
            for path in sorted({finding.place.file for finding in findings})
        ),
        texts=texts,
        repository=origin.repository_uri,
        revision=origin.revision_id,
        branch=origin.branch,
    )


def _rule(rule: Descriptor, tool: str) -> Rule:
    name = rule.short_description.text.removesuffix(".") or rule.id
    group = next(iter(rule.properties.tags), tool) if tool == "imd" else tool
    return Rule(
        id=rule.id, name=name, group=group, url=rule.help_uri, severity=_severity(rule.default_configuration.level), drift="none", layer="",
        why=rule.full_description.text or name, remedy=rule.help.text,
    )  # fmt: skip


def _finding(result: Result, rules: Sequence[Descriptor], texts: dict[str, Text]) -> Finding:
    index = max(result.rule_index, result.rule.index)
    rule = rules[index] if 0 <= index < len(rules) else None
    place = _place(result.locations[0], texts) if result.locations else Place("", Span(0, 0))
    level = result.level or (rule.default_configuration.level if rule else "warning")
    owners = [
        name.fully_qualified_name
        for location in result.locations[:1]
        for name in location.logical_locations
    ]
    taxa = {one.tool_component.name: one.id for one in result.taxa}
    return Finding(
        policy=result.rule_id or result.rule.id or (rule.id if rule else "unknown"),
        severity=_severity(level), message=result.message.text, place=place, extent=place,
        drift=_drift(taxa.get("imd-drift", "")), layer=taxa.get("imd-layer", ""), owner=next(iter(owners), ""),
        parts=_parts(result.properties.parts),
        uses=tuple(_place(location, texts) for location in result.related_locations),
        fingerprint=result.partial_fingerprints.get("imd/v1", "") or next(iter(sorted(result.partial_fingerprints.values())), ""),
        suppressed=_suppressed(result.suppressions),
    )  # fmt: skip


def _suppressed(suppressions: Sequence[Suppression]) -> str:
    """Return why a result is suppressed; one whose suppression is only asked for, or refused, is not."""
    accepted = [suppression for suppression in suppressions if suppression.status == "accepted"]
    if not accepted or len(accepted) < len(suppressions):
        return ""
    return accepted[0].justification or "no reason given"


def _severity(level: Level) -> Severity:
    return "note" if level == "none" else level


def _parts(names: Sequence[str]) -> tuple[Part, ...]:
    parts: tuple[Part, ...] = ("runs", "builds")
    return tuple(part for part in parts if part in names) or ("runs",)


def _drift(name: str) -> Drift:
    return "divergent" if name == "divergent" else "convergent" if name == "convergent" else "none"


def _place(location: Location, texts: dict[str, Text]) -> Place:
    """Return a place; what names no line is shown at the first."""
    path = _path(location.physical_location.artifact_location.uri)
    region = location.physical_location.region
    texts.setdefault(path, Outline(path, ""))
    end_line = region.end_line or region.start_line
    end_column = region.end_column or (region.start_column if end_line == region.start_line else 1)
    start = Outline.offset(region.start_line, region.start_column)
    return Place(path, Span(start, max(start, Outline.offset(end_line, end_column))))


def _path(uri: str) -> str:
    """Return the path that a URI means: relative to the root, or what is left of an absolute one."""
    parts = urlsplit(uri)
    written = parts.path if parts.scheme else uri.partition("#")[0].partition("?")[0]
    return os.fsdecode(unquote_to_bytes(written)).removeprefix("/").removeprefix("./")
