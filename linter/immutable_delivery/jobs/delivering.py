"""Which files of commands may deliver: those that name a program that does."""

from __future__ import annotations

import re
from functools import lru_cache

from immutable_delivery.effects.rules import programs_of
from immutable_delivery.effects.tables import load

_SECTIONS = ("mutations", "images", "makers", "taken")
_ALSO = ("docker", "podman", "nerdctl", "buildah", "skopeo", "crane", "helm", "kubectl", "oc")


def delivers(data: bytes) -> bool:
    """Whether bytes name a program that changes what runs, or that runs, makes or moves images."""
    return _pattern().search(data) is not None


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[bytes]:
    rows = (row for section in _SECTIONS for row in load().data[section])
    names = {name for row in rows for name in programs_of(row)} | {*_ALSO}
    words = b"|".join(re.escape(name).encode() for name in sorted(names))
    return re.compile(rb"(?<![\w.])(?<!\w-)(?:" + words + rb")(?![\w.-])")
