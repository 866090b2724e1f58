"""Fixes made in memory until none is left: chosen, applied, and judged again before anybody sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from immutable_delivery.edits.plan import Plan
from immutable_delivery.edits.write import Change
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.records import Record
from immutable_delivery.source.files import MarkedFiles, State

ROUNDS = 20
"""So often texts are edited and judged again: edits that exclude each other wait for the next round."""

Choose = Callable[[Finding, Report], Fix | None]
"""Returns the fix to make of a finding, None for none."""

Reread = Callable[[Report, Plan, Mapping[str, bytes]], Mapping[str, str]]
"""Returns the files whose edit a second reader refuses, with the reasons."""

Target = tuple[str, str]
"""A policy and a file: of these a fix must leave fewer findings."""


class Overlay:
    """Files, some of them with other bytes."""

    def __init__(self, files: MarkedFiles, changed: Mapping[str, bytes]) -> None:
        self._files = files
        self.changed = changed
        self.paths: Sequence[str] = files.paths

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self.changed[path] if path in self.changed else self._files.read(path)

    def mark(self, path: str) -> tuple[str, int]:
        """Return the mark of a file that is as it was."""
        return ("", 0) if path in self.changed else self._files.mark(path)

    def real(self, path: str) -> str:
        """Return the path that a path leads to through links."""
        return self._files.real(path)

    def state(self, path: str) -> State:
        """Tell what version control says of a path."""
        return self._files.state(path)


class AppliedFix(Record, frozen=True, kw_only=True):
    """A fix that was made, and where its finding stood then."""

    finding: Finding
    fix: Fix
    line: int
    column: int


class FixResult(Record, frozen=True, kw_only=True):
    """What fixing comes to."""

    changes: tuple[Change, ...]
    made: tuple[AppliedFix, ...]
    left: Report
    """What is found after all fixes."""
    refused: Mapping[Target, str]
    """What was not fixed for the fix did not work, and why."""


def nobody_refuses(_report: Report, _plan: Plan, _edited: Mapping[str, bytes]) -> dict[str, str]:
    """Stand for a second reader where there is none."""
    return {}


def mend(
    files: MarkedFiles,
    judged: Callable[[MarkedFiles], Report],
    choose: Choose,
    reread: Reread = nobody_refuses,
) -> FixResult:
    """Make every fix that is chosen; those are taken back that do not stand when their texts are read again."""
    overlay, made, refused = Overlay(files, {}), dict[Finding, AppliedFix](), dict[Target, str]()
    report = judged(overlay)
    for _ in range(ROUNDS):
        plan, chosen = _planned(report, choose, refused)
        if not chosen:
            break
        edited = {path: plan.edited(report.texts[path]) for path in plan.paths}
        if doubted := _doubted(reread(report, plan, edited), chosen):
            refused |= doubted
            continue
        tried = Overlay(files, {**overlay.changed, **edited})
        after = judged(tried)
        if failed := _failed(report, after, chosen):
            refused |= failed
        else:
            overlay, report, made = tried, after, made | chosen
    changes = (
        Change(path=path, before=files.read(path), after=data)
        for path, data in sorted(overlay.changed.items())
    )
    return FixResult(
        changes=tuple(changes), made=tuple(made.values()), left=report, refused=refused
    )


def target_of(finding: Finding) -> Target:
    """Return by what fixes are counted."""
    return finding.policy, finding.place.file


def _planned(
    report: Report, choose: Choose, refused: Mapping[Target, str]
) -> tuple[Plan, dict[Finding, AppliedFix]]:
    """Return the fixes that can be made together: the first one wins, the others wait."""
    plan, chosen = Plan(), dict[Finding, AppliedFix]()
    for finding in report.findings:
        fix = None if target_of(finding) in refused else choose(finding, report)
        if fix and fix.edits and plan.conflict(fix.edits) is None:
            plan.add(fix.edits)
            at = report.texts[finding.place.file].position(finding.place.span.start)
            chosen[finding] = AppliedFix(finding=finding, fix=fix, line=at.line, column=at.column)
    return plan, chosen


def _doubted(reasons: Mapping[str, str], chosen: Mapping[Finding, AppliedFix]) -> dict[Target, str]:
    """Return the fixes that edit a file which a second reader would read in another way."""
    return {
        target_of(finding): reasons[edit.place.file]
        for finding, one in chosen.items()
        for edit in one.fix.edits
        if edit.place.file in reasons
    }


def _failed(
    before: Report, after: Report, chosen: Mapping[Finding, AppliedFix]
) -> dict[Target, str]:
    """Return the fixes that do not do what they should: a finding stays, or a text is none any more."""
    fixed = Counter(map(target_of, chosen))
    old, new = _counted(before.findings), _counted(after.findings)
    failed: dict[Target, str] = {}
    for finding, one in chosen.items():
        target = target_of(finding)
        paths = {edit.place.file for edit in one.fix.edits}
        if any(new["unreadable", path] > old["unreadable", path] for path in paths):
            failed[target] = "the fix would make the file unreadable"
        elif new[target] > old[target] - fixed[target]:
            failed[target] = "the fix would not hold here"
    return failed


def _counted(findings: Iterable[Finding]) -> Counter[Target]:
    return Counter(map(target_of, findings))
