"""A run of `imd fix`: judge, mend in memory, judge again, and say what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from immutable_delivery.config import unknown_name
from immutable_delivery.edits.plan import Plan
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.fixes.loop import Choose, Mended, mend, target_of
from immutable_delivery.fixes.second_reading import SecondReaders
from immutable_delivery.fixes.suppressing import suppression
from immutable_delivery.pipeline.examine import report
from immutable_delivery.pipeline.reader import desk_of
from immutable_delivery.pipeline.run import examine_in
from immutable_delivery.pipeline.settings import Request, settings_of
from immutable_delivery.records import Record, replace
from immutable_delivery.repository.scope import open_scope
from immutable_delivery.source.files import MarkedFiles
from immutable_delivery.source.text import Text


class Wanted(Record, frozen=True, kw_only=True):
    """Which fixes to make."""

    unsafe: bool = False
    """Those too that may change what the delivered system does."""
    suppress: tuple[str, ...] = ()
    """Policies whose findings to silence instead."""


class Fixed(Record, frozen=True):
    """The root that changes are relative to, the changes, and what makes them."""

    root: Path
    mended: Mended
    choose: Choose
    unsure: list[str]
    """What no second reader could tell."""

    @property
    def reasons(self) -> Iterator[tuple[Finding, str]]:
        """What is left, and why each is not fixed: the reason is empty where only an unsafe fix is."""
        for finding in self.mended.left.findings:
            chosen = self.choose(finding, self.mended.left) or finding.fix
            refused = self.mended.refused.get(target_of(finding), "")
            yield finding, refused or (chosen.reason if chosen else "")


def fixed(start: Path, request: Request, wanted: Wanted) -> Fixed:
    """Work out the fixes of the repository around ``start``; nothing is written."""
    tree = open_scope(start, paths=request.paths).tree
    settings = settings_of(tree, request, start)
    known = {policy.id for policy in settings.policies}
    for name in wanted.suppress:
        if name not in known:
            raise UsageError(unknown_name(name, known))

    desk = desk_of(tree, settings.config, request)

    def judged(files: MarkedFiles) -> Report:
        examined = examine_in(files, settings, tree, request, desk.reader(files))
        found = report(examined, settings.policies, covers=tree.covers)
        return replace(found, findings=tuple(_asked(found, request.select)))

    readers = SecondReaders()

    def reread(before: Report, plan: Plan, edited: Mapping[str, bytes]) -> Mapping[str, str]:
        formats = {one.path: one.format for one in before.files}
        return readers.refusals(plan, edited, before.texts, formats)

    choose = _choice(wanted)
    mended = mend(tree.files, judged, choose, reread)
    return Fixed(tree.root, mended, choose, readers.told)


def _asked(found: Report, select: Sequence[str]) -> Iterator[Finding]:
    """Yield what may be fixed: where policies are selected, suppressions are reported too, but not meant."""
    for finding in found.findings:
        own = {finding.policy, found.rules[finding.policy].group}
        if not select or finding.policy != "unused-suppression" or not own.isdisjoint(select):
            yield finding


def _choice(wanted: Wanted) -> Choose:
    def choose(finding: Finding, found: Report) -> Fix | None:
        if finding.policy in wanted.suppress:
            return _silenced(finding, found)
        fix = finding.fix
        return fix if fix and fix.edits and (fix.safe or wanted.unsafe) else None

    return choose


def _silenced(finding: Finding, found: Report) -> Fix:
    formats = {one.path: one.format for one in found.files}
    path = finding.place.file
    text = found.texts.get(path) or Text(path, "")
    return suppression(finding, text, formats.get(path, ""))
