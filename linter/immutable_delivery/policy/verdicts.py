"""One fact against one policy: denied, allowed or unknown; verdicts on equal values are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from immutable_delivery.errors import PolicyError
from immutable_delivery.facts import Fact
from immutable_delivery.policy.expressions import ExpressionError, item_values, locations, values_of
from immutable_delivery.policy.model import Policy, PolicyRule
from immutable_delivery.records import Record, field
from immutable_delivery.source.text import Place


class Verdict(Record, frozen=True):
    """A rule that denies a fact (or an item of it), or that cannot tell."""

    policy: Policy
    rule: PolicyRule
    fact: Fact
    place: Place
    item: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True
    unknown_fields: tuple[str, ...] = ()

    def message(self) -> str:
        """Return what the rule says of these values."""
        return self.rule.message.render(
            {
                **values_of(self.fact),
                **(item_values(self.item) if self.rule.each else {}),
                **self.params,
            }
        )


_UNDECIDED = object()
"""Stands for an answer that is not remembered: values are hashed once, and may be long lists."""


class BoundRule(Record, frozen=True):
    """A rule of a policy and what its expression looks at, read from a fact in one go."""

    policy: Policy
    rule: PolicyRule
    params: Mapping[str, Any]
    """The values of the policy's parameters, as `params.name`."""
    names: tuple[str, ...]
    """The variables that the expression names, those of the fact first."""
    seen: Callable[[Fact], tuple[Any, ...]]
    seen_of_item: Callable[[Any], tuple[Any, ...]]
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    """What has been decided, by everything on which the answer depends."""

    def values(self, fact: Fact, item: Any) -> tuple[Any, ...]:
        """Return the values of the variables."""
        return self.seen(fact) + self.seen_of_item(item) if self.rule.each else self.seen(fact)

    def known(self, values: tuple[Any, ...]) -> dict[str, Any]:
        """Return the variables that are known."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in zip(self.names, values, strict=True)
            if value is not None
        }


def page(policy: Policy, rule: PolicyRule, params: Mapping[str, Any]) -> BoundRule:
    """Return a rule with its readers."""
    own = [name for name in rule.deny.fields if not name.startswith(("params.", "item."))]
    items = [name for name in rule.deny.fields if name.startswith("item.")]
    return BoundRule(
        policy,
        rule,
        {f"params.{name}": value for name, value in {**policy.params, **params}.items()},
        (*own, *items),
        _reader([locations(rule.over)[name] for name in own]),
        _reader([name.removeprefix("item.") for name in items]),
    )


def _reader(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads some attributes, always as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _: ()
    one = attrgetter(names[0])
    return lambda value: (one(value),)


class Evaluator(Record):
    """Policies by the fact kind that they judge, and what has been decided already."""

    policies: Sequence[Policy]
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Values that the configuration sets, by policy id."""
    _pages: dict[str, list[BoundRule]] = field(default_factory=dict)

    def pages(self, kind: str) -> list[BoundRule]:
        """Return the rules over a fact kind."""
        if kind not in self._pages:
            self._pages[kind] = [
                page(policy, rule, self.params.get(policy.id, {}))
                for policy in self.policies
                for rule in policy.rules
                if rule.over == kind
            ]
        return self._pages[kind]

    def verdicts(self, facts: Iterable[Fact]) -> Iterator[Verdict]:
        """Yield every verdict of every policy that is not: allowed."""
        for fact in facts:
            for one in self.pages(type(fact).__name__.lower()):
                for item in getattr(fact, one.rule.each) if one.rule.each else (None,):
                    values = one.values(fact, item)
                    answer = one.memo.get(values, _UNDECIDED)
                    if answer is _UNDECIDED:
                        answer = one.memo[values] = _evaluate(one, values)
                    if answer is not False:
                        yield _verdict(one, fact, item, values, known=answer is True)


def _evaluate(one: BoundRule, values: tuple[Any, ...]) -> Any:
    deny = one.rule.deny
    try:
        return deny.evaluate({**one.known(values), **one.params})
    except ExpressionError as error:
        raise PolicyError(f"policy {one.policy.id}: '{deny.text}' fails: {error.reason}") from None


def _verdict(
    bound_rule: BoundRule, fact: Fact, item: Any, values: tuple[Any, ...], *, known: bool
) -> Verdict:
    rule = bound_rule.rule
    place = item.place if item is not None and not rule.at else fact.place_of(*rule.at)
    hidden = (
        () if known
        else tuple(name for name, value in zip(bound_rule.names, values, strict=True) if value is None)
    )  # fmt: skip
    return Verdict(bound_rule.policy, rule, fact, place, item, bound_rule.params, known, hidden)


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
