"""hadolint: ignored rules, severities, trusted registries, labels and the threshold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from immutable_delivery.commands.migrate.taken import Listed, Taken, only_strict, scalars
from immutable_delivery.other_linters import PEERS
from immutable_delivery.syntax.yaml import Mapping, Scalar

_NAMES: dict[str, Any] = {"type": ["array", "null"], "items": {"type": "string"}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ignored": _NAMES,
        "override": {"type": ["object", "null"], "additionalProperties": _NAMES},
        "trustedRegistries": _NAMES,
        "label-schema": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        "failure-threshold": {
            "description": "A threshold is `error`, `warning`, `info`, `style`, `ignore` or `none`.",
            "type": ["string", "null"],
            "pattern": r"^(error|warning|info|style|ignore|none)\Z",
        },
    },
}
_SEVERITIES = {"error": "error", "warning": "warning", "info": "note", "style": "note"}
_OTHER_KEYS = {
    "disable-ignore-pragma": "imd always honours the comments of hadolint",
    "format": "the format is of the call: --output-format",
    "no-color": "colours are of the call: --no-color",
    "no-fail": "how it exits is of the call: --exit-zero",
    "strict-labels": "imd has no policy for labels that nobody asked for",
    "verbose": "imd has nothing like it",
}


def read(taken: Taken) -> None:
    """Take over what has a counterpart."""
    root = taken.root
    taken.take_ignored(_meant(taken, scalars(root.get("ignored"))))
    _severities(taken)
    _registries(taken)
    _labels(taken)
    threshold = root.get("failure-threshold")
    if isinstance(threshold, Scalar) and not threshold.null:
        level = _SEVERITIES.get(threshold.text, "note")  # `ignore` and `none` fail for anything
        taken.fail_on = (level, f"failure-threshold: {threshold.text}")
    taken.leave_keys(root, SCHEMA["properties"], _OTHER_KEYS)


def _meant(taken: Taken, items: list[Scalar]) -> Iterator[tuple[Scalar, str, str]]:
    """Yield the rules with the policies that they mean; name those that mean none."""
    for item in items:
        rule = item.text.strip().upper()
        policy = PEERS["hadolint"].policies.get(rule)
        if policy:
            yield item, rule, policy
        elif rule.startswith("SC"):
            taken.leave(
                item, "it is a rule of ShellCheck, and imd does not judge how shell is written"
            )
        else:
            taken.leave(item, "no policy of imd means the same")


def _severities(taken: Taken) -> None:
    override = taken.root.get("override")
    if not isinstance(override, Mapping):
        return
    for name, (key, _) in override.entries.items():
        if name not in _SEVERITIES:
            taken.leave(key, "it is no severity of hadolint")
    for name, severity in _SEVERITIES.items():
        for item, rule, policy in _meant(taken, scalars(override.get(name))):
            taken.take_severity(policy, severity, item, f"{rule}: {name}")


def _registries(taken: Taken) -> None:
    trusted = Listed([], "trustedRegistries (DL3026)")
    patterns = Listed([], "trustedRegistries with a `*` (DL3026)")
    for item in scalars(taken.root.get("trustedRegistries")):
        name = item.text.strip().rstrip("/")
        stars = name.count("*")
        if not name or stars > 1 or (stars and "*" not in {name[0], name[-1]}):
            taken.leave(item, "hadolint trusts nothing by it: a `*` stands at one end")
        elif stars:
            parts = ("[^/]*" if char == "*" else re.escape(char) for char in name)
            patterns.values.append(f"^{''.join(parts)}/")
        else:
            trusted.values.append("docker.io" if name == "hub.docker.com" else name)
    taken.params["untrusted-registry"] = {"trusted": trusted, "patterns": patterns}


def _labels(taken: Taken) -> None:
    schema = taken.root.get("label-schema")
    entries = schema.entries if isinstance(schema, Mapping) else {}
    for key, kind in entries.values():
        if isinstance(kind, Scalar) and kind.text != "text":
            taken.leave(key, f"that it is of kind '{kind.text}'; imd asks that it is there")
    source = f"label-schema (DL3049){only_strict('missing-image-labels')}"
    taken.params["missing-image-labels"] = {"required": Listed(list(entries), source)}
