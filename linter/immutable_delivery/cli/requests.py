"""The options that several commands have."""

from __future__ import annotations

from datetime import date, datetime

import click

from immutable_delivery.cli.output import TargetType
from immutable_delivery.reporters import FORMATS


def _today(_ctx: click.Context, _param: click.Parameter, value: datetime | None) -> date:
    return (value or datetime.now().astimezone()).date()


verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Say on stderr what the outcome rests on."
)


def names(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Split `--select a,b` as `--select a --select b`."""
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    if values and not names:
        raise click.BadParameter("names no policy; leave it out to have them all")
    return names


select_option = click.option(
    "--select",
    multiple=True,
    callback=names,
    metavar="NAMES",
    help="Report these only: ids, groups, drift:…, layer:….",
)
ignore_option = click.option(
    "--ignore", multiple=True, callback=names, metavar="NAMES", help="Do not report these."
)
profile_option = click.option(
    "--profile",
    metavar="NAME",
    default="",
    help="The set of policies: default, strict, default@N or one of the configuration.",
)
config_option = click.option(
    "--config",
    "config",
    metavar="FILE",
    default="",
    help="The configuration, instead of .imd.yaml or pyproject.toml.",
)
today_option = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_today,
    metavar="DATE",
    help="The day that suppressions expire by, instead of today's date.",
)
output_option = click.option(
    "--output-format",
    "targets",
    multiple=True,
    type=TargetType(),
    metavar="F[=FILE]",
    help=f"{', '.join(FORMATS)}; to a file where one is named. Repeatable.",
)
