"""Findings that say the same put together, in the order in which a person should read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from immutable_delivery.findings import Finding, Report, rank
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.reporters.located import DRIFTS

_QUOTED = lazy(r"'[^']*'")
"""What a message speaks of."""


class Block(Record, frozen=True):
    """Findings of one policy that differ in the word they speak of, in their order."""

    findings: Sequence[Finding]

    @property
    def first(self) -> Finding:
        """The finding that is shown in full."""
        return self.findings[0]

    def words(self, report: Report) -> dict[str, list[Finding]]:
        """Return the findings by the word that each speaks of, in their order."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(_word(report, finding), []).append(finding)
        return found


def blocks(report: Report, findings: Iterable[Finding]) -> list[Block]:
    """Return the findings in blocks: the worst first, then what changes in place, then what is rare."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_key(report, finding), []).append(finding)
    often = Counter(one.policy for found in groups.values() for one in found)
    return sorted(map(Block, groups.values()), key=lambda block: _order(block.first, often))


def _order(first: Finding, often: Counter[str]) -> tuple[object, ...]:
    seen = often[first.policy]
    return rank(first.severity), DRIFTS.index(first.drift), seen, first.policy, first.place


def _key(report: Report, finding: Finding) -> object:
    said = finding.policy, finding.severity, _pattern(report, finding)
    return *said, finding.suppressed, finding.cause, bool(finding.fix and finding.fix.edits)


def _pattern(report: Report, finding: Finding) -> str:
    """Return the message without the word that it speaks of."""
    if _QUOTED.search(finding.message):
        return _QUOTED.sub("'…'", finding.message)
    word = _written(report, finding)
    return finding.message.replace(word, "…") if word else finding.message


def _word(report: Report, finding: Finding) -> str:
    quoted = _QUOTED.search(finding.message)
    if quoted:
        return quoted[0].strip("'")
    word = _written(report, finding)
    return word if word in finding.message else ""


def _written(report: Report, finding: Finding) -> str:
    text, span = report.texts.get(finding.place.file), finding.place.span
    return text.value[span.start : span.end] if text else ""
