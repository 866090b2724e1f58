"""Formats say containers; the facts of a container are made at one place."""

from __future__ import annotations

import ast
from pathlib import Path

import immutable_delivery

FORMATS = Path(immutable_delivery.__file__).parent / "formats"
MADE = {"Container", "Start", "Mount", "Variable"}
ELSEWHERE = {
    "commands/settings.py": "a setting that a command writes",
    "dockerfile/assignments.py": "ENV, ARG and LABEL of a build stage",
    "dockerfile/containers.py": "a build stage",
    "dockerfile/starts.py": "CMD, ENTRYPOINT and HEALTHCHECK of a build stage",
}
"""Who else makes such facts, and why."""


def makers() -> set[str]:
    """Return the modules of formats that call one of these kinds by the name that they import from the model."""
    found = set()
    for path in FORMATS.rglob("*.py"):
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
            found.add(path.relative_to(FORMATS).as_posix())
    return found


def test_no_format_makes_the_facts_of_a_container_itself() -> None:
    assert makers() == set(ELSEWHERE)
