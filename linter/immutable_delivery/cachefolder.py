"""The folder in which runs leave what spares the next one work."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from immutable_delivery.errors import UsageError


def folder() -> Path:
    """Return the folder of the cache; `IMD_CACHE_DIR` names another."""
    if given := os.environ.get("IMD_CACHE_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home(), "imd", "cache")
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "imd"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given if given.startswith("/") else _home() / ".cache", "imd")


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise UsageError(
            "there is no home folder for the cache: name one in IMD_CACHE_DIR"
        ) from None
