"""`imd config`: what configures a run, and where it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from msgspec import to_builtins

from immutable_delivery.config import Config
from immutable_delivery.config.read import load
from immutable_delivery.repository.discover import open_tree
from immutable_delivery.source.escape import shown
from immutable_delivery.syntax.yaml.schema import schema_of


@click.group()
def config() -> None:
    """Show the configuration and its schema."""


@config.command("schema")
def _schema() -> None:
    """Print the JSON Schema of .imd.yaml."""
    click.echo(schema_of("config").text, nl=False)


@config.command("show")
def _show() -> None:
    """Print the configuration in force, each value with the place that sets it."""
    found = load(open_tree(Path.cwd()).files)
    click.echo(f"# from {', '.join(map(shown, found.files)) or 'no file: the defaults'}")
    for key, value in _values(found).items():
        source = found.sources.get((key,))
        written = f"{source.file}:{source.line}:{source.column}" if source else "default"
        click.echo(f"{key}: {json.dumps(value, ensure_ascii=False, default=str)}  # {written}")


def _values(found: Config) -> dict[str, Any]:
    selection = found.selection
    return {
        "profile": selection.profile,
        "profiles": {name: to_builtins(one) for name, one in found.profiles.items()},
        "select": selection.select,
        "ignore": selection.ignore,
        "severity": selection.severity,
        "per-path": {
            rule.paths[0]: {"ignore": rule.ignore, "severity": rule.severity}
            for rule in selection.per_path
        },
        "params": selection.params,
        "environments": {
            environment.name: {"paths": environment.paths, "development": environment.development}
            for environment in found.environments
        },
        "paths": to_builtins(found.paths),
        "tables": found.tables,
        "policies": found.policies,
        "suppressions": [
            {n: v for n, v in to_builtins(suppression).items() if n != "keys" and v}
            for suppression in found.suppressions
        ],
        "baseline": found.baseline,
        "fail-on": found.fail_on,
        "strict-unresolved": found.strict_unresolved,
    }
