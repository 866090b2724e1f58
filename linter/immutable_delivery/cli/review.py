"""`imd review`: comments on a pull request, or the requests that would write them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
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
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import FailOn, Report
from immutable_delivery.policy.gate import fails
from immutable_delivery.records import replace

if TYPE_CHECKING:
    from immutable_delivery.forges.model import Asked, Call, Forge, Found, Pull
    from immutable_delivery.forges.session import Session
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
    help="The least that makes it exit with 1.  [default: error]",
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
    from immutable_delivery.forges import forge_of  # noqa: PLC0415 (httpx only where a network is asked)

    forge = forge_of(name)
    found = _found(forge, options)
    with _session(forge, found, options) as session:
        return _reviewed(forge, found, session, today, options)


def _reviewed(
    forge: Forge, found: Found, session: Session | None, today: date, options: Mapping[str, Any]
) -> int:
    pull = _pull(session, found.asked, offline=options["dry_run"])
    if pull is None:
        tell(["imd: note: that commit is the newest of no open pull request: nothing is said"])
        return 0
    report = _report(pull, today, options)
    wanted = _wanted(forge, pull, report, options)
    if options["dry_run"]:
        write(
            Target("text"),
            _printed(session, found.api, _calls(forge, session, pull, report, wanted)),
        )
    else:
        _say(forge, session, pull, report, wanted)
    return 0 if options["exit_zero"] else int(fails(report))


def _found(forge: Forge, options: Mapping[str, Any]) -> Found:
    """Return what the job tells, with what the caller says on top."""
    from immutable_delivery.forges.session import checked_api  # noqa: PLC0415

    found = forge.environment(os.environ)
    asked = replace(
        found.asked,
        repository=options["repository"] or found.asked.repository,
        number=options["number"] or found.asked.number,
        head=options["head"] or found.asked.head,
        base=options["since"] or found.asked.base,
    )
    api = options["api"] or found.api
    if not api:
        raise UsageError(
            "no variable says where the forge is: name its API, as --api https://code.example/api/v1"
        )
    return replace(found, api=checked_api(api), asked=asked)


@contextmanager
def _session(forge: Forge, found: Found, options: Mapping[str, Any]) -> Iterator[Session | None]:
    """Give the way to the forge; None without a token."""
    if not found.token:
        yield None
        return
    from immutable_delivery.forges.session import Session  # noqa: PLC0415
    from immutable_delivery.transport.client import Limits, Transport  # noqa: PLC0415

    limits = Limits(bytes=50_000_000, seconds_in_all=60, longest_wait=60)
    with closing(Transport(options["insecure"], limits)) as transport:
        yield Session(transport, forge, found.api, found.token)


def _pull(session: Session | None, asked: Asked, *, offline: bool) -> Pull | None:
    """Return the pull request; without a token as far as it is known here."""
    from immutable_delivery.forges.model import Pull  # noqa: PLC0415

    if session is not None and asked.repository and (asked.number or asked.source):
        return _asked(session, asked)
    if asked.base and (offline or session is None):
        repository, head = asked.repository or "owner/name", asked.head or "HEAD"
        return Pull(repository=repository, number=asked.number or 1, head=head, base=asked.base)
    raise UsageError(
        "no pull request is known: name --repository and --pull-request, and a token in the variables of the job"
        if not offline
        else "no pull request is known: without a token, --dry-run needs --since"
    )


def _asked(session: Session, asked: Asked) -> Pull | None:
    from immutable_delivery.transport.client import RefusedError  # noqa: PLC0415

    try:
        return session.forge.pull(session, asked)
    except RefusedError as error:
        if asked.head and asked.base:  # the event names all that judging needs
            from immutable_delivery.forges.model import Pull  # noqa: PLC0415

            return Pull(
                repository=asked.repository, number=asked.number, head=asked.head, base=asked.base
            )
        raise UsageError(f"the pull request cannot be read: {error}") from error


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
            report = pinned(outcome, reach, done)
    return report, outcome.config.fail_on


def _wanted(forge: Forge, pull: Pull, report: Report, options: Mapping[str, Any]) -> Wanted:
    from immutable_delivery.review.plan import Wanted  # noqa: PLC0415

    return Wanted(
        style=forge.style, rules=report.rules, head=pull.head, most=options["comments"],
        foreign=bool(options["file"]), status=not options["no_status"],
    )  # fmt: skip


def _calls(
    forge: Forge, session: Session | None, pull: Pull, report: Report, wanted: Wanted
) -> Iterable[Call]:
    """Return the requests; without a token those that a first review of the diff in this clone would make."""
    from immutable_delivery.commands.review.post import worked_out  # noqa: PLC0415
    from immutable_delivery.forges.diff import parsed  # noqa: PLC0415
    from immutable_delivery.forges.model import State  # noqa: PLC0415

    if session is not None:
        return worked_out(forge, pull, forge.state(session, pull), report, wanted).calls
    from immutable_delivery.commands.review.judged import patch  # noqa: PLC0415

    state = State(diff=parsed(patch(Path.cwd(), pull.base, pull.head)))
    return worked_out(forge, pull, state, report, wanted).calls


def _printed(session: Session | None, api: str, calls: Iterable[Call]) -> str:
    """Return requests as JSON, as they would be sent; but for the token, which stands in none."""
    shown = [_data(session.api if session else api, call) for call in calls]
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def _data(api: str, call: Call) -> Mapping[str, Any]:
    instead = {"if_refused": _data(api, call.instead)} if call.instead else {}
    return {"method": call.method, "url": f"{api}{call.path}", "body": call.body, **instead}


def _say(forge: Forge, session: Session | None, pull: Pull, report: Report, wanted: Wanted) -> None:
    """Say it on the pull request; where that is not allowed, where the job can: no finding is lost."""
    from immutable_delivery.commands.review.post import posted  # noqa: PLC0415
    from immutable_delivery.transport.client import RefusedError  # noqa: PLC0415

    reason = "no token is in the variables of the job"
    if session is not None:
        try:
            done = posted(session, pull, report, wanted)
        except RefusedError as error:
            reason = str(error)
        else:
            deliver(Target("text"), report, options_for(Target("text"), color=True))
            tell([f"imd: {done}"])
            return
    tell([f"imd: warning: not all could be said on the {forge.style.event}: {reason}"])
    for target in (Target("text"), *([Target("github")] if forge.name == "github" else [])):
        deliver(target, report, options_for(target, color=True))
