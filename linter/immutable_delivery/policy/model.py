"""Policies as the engine sees them, and the compiled pack that ships with the package."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from immutable_delivery import __version__
from immutable_delivery.findings import Drift, Rule, Severity
from immutable_delivery.policy.expressions import UNKNOWN, Expression, Signature
from immutable_delivery.records import Record, field
from immutable_delivery.resources import shipped

HOME = "https://github.com/immutable-delivery/immutable-delivery"
_PAGES = f"https://immutable-delivery.github.io/immutable-delivery/{'.'.join(__version__.split('.')[:2])}/policies"
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
            url=f"{_PAGES}/{self.id}/" if self.shipped else "",
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

    data = {"version": 1, "policies": [_dumped(p) for p in policies]}
    return json.dumps(data, indent=0, sort_keys=True) + "\n"


def load(text: str) -> list[Policy]:
    """Return the policies of a compiled pack."""
    return [_loaded(entry) for entry in msgspec.json.decode(text)["policies"]]


def builtin() -> list[Policy]:
    """Return the pack that ships with the package."""
    return load(shipped("_compiled", "policies.json"))


def matches(policy: Policy, drift: str, layer: str, selectors: Sequence[str]) -> bool:
    """Whether a selector names the policy: its id, an alias, its group, `drift:…` or `layer:…`."""
    own = {policy.id, *policy.aliases, policy.group, f"drift:{drift}", f"layer:{layer}"}
    return not own.isdisjoint(selectors)


def _dumped(policy: Policy) -> dict[str, Any]:
    plain = (
        "id",
        "group",
        "name",
        "why",
        "remedy",
        "references",
        "supersedes",
        "fix",
        "aliases",
        "params",
    )
    rules = [
        {
            **{name: getattr(rule, name) for name in _RULE_FIELDS},
            "deny": _dumped_expression(rule.deny),
            "message": [
                p if isinstance(p, str) else _dumped_expression(p) for p in rule.message.parts
            ],
        }
        for rule in policy.rules
    ]
    return {**{name: getattr(policy, name) for name in plain}, "rules": rules}


_RULE_FIELDS = ("over", "each", "at", "severity", "drift", "layer", "profiles", "report_unknown")


def _dumped_expression(expression: Expression) -> dict[str, Any]:
    serialized = b64encode(expression.serialized).decode()
    return {"cel": expression.text, "fields": expression.fields, "serialized": serialized}


def _loaded(entry: dict[str, Any]) -> Policy:
    params = entry["params"]
    rules = tuple(_loaded_rule(rule, params) for rule in entry["rules"])
    return Policy(**{**_tuples(entry), "rules": rules, "params": params, "shipped": True})


def _loaded_rule(entry: dict[str, Any], params: Mapping[str, Any]) -> PolicyRule:
    signature = signature_of(entry["over"], entry["each"], params)
    parts = [
        p if isinstance(p, str) else _loaded_expression(p, signature) for p in entry["message"]
    ]
    deny = _loaded_expression(entry["deny"], signature)
    return PolicyRule(**{**_tuples(entry), "deny": deny, "message": Message(tuple(parts))})


def _loaded_expression(entry: Mapping[str, Any], signature: Signature) -> Expression:
    return Expression(
        entry["cel"], signature, b64decode(entry["serialized"]), tuple(entry["fields"])
    )


def _tuples(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}


def group_of(path: str) -> str:
    """Return the group of a policy file: the folder it lies in."""
    return path.split("/")[-2] if "/" in path else ""
