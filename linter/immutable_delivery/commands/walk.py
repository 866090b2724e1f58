"""Findings one by one, as a person decides about each: apply its fix, suppress it with a reason, or leave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.fixes.suppressing import REASON, suppression
from immutable_delivery.records import Record
from immutable_delivery.source.text import Text

Verb: TypeAlias = Literal["apply", "suppress", "skip", "quit"]


class Decision(Record, frozen=True):
    """What a person decides about a finding."""

    verb: Verb
    reason: str = ""
    """Why it may stay, for one that is suppressed."""


Ask = Callable[[Finding, Report, Fix | None], Decision]
"""Asks about a finding of a report; the fix is the one that could be made, None where there is none."""


class Walk:
    """Chooses the fix of a finding as a person says; asks about each once, however often texts are judged again."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._decided: dict[tuple[str, str, str], Decision] = {}
        self._over = False

    def __call__(self, finding: Finding, found: Report) -> Fix | None:
        """Return the fix to make of a finding, None for none."""
        decision = self._decision(finding, found)
        if decision.verb == "suppress":
            return silenced(finding, found, decision.reason)
        return finding.fix if decision.verb == "apply" else None

    def _decision(self, finding: Finding, found: Report) -> Decision:
        key = finding.policy, finding.place.file, finding.fingerprint
        if key not in self._decided:
            fix = finding.fix if finding.fix and finding.fix.edits else None
            decision = Decision("skip") if self._over else self._ask(finding, found, fix)
            self._over = self._over or decision.verb == "quit"
            self._decided[key] = decision
        return self._decided[key]


def silenced(finding: Finding, found: Report, reason: str = REASON) -> Fix:
    """Return the fix that silences a finding of a report."""
    formats = {file.path: file.format for file in found.files}
    path = finding.place.file
    text = found.texts.get(path) or Text(path, "")
    return suppression(finding, text, formats.get(path, ""), reason)
