"""What a file is to a delivery by its path: part of it, or a fixture, somebody else's, archived."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.files import below

PathClass = Literal["", "fixture", "vendored", "archived"]
"""Empty: part of the delivery. ``examples/`` is: people copy what stands there; and so is what a program generates, for it ships."""

Holds = Callable[[str], bool]
"""Tells whether anything lies below a folder."""

_VENDORED = frozenset(
    {
        *("vendor", "vendored", "_vendor", "third_party", "third-party", "thirdparty", "3rdparty"),
        *("node_modules", "bower_components", ".yarn", ".pnpm-store"),
        *(".venv", "venv", "site-packages", ".tox", ".nox", "Godeps", "Pods"),
        *(".terraform", ".terragrunt-cache"),
    }
)
_KINDS = "acceptance|conformance|e2e|functional|integration|load|perf|regression|smoke|system|unit"
_FIXTURE = lazy(
    rf"(?:(?:{_KINDS}|test)[-_])?(?:tests|test[-_]?(?:data|files|cases)|fixtures?|goldens?|goldenfiles)"
    rf"(?:[-_.]?v?\d+|[-_.](?:bad|data|files|fixtures|good|invalid|negative|new|old|positive|valid|{_KINDS}))*"
    rf"|test[-_](?:{_KINDS})(?:[-_.]?\d+)?|__(?:fixtures|tests|mocks|snapshots)__|molecule"
)
"""Folders of tests and of what they read, with a number or a word of tests behind."""
_TEST_PARTS = frozenset(
    {"acceptance", "cases", "data", "e2e", "functional", "integration", "resources", "unit"}
)
"""What makes `test/` a folder of tests, as `tests/` beside it does: alone it is as often the environment of that name."""

_ARCHIVED = frozenset(
    {
        "archived",
        "_archived",
        "_archive",
        ".archive",
        "attic",
        "deprecated",
        "obsolete",
        "graveyard",
    }
)


def _nothing(_folder: str) -> bool:
    return False


def classify(path: str, holds: Holds = _nothing) -> PathClass:
    """Return the class of a file by its path, relative to the root, and the folders beside it."""
    parts = path.split("/")[:-1]
    folders = set(parts)
    if folders & _VENDORED:
        return "vendored"
    if any(map(_FIXTURE.fullmatch, folders)) or _is_test(parts, holds):
        return "fixture"
    if folders & _ARCHIVED or parts[:1] == ["archive"]:
        return "archived"
    return ""


def held_by(paths: Sequence[str]) -> Holds:
    """Return what tells whether anything of a sorted list of paths lies below a folder."""
    return lambda folder: any(path != folder for path in below(paths, folder))


def _is_test(parts: Sequence[str], holds: Holds) -> bool:
    """Whether `test/` is a folder of tests: by what lies above, below or beside it."""
    for number, part in enumerate(parts):
        if part == "test":
            above, inside = parts[:number], parts[number + 1 : number + 2]
            if above[-1:] == ["src"] or not _TEST_PARTS.isdisjoint(inside):
                return True
            if holds("/".join((*above, "tests"))):
                return True
    return False
