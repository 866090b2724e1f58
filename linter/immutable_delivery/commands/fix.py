"""A run of `imd fix`: judge, mend in memory, judge again, and say what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from immutable_delivery.commands.walk import Ask, Walk, silenced
from immutable_delivery.config import unknown_name
from immutable_delivery.edits.plan import Plan
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.fixes.loop import AppliedFix, Choose, FixResult, mend, target_of
from immutable_delivery.fixes.second_reading import SecondReaders
from immutable_delivery.pipeline.examine import report
from immutable_delivery.pipeline.reader import read_options
from immutable_delivery.pipeline.run import examine_in
from immutable_delivery.pipeline.settings import Request, settings_of
from immutable_delivery.records import Record, replace
from immutable_delivery.reporters.plain import count, printable
from immutable_delivery.repository.scope import open_scope
from immutable_delivery.source.files import MarkedFiles


class FixOptions(Record, frozen=True, kw_only=True):
    """Which fixes to make."""

    unsafe: bool = False
    """Those too that may change what the delivered system does."""
    suppress: tuple[str, ...] = ()
    """Policies whose findings to silence instead."""
    ask: Ask | None = None
    """Asks a person what to do with each finding, instead."""


class Fixed(Record, frozen=True):
    """The root that changes are relative to, the changes, and what makes them."""

    root: Path
    mended: FixResult
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


def fixed(start: Path, request: Request, wanted: FixOptions) -> Fixed:
    """Work out the fixes of the repository around ``start``; nothing is written."""
    tree = open_scope(start, paths=request.paths).tree
    settings = settings_of(tree, request, start)
    known = {policy.id for policy in settings.policies}
    for name in wanted.suppress:
        if name not in known:
            raise UsageError(unknown_name(name, known))

    options = read_options(tree, settings.config, request)

    def judged(files: MarkedFiles) -> Report:
        examined = examine_in(files, settings, tree, request, options.reader(files))
        found = report(examined, settings.policies, covers=tree.covers)
        return replace(found, findings=tuple(_asked(found, request.select)))

    readers = SecondReaders()

    def reread(before: Report, plan: Plan, edited: Mapping[str, bytes]) -> Mapping[str, str]:
        formats = {file.path: file.format for file in before.files}
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


def _choice(wanted: FixOptions) -> Choose:
    if wanted.ask is not None:
        return Walk(wanted.ask)

    def choose(finding: Finding, found: Report) -> Fix | None:
        if finding.policy in wanted.suppress:
            return silenced(finding, found)
        fix = finding.fix
        return fix if fix and fix.edits and (fix.safe or wanted.unsafe) else None

    return choose


_UNSAFE = "an unsafe fix: --unsafe makes it"


def listing(made: Iterable[AppliedFix], left: Iterable[tuple[Finding, str]], diff: str) -> str:
    """Return the fixes, the diff (as text that no terminal obeys) and what is left."""
    made = sorted(made, key=lambda one: (one.finding.place.file, one.line, one.column))
    parts = [
        "\n".join(_made(made)),
        "\n".join(map(_line, diff.splitlines())),
        "\n".join(_end(made, left)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _made(made: Iterable[AppliedFix]) -> Iterator[str]:
    for path, found in groupby(made, key=lambda one: one.finding.place.file):
        yield printable(path)
        for one in found:
            unsafe = "" if one.fix.safe else " (unsafe)"
            yield f"  {one.line}:{one.column}  {one.finding.policy}: {printable(one.fix.title)}{unsafe}"


def _line(line: str) -> str:
    return "\t".join(map(printable, line.split("\t")))


def _end(made: list[AppliedFix], left: Iterable[tuple[Finding, str]]) -> Iterator[str]:
    if made:
        files = {edit.place.file for applied_fix in made for edit in applied_fix.fix.edits}
        yield f"{count(len(made), 'fix', 'fixes')} in {count(len(files), 'file')}; `imd fix --apply` writes them."
    else:
        yield "Nothing to fix."
    reasons: dict[str, Counter[str]] = {}
    for finding, reason in left:
        reasons.setdefault(reason or _UNSAFE, Counter())[finding.policy] += 1
    if reasons:
        total = sum(policies.total() for policies in reasons.values())
        yield f"Not fixed: {count(total, 'finding')}"
    for reason, policies in sorted(reasons.items(), key=lambda item: (-item[1].total(), item[0])):
        named = ", ".join(f"{policy} {number}" for policy, number in sorted(policies.items()))
        yield f"  {policies.total():,}  {printable(reason)} ({named})"
