"""The data files that ship with the package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent  # importlib.resources would cost each start 6 ms


def shipped(*parts: str) -> bytes:
    """Return a file of the package."""
    return PACKAGE.joinpath(*parts).read_bytes()
