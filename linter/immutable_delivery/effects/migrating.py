"""Start commands that only change the schema of a database: a job, whatever runs it."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.effects.arguments import parse
from immutable_delivery.effects.idle import working
from immutable_delivery.effects.starts import started
from immutable_delivery.effects.tables import load
from immutable_delivery.syntax.shell import Call


def only_migrates(argv: Sequence[str]) -> bool:
    """Whether a command is done once the schema is changed: it starts nothing else."""
    shell = started(argv)
    calls = list(working(shell.calls))
    return bool(calls) and not shell.incomplete and all(map(_migrates, calls))


def _migrates(call: Call) -> bool:
    role = load().role(call.name)
    arguments = parse(call.arguments, role.options)
    return any(rule.matches(arguments) for rule in role.rules.get("migrators", ()))
