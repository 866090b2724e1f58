"""The test harness of policies: each example says what the policy must find, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import cast

from immutable_delivery.config import Config
from immutable_delivery.errors import Fault
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.fixes.loop import mend
from immutable_delivery.pipeline.applied import of_files
from immutable_delivery.pipeline.examine import examine, report
from immutable_delivery.pipeline.examined import Examined, reading_settings
from immutable_delivery.policy.load import DIGEST, Example, PolicyFile
from immutable_delivery.policy.model import Policy
from immutable_delivery.policy.selection import Selection
from immutable_delivery.source.files import LinkedFiles, MemoryFiles, State
from immutable_delivery.source.text import Place, Span

TODAY = date(2026, 1, 1)
"""The date on which examples are judged."""

_OPEN, _CLOSE = "«", "»"


def failures(file: PolicyFile, policies: list[Policy] | None = None) -> list[Fault]:
    """Return what the examples of a policy file get wrong, each at its example; nothing where all agree.

    ``policies`` are what else runs: needed where the policy is about findings of others.
    """
    return [
        file.text.fault(example.at, problem)
        for example in file.examples
        for problem in _problems(example, file.policy, policies or [])
    ]


def examined(
    example: Example, policy: Policy, others: list[Policy], *, fixed: bool = False
) -> Examined:
    """Judge the files of an example, or the fixed ones over them, by the strict profile."""
    return _examined(_files(example, fixed=fixed), example, policy, others)


def _files(example: Example, *, fixed: bool = False) -> MemoryFiles:
    files = {**example.files, **(example.fixed if fixed else {})}
    return MemoryFiles(marked(files)[0], cast("Mapping[str, State]", example.states))


def _examined(
    files: LinkedFiles, example: Example, policy: Policy, others: list[Policy]
) -> Examined:
    params = {policy.id: example.params}
    config = Config(selection=Selection(profile="strict", params=params))
    policies = [policy, *(other for other in others if other.id != policy.id)]
    asked = of_files(example.applied, reading_settings(config))
    return examine(files, policies, config, classify=lambda _path: "", today=TODAY, asked=asked)


def found(outcome: Examined, policy: Policy) -> list[Finding]:
    """Return what a policy found, whatever the profile."""
    return [one for one in (*outcome.findings, *outcome.disabled) if one.policy == policy.id]


def marked(files: Mapping[str, str]) -> tuple[dict[str, str], set[Place]]:
    """Return the files without their marks, and the places between the marks."""
    plain, places = {}, set()
    for path, text in files.items():
        parts = text.replace(_CLOSE, _OPEN).split(_OPEN)
        plain[path] = "".join(parts)
        at = 0
        for index, part in enumerate(parts):
            if index % 2:
                places.add(Place(path, Span(at, at + len(part))))
            at += len(part)
    return plain, places


def _problems(example: Example, policy: Policy, others: list[Policy]) -> Iterator[str]:
    files, expected = marked(example.files)
    places = {finding.place for finding in found(examined(example, policy, others), policy)}
    for place in sorted(expected - places):
        yield f"nothing is found at {_shown(files, place)}"
    for place in sorted(places - expected):
        yield f"a finding that is not expected at {_shown(files, place)}"
    if example.fixed:
        for one in found(examined(example, policy, others, fixed=True), policy):
            yield f"the fixed text still has a finding at {_shown(example.fixed, one.place)}"
        if policy.fix:
            yield from _mended(example, policy, others)


def _mended(example: Example, policy: Policy, others: list[Policy]) -> Iterator[str]:
    """Yield how the fix of a policy differs from the text that is given as fixed."""

    def judged(files: LinkedFiles) -> Report:
        outcome = _examined(files, example, policy, others)
        return report(outcome, [policy], covers=lambda _: True, digest_of=lambda _: DIGEST)

    def choose(finding: Finding, _: Report) -> Fix | None:
        return finding.fix if finding.policy == policy.id else None

    mended = mend(_files(example), judged, choose)
    changed = {change.path: change.after.decode() for change in mended.changes}
    reasons = [one.fix.reason for one in mended.left.findings if one.fix and not one.fix.edits]
    for path, text in marked(example.fixed)[0].items():
        if changed.get(path) != text:
            why = "; ".join([*reasons, *mended.refused.values()])
            yield f"the fix makes of {path}: {changed.get(path)!r} {why}".strip()


def _shown(files: Mapping[str, str], place: Place) -> str:
    text = files.get(place.file, "")
    return f"{place.file}: «{text[place.span.start : place.span.end]}»"
