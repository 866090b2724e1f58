"""`python -m immutable_delivery` and the command `imd`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    gc.freeze()
    gc.set_threshold(
        200_000, 50, 100
    )  # a run is short and makes trees: collecting them again and again doubles its time
    try:
        from immutable_delivery.cli.exits import run  # noqa: PLC0415 (an interrupt may come while it loads)

        code = run()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
