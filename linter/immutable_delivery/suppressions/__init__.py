"""What silences findings: comments and configuration, with a reason, used or not, expired or not.

A suppression works where a value is decided and where it is used. One at a place of use takes that use
away; the finding is gone when nothing of it is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from immutable_delivery.config import Config, unknown_name
from immutable_delivery.context import Comment
from immutable_delivery.facts import Suppression
from immutable_delivery.findings import Finding
from immutable_delivery.policy.model import Policy, matches
from immutable_delivery.records import Record, replace
from immutable_delivery.source.text import Place, Text
from immutable_delivery.suppressions import directives, foreign, trivyignore
from immutable_delivery.suppressions.entries import Area, SuppressionEntry, covering

Covering = Mapping[tuple[str, int], Sequence[tuple[Area, SuppressionEntry]]]


class Applied(Record, frozen=True):
    """Findings after suppression, and what there is to say of the suppressions."""

    kept: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    facts: tuple[Suppression, ...]
    """Every suppression that can be told used or not, expired, or a problem."""


def names(policies: Iterable[Policy]) -> set[str]:
    """Return every name that a suppression, `select` or `ignore` may use."""
    known = {f"layer:{layer}" for layer in ("os", "middleware", "application", "data")}
    known |= {f"drift:{drift}" for drift in ("divergent", "convergent", "none")}
    for policy in policies:
        known |= {policy.id, policy.group, *policy.aliases}
    return known


def apply(
    findings: Sequence[Finding],
    comments: Mapping[str, Sequence[Comment]],
    config: Config,
    *,
    today: date,
    policies: Mapping[str, Policy],
    ran: Collection[str],
    texts: Mapping[str, Text],
    files: Sequence[str] = (),
    ignored: Sequence[trivyignore.Entry] = (),
    whole: bool = True,
) -> Applied:
    """Silence what comments and configuration silence.

    ``policies`` are all there are, by id; ``ran`` the ids of those that judged. ``files`` are the files that were judged
    (those with comments where it is empty), ``ignored`` what other tools' ignore files say, and ``whole`` says whether that is the whole project: of what did not run
    nothing is said to be unused.
    """
    found = {
        finding.place.file for finding in findings
    }  # some stand in files that only others read
    judged = sorted({*(files or comments), *found})
    every = [*directives.silencers(comments, texts), *_waivers(config, judged, texts)]
    known = names(policies.values())
    for one in every:
        if not one.problem and one.name not in known:
            one.problem = unknown_name(one.name, known)
    active = [one for one in every if not one.problem and not one.expired(today)]
    others = [*foreign.silencers(comments, texts), *trivyignore.silencers(ignored, judged)]
    active += [other for other in others if other.name in known and not other.expired(today)]
    covered = covering(active, (point for finding in findings for point in _points(finding)))
    outcomes = [_outcome(finding, covered, policies) for finding in findings]
    facts = tuple(
        _fact(one, today) for one in every if _telling(one, today, policies, ran, whole=whole)
    )
    return Applied(
        tuple(outcome for outcome in outcomes if not outcome.suppressed),
        tuple(outcome for outcome in outcomes if outcome.suppressed),
        facts,
    )


def written(
    comments: Mapping[str, Sequence[Comment]],
    texts: Mapping[str, Text],
    ignored: Sequence[trivyignore.Entry] = (),
) -> int:
    """Return how many comments, and entries of ignore files, would silence something, for imd or for another tool."""
    every = [
        *directives.silencers(comments, texts), *foreign.silencers(comments, texts),
        *trivyignore.silencers(ignored, ()),
    ]  # fmt: skip
    return len({one.extent for one in every})


def _waivers(
    config: Config, files: Sequence[str], texts: Mapping[str, Text]
) -> Iterable[SuppressionEntry]:
    if not config.suppressions:
        return ()
    from immutable_delivery.suppressions import configured  # noqa: PLC0415 (it needs YAML)

    return configured.silencers(config, files, texts)


def _points(finding: Finding) -> Iterator[tuple[str, int]]:
    for place in (finding.place, finding.extent, *finding.uses):
        yield place.file, place.span.start


def _outcome(finding: Finding, covered: Covering, policies: Mapping[str, Policy]) -> Finding:
    """Return the finding as it is, with fewer uses, or with the reason that silences it."""

    def silencer(place: Place, *, entire: bool = False) -> SuppressionEntry | None:
        found = covered.get((place.file, place.span.start), ())
        fitting = [
            (area, one) for area, one in found
            if _names(one, finding, policies) and (not entire or area.end >= place.span.end)
        ]  # fmt: skip
        for _, one in fitting:
            one.used = True
        return min(fitting, key=_distance)[1] if fitting else None

    silent = silencer(finding.place)
    if not silent and len(finding.uses) <= 1:
        silent = silencer(finding.extent, entire=True)
    silencers = {place: silencer(place) for place in finding.uses}
    left = tuple(place for place in finding.uses if not silencers[place])
    if not silent and silencers and not left:
        silent = next(iter(silencers.values()))
    if not silent:
        return replace(finding, uses=left)
    return replace(finding, suppressed=silent.reason, silenced_by=silent.tool)


def _distance(entry: tuple[Area, SuppressionEntry]) -> tuple[bool, int]:
    """Order what covers a place: our own before another tool's, then the nearest."""
    area, one = entry
    return bool(one.tool), area.end - area.start


def _names(
    suppression_entry: SuppressionEntry, finding: Finding, policies: Mapping[str, Policy]
) -> bool:
    if suppression_entry.owner and not _owned(suppression_entry.owner, finding):
        return False
    policy = policies.get(finding.policy)
    if policy is None:
        return suppression_entry.name == finding.policy
    return matches(policy, finding.drift, finding.layer, (suppression_entry.name,))


def _owned(name: str, finding: Finding) -> bool:
    """Whether a finding is about a service, or about a workload or one of its containers, of this name."""
    owner, _, part = finding.owner.partition(" (")
    return name in {
        finding.owner,
        owner,
        f"{owner}/{part[:-1].rpartition(' ')[2]}",
        *finding.services,
    }


def _telling(
    suppression_entry: SuppressionEntry,
    today: date,
    policies: Mapping[str, Policy],
    ran: Collection[str],
    *,
    whole: bool,
) -> bool:
    """Whether enough ran to say of a suppression what it does."""
    if suppression_entry.used or suppression_entry.problem or suppression_entry.expired(today):
        return True
    concerned = {
        policy.id
        for policy in policies.values()
        if any(
            matches(policy, rule.drift, rule.layer, (suppression_entry.name,))
            for rule in policy.rules
        )
        or (
            suppression_entry.name.startswith("layer:")
            and any(rule.layer == "fact" for rule in policy.rules)
        )
    }
    return concerned <= set(ran) and (
        whole
        or bool(
            suppression_entry.areas and not suppression_entry.owner and not suppression_entry.files
        )
    )


def _fact(suppression_entry: SuppressionEntry, today: date) -> Suppression:
    return Suppression(
        used_at=suppression_entry.place, extent=suppression_entry.extent, ids=tuple(filter(None, [suppression_entry.name])), reason=suppression_entry.reason,
        used=suppression_entry.used, expired=suppression_entry.expired(today), problem=suppression_entry.problem,
    )  # fmt: skip
