"""How a run ends: 0 clean, 1 findings, 2 something for the caller to mend, 3 a fault of ours, 130 interrupted."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from immutable_delivery import __version__
from immutable_delivery.cli import imd
from immutable_delivery.errors import ImdError
from immutable_delivery.source.escape import shown

CLEAN, FINDINGS, MISUSE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; every way in which it can end is an exit code and words on stderr."""
    try:
        code = imd.main(args=arguments, prog_name="imd", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return MISUSE
    except ImdError as error:
        _say("error", str(error))
        return MISUSE
    except FileNotFoundError as error:
        return _fault(error) if _is_somewhere() else _lost()
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the one place that may: a fault must not look like a finding)
        return _fault(error)
    return code if isinstance(code, int) else CLEAN


def _is_somewhere() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _lost() -> int:
    _say("error", "the folder that this runs in is not there any more")
    return MISUSE


def _fault(error: Exception) -> int:
    if os.environ.get("IMD_DEBUG"):
        import traceback  # noqa: PLC0415 (only for who looks for the fault)

        traceback.print_exc()
    _say("internal error", f"{type(error).__name__}: {error}")
    python = ".".join(map(str, sys.version_info[:3]))
    _say(
        "this is a fault of imd",
        f"please report it with this message and the file that brings it about (imd {__version__}, Python {python}, {sys.platform}); IMD_DEBUG=1 shows where it happens",
    )
    return FAULT


def _say(kind: str, text: str) -> None:
    for line in text.splitlines() or [""]:
        click.echo(f"imd: {kind}: {shown(line)}", err=True)
