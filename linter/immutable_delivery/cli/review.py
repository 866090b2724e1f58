"""`imd review`: comments on a pull request, or the requests that would write them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from immutable_delivery.cli.completing import files, revisions
from immutable_delivery.cli.output import Target, options_for, write
from immutable_delivery.cli.progress import progress
from immutable_delivery.cli.registries import registry_options, tell
from immutable_delivery.cli.reports import deliver
from immutable_delivery.cli.requests import (
    ignore_option,
    profile_option,
    select_option,
    today_option,
)
from immutable_delivery.findings import FailOn, Report
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import replace

if TYPE_CHECKING:
    from immutable_delivery.commands.review.job import Job
    from immutable_delivery.forges.model import Forge, Pull
    from immutable_delivery.review.plan import Wanted

_FORGES = ("github", "gitlab", "gitea")
_USUAL, _MOST = 30, 50


@click.command(context_settings={"auto_envvar_prefix": "IMD"})
@click.argument("name", type=click.Choice(_FORGES), metavar="github|gitlab|gitea")
@click.option(
    "--report", "file", metavar="FILE", default="", shell_complete=files,
    help="Say what a stored report in JSON says, instead of judging; nothing in it is trusted.",
)  # fmt: skip
@click.option(
    "--repository",
    metavar="NAME",
    default="",
    help="The repository or project, where the job does not tell.",
)
@click.option(
    "--pull-request",
    "number",
    type=click.IntRange(1),
    metavar="N",
    help="Its pull or merge request, where the job does not tell.",
)
@click.option(
    "--api",
    metavar="URL",
    default="",
    help="The address of the forge's API, where the job does not tell.",
)
@click.option(
    "--since", metavar="REV", default="", shell_complete=revisions,
    help="What the pull request is compared with: where both began.  [default: its target branch]",
)  # fmt: skip
@click.option(
    "--head",
    metavar="REV",
    default="",
    shell_complete=revisions,
    help="The newest commit of the pull request, where the job does not tell.",
)
@click.option(
    "--config-from", "config_from", metavar="REV", shell_complete=revisions,
    help="Read configuration, policies and baseline from a commit.  [default: where both began]",
)  # fmt: skip
@click.option("--no-inline-ignores", is_flag=True, help="Honour no ignore comments.")
@profile_option
@select_option
@ignore_option
@click.option(
    "--pin",
    is_flag=True,
    help="Ask registries for digests that the repository does not state, and suggest them.",
)
@registry_options
@click.option(
    "--comments",
    type=click.IntRange(0, _MOST),
    default=_USUAL,
    show_default=True,
    metavar="N",
    help="Comments on lines at most; the summary has what is beyond.",
)
@click.option("--no-status", is_flag=True, help="Do not say the verdict in the list of checks.")
@click.option(
    "--fail-on",
    type=click.Choice(get_args(FailOn)),
    help="Lowest severity that fails the run.  [default: error]",
)
@click.option(
    "--exit-zero",
    is_flag=True,
    help="Exit with 0 in spite of findings; the check on the pull request says what it is.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the requests that would change something, and send none of them.",
)
@today_option
def review(name: str, today: date, **options: Any) -> int:
    """Say on a pull request what it brings: comments on its lines with suggestions, one summary, and a check.

    The pull request, the forge and the token come from the job's variables (GITHUB_TOKEN; GITLAB_TOKEN; GITEA_TOKEN or
    FORGEJO_TOKEN). It is judged from git's objects, by the configuration of where it began; nothing of it is checked out.
    Earlier comments are found again: what is fixed is resolved, and where people answered nothing is touched.

    Exits with 0 and 1 as `imd check` does, and with 2 if there is something to mend in the call.
    """
    from immutable_delivery.commands.review.job import Target as Meant  # noqa: PLC0415 (httpx only where a network is asked)
    from immutable_delivery.commands.review.job import opened  # noqa: PLC0415

    meant = Meant(
        **{word: options.pop(word) for word in ("repository", "number", "head", "since", "api")}
    )
    with opened(name, meant, os.environ, options["insecure"]) as job:
        return _reviewed(job, today, options)


def _reviewed(job: Job, today: date, options: Mapping[str, Any]) -> int:
    pull = job.pull(offline=options["dry_run"])
    if pull is None:
        tell(["imd: note: that commit is the newest of no open pull request: nothing is said"])
        return 0
    report = _report(pull, today, options)
    wanted = _wanted(job.forge, pull, report, options)
    if options["dry_run"]:
        write(Target("text"), job.printed(pull, report, wanted))
    else:
        _say(job, pull, report, wanted)
    return 0 if options["exit_zero"] else int(fails(report))


def _report(pull: Pull, today: date, options: Mapping[str, Any]) -> Report:
    """Return what was judged elsewhere, else judge."""
    if options["file"]:
        from immutable_delivery.commands.review.stored import stored  # noqa: PLC0415

        report, usual = stored(options["file"]), "error"
    else:
        report, usual = _judged(pull, today, options)
    return replace(report, fail_on=options["fail_on"] or usual)


def _judged(pull: Pull, today: date, options: Mapping[str, Any]) -> tuple[Report, str]:
    from immutable_delivery.commands.review.judged import ends, judged, pinned  # noqa: PLC0415
    from immutable_delivery.pipeline.settings import Request  # noqa: PLC0415
    from immutable_delivery.reading.workers import processes  # noqa: PLC0415

    first, last = ends(Path.cwd(), pull.base, pull.head)
    request = Request(
        commits=((first,), last), config_from=options["config_from"], inline_ignores=not options["no_inline_ignores"],
        profile=options["profile"], select=options["select"], ignore=options["ignore"], today=today, origin=False, jobs=processes(), cache=True,
    )  # fmt: skip
    with progress("reading") as reading:
        outcome = judged(Path.cwd(), request, reading)
    report = outcome.report
    if options["pin"]:
        from immutable_delivery.registry.batch import RegistryOptions  # noqa: PLC0415

        reach = RegistryOptions(mirrors=options["mirrors"], insecure=options["insecure"])
        with progress("asking registries") as done:
            report, reasons = pinned(outcome, reach, done)
        tell(f"imd: note: no digest of {reason}" for reason in reasons)
    return report, outcome.config.fail_on


def _wanted(forge: Forge, pull: Pull, report: Report, options: Mapping[str, Any]) -> Wanted:
    from immutable_delivery.review.plan import Wanted  # noqa: PLC0415

    return Wanted(
        style=forge.style, rules=report.rules, head=pull.head, most=options["comments"],
        foreign=bool(options["file"]), status=not options["no_status"],
    )  # fmt: skip


def _say(job: Job, pull: Pull, report: Report, wanted: Wanted) -> None:
    """Say it on the pull request; where that is not allowed, where the job can: no finding is lost."""
    from immutable_delivery.commands.review.post import posted  # noqa: PLC0415
    from immutable_delivery.transport.client import RefusedError  # noqa: PLC0415

    reason = "no token is in the variables of the job"
    if job.session is not None:
        try:
            done = posted(job.session, pull, report, wanted)
        except RefusedError as error:
            reason = str(error)
        else:
            deliver(Target("text"), report, options_for(Target("text"), color=True))
            tell([f"imd: {done}"])
            return
    tell([f"imd: warning: not all could be said on the {job.forge.style.event}: {reason}"])
    for target in (Target("text"), *([Target("github")] if job.forge.name == "github" else [])):
        deliver(target, report, options_for(target, color=True))
