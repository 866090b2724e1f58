"""One fact against one policy: denied, allowed or unknown; verdicts on equal values are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from immutable_delivery.errors import PolicyError
from immutable_delivery.expressions import ExpressionError, item_values, values_of
from immutable_delivery.facts import Fact
from immutable_delivery.policies import Policy, PolicyRule
from immutable_delivery.records import Record
from immutable_delivery.text import Place


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Verdict(Record):
    """A rule that denies a fact (or an item of it), or that cannot tell."""

    policy: Policy
    rule: PolicyRule
    fact: Fact
    place: Place
    message: str
    known: bool = True
    unknown_fields: tuple[str, ...] = ()


@dataclass(slots=True, eq=False, repr=False)
class Judge(Record):
    """Policies by the fact kind that they judge, and what has been decided already."""

    policies: Sequence[Policy]
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Values that the configuration sets, by policy id."""
    _pages: dict[str, list[tuple[Policy, list[tuple[int, PolicyRule]]]]] = field(
        default_factory=dict
    )
    _memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for policy in self.policies:
            for kind in dict.fromkeys(rule.over for rule in policy.rules):
                pages = [
                    (index, rule) for index, rule in enumerate(policy.rules) if rule.over == kind
                ]
                self._pages.setdefault(kind, []).append((policy, pages))

    def verdicts(self, facts: Iterable[Fact]) -> Iterator[Verdict]:
        """Yield every verdict of every policy that is not: allowed."""
        for fact in facts:
            pages = self._pages.get(type(fact).__name__.lower())
            if pages:
                values = values_of(fact)
                for policy, rules in pages:
                    yield from self._of_policy(policy, rules, fact, values)

    def _of_policy(
        self,
        policy: Policy,
        rules: list[tuple[int, PolicyRule]],
        fact: Fact,
        values: dict[str, Any],
    ) -> Iterator[Verdict]:
        for index, rule in rules:
            for item in getattr(fact, rule.each) if rule.each else (None,):
                seen = {**values, **item_values(item)} if rule.each else values
                answer = self._answer(policy, index, rule, seen)
                if answer is not False:
                    yield self._verdict(policy, rule, fact, item, seen, known=answer is True)

    def _answer(self, policy: Policy, index: int, rule: PolicyRule, values: dict[str, Any]) -> Any:
        key = (policy.id, index, *(_key(values.get(name)) for name in rule.deny.fields))
        if key not in self._memo:
            self._memo[key] = self._evaluate(policy, rule, values)
        return self._memo[key]

    def _evaluate(self, policy: Policy, rule: PolicyRule, values: dict[str, Any]) -> Any:
        try:
            return rule.deny.evaluate(values | self._params(policy) if policy.params else values)
        except ExpressionError as error:
            raise PolicyError(
                f"policy {policy.id}: '{rule.deny.text}' fails: {error.reason}"
            ) from None

    def _params(self, policy: Policy) -> dict[str, Any]:
        values = {**policy.params, **self.params.get(policy.id, {})}
        return {f"params.{name}": value for name, value in values.items()}

    def _verdict(
        self,
        policy: Policy,
        rule: PolicyRule,
        fact: Fact,
        item: Any,
        values: dict[str, Any],
        *,
        known: bool,
    ) -> Verdict:
        place = item.place if item is not None and not rule.at else fact.place_of(*rule.at)
        missing = (
            ()
            if known
            else tuple(n for n in rule.deny.fields if n not in values and "params." not in n)
        )
        message = (
            rule.message.render(values | self._params(policy))
            if known or rule.report_unknown
            else ""
        )
        return Verdict(policy, rule, fact, place, message, known, missing)


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def without_superseded(
    verdicts: Sequence[Verdict], enabled: Callable[[Verdict], bool]
) -> list[Verdict]:
    """Return the verdicts without those that a narrower one makes superfluous.

    A policy names in ``supersedes`` the ids or groups that it is narrower than; it supersedes what speaks of the same
    fact or place. One that the profile leaves out does not hide one that it has.
    """
    narrow: dict[Place, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.policy.supersedes and verdict.known:
            for key in {verdict.place, verdict.fact.used_at}:
                narrow.setdefault(key, []).append(verdict)
    return [verdict for verdict in verdicts if not _superseded(verdict, narrow, enabled)]


def _superseded(
    verdict: Verdict, narrow: Mapping[Place, Sequence[Verdict]], enabled: Callable[[Verdict], bool]
) -> bool:
    own = {verdict.policy.id, verdict.policy.group}
    return any(
        rival.policy.id != verdict.policy.id
        and not own.isdisjoint(rival.policy.supersedes)
        and (enabled(rival) or not enabled(verdict))
        for place in {verdict.place, verdict.fact.used_at}
        for rival in narrow.get(place, ())
    )
