"""The configuration of hadolint as one of ours: what has a counterpart is taken over, the rest is named with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from immutable_delivery.config.trees import Trees
from immutable_delivery.files import Files
from immutable_delivery.formats.yamltree import Mapping, Node, Scalar
from immutable_delivery.formats.yamltree import Sequence as SequenceNode
from immutable_delivery.peers import PEERS
from immutable_delivery.policies import builtin
from immutable_delivery.records import Record, field

FILES = (".hadolint.yaml", ".hadolint.yml")
"""Where hadolint looks, in this order."""

_NAMES: dict[str, Any] = {"type": ["array", "null"], "items": {"type": "string"}}
_SCHEMA: dict[str, Any] = {
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


class Migrated(Record, frozen=True):
    """A configuration of ours, as text, and what it could not take over."""

    text: str
    left: tuple[str, ...]


def from_hadolint(files: Files, path: str) -> Migrated:
    """Return the configuration that says what hadolint's in ``path`` does; raise ConfigError where that is broken."""
    forest = Trees(files, _SCHEMA)
    reading = _Reading(forest, forest.valid(path))
    lines = list(reading.lines())
    head = f"# from {_quoted(path)} of hadolint; the comments name its rules and keys"
    return Migrated("\n".join([head, *lines, ""]), tuple(reading.left))


class _Reading(Record):
    forest: Trees
    root: Mapping
    left: list[str] = field(default_factory=list)
    strict: frozenset[str] = field(
        default_factory=lambda: frozenset(
            policy.id for policy in builtin() if "default" not in policy.rule.profiles
        )
    )
    """The policies that only the strict profile reports."""

    def lines(self) -> Iterator[str]:
        """Yield the lines of the configuration."""
        yield from _block("ignore:", self._ignored())
        yield from _block("severity:", self._severities())
        params = [
            *_block("untrusted-registry:", self._registries()),
            *_block("missing-image-labels:", self._labels()),
        ]
        yield from _block("params:", params)
        threshold = self.root.get("failure-threshold")
        if isinstance(threshold, Scalar) and not threshold.null:
            level = _SEVERITIES.get(threshold.text, "note")  # `ignore` and `none` fail for anything
            yield f"fail-on: {level} # failure-threshold: {threshold.text}"
        for name, (key, _) in self.root.entries.items():
            if name not in _SCHEMA["properties"]:
                self._leave(key, _OTHER_KEYS.get(name, "it is no key of hadolint that imd knows"))

    def _leave(self, node: Scalar, reason: str) -> None:
        self.left.append(f"{self.forest.at(node.place)}: {node.text}: {reason}")

    def _meant(self, node: Node | None) -> Iterator[tuple[Scalar, str, str]]:
        """Yield the rules of a list with the policies that they mean; name those that mean none."""
        for item in _scalars(node):
            rule = item.text.strip().upper()
            policy = PEERS["hadolint"].policies.get(rule)
            if policy:
                yield item, rule, policy
            elif rule.startswith("SC"):
                self._leave(
                    item, "it is a rule of ShellCheck, and imd does not judge how shell is written"
                )
            else:
                self._leave(item, "no policy of imd means the same")

    def _ignored(self) -> Iterator[str]:
        found: dict[str, list[str]] = {}
        for _, rule, policy in self._meant(self.root.get("ignored")):
            found.setdefault(policy, []).append(rule)
        for policy, rules in found.items():
            named = ", ".join(dict.fromkeys(rules))
            every = PEERS["hadolint"].policies.items()
            others = [rule for rule, meant in every if meant == policy and rule not in rules]
            yield f"- {policy} # {named}{'; it means ' * bool(others)}{', '.join(others)}{' too' * bool(others)}"

    def _severities(self) -> Iterator[str]:
        override = self.root.get("override")
        found: dict[str, tuple[str, list[str]]] = {}
        written = override.entries if isinstance(override, Mapping) else {}
        for name, (key, _) in written.items():
            if name not in _SEVERITIES:
                self._leave(key, "it is no severity of hadolint")
        for name, severity in _SEVERITIES.items():
            rules = override.get(name) if isinstance(override, Mapping) else None
            for item, rule, policy in self._meant(rules):
                first, named = found.setdefault(policy, (severity, []))
                if first == severity:
                    named.append(f"{rule}: {name}")
                else:
                    self._leave(
                        item, f"{policy} is of severity {first} already, for {', '.join(named)}"
                    )
        for policy, (severity, named) in found.items():
            yield f"{policy}: {severity} # {', '.join(dict.fromkeys(named))}{self._reported(policy)}"

    def _registries(self) -> Iterator[str]:
        trusted, patterns = [], []
        for item in _scalars(self.root.get("trustedRegistries")):
            name = item.text.strip().rstrip("/")
            stars = name.count("*")
            if not name or stars > 1 or (stars and "*" not in {name[0], name[-1]}):
                self._leave(item, "hadolint trusts nothing by it: a `*` stands at one end")
            elif "*" in name:
                patterns.append(
                    "".join("[^/]*" if char == "*" else re.escape(char) for char in name)
                )
            else:
                trusted.append("docker.io" if name == "hub.docker.com" else name)
        yield from _list("trusted", trusted, "trustedRegistries (DL3026)")
        yield from _list(
            "patterns", [f"^{one}/" for one in patterns], "trustedRegistries with a `*` (DL3026)"
        )

    def _labels(self) -> Iterator[str]:
        schema = self.root.get("label-schema")
        entries = schema.entries if isinstance(schema, Mapping) else {}
        for key, kind in entries.values():
            if isinstance(kind, Scalar) and kind.text != "text":
                self._leave(key, f"that it is of kind '{kind.text}'; imd asks that it is there")
        yield from _list(
            "required",
            list(entries),
            f"label-schema (DL3049){self._reported('missing-image-labels')}",
        )

    def _reported(self, policy: str) -> str:
        return "; reported in the profile strict" if policy in self.strict else ""


def _scalars(node: Node | None) -> list[Scalar]:
    items = node.items if isinstance(node, SequenceNode) else []
    return [item for item in items if isinstance(item, Scalar)]


def _block(head: str, lines: Iterator[str] | Sequence[str]) -> list[str]:
    inner = [f"  {line}" for line in lines]
    return [head, *inner] if inner else []


def _list(name: str, values: Sequence[str], source: str) -> list[str]:
    return _block(f"{name}: # {source}", [f"- {_quoted(value)}" for value in dict.fromkeys(values)])


def _quoted(text: str) -> str:
    """Return a text as YAML's double-quoted scalar, on one line whatever is in it."""
    return "".join(
        char if char.isprintable() else f"\\U{ord(char):08x}"
        for char in json.dumps(text, ensure_ascii=False)
    )
