"""`python -m immutable_delivery` and the command `imd`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from immutable_delivery.cli.exits import run  # noqa: PLC0415 (an interrupt may come while it loads)

        code = run()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
