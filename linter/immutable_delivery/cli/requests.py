"""The options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click
import msgspec

from immutable_delivery.cli.completing import files, profiles, selectors
from immutable_delivery.cli.output import TargetType
from immutable_delivery.reporters import FORMATS
from immutable_delivery.source.escape import shown


def _today(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date:
    if not value:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{shown(value)}' is no date like 2026-11-29") from None


def _settings(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Split `profile=strict` at its first sign."""
    settings = [value.partition("=") for value in values]
    for key, sign, _ in settings:
        if not (key.strip() and sign):
            raise click.BadParameter(f"'{shown(key)}' is not written as KEY=VALUE")
    return tuple((key.strip(), value) for key, _, value in settings)


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
    envvar="IMD_SELECT",
    multiple=True,
    callback=names,
    metavar="NAMES",
    shell_complete=selectors,
    help="Report these only: ids, whatever the profile has; of the profile: groups, drift:…, layer:….",
)
ignore_option = click.option(
    "--ignore",
    envvar="IMD_IGNORE",
    multiple=True,
    callback=names,
    metavar="NAMES",
    shell_complete=selectors,
    help="Do not report these.",
)
profile_option = click.option(
    "--profile",
    envvar="IMD_PROFILE",
    metavar="NAME",
    default="",
    shell_complete=profiles,
    help="The set of policies: default, strict, default@N or one of the configuration.",
)
config_option = click.option(
    "--config",
    envvar="IMD_CONFIG",
    metavar="FILE",
    default="",
    shell_complete=files,
    help="The configuration, instead of .imd.yaml or pyproject.toml.",
)
form_option = click.option(
    "-f",
    "--output-format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="For people, for programs, or for a page.  [default: text]",
)
exclude_option = click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave files alone; a pattern as in .gitignore. Repeatable.",
)
set_option = click.option(
    "--set",
    "given",
    multiple=True,
    callback=_settings,
    metavar="KEY=VALUE",
    help="A setting of the configuration, as `severity.floating-tag=note`. Repeatable.",
)


def _build_args(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Split `TAG=1.2`, as settings of the configuration; a name alone would mean the caller's environment."""
    settings = _settings(ctx, param, values)
    for name, _ in settings:
        if not name.isidentifier():
            raise click.BadParameter(f"'{shown(name)}' is no name of a build argument")
    return tuple(
        (f"build_args.{name}", msgspec.json.encode(value).decode()) for name, value in settings
    )


build_arg_option = click.option(
    "--build-arg",
    "build_args",
    multiple=True,
    callback=_build_args,
    metavar="NAME=VALUE",
    help="A build argument that your builds are given; it wins over what manifests say. Repeatable.",
)
no_config_option = click.option(
    "--no-config", "defaults", is_flag=True, help="Read no configuration and no policies of yours."
)


def configuration_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what counts, beside the configuration or instead of it."""
    for option in (no_config_option, set_option, config_option, exclude_option):
        command = option(command)
    return command


today_option = click.option(
    "--today",
    callback=_today,
    metavar="DATE",
    help="The day that suppressions expire by, instead of today's date.",
)
output_option = click.option(
    "-f",
    "--output-format",
    "targets",
    multiple=True,
    type=TargetType(),
    envvar="IMD_OUTPUT_FORMAT",
    metavar="F[=FILE]",
    help=f"{', '.join(FORMATS)}; to a file where one is named. Repeatable.",
)
