"""A stored report, from a run that the pull request could alter: every word in it is the pull request's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from immutable_delivery.commands.merge import jsonreport
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import Finding, Report
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.policy.model import builtin
from immutable_delivery.records import replace
from immutable_delivery.reporters.located import worst
from immutable_delivery.resources import shipped
from immutable_delivery.source.escape import shown
from immutable_delivery.source.text import Place

MAX_BYTES = 20_000_000
MOST_FINDINGS = 2_000
"""More than anybody reads, and no more than a comment has room to count."""
LONGEST_PATH = 500

NOTICE = "these are the words of the pull request's own run: nobody has judged it again"

_FINGERPRINT = lazy(r"[0-9a-f]{64}")
_ID = lazy(r"[a-z0-9][a-z0-9-]{0,79}")


def stored(path: str) -> Report:
    """Return a report that was stored; UsageError where it is none, or names what no repository has."""
    data = _read(path)
    _fits(path, data)
    try:
        [(_, report)] = jsonreport.reports(data)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        raise UsageError(f"{shown(path)}: is no report: {shown(str(error)[:200])}") from None
    for finding in report.findings:
        if reason := _problem(finding):
            raise UsageError(f"{shown(path)}: is no report of a repository: {reason}")
    return _plain(report)


def _read(path: str) -> Mapping[str, Any]:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise UsageError(f"{shown(path)}: is larger than {MAX_BYTES // 1_000_000} MB")
        data = json.loads(raw)
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{shown(path)}: is no JSON") from None
    if not isinstance(data, dict):
        raise UsageError(f"{shown(path)}: is no report of imd in JSON")
    return data


def _fits(path: str, data: Mapping[str, Any]) -> None:
    """Refuse what does not fit the schema of reports, which a newer imd may have written."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 (slow to import)

    schema = json.loads(shipped("schemas", "report.schema.json"))
    try:
        misfit = next(Draft202012Validator(schema).iter_errors(data), None)
    except RecursionError:
        raise UsageError(f"{shown(path)}: is nested too deeply") from None
    if misfit:
        at = shown(misfit.json_path[:100])
        raise UsageError(
            f"{shown(path)}: does not fit the schema of reports at {at}: {shown(misfit.message[:200])}"
        )


def _problem(finding: Finding) -> str:
    """Return what no run of ours writes."""
    if not _ID.fullmatch(finding.policy) or not _FINGERPRINT.fullmatch(finding.fingerprint):
        return "a finding has no name or no fingerprint of imd"
    bad = next((place.file for place in _places(finding) if not _inside(place.file)), None)
    return "" if bad is None else f"'{shown(bad[:100])}' is no path in it"


def _places(finding: Finding) -> Iterable[Place]:
    edits = finding.fix.edits if finding.fix else ()
    return (finding.place, finding.extent, *finding.uses, *(edit.place for edit in edits))


def _inside(path: str) -> bool:
    """Whether a path is one of files in a repository."""
    parts = path.split("/")
    return (
        bool(path) and len(path) <= LONGEST_PATH and not {"", ".", "..", ".git"}.intersection(parts)
    )


def _plain(report: Report) -> Report:
    """Return the report without what it could say beside findings; policies speak for themselves."""
    pack = {policy.id: policy.rule for policy in builtin()}
    kept = tuple(worst(list(report.findings), MOST_FINDINGS))
    gone = len(report.findings) - len(kept)
    more = (f"{gone:,} findings more than are read",) if gone else ()
    return Report(
        findings=tuple(_own(finding) for finding in kept), texts=report.texts, rules=pack,
        notices=(NOTICE, *more), only_new=True,
    )  # fmt: skip


def _own(finding: Finding) -> Finding:
    """Return a finding with commands that are ours."""
    fix = finding.fix
    known = fix and replace(
        fix, title="", command=fix.command if fix.command in {"imd pin", "imd fix"} else ""
    )
    return replace(finding, fix=known, suppressed="", message=finding.message[:4_000])
