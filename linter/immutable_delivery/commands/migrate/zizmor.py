"""zizmor: audits that are disabled, everywhere or in some workflows."""

from __future__ import annotations

from typing import Any

from immutable_delivery.commands.migrate.taken import Taken, scalars
from immutable_delivery.syntax.yaml import Mapping, Scalar

_RULE = {
    "type": ["object", "null"],
    "properties": {
        "disable": {"type": ["boolean", "null"]},
        "ignore": {"type": ["array", "null"], "items": {"type": "string"}},
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"rules": {"type": ["object", "null"], "additionalProperties": _RULE}},
}
_POLICIES = {"unpinned-images": ("floating-tag", "partial-tag", "missing-digest")}
"""What our policies say of images in workflows."""
_WORKFLOWS = ".github/workflows"


def read(taken: Taken) -> None:
    """Take over what has a counterpart; it holds for workflows alone."""
    rules = taken.root.get("rules")
    for name, (key, rule) in rules.entries.items() if isinstance(rules, Mapping) else ():
        if name not in _POLICIES:
            taken.leave(key, "no policy of imd means the same")
        elif isinstance(rule, Mapping):
            _read(taken, name, rule)
    taken.leave_keys(taken.root, SCHEMA["properties"], {})


def _read(taken: Taken, name: str, rule: Mapping) -> None:
    disabled = rule.get("disable")
    if isinstance(disabled, Scalar) and disabled.text.lower() == "true":
        _ignore(taken, _WORKFLOWS, name)
    for item in scalars(rule.get("ignore")):
        file, colon, _ = item.text.partition(":")
        if colon:
            taken.leave(item, "imd ignores a line by a comment: `# imd: ignore[ID] reason`")
        else:
            _ignore(taken, f"{_WORKFLOWS}/{file}", name)
    taken.leave_keys(rule, _RULE["properties"], {"config": "what it asks for, imd asks for anyway"})


def _ignore(taken: Taken, pattern: str, name: str) -> None:
    taken.per_path.setdefault(pattern, {}).update(dict.fromkeys(_POLICIES[name], name))
