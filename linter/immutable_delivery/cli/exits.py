"""How a run ends: 0 clean, 1 findings, 2 something for the caller to mend, 3 a fault of ours, 130 interrupted."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from immutable_delivery import __version__
from immutable_delivery.cli import imd, streams
from immutable_delivery.errors import ImdError
from immutable_delivery.source.escape import shown

_OF_THE_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EBADF, errno.EMFILE}
)
"""What goes wrong outside of imd: a full, broken or read-only disk, a closed stream, no more open files."""

CLEAN, FINDINGS, MISUSE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; every way in which it can end is an exit code and words on stderr."""
    streams.ready()
    try:
        code = imd.main(args=arguments, prog_name="imd", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the one place that may: a fault must not look like a finding)
        return _ended_by(error)
    return code if isinstance(code, int) else CLEAN


def _ended_by(error: Exception) -> int:
    if isinstance(error, click.ClickException):
        with suppress(OSError):
            error.show()
    elif words := _to_mend(error):
        _say("error", words)
    else:
        return _fault(error)
    streams.abandon()
    return MISUSE


def _to_mend(error: Exception) -> str:
    """Return what the caller has to mend; nothing where it is a fault of imd."""
    match error:
        case ImdError():
            return str(error)
        case MemoryError():
            return "there is not enough memory: judge fewer files at once, or allow more"
        case FileNotFoundError() if not _is_somewhere():
            return "the folder that this runs in is not there any more"
        case OSError() if error.errno in _OF_THE_MACHINE:
            where = f"'{error.filename}'" if error.filename else "stdout"
            return f"{where} cannot be written: {error.strerror}"
        case _:
            return ""


def _is_somewhere() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


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
    with suppress(OSError):  # stderr may be closed or full too: the exit code says it still
        for line in text.splitlines() or [""]:
            click.echo(f"imd: {kind}: {shown(line)}", err=True)
