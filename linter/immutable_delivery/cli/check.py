"""`imd check`: judge a repository, or what a change does to it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

import click

from immutable_delivery.baseline import FILE
from immutable_delivery.cli.completing import files, revisions
from immutable_delivery.cli.output import Target, checked, directed, options_for, usual
from immutable_delivery.cli.paths import paths_argument
from immutable_delivery.cli.progress import Progress
from immutable_delivery.cli.reports import deliver
from immutable_delivery.cli.requests import (
    build_arg_option,
    configuration_options,
    ignore_option,
    output_option,
    profile_option,
    select_option,
    today_option,
)
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import FailOn, Report
from immutable_delivery.formats.registry import NAMED
from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request
from immutable_delivery.policy.gate import fails
from immutable_delivery.reading.workers import processes
from immutable_delivery.records import replace
from immutable_delivery.reporters import NAMING_ORIGIN
from immutable_delivery.reporters.plain import against
from immutable_delivery.source.escape import shown

_SHOWN = (
    "verbose", "explain", "show_files", "show_unresolved", "statistics", "include_suppressed",
)  # fmt: skip


@click.command(context_settings={"auto_envvar_prefix": "IMD"})
@paths_argument
@profile_option
@select_option
@ignore_option
@click.option(
    "--fail-on",
    type=click.Choice(get_args(FailOn)),
    help="Lowest severity that fails the run; or divergent or convergent, for what runs, or moving, for what builds it.  [default: error]",
)
@output_option
@click.option(
    "-o",
    "--output",
    "file",
    metavar="FILE",
    default="",
    shell_complete=files,
    help="Write the report into a file.",
)
@click.option(
    "--staged", is_flag=True, help="Judge what is staged, and report what that change brings."
)
@click.option(
    "--since", metavar="REV", shell_complete=revisions, help="Report what has come since a commit."
)
@build_arg_option
@configuration_options
@click.option(
    "--config-from",
    "config_from",
    metavar="REV",
    shell_complete=revisions,
    help="Read configuration, policies and baseline from a commit, for changes that are not trusted.",
)
@click.option(
    "--no-inline-ignores",
    is_flag=True,
    help="Honour no ignore comments, and no service that says it is for development.",
)
@click.option(
    "--baseline",
    is_flag=False,
    flag_value=FILE,
    metavar="[FILE]",
    shell_complete=files,
    help=f"Report what is not known from a baseline.  [FILE: {FILE}]",
)
@click.option("--no-baseline", is_flag=True, help="Report known findings too.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 in spite of findings.")
@click.option(
    "--strict-unresolved",
    is_flag=True,
    help="Fail on deployed images whose reference stays unknown.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print one line per finding, and nothing else.")
@click.option(
    "-v", "--verbose", is_flag=True, help="List every place, service and file that is else counted."
)
@click.option(
    "--explain", is_flag=True, help="Say of each policy why it objects and what to write instead."
)
@click.option("--show-files", is_flag=True, help="Show every file and what became of it.")
@click.option(
    "--show-unresolved",
    is_flag=True,
    help="Show what could not be decided because a value is unknown.",
)
@click.option("--statistics", is_flag=True, help="Show how often each policy found something.")
@click.option(
    "--include-suppressed",
    is_flag=True,
    help="Report suppressed findings too; they do not make it fail.",
)
@today_option
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Read with at most so many processes.  [default: as many as can run at once]",
)
@click.option(
    "--no-cache", is_flag=True, help="Neither use nor leave what is remembered of unchanged files."
)
@click.option(
    "--as",
    "read_as",
    type=click.Choice(tuple(NAMED)),
    help="Read the named files as this format, whatever they are called.",
)
@click.option(
    "--stdin-filename",
    metavar="PATH",
    help="What the file on the standard input (`-` for PATHS) is called.  [default: Dockerfile]",
)
@click.option("--no-color", is_flag=True, help="Use no colours; so does the variable NO_COLOR.")
@click.option(
    "--watch", is_flag=True, help="Judge again whenever a file is saved, until it is interrupted."
)
def check(targets: tuple[Target, ...], **options: Any) -> int:
    """Judge the repository around PATHS, and report what concerns them; all of it without PATHS.

    Exits with 0 if nothing is at or above --fail-on, 1 if something is, 2 if there is something to mend in the call,
    the configuration or a policy, 3 for a fault of imd. Options can be given as variables too: IMD_FAIL_ON for --fail-on.
    """
    if options.pop("watch"):
        from immutable_delivery.cli.watch import watch  # noqa: PLC0415 (few stay)

        return watch(Path.cwd(), lambda: _checked(targets, dict(options)))
    return _checked(targets, options)


def _checked(targets: tuple[Target, ...], options: dict[str, Any]) -> int:
    quiet = options.pop("quiet")
    targets = checked(directed(targets or usual(quiet=quiet), options.pop("file")))
    wanted = {name: options.pop(name) for name in _SHOWN}
    color, exit_zero, fail_on = (
        not options.pop("no_color"),
        options.pop("exit_zero"),
        options.pop("fail_on"),
    )
    origin = any(target.format in NAMING_ORIGIN for target in targets)
    progress = Progress()
    try:
        outcome = run(Path.cwd(), _request({**options, "origin": origin}), progress)
    finally:
        progress.end()
    least = None if exit_zero else fail_on or outcome.config.fail_on
    report = replace(outcome.report, fail_on=least)
    for target in targets:
        deliver(target, report, options_for(target, color=color, **wanted))
    if outcome.nothing:
        raise UsageError(outcome.nothing)
    if not quiet:
        _warn(report, targets)
    return int(fails(report))


def _judges(report: Report) -> bool:
    return any(file.format and not file.skipped for file in report.files)


def _request(options: dict[str, Any]) -> Request:
    inline = not options.pop("no_inline_ignores")
    options["read_as"] = options["read_as"] or ""
    if options["read_as"] and not options["paths"]:
        raise UsageError("--as says what the named files are: name some")
    options["stdin"] = _handed(options, options.pop("stdin_filename"))
    if options["defaults"] and options["config"]:
        raise UsageError("--no-config and --config exclude each other")
    if options.pop("no_baseline"):
        if options["baseline"] is not None:
            raise UsageError("--baseline and --no-baseline exclude each other")
        options["baseline"] = ""
    elif options["baseline"] == "":
        raise UsageError("--baseline names no file")
    options["given"] = (*options["given"], *options.pop("build_args"))
    options["jobs"] = options["jobs"] or processes()
    strangers = options["config_from"] is not None
    return Request(
        inline_ignores=inline, strangers=strangers, cache=not options.pop("no_cache"), **options
    )


def _handed(options: dict[str, Any], name: str | None) -> tuple[str, bytes] | None:
    """Return the file on the standard input, where it is what the caller names."""
    if options["paths"] != ("-",):
        if name is not None or "-" in options["paths"]:
            raise UsageError(
                "the standard input is one file, by itself: `imd check - --stdin-filename PATH`"
            )
        return None
    if options["staged"] or options["since"] is not None:
        raise UsageError("--staged and --since judge a change, not the standard input")
    if sys.stdin is None:
        raise UsageError("the standard input is closed, so there is no file to judge on it")
    options["paths"] = ()
    return name or "Dockerfile", sys.stdin.buffer.read()


def _warn(report: Report, targets: tuple[Target, ...]) -> None:
    """Say on stderr what nobody may miss, whatever the report's format shows."""
    if not _judges(report):
        click.echo(
            "imd: warning: 0 files were judged: nothing here is in a format that imd knows",
            err=True,
        )
    if report.baseline and Target("text") not in targets:
        click.echo(f"imd: note: {against(report.baseline, len(report.findings))}", err=True)
    if Target("text") not in targets:
        for notice in report.notices:
            click.echo(f"imd: note: {shown(notice)}", err=True)
