"""Policies as the engine sees them, and the compiled pack that ships with the package."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from immutable_delivery import __version__
from immutable_delivery.findings import Drift, Rule, Severity
from immutable_delivery.policy.expressions import UNKNOWN, Expression, Signature
from immutable_delivery.records import Record, field, replace
from immutable_delivery.resources import shipped

HOME = "https://github.com/immutable-delivery/immutable-delivery"
PAGES = f"https://immutable-delivery.github.io/immutable-delivery/{'.'.join(__version__.split('.')[:2])}/policies"
"""The pages of this version: what it says may differ in the next."""


class Message(Record, frozen=True):
    """A message template: text and expressions in turn."""

    parts: tuple[str | Expression, ...]

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the message for these values; what is unknown reads `…`."""
        return "".join(p if isinstance(p, str) else _shown(_value(p, values)) for p in self.parts)


def _value(part: Expression, values: Mapping[str, Any]) -> Any:
    """Return what an expression comes to; most are one variable, for which nobody has to be asked."""
    return values.get(part.text, UNKNOWN) if part.fields == (part.text,) else part.evaluate(values)


def _shown(value: Any) -> str:
    if value is UNKNOWN:
        return "…"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class PolicyRule(Record, frozen=True, kw_only=True):
    """One page of a policy: what it rejects in one fact kind."""

    over: str
    deny: Expression
    message: Message
    each: str = ""
    at: tuple[str, ...] = ()
    severity: Severity
    drift: Drift
    layer: str
    """A layer, or `fact` where the fact says it."""
    profiles: tuple[str, ...]
    report_unknown: bool = False


class Policy(Record, frozen=True, kw_only=True):
    """One policy: its rules in order (the first that fits gives the finding) and its prose."""

    id: str
    group: str
    name: str
    rules: tuple[PolicyRule, ...]
    why: str
    remedy: str
    references: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    fix: str = ""
    aliases: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    shipped: bool = False
    """Whether it is of our pack, whose pages are on the web."""

    @property
    def rule(self) -> Rule:
        """What a report says of the policy: its first rule speaks for it."""
        first = self.rules[0]
        return Rule(
            id=self.id, name=self.name, group=self.group, severity=first.severity, drift=first.drift,
            layer=first.layer, why=self.why, remedy=self.remedy, references=self.references,
            profiles=tuple(dict.fromkeys(name for rule in self.rules for name in rule.profiles)),
            url=f"{PAGES}/{self.id}/" if self.shipped else "",
        )  # fmt: skip


def signature_of(over: str, each: str, params: Mapping[str, Any]) -> Signature:
    """Return what an expression of such a rule may name."""
    return Signature(
        over, each, tuple(sorted((name, _type(value)) for name, value in params.items()))
    )


def _type(value: Any) -> str:
    return {bool: "bool", int: "int", str: "string"}.get(type(value), "list")


def dump(policies: Iterable[Policy]) -> str:
    """Return the compiled pack as JSON text: sorted and stable."""
    import json  # noqa: PLC0415 (for who makes the pack)

    pack = Pack(1, [replace(policy, shipped=True) for policy in policies])
    return json.dumps(msgspec.to_builtins(pack), indent=0, sort_keys=True) + "\n"


class Pack(Record):
    """What a compiled pack holds."""

    version: int
    policies: list[Policy]


def load(text: str | bytes) -> list[Policy]:
    """Return the policies of a compiled pack."""
    return msgspec.json.decode(text, type=Pack).policies


def builtin() -> list[Policy]:
    """Return the pack that ships with the package."""
    return load(shipped("_compiled", "policies.json"))


def matches(policy: Policy, drift: str, layer: str, selectors: Sequence[str]) -> bool:
    """Whether a selector names the policy: its id, an alias, its group, `drift:…` or `layer:…`."""
    wider = {policy.group, f"drift:{drift}", f"layer:{layer}"}
    return is_called(policy, selectors) or not wider.isdisjoint(selectors)


def is_called(policy: Policy, names: Sequence[str]) -> bool:
    """Whether one of the names is the policy's own: its id or an alias."""
    return not {policy.id, *policy.aliases}.isdisjoint(names)


def group_of(path: str) -> str:
    """Return the group of a policy file: the folder it lies in."""
    return path.split("/")[-2] if "/" in path else ""
