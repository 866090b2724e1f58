"""One fact against one policy: denied, allowed or unknown; verdicts on equal values are remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from immutable_delivery.errors import PolicyError
from immutable_delivery.expressions import ExpressionError, item_values, locations, values_of
from immutable_delivery.facts import Fact
from immutable_delivery.policies import Policy, PolicyRule
from immutable_delivery.records import Record, field
from immutable_delivery.text import Place


class Verdict(Record, frozen=True):
    """A rule that denies a fact (or an item of it), or that cannot tell."""

    policy: Policy
    rule: PolicyRule
    fact: Fact
    place: Place
    values: Mapping[str, Any]
    known: bool = True
    unknown_fields: tuple[str, ...] = ()

    def message(self) -> str:
        """Return what the rule says of these values."""
        return self.rule.message.render(self.values)


class Page(Record, frozen=True):
    """A rule of a policy and what its expression looks at, read from a fact in one go."""

    policy: Policy
    index: int
    rule: PolicyRule
    seen: Callable[[Fact], Any]
    seen_of_item: Callable[[Any], Any]

    def key(self, fact: Fact, item: Any) -> tuple[Any, ...]:
        """Return everything on which the answer depends."""
        own = self.seen_of_item(item) if self.rule.each else None
        return (self.policy.id, self.index, self.seen(fact), own)


def page(policy: Policy, index: int, rule: PolicyRule) -> Page:
    """Return a rule with its readers."""
    names = [name for name in rule.deny.fields if not name.startswith("params.")]
    own = [locations(rule.over)[name] for name in names if not name.startswith("item.")]
    items = [name.removeprefix("item.") for name in names if name.startswith("item.")]
    return Page(policy, index, rule, _reader(own), _reader(items))


def _reader(names: Sequence[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: None


class Judge(Record):
    """Policies by the fact kind that they judge, and what has been decided already."""

    policies: Sequence[Policy]
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Values that the configuration sets, by policy id."""
    _pages: dict[str, list[Page]] = field(default_factory=dict)
    _memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for policy in self.policies:
            for index, rule in enumerate(policy.rules):
                self._pages.setdefault(rule.over, []).append(page(policy, index, rule))

    def verdicts(self, facts: Iterable[Fact]) -> Iterator[Verdict]:
        """Yield every verdict of every policy that is not: allowed."""
        for fact in facts:
            for one in self._pages.get(type(fact).__name__.lower(), ()):
                for item in getattr(fact, one.rule.each) if one.rule.each else (None,):
                    answer = self._answer(one, fact, item)
                    if answer is not False:
                        yield self._verdict(one, fact, item, known=answer is True)

    def _answer(self, one: Page, fact: Fact, item: Any) -> Any:
        key = one.key(fact, item)
        if key not in self._memo:
            self._memo[key] = self._evaluate(one, self._given(one, fact, item))
        return self._memo[key]

    def _evaluate(self, one: Page, values: dict[str, Any]) -> Any:
        deny = one.rule.deny
        try:
            return deny.evaluate(values)
        except ExpressionError as error:
            raise PolicyError(
                f"policy {one.policy.id}: '{deny.text}' fails: {error.reason}"
            ) from None

    def _given(self, one: Page, fact: Fact, item: Any) -> dict[str, Any]:
        params = {**one.policy.params, **self.params.get(one.policy.id, {})}
        return {
            **values_of(fact),
            **(item_values(item) if one.rule.each else {}),
            **{f"params.{name}": value for name, value in params.items()},
        }

    def _verdict(self, one: Page, fact: Fact, item: Any, *, known: bool) -> Verdict:
        rule, values = one.rule, self._given(one, fact, item)
        place = item.place if item is not None and not rule.at else fact.place_of(*rule.at)
        missing = () if known else tuple(name for name in rule.deny.fields if name not in values)
        return Verdict(one.policy, rule, fact, place, values, known, missing)


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
