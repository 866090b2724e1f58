"""What the retention of a registry leaves of images that are pinned by digest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from immutable_delivery.syntax.yaml import Scalar


def kept(policy: Scalar) -> int | None:
    """Return the history that a lifecycle policy of Amazon ECR leaves: 0 where images go that no tag names any more.

    Something may run them by digest. -1 where all of them stay, None where that is unknown.
    """
    if not policy.written.known:
        return None
    try:
        return 0 if any(_expires(rule) for rule in _rules(json.loads(policy.text))) else -1
    except (ValueError, RecursionError):
        return None


def _rules(data: Any) -> Iterator[dict[str, Any]]:
    rules = data.get("rules") if isinstance(data, dict) else None
    yield from (rule for rule in rules if isinstance(rule, dict)) if isinstance(rules, list) else ()


def _expires(rule: dict[str, Any]) -> bool:
    selection, action = rule.get("selection"), rule.get("action")
    chosen = isinstance(selection, dict) and selection.get("tagStatus") in ("untagged", "any")
    return chosen and isinstance(action, dict) and action.get("type") == "expire"
