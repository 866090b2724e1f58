"""Findings as SARIF results, with what identifies them, where they matter and how to mend them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from immutable_delivery.edits.plan import fitted
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.policy.fingerprints import line_hashes
from immutable_delivery.records import Record, field
from immutable_delivery.reporters.plain import printable
from immutable_delivery.reporters.sarif.locations import artifact, line_of, location, region
from immutable_delivery.reporters.sarif.taxonomies import taxa

_LINKED = 10
MOST_RELATED = 100
"""GitHub keeps no more locations of a result."""


class Results(Record):
    """Makes results; the hashes of a file's lines are worked out once."""

    report: Report
    rules: Mapping[str, int]
    """The index of each rule by its id."""
    _hashes: dict[str, list[str]] = field(default_factory=dict)

    def of(self, finding: Finding) -> dict[str, Any]:
        """Return the result of a finding."""
        optional = {
            "baselineState": "new" if self.report.baseline and not finding.suppressed else "",
            "relatedLocations": self._related(finding),
            "taxa": taxa(finding.drift, finding.layer),
            "fixes": self._fixes(finding.fix) if finding.fix else [],
            "suppressions": _suppressions(finding),
            "properties": _properties(finding),
        }
        return {
            "ruleId": finding.policy,
            "ruleIndex": self.rules[finding.policy],
            "level": finding.severity,
            "message": {"text": self._message(finding)},
            "locations": [self._primary(finding)],
            "partialFingerprints": self._fingerprints(finding),
            **{name: value for name, value in optional.items() if value},
        }

    def _related(self, finding: Finding) -> list[dict[str, Any]]:
        """Return where the value is used, and last what brought the finding."""
        room = MOST_RELATED - bool(finding.cause)
        places = [
            (location(self.report, place), "It is used here.") for place in finding.uses[:room]
        ]
        if cause := finding.cause:
            said = f"It came when this was {cause.event}."
            places.append((line_of(cause.file, cause.line), said))
        return [
            {"id": number, **where, "message": {"text": said}}
            for number, (where, said) in enumerate(places, 1)
        ]

    def _message(self, finding: Finding) -> str:
        links = [
            self._link(number, finding) for number in range(1, len(finding.uses[:_LINKED]) + 1)
        ]
        more = len(finding.uses) - len(links)
        tail = f" Used at {', '.join(links)}{f' and {more} more' if more else ''}." if links else ""
        names = ", ".join(map(_literal, finding.environments))
        reach = f" Reaches {names}." if names else ""
        since = f" Since {_literal(str(finding.cause))}." if finding.cause else ""
        return f"{_sentence(_literal(finding.message))}{since}{tail}{reach}"

    def _link(self, number: int, finding: Finding) -> str:
        place = finding.uses[number - 1]
        text = self.report.texts.get(place.file)
        line = f":{text.line_of(place.span.start)}" if text else ""
        return f"[{_literal(place.file).replace('[', '(').replace(']', ')')}{line}]({number})"

    def _primary(self, finding: Finding) -> dict[str, Any]:
        name = finding.owner or next(iter(finding.services), "")
        logical = {"logicalLocations": [{"fullyQualifiedName": name}]} if name else {}
        return {**location(self.report, finding.place, single_line=True), **logical}

    def _fingerprints(self, finding: Finding) -> dict[str, str]:
        own = {"imd/v1": finding.fingerprint} if finding.fingerprint else {}
        return {**self._line_hash(finding), **own}

    def _line_hash(self, finding: Finding) -> dict[str, str]:
        """Return GitHub's hash; what cannot be read has no lines that GitHub would see as we do."""
        path, text = finding.place.file, self.report.texts.get(finding.place.file)
        if text is None or not text.complete or finding.policy == "unreadable":
            return {}
        if path not in self._hashes:
            self._hashes[path] = line_hashes(text)
        return {
            "primaryLocationLineHash": self._hashes[path][
                text.line_of(finding.place.span.start) - 1
            ]
        }

    def _fixes(self, fix: Fix) -> list[dict[str, Any]]:
        """Return the fix where all of it can be written as regions."""
        texts = self.report.texts
        if not fix.edits or any(edit.place.file not in texts for edit in fix.edits):
            return []
        changes: dict[str, list[dict[str, Any]]] = {}
        for edit in fix.edits:
            deleted = region(texts[edit.place.file], edit.place)
            text = fitted(edit.text, texts[edit.place.file])
            inserted = {"insertedContent": {"text": text}} if text else {}
            changes.setdefault(edit.place.file, []).append({"deletedRegion": deleted, **inserted})
        artifacts = [
            {"artifactLocation": artifact(p), "replacements": r} for p, r in changes.items()
        ]
        return [
            {"description": {"text": _sentence(_literal(fix.title))}, "artifactChanges": artifacts}
        ]


def _properties(finding: Finding) -> dict[str, list[str]]:
    named = {"environments": list(finding.environments)} if finding.environments else {}
    return named | ({"parts": list(finding.parts)} if finding.drift != "none" else {})


def _suppressions(finding: Finding) -> list[dict[str, str]]:
    return [{"kind": "inSource", "justification": finding.suppressed}] if finding.suppressed else []


def _literal(text: str) -> str:
    """Return foreign text so that a viewer sees neither a link nor a placeholder in it."""
    return re.sub(r"\{(\d+)\}", r"{ \1 }", printable(text).replace("](", "] ("))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
