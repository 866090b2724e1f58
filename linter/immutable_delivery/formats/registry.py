"""The literal list of formats, asked in this order; a module is imported when the first path fits."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import cast

from immutable_delivery.formats import Format
from immutable_delivery.patterns import lazy
from immutable_delivery.records import Record

MAX_HEAD = 65_536
"""How much of a file a format may look at before it claims it, in bytes."""


class Entry(Record, frozen=True):
    """A format and the paths that it may claim."""

    name: str
    paths: re.Pattern[str]
    describes_images: bool = False
    """It makes facts of what others build, so it comes after them."""


REGISTRY = (
    Entry(
        "dockerfile",
        re.compile(r"(?:^|[/.\-_])(?:docker|container)file[^/]*$", re.IGNORECASE),
        describes_images=True,
    ),
    Entry("contract", lazy(r"delivery\.(?:ya?ml|json)$")),
    Entry("skaffold", lazy(r"skaffold[^/]*\.ya?ml$")),
    Entry("devcontainer", lazy(r"devcontainer\.json$")),
    Entry("bake", lazy(r"bake[^/]*\.(?:hcl|json)$")),
    Entry("procfile", lazy(r"(?:^|/)Procfile[^/]*$", re.IGNORECASE)),
    Entry("quadlet", lazy(r"\.(?:container|image|build|kube)$")),
    Entry("score", lazy(r"score[^/]*\.ya?ml$", re.IGNORECASE)),
    Entry("ecs", lazy(r"\.(?:ya?ml|json|template)$")),
    Entry("compose", lazy(r"\.ya?ml$")),
    Entry("kubernetes", lazy(r"\.(?:ya?ml|json)$|(?:^|/)Kustomization$")),
)


@cache
def load(name: str) -> Format:
    """Import a format."""
    return cast("Format", import_module(f"immutable_delivery.formats.{name}"))


def candidates(path: str) -> list[Entry]:
    """Return the formats that may claim a path."""
    return [entry for entry in REGISTRY if entry.paths.search(path)]


def claim(path: str, data: bytes) -> Entry | None:
    """Return the format that claims a file."""
    head = data[:MAX_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # so that it is claimed, and refused by name
        head = head.decode("utf-16", "ignore").encode()
    return next((entry for entry in candidates(path) if load(entry.name).claims(path, head)), None)
