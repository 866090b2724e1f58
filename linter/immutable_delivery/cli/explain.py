"""`imd explain`: why something is a finding, what to write instead, and how a service is delivered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from immutable_delivery.cli.completing import policies
from immutable_delivery.cli.output import Target, write
from immutable_delivery.cli.requests import form_option
from immutable_delivery.commands.chain import chain
from immutable_delivery.commands.policy import is_policy, page
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.reading.workers import processes


@click.command()
@click.argument("target", metavar="POLICY|SERVICE|PATH:LINE", shell_complete=policies)
@form_option
def explain(target: str, form: str) -> None:
    """Explain a policy: why, what to write instead, examples, how to silence it; or a service: how it is delivered.

    POLICY is an id, or what hadolint, checkov, kube-linter or dclint call the rule: `imd explain DL3007`.
    Of a service, `imd explain web`, it tells what makes, starts and runs it, and what decides its classes.
    Of a line, `imd explain charts/web/values.yaml:3`, it tells what the line decides and where that is used.
    """
    path, _, line = target.rpartition(":")
    if path and line.isdecimal():
        write(Target("text"), chain(Path.cwd(), path, int(line)))
        return
    if is_policy(Path.cwd(), target):
        write(Target("text"), page(Path.cwd(), target, form))
        return
    from immutable_delivery.commands.delivery import delivery  # noqa: PLC0415 (a policy needs no run)

    request = Request(today=datetime.now().astimezone().date(), jobs=processes(), cache=True)
    write(Target("text"), delivery(Path.cwd(), request, target, form))
