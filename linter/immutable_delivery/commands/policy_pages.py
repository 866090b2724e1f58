"""A policy on a page of its own: for a terminal, as Markdown, or as data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from textwrap import indent
from typing import Any

from immutable_delivery.other_linters import counterparts
from immutable_delivery.policy.load import Example
from immutable_delivery.policy.model import Policy, PolicyRule
from immutable_delivery.reporters.plain import count
from immutable_delivery.reporters.text.style import Style

WIDTH = 100
_FENCE = "`" * 4
_DIGITS = "0123456789abcdef" * 4
"""The digest of every example, that nobody wants to read."""
_OPEN = 6
"""How many examples of a page are seen at once."""
_FAMILIAR = ("*dockerfile*", "*compose*.y*ml", ".github/*", "*.y*ml", "*.tf", "*.sh")
_LANGUAGES = {
    "dockerfile": "dockerfile",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".tf": "hcl",
    ".hcl": "hcl",
    ".sh": "sh",
    ".toml": "toml",
    ".ini": "ini",
    ".py": "python",
}


def text(policy: Policy, examples: Sequence[Example], note: str = "") -> str:
    """Return the page for a terminal; ``note`` stands above it."""
    sections = [
        note,
        f"{policy.id} ({policy.group}): {policy.name}\n{levels(policy)}; {drifts(policy)}",
        _prose(policy.why, ""),
        f"Instead\n\n{_prose(policy.remedy, '  ')}",
        "What it rejects\n\n" + "\n".join(map(_rule, policy.rules)),
        _titled("Parameters", (f"  {key}: {value!r}" for key, value in policy.params.items())),
        _titled("Examples", map(_example, _familiar(examples))),
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
        _gallery(examples),
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
        "severity": _severities(policy),
        "drift": drifts(policy),
        "layer": ", ".join(
            dict.fromkeys(
                rule.layer.replace("fact", "that of what it is about") for rule in policy.rules
            )
        ),
        "mended by": mended,
    }
    return f"| {' | '.join(rows)} |\n{'|---' * len(rows)}|\n| {' | '.join(rows.values())} |"


def _severities(policy: Policy) -> str:
    """Return the severities of its rules, and that one is of the strict profile alone."""
    found: dict[str, list[str]] = {}
    for rule in policy.rules:
        found.setdefault(rule.severity, []).extend(rule.profiles)
    first, *others = (
        severity if len(set(profiles)) > 1 else f"{severity} (profile {profiles[0]})"
        for severity, profiles in found.items()
    )
    return f"{first}, in some cases {' or '.join(others)}" if others else first


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


def _gallery(examples: Sequence[Example]) -> str:
    """Return the examples as Markdown, the first ones open."""
    blocks = ["".join(_blocks(one)) for one in _familiar(examples)]
    first, others = "\n".join(blocks[:_OPEN]), "\n".join(blocks[_OPEN:])
    closed = (
        f'\n<details markdown="1"><summary>{count(len(blocks) - _OPEN, "more example")}</summary>\n\n{others}\n</details>'
        if others
        else ""
    )
    return (
        f"## Examples\n\n«…» marks where the finding stands.\n\n{first}{closed}" if blocks else ""
    )


def _familiar(examples: Sequence[Example]) -> list[Example]:
    """Return one example of each format, those that most people know first, then another one of each, the longer the later."""
    of_each = Counter[int]()
    turns: dict[int, tuple[int, int]] = {}
    for one in sorted(examples, key=_length):
        strange = min(map(_strangeness, one.files), default=0)
        turns[id(one)] = of_each[strange], strange
        of_each[strange] += 1
    return sorted(examples, key=lambda one: turns[id(one)])


def _length(example: Example) -> tuple[int, bool, int]:
    return len(example.files), not example.bad, sum(map(len, example.files.values()))


def _strangeness(path: str) -> int:
    fitting = (
        number for number, pattern in enumerate(_FAMILIAR) if fnmatchcase(path.lower(), pattern)
    )
    return next(fitting, len(_FAMILIAR))


def _language(path: str) -> str:
    """Return what a highlighter calls the language of a file."""
    name = path.lower().rpartition("/")[2]
    fitting = (said for end, said in _LANGUAGES.items() if name.endswith(end))
    return next(fitting, "")


def _blocks(example: Example) -> Iterator[str]:
    before = ""
    for kind, path, content in _parts(example):
        head = f"and `{path}`" if kind == before else f"{kind.capitalize()}: `{path}`"
        body = content.replace(_DIGITS, f"{_DIGITS[:4]}…")
        yield f"{head}\n\n{_FENCE}{_language(path)}\n{body}\n{_FENCE}\n\n"
        before = kind
