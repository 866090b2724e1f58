"""What an additional build context is, as Compose, Bake and Buildx write it."""

from __future__ import annotations

from immutable_delivery.references.urls import is_remote

_IMAGE = "docker-image://"
_BUILT = ("service:", "target:")
"""What else is built: by Compose, by Bake."""


def named_context(written: str, folder: str | None) -> str | None:
    """Return a folder of the repository, `image:…`, `build:…`, or None for what is elsewhere; ``folder`` is it as a path."""
    if written.startswith(_IMAGE):
        return f"image:{written.removeprefix(_IMAGE)}"
    for prefix in _BUILT:
        if written.startswith(prefix):
            return f"build:{written.removeprefix(prefix)}"
    return None if is_remote(written) or "://" in written else folder
