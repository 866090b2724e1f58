"""Facts in, findings out: who reads this file sees what the product does."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from immutable_delivery.facts import Fact
from immutable_delivery.findings import Finding, Part, Unresolved, rank
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.policy.congruence import Evidence, Key, part_of
from immutable_delivery.policy.model import Policy
from immutable_delivery.policy.selection import Selection, layer_of
from immutable_delivery.policy.subjects import subject_of
from immutable_delivery.policy.verdicts import Evaluator, Verdict, without_superseded
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Place

_NAMED = lazy(r"'([^']*)'(.*)\Z", re.DOTALL)
_MAX_NAMED = 3


class Judgement(Record, frozen=True):
    """What judging all facts gives."""

    findings: list[Finding]
    """All of them, the ones that this run does not report too (``enabled`` tells)."""
    unresolved: list[Unresolved]
    facts: dict[tuple[str, Place], list[Fact]]
    """What the findings that this run reports are about, by policy and place."""
    evidence: Evidence
    """What decides the classes of services."""


def judge(facts: Iterable[Fact], policies: Sequence[Policy], selection: Selection) -> Judgement:
    """Judge every fact by every policy: one finding per policy and deciding place."""
    verdicts = list(Evaluator(policies, selection.params).verdicts(facts))
    denied = [verdict for verdict in verdicts if verdict.known or verdict.rule.report_unknown]
    told = without_superseded(_first_pages(denied, selection.in_profile), selection.in_profile)
    made = {id(verdict): _finding(verdict, selection) for verdict in told}
    findings = _merged(made.values())
    evidence = Evidence(_deciding(denied, selection, made), _unknown(verdicts))
    return Judgement(findings, _unresolved(verdicts), _facts(told, selection), evidence)


def _deciding(
    denied: list[Verdict], selection: Selection, made: Mapping[int, Finding]
) -> list[Finding]:
    """Return what decides classes: what the policies say by themselves, whatever this run reports."""
    kept = without_superseded(_first_pages(denied, _any), _any)
    found = [
        replace(made.get(id(one)) or _finding(one, selection), severity=one.rule.severity)
        for one in kept
        if _decides(one) and one.known and not one.rule.report_unknown
    ]
    parts: tuple[Part, ...] = ("runs", "builds")
    return [one for part in parts for one in _merged(one for one in found if part in one.parts)]


def _any(_: Verdict) -> bool:
    return True


def _decides(verdict: Verdict) -> bool:
    """Whether a verdict is evidence for the class of a service: a note never is, nor by which name an image is pushed."""
    rule = verdict.rule
    drifts = rule.drift != "none" and rule.severity != "note" and rule.each != "pushes"
    return drifts and bool(verdict.fact.scope.services)


def _unknown(verdicts: Iterable[Verdict]) -> dict[Key, frozenset[str]]:
    found: dict[Key, frozenset[str]] = {}
    for verdict in verdicts:
        if verdict.known or not _decides(verdict):
            continue
        for name in verdict.fact.scope.services:
            key = name, part_of(verdict.fact, verdict.rule.drift)
            found[key] = found.get(key, frozenset()).union(verdict.unknown_fields)
    return found


def _facts(
    verdicts: Iterable[Verdict], selection: Selection
) -> dict[tuple[str, Place], list[Fact]]:
    found: dict[tuple[str, Place], list[Fact]] = {}
    for verdict in verdicts:
        if selection.reports(verdict):
            found.setdefault((verdict.policy.id, verdict.place), []).append(verdict.fact)
    return found


def _first_pages(verdicts: list[Verdict], preferred: Callable[[Verdict], bool]) -> list[Verdict]:
    """Keep one verdict per policy and thing: the first rule that is preferred, else the first of all."""
    kept: dict[tuple[str, int, Place], Verdict] = {}
    for verdict in verdicts:
        key = (verdict.policy.id, id(verdict.fact), verdict.place)
        if key not in kept or (preferred(verdict) and not preferred(kept[key])):
            kept[key] = verdict
    return list(kept.values())


def _finding(verdict: Verdict, selection: Selection) -> Finding:
    fact, scope = verdict.fact, verdict.fact.scope
    enabled = selection.reports(verdict)
    return Finding(
        policy=verdict.policy.id,
        severity=selection.severity_of(verdict),
        message=verdict.message() if enabled else "",  # only what is reported needs words
        place=verdict.place,
        extent=fact.extent,
        drift=verdict.rule.drift,
        unknown=verdict.rule.report_unknown,
        layer=layer_of(verdict),
        owner=scope.owner,
        services=scope.services,
        parts=(part_of(fact, verdict.rule.drift),),
        environments=scope.environments,
        uses=_uses(verdict),
        subjects=(subject_of(fact, verdict.item),),
        enabled=enabled,
    )


def _uses(verdict: Verdict) -> tuple[Place, ...]:
    """Return where else it shows: not the statement that the finding itself stands in."""
    fact = verdict.fact
    own = () if _within(verdict.place, fact.extent) else (fact.used_at,)
    told = getattr(verdict.item, "related", ()) or own
    return tuple(place for place in (*told, *fact.related) if not _within(verdict.place, place))


def _within(inner: Place, outer: Place) -> bool:
    one, other = inner.span, outer.span
    return inner.file == outer.file and other.start <= one.start and one.end <= other.end


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Make findings of one policy at one place one finding, in order of place and policy."""
    found: dict[tuple[str, Place], list[Finding]] = defaultdict(list)
    for one in findings:
        found[one.policy, one.place].append(one)
    joined = (_joined(group) if group[1:] else group[0] for group in found.values())
    return sorted(joined, key=lambda one: (one.place, one.policy))


def _naming(message: str, others: Iterable[str]) -> str:
    """Return a message with all the things of which others say the same: one argument may decide over two images."""
    first = _NAMED.match(message)
    same = (found for other in others if first and (found := _NAMED.match(other)))
    names = sorted(one[1] for one in same if first and one[2] == first[2] and one[1] != first[1])
    if first is None or not names:
        return message
    more = [f"'{name}'" for name in names[:_MAX_NAMED]]
    more += [f"{len(names) - _MAX_NAMED} more"] if len(names) > _MAX_NAMED else []
    return f"'{first[1]}' (and {', '.join(more)}){first[2]}"


def _joined(group: Sequence[Finding]) -> Finding:
    """Join findings; which comes first must not matter, so the text that sorts first speaks."""
    first = min(group, key=lambda f: (not f.enabled, f.extent, f.message, f.owner))
    return replace(
        first,
        message=_naming(first.message, {one.message for one in group}),
        services=tuple(sorted({name for one in group for name in one.services})),
        parts=tuple(sorted({part for one in group for part in one.parts})),
        environments=_environments(group),
        uses=tuple(sorted({place for one in group for place in one.uses})),
        subjects=tuple(sorted({subject for one in group for subject in one.subjects})),
        severity=min(group, key=lambda f: (not f.enabled, rank(f.severity))).severity,
    )


def _environments(group: Sequence[Finding]) -> tuple[str, ...]:
    """Join lists of environments: an empty one means every environment."""
    if not all(one.environments for one in group):
        return ()
    return tuple(sorted({name for one in group for name in one.environments}))


def _unresolved(verdicts: Iterable[Verdict]) -> list[Unresolved]:
    found = {
        Unresolved(policy=v.policy.id, place=v.place, owner=name, fields=v.unknown_fields)
        for v in verdicts
        if not v.known and v.rule.drift != "none"
        for name in v.fact.scope.services or ("",)
    }
    return in_order(found)


def in_order(found: Iterable[Unresolved]) -> list[Unresolved]:
    """Return what is unknown in the order of its places, whatever order it comes in."""
    return sorted(found, key=lambda one: (one.place, one.policy, one.owner, one.fields))
