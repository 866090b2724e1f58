"""Formats say containers; the facts of a container are made at one place, whoever says it."""

from __future__ import annotations

import ast
from pathlib import Path

import immutable_delivery

PACKAGE = Path(immutable_delivery.__file__).parent
MADE = {"Container", "Start", "Mount", "Variable"}
ELSEWHERE = {
    "effects/settings.py": "a setting that a command writes",
    "formats/dockerfile/assignments.py": "ENV, ARG and LABEL of a build stage",
    "formats/dockerfile/containers.py": "a build stage",
    "links/volumes.py": "what a command puts into a volume",
}
"""Who else makes such facts, and why."""
LOWERING = {"containers/lower.py", "containers/mounts.py"}


def makers() -> set[str]:
    """Return the modules that call one of these kinds by the name that they import from the model."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "immutable_delivery.facts"
            for alias in node.names
            if alias.name in MADE
        }
        calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        if any(isinstance(call, ast.Name) and call.id in imported for call in calls):
            found.add(path.relative_to(PACKAGE).as_posix())
    return found


def test_nobody_else_makes_the_facts_of_a_container() -> None:
    assert makers() == LOWERING | set(ELSEWHERE)
