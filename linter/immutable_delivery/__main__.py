"""`python -m immutable_delivery` and the command `imd`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading


def main() -> None:
    """Run the command line and exit with its code."""
    gc.freeze()
    gc.set_threshold(1_000_000, 50, 100)  # a run is short, and few of its objects form cycles
    try:
        code = _run()
    except KeyboardInterrupt:
        code = 130
    _leave(code)


def _run() -> int:
    from immutable_delivery.standins import libraries  # noqa: PLC0415 (an interrupt may come while it loads)

    with libraries():
        import pathlib  # noqa: F401, PLC0415

        import click  # noqa: F401, PLC0415
        import msgspec  # noqa: F401, PLC0415
    from immutable_delivery.cli.exits import run  # noqa: PLC0415

    return run()


def _leave(code: int) -> None:
    """Exit without taking apart, object by object, what ends with the process; where a stream is broken, Python says so."""
    if threading.active_count() > 1:
        sys.exit(code)
    try:
        atexit._run_exitfuncs()  # noqa: SLF001 (what libraries have left for the end)
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
