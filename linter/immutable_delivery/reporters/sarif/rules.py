"""Policies as SARIF rules: those that found something, with help in text and Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from immutable_delivery.findings import Report, Rule
from immutable_delivery.reporters.sarif.taxonomies import relationships

_LONGEST = 1024
"""GitHub takes no longer description."""

SCORES = {
    "error": {"divergent": "8.5", "convergent": "7.5", "none": "7.0"},
    "warning": {"divergent": "6.0", "convergent": "5.0", "none": "4.0"},
    "note": {"divergent": "3.0", "convergent": "2.0", "none": "1.0"},
}
"""What GitHub sorts by: from 7.0 on it says high, from 4.0 on medium, below low."""

_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}


def rules(report: Report, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rules of these ids, in this order."""
    return [_rule(report.rules.get(name) or _nameless(name)) for name in names]


def _nameless(name: str) -> Rule:
    """Return a rule for findings of what is no policy."""
    return Rule(
        id=name, name=name.replace("-", " ").capitalize(), group="meta", severity="error", drift="none",
        layer="", why="The run could not go on as asked.", remedy="See the message.",
    )  # fmt: skip


def _rule(rule: Rule) -> dict[str, Any]:
    related = relationships(rule.drift, rule.layer)
    name = "".join(part.capitalize() for part in rule.id.split("-"))
    return {
        "id": rule.id,
        **({"name": name} if "-" in rule.id else {}),  # a name must differ from its id, by letters
        "shortDescription": {"text": _sentence(_cut(rule.name))},
        "fullDescription": {"text": _sentence(_cut(" ".join(rule.why.split())))},
        "help": {"text": _text(rule), "markdown": _markdown(rule)},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": rule.severity},
        **({"relationships": related} if related else {}),
        "properties": {
            "tags": [rule.group, *(f"{name}:{value}" for name, value in _axes(rule)), "security"],
            "precision": "very-high" if rule.severity == "error" else "high",
            "problem.severity": _PROBLEM[rule.severity],
            "security-severity": SCORES[rule.severity][rule.drift],
        },
    }


def _axes(rule: Rule) -> list[tuple[str, str]]:
    axes = [("drift", rule.drift), ("layer", rule.layer)]
    return [(name, value) for name, value in axes if value not in {"", "none", "fact"}]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _cut(text: str) -> str:
    return text if len(text) < _LONGEST else f"{text[: _LONGEST - 2].rsplit(' ', 1)[0]}…"


def _text(rule: Rule) -> str:
    parts = [rule.why, f"Instead: {rule.remedy}", "\n".join(rule.references)]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _markdown(rule: Rule) -> str:
    references = "\n".join(f"- <{reference}>" for reference in rule.references)
    parts = [
        f"# {rule.name}",
        rule.why.strip(),
        f"## Instead\n\n{rule.remedy.strip()}",
        f"## References\n\n{references}" if references else "",
    ]
    return "\n\n".join(part for part in parts if part)
