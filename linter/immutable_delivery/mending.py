"""Fixes made in memory until none is left: chosen, applied, and judged again before anybody sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from immutable_delivery.edits import Plan
from immutable_delivery.files import Files, State
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.records import Record
from immutable_delivery.writing import Change

ROUNDS = 20
"""So often texts are edited and judged again: edits that exclude each other wait for the next round."""

Choose = Callable[[Finding, Report], Fix | None]
"""Returns the fix to make of a finding, None for none."""


class Overlay:
    """Files, some of them with other bytes."""

    def __init__(self, files: Files, changed: Mapping[str, bytes]) -> None:
        self._files = files
        self.changed = changed
        self.paths: Sequence[str] = files.paths

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self.changed[path] if path in self.changed else self._files.read(path)

    def state(self, path: str) -> State:
        """Tell what version control says of a path."""
        return self._files.state(path)


class Made(Record, frozen=True, kw_only=True):
    """A fix that was made, and where its finding stood then."""

    finding: Finding
    fix: Fix
    line: int
    column: int


class Mended(Record, frozen=True, kw_only=True):
    """What fixing comes to."""

    changes: tuple[Change, ...]
    made: tuple[Made, ...]
    left: Report
    """What is found after all fixes."""
    refused: Mapping[str, str]
    """Files whose fixes were taken back, and why."""


def mend(files: Files, judged: Callable[[Files], Report], choose: Choose) -> Mended:
    """Make every fix that is chosen; files stay as they are where judging them again shows that a fix fails."""
    overlay, made, refused = Overlay(files, {}), dict[Finding, Made](), dict[str, str]()
    report = judged(overlay)
    for _ in range(ROUNDS):
        plan, chosen = _planned(report, choose, refused)
        if not chosen:
            break
        edited = {path: plan.edited(report.texts[path]) for path in plan.paths}
        before, report = report, judged(Overlay(files, {**overlay.changed, **edited}))
        failed = _failed(before, report, chosen)
        if failed:
            refused |= failed
            report, edited = before, {}
            continue
        overlay = Overlay(files, {**overlay.changed, **edited})
        made |= chosen
    return Mended(
        changes=tuple(
            Change(path=path, before=files.read(path), after=data)
            for path, data in sorted(overlay.changed.items())
        ),
        made=tuple(made.values()),
        left=report,
        refused=refused,
    )


def _planned(
    report: Report, choose: Choose, refused: Mapping[str, str]
) -> tuple[Plan, dict[Finding, Made]]:
    """Return the fixes that can be made together: the first one wins, the others wait."""
    plan, chosen = Plan(), dict[Finding, Made]()
    for finding in report.findings:
        fix = choose(finding, report)
        if fix is None or any(edit.place.file in refused for edit in fix.edits):
            continue
        if fix.edits and plan.conflict(fix.edits) is None:
            plan.add(fix.edits)
            at = report.texts[finding.place.file].position(finding.place.span.start)
            chosen[finding] = Made(finding=finding, fix=fix, line=at.line, column=at.column)
    return plan, chosen


def _failed(before: Report, after: Report, chosen: Mapping[Finding, Made]) -> dict[str, str]:
    """Return the files whose fixes do not do what they should: a finding that stays, a text that is none any more."""
    fixed = Counter((one.policy, one.place.file) for one in chosen)
    old, new = _counted(before.findings), _counted(after.findings)
    failed: dict[str, str] = {}
    for finding, one in chosen.items():
        key = (finding.policy, finding.place.file)
        reason = (
            "a fix of it left the finding where it was" if new[key] > old[key] - fixed[key] else ""
        )
        for path in {edit.place.file for edit in one.fix.edits}:
            broken = new["unreadable", path] > old["unreadable", path]
            if reason or broken:
                failed[path] = "a fix of it made it unreadable" if broken else reason
    return failed


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((one.policy, one.place.file) for one in findings)
