"""Registries that a cluster manages: what their retention leaves of images that are pinned by digest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from immutable_delivery.syntax.yaml import Mapping, Scalar
from immutable_delivery.syntax.yaml.query import scalar

_POLICIES: dict[tuple[str, str], tuple[str, ...]] = {
    ("ecr.services.k8s.aws", "Repository"): ("spec", "lifecyclePolicy"),
    ("ecr.aws.upbound.io", "LifecyclePolicy"): ("spec", "forProvider", "policy"),
    ("ecr.aws.crossplane.io", "LifecyclePolicy"): ("spec", "forProvider", "lifecyclePolicyText"),
}
"""Where Amazon's registry is given its rules, as text in JSON."""


def retention(root: Mapping, group: str, kind: str) -> Scalar | None:
    """Return the rules by which a registry deletes images."""
    path = _POLICIES.get((group, kind))
    return scalar(root, *path) if path else None


def deletes_untagged(policy: Scalar) -> bool | None:
    """Whether images go that no tag names any more, though something may run them by digest; None where it is unknown."""
    if not policy.written.known:
        return None
    try:
        return any(_expires(rule) for rule in _rules(json.loads(policy.text)))
    except (ValueError, RecursionError):
        return None


def _rules(data: Any) -> Iterator[dict[str, Any]]:
    rules = data.get("rules") if isinstance(data, dict) else None
    yield from (rule for rule in rules if isinstance(rule, dict)) if isinstance(rules, list) else ()


def _expires(rule: dict[str, Any]) -> bool:
    selection, action = rule.get("selection"), rule.get("action")
    chosen = isinstance(selection, dict) and selection.get("tagStatus") in ("untagged", "any")
    return chosen and isinstance(action, dict) and action.get("type") == "expire"
