"""Asking a person at a terminal about findings, one by one."""

from __future__ import annotations

import sys

import click

from immutable_delivery.cli.terminal import Terminal
from immutable_delivery.commands.walk import Ask, Decision
from immutable_delivery.edits.diff import patch
from immutable_delivery.edits.plan import Plan
from immutable_delivery.edits.write import Change
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.records import replace
from immutable_delivery.reporters import Options, render
from immutable_delivery.source.escape import shown

_HELP = """\
a  apply the fix that is shown
s  suppress it, with a reason that you give
k  skip it
e  explain the policy
q  leave this finding and all that come, and write what was decided
"""


def ask() -> Ask:
    """Return what asks; refuse where nobody could answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "--interactive asks, so it needs a terminal; `imd fix --apply` writes without asking"
        )
    return _ask


def _ask(finding: Finding, found: Report, fix: Fix | None) -> Decision:
    click.echo()
    click.echo(_block(finding, found))
    if fix is not None:
        click.echo(_preview(fix, found))
    while True:
        answer = _answer(fix)
        if answer == "a":
            return Decision("apply")
        if answer == "s":
            return _suppressed()
        if answer in {"k", "q"}:
            return Decision("skip" if answer == "k" else "quit")
        click.echo(_explained(finding, found) if answer == "e" else _HELP)


def _answer(fix: Fix | None) -> str:
    letters = ("a", "s", "k", "e", "q", "?") if fix is not None else ("s", "k", "e", "q", "?")
    unsafe = " (it may change what the system does)" if fix is not None and not fix.safe else ""
    question = f"{'Apply' if fix else 'What to do'}{unsafe}? [{','.join(letters)}]"
    try:
        answer = click.prompt(question, default="k", show_default=False, prompt_suffix=" ")
    except click.Abort:
        return "q"
    answer = answer.strip().lower()[:1]
    return answer if answer in letters else "?"


def _suppressed() -> Decision:
    reason = click.prompt(
        "Why may it stay?", default="", show_default=False, prompt_suffix=" "
    ).strip()
    if not reason:
        click.echo("A suppression needs a reason; skipped.")
        return Decision("skip")
    return Decision("suppress", reason)


def _block(finding: Finding, found: Report) -> str:
    """Return a finding as the report tells it, and nothing else."""
    terminal = Terminal(sys.stdout)
    options = Options(color=terminal.color, links=terminal.links, width=terminal.width)
    alone = replace(
        found, findings=(replace(finding, fix=None),), services=(), suppressed=(), notices=()
    )
    return render("text", alone, options).partition("\n\n")[0]


def _preview(fix: Fix, found: Report) -> str:
    """Return what a fix changes, as a diff without what a terminal would obey."""
    plan = Plan()
    plan.add(fix.edits)
    changes = [
        Change(
            path=path, before=Plan().edited(found.texts[path]), after=plan.edited(found.texts[path])
        )
        for path in plan.paths
        if path in found.texts
    ]
    lines = patch(changes).decode("utf-8", "replace").splitlines()[2:]
    return "\n".join(shown(line) for line in lines)


def _explained(finding: Finding, found: Report) -> str:
    rule = found.rules[finding.policy]
    return f"{rule.why.strip()}\n\nInstead: {rule.remedy.strip()}"
