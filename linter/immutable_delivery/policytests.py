"""The test harness of policies: each example says what the policy must find, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from immutable_delivery.check import Examined, examine
from immutable_delivery.config import Config
from immutable_delivery.files import MemoryFiles
from immutable_delivery.findings import Finding
from immutable_delivery.policies import Policy
from immutable_delivery.policyfiles import Example, PolicyFile
from immutable_delivery.selection import Selection
from immutable_delivery.text import Place, Span

TODAY = date(2026, 1, 1)
"""The date on which examples are judged."""

_OPEN, _CLOSE = "«", "»"


def failures(file: PolicyFile, policies: list[Policy] | None = None) -> list[str]:
    """Return what the examples of a policy file get wrong, each with its line; nothing where all agree.

    ``policies`` are what else runs: needed where the policy is about findings of others.
    """
    return [
        f"{file.path}:{example.line}: {problem}"
        for example in file.examples
        for problem in _problems(example, file.policy, policies or [])
    ]


def found(policy: Policy, files: Mapping[str, str], others: list[Policy]) -> list[Finding]:
    """Return what a policy finds in files, whatever the profile."""
    outcome = examined(files, [policy, *(other for other in others if other.id != policy.id)])
    return [one for one in (*outcome.findings, *outcome.disabled) if one.policy == policy.id]


def examined(files: Mapping[str, str], policies: list[Policy]) -> Examined:
    """Judge files in memory by the strict profile."""
    config = Config(selection=Selection(profile="strict"))
    return examine(
        MemoryFiles(files), policies, config, classify=lambda _path, _head: "", today=TODAY
    )


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
    places = {finding.place for finding in found(policy, files, others)}
    for place in sorted(expected - places):
        yield f"nothing is found at {_shown(files, place)}"
    for place in sorted(places - expected):
        yield f"a finding that is not expected at {_shown(files, place)}"
    if example.fixed:
        left = found(policy, {**files, **marked(example.fixed)[0]}, others)
        yield from (
            f"the fixed text still has a finding at {_shown(example.fixed, one.place)}"
            for one in left
        )


def _shown(files: Mapping[str, str], place: Place) -> str:
    text = files.get(place.file, "")
    return f"{place.file}: «{text[place.span.start : place.span.end]}»"
