"""Judging again whenever a file is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from immutable_delivery.errors import ImdError, UsageError
from immutable_delivery.source.escape import shown

_FIRST = 200
"""Milliseconds until the first judgement: what is saved while it runs is seen already."""


def watch(folder: Path, judge: Callable[[], int]) -> int:
    """Judge, and judge again after each change below a folder, until it is interrupted."""
    try:
        from watchfiles import watch as changes  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError("--watch needs watchfiles: install `immutable-delivery[watch]`") from None
    begun = False
    for found in changes(folder, yield_on_timeout=True, rust_timeout=_FIRST):
        if begun and not found:
            continue
        if begun:
            click.clear()
        _tell(judge)
        begun = True
    return 0


def _tell(judge: Callable[[], int]) -> None:
    """Judge once; what is wrong with the call or the configuration may be mended while we wait."""
    try:
        judge()
    except ImdError as error:
        click.echo(f"imd: error: {shown(str(error))}", err=True)
    click.echo(f"{datetime.now().astimezone():%H:%M:%S} watching; Ctrl-C ends it", err=True)
