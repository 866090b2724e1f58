"""`imd explain`: why something is a finding, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import click

from immutable_delivery.cli.completing import policies
from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.requests import form_option
from immutable_delivery.commands.chain import chain
from immutable_delivery.commands.policy import page


@click.command()
@click.argument("target", metavar="POLICY|PATH:LINE", shell_complete=policies)
@form_option
def explain(target: str, form: str) -> None:
    """Explain a policy: why, what to write instead, examples, how to silence it.

    POLICY is an id, or what hadolint, checkov, kube-linter or dclint call the rule: `imd explain DL3007`.
    Of a line, `imd explain charts/web/values.yaml:3`, it tells what the line decides and where that is used.
    """
    path, _, line = target.rpartition(":")
    if path and line.isdecimal():
        write(Target("text"), chain(Path.cwd(), path, int(line)))
        return
    write(Target("text"), page(Path.cwd(), target, form))
