"""Packages of Python: requirement specifiers, tools by `@`, conda's match specifications."""

from __future__ import annotations

import re

from immutable_delivery.facts import Pin
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import replace
from immutable_delivery.references.packages.specs import (
    Spec,
    elsewhere,
    grade,
    local,
    remote,
    whole,
)

_REQUIREMENT = lazy(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*(.*)", re.DOTALL)
_CLAUSE = lazy(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*(.*)")
_DIRECT = lazy(r"\s*([\w.-]+)(?:\[[^\]]*\])?\s*@\s*(\S+:.*)")
_TOOL = lazy(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?(?:@|=(?!=))([^/:]*)")
_MATCH = lazy(r"([\w.-]+)(?:\[[^\]]*\])?\s*([=<>!~ ]+)(.*)")


def pep508(word: str) -> Spec | None:
    """Read `name==1.2.3`, `name[extra]>=1`, `name @ url`, paths, wheels, `git+https://…@commit`."""
    if direct := _DIRECT.match(word):
        found = elsewhere(direct[2].partition(" ;")[0].strip())
        return replace(found, name=direct[1]) if found else Spec(direct[1])
    if (found := elsewhere(word)) is not None:
        return found
    if "/" in word:
        return Spec(word, local=True, source="path")
    match = _REQUIREMENT.fullmatch(word.partition(";")[0])
    return Spec(match[1], match[3].strip(), _clauses(match[3])) if match else Spec(word)


def _clauses(text: str) -> Pin:
    clauses = [match for part in text.strip("() ").split(",") if (match := _CLAUSE.match(part))]
    if not clauses:
        return "none"
    return "exact" if any(_fixes(*clause.groups()) for clause in clauses) else "partial"


def _fixes(operator: str, version: str) -> bool:
    version = version.strip()
    return operator == "===" or (operator == "==" and bool(version) and not version.endswith("*"))


def tool508(word: str) -> Spec | None:
    """Read what pip reads, and `name@1.2.3` as uv and poetry write it."""
    match = _TOOL.fullmatch(word)
    return Spec(match[1], match[2], grade(match[2], 2)) if match else pep508(word)


def conda(word: str) -> Spec | None:
    """Read `numpy=1.26.4=build`, `numpy==1.26.4`; one `=` with fewer than three numbers is a series."""
    if (found := remote(word)) is not None:
        return found
    if local(word) is not None or re.search(r"\.(?:conda|ya?ml|txt|lock)$", word):
        return Spec(word, local=True, source="path")
    name = word.rpartition("::")[2]
    match = _MATCH.match(name)
    if match is None:
        return Spec(name)
    operator, (version, _, build) = match[2].strip(), match[3].partition("=")
    if operator == "==" or (operator == "=" and build):
        return Spec(match[1], match[3], whole(version))
    return Spec(
        match[1], match[3], grade(version) if operator == "=" and "*" not in version else "partial"
    )
