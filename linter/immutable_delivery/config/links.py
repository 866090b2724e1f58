"""Configuration is read where it lies, never through a symbolic link."""

from __future__ import annotations

from immutable_delivery.errors import ConfigError
from immutable_delivery.files import Files


def refuse_links(files: Files, path: str) -> None:
    """Refuse a path with a symbolic link in it: what configures a run is what a reviewer sees there."""
    link = getattr(files, "link", lambda _path: None)
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        if link("/".join(parts[:count])) is not None:
            raise ConfigError(f"{path}: configuration is not read through a symbolic link")
