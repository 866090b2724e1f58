"""A policy on a page of its own: for a terminal, as Markdown, or as data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

from immutable_delivery.other_linters import counterparts
from immutable_delivery.policy.load import Example
from immutable_delivery.policy.model import Policy, PolicyRule
from immutable_delivery.reporters.text.style import Style

WIDTH = 100


def text(policy: Policy, examples: Sequence[Example], note: str = "") -> str:
    """Return the page for a terminal; ``note`` stands above it."""
    sections = [
        note,
        f"{policy.id} ({policy.group}): {policy.name}\n{levels(policy)}; {drifts(policy)}",
        _prose(policy.why, ""),
        f"Instead\n\n{_prose(policy.remedy, '  ')}",
        "What it rejects\n\n" + "\n".join(map(_rule, policy.rules)),
        _titled("Parameters", (f"  {key}: {value!r}" for key, value in policy.params.items())),
        _titled("Examples", map(_example, examples)),
        f"To silence it\n\n  {_comment(policy)}",
        _elsewhere(policy),
        "\n".join(policy.references),
    ]
    return "\n\n".join(section.rstrip() for section in sections if section.strip()) + "\n"


def markdown(policy: Policy, examples: Sequence[Example], note: str = "") -> str:
    """Return the page as Markdown."""
    sections = [
        f"# {policy.id}: {policy.name}",
        note,
        _facts(policy),
        policy.why.strip(),
        f"## Instead\n\n{policy.remedy.strip()}",
        _titled("## Examples", _blocks(examples)),
        f"## To silence it\n\n```yaml\n{_comment(policy)}\n```",
        _elsewhere(policy),
        _titled("## References", (f"- <{reference}>" for reference in policy.references)),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def data(policy: Policy, examples: Sequence[Example] = (), note: str = "") -> str:  # noqa: ARG001 (a page in JSON is one object)
    """Return all of it as JSON."""
    return json.dumps(fields(policy, examples), indent=2, ensure_ascii=False) + "\n"


Page = Callable[[Policy, Sequence[Example], str], str]
PAGES: Mapping[str, Page] = {"text": text, "json": data, "markdown": markdown}


def fields(policy: Policy, examples: Sequence[Example] = ()) -> dict[str, Any]:
    """Return what there is to know of a policy as data."""
    rule = policy.rule
    plain = ("id", "name", "group", "severity", "drift", "layer", "why", "remedy", "url")
    return {
        **{name: getattr(rule, name) for name in plain},
        "profiles": list(rule.profiles),
        "references": list(rule.references),
        "aliases": list(policy.aliases),
        "fix": policy.fix,
        "params": dict(policy.params),
        "counterparts": counterparts(policy.id),
        "examples": [
            {"bad": example.bad, "files": dict(example.files), "fixed": dict(example.fixed)}
            for example in examples
        ],
    }


def _facts(policy: Policy) -> str:
    """Return how severe it is, what it means for a service, and what mends it, as a table."""
    mended = {"": "a person", "pin-digest": "`imd pin`", "pin-revision": "`imd pin`"}.get(
        policy.fix, "`imd fix`"
    )
    rows = {
        "severity": "; ".join(_severities(policy)),
        "drift": drifts(policy),
        "layer": ", ".join(
            dict.fromkeys(
                rule.layer.replace("fact", "that of what it is about") for rule in policy.rules
            )
        ),
        "mended by": mended,
    }
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {said} |" for name, said in rows.items())


def _severities(policy: Policy) -> list[str]:
    """Return the severities of its rules with the profiles that have them."""
    found: dict[str, list[str]] = {}
    for rule in policy.rules:
        found.setdefault(rule.severity, []).extend(rule.profiles)
    return [
        f"{severity} ({'every profile' if len(set(profiles)) > 1 else f'profile {profiles[0]}'})"
        for severity, profiles in found.items()
    ]


def levels(policy: Policy) -> str:
    """Return the profiles and severities of its rules."""
    return ", ".join(dict.fromkeys(f"{rule.profiles[0]} {rule.severity}" for rule in policy.rules))


def drifts(policy: Policy) -> str:
    """Return the drifts of its rules."""
    return ", ".join(
        dict.fromkeys("no drift" if rule.drift == "none" else rule.drift for rule in policy.rules)
    )


def _prose(words: str, margin: str) -> str:
    return "\n".join(Style(color=False, width=WIDTH).prose(words, margin))


def _titled(title: str, lines: Iterator[str] | map[str]) -> str:
    body = "\n".join(lines)
    return f"{title}\n\n{body.rstrip()}" if body else ""


def _comment(policy: Policy) -> str:
    return f"# imd: ignore[{policy.id}] the reason"


def _elsewhere(policy: Policy) -> str:
    """Return what the rules of other tools are called that mean the same."""
    found = (f"{tool}'s {', '.join(rules)}" for tool, rules in counterparts(policy.id).items())
    named = "; ".join(found)
    return f"Elsewhere: {named}" if named else ""


def _rule(rule: PolicyRule) -> str:
    each = f", each of {rule.each}" if rule.each else ""
    return indent(f"{rule.over}{each}:\n{indent(rule.deny.text.strip(), '  ')}", "  ")


def _parts(example: Example) -> Iterator[tuple[str, str, str]]:
    """Yield what each file of an example is, its path and its text."""
    for kind, files in (
        ("rejected" if example.bad else "accepted", example.files),
        ("mended", example.fixed),
    ):
        for path, content in files.items():
            yield kind, path, content.rstrip("\n")


def _example(example: Example) -> str:
    lines = [f"{kind}: {path}\n{indent(content, '  ')}" for kind, path, content in _parts(example)]
    return indent("\n".join(lines), "  ")


def _blocks(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        for kind, path, content in _parts(example):
            fence = "`" * 4
            yield f"{kind.capitalize()}: `{path}`\n\n{fence}\n{content}\n{fence}\n"
