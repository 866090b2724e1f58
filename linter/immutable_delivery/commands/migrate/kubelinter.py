"""kube-linter: excluded and included checks, and paths that are left out."""

from __future__ import annotations

from typing import Any

from immutable_delivery.commands.migrate.taken import Listed, Taken, scalars
from immutable_delivery.other_linters import PEERS
from immutable_delivery.syntax.yaml import Mapping

_NAMES: dict[str, Any] = {"type": ["array", "null"], "items": {"type": "string"}}
_CHECKS = {"include": _NAMES, "exclude": _NAMES, "ignorePaths": _NAMES}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"checks": {"type": ["object", "null"], "properties": _CHECKS}},
}
_OTHER_KEYS = {
    "addAllBuiltIn": "the set of policies is a profile: `profile: strict` has all",
    "doNotAutoAddDefaults": "the set of policies is a profile, and `select:` names the only ones",
    "customChecks": "checks of your own are policies of your own: `imd policy new ID` begins one",
}


def read(taken: Taken) -> None:
    """Take over what has a counterpart."""
    checks = taken.root.get("checks")
    if isinstance(checks, Mapping):
        taken.take_ignored(taken.meant(scalars(checks.get("exclude"))))
        for item in scalars(checks.get("include")):
            policy = PEERS["kube-linter"].policies.get(item.text.strip())
            said = f"imd judges it as {policy}" if policy else "no policy of imd means the same"
            taken.leave(item, f"{said}; `imd policy list` shows which profile has what")
        taken.fixtures = _ignored_paths(taken, checks)
    taken.leave_keys(checks, _CHECKS, _OTHER_KEYS)
    taken.leave_keys(taken.root, SCHEMA["properties"], _OTHER_KEYS)


def _ignored_paths(taken: Taken, checks: Mapping) -> Listed:
    listed = Listed([], "checks.ignorePaths")
    for item in scalars(checks.get("ignorePaths")):
        path = item.text.strip().removeprefix("./")
        if path.startswith(("/", "~")):
            taken.leave(item, "it is not relative to the repository")
            continue
        # `*` stops at nothing here, so `**/` may be empty there and must be written twice
        inner = path.removeprefix("**/").replace("**", "*").removesuffix("/*")
        listed.values += [inner, f"*/{inner}"] if path.startswith("**/") else [inner]
    return listed
