"""Configuration is read where it lies in the repository: never through a symbolic link, and not from a submodule."""

from __future__ import annotations

from collections.abc import Sequence

from immutable_delivery.errors import ConfigError, Fault
from immutable_delivery.source.files import Files


def absent(files: Files, path: str) -> str:
    """Return why there is nothing to read at a path, for a person; empty where there is."""
    submodules: Sequence[str] = getattr(files, "submodules", ())
    for folder in submodules:
        if path == folder or path.startswith(f"{folder}/"):
            return f"lies in the submodule {folder}, which is not read: take a package, or a copy"
    return "is not there" if files.state(path) == "missing" else ""


def refuse_links(files: Files, path: str) -> None:
    """Refuse a path with a symbolic link in it: what configures a run is what a reviewer sees there."""
    link = getattr(files, "link", lambda _path: None)
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        if link("/".join(parts[:count])) is not None:
            raise ConfigError(Fault("configuration is not read through a symbolic link", path))
