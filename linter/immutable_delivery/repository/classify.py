"""What a file is to a delivery by its path and header: part of it, or a fixture, somebody else's, generated, archived."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from immutable_delivery.lazy_regex import lazy

PathClass = Literal["", "fixture", "vendored", "generated", "archived"]
"""Empty: part of the delivery. ``examples/`` is: people copy what stands there."""

_VENDORED = frozenset(
    {
        *("vendor", "vendored", "_vendor", "third_party", "third-party", "thirdparty", "3rdparty"),
        *("node_modules", "bower_components", ".yarn", ".pnpm-store"),
        *(".venv", "venv", "site-packages", ".tox", ".nox", "Godeps", "Pods"),
        *(".terraform", ".terragrunt-cache"),
    }
)
_FIXTURE = frozenset(
    {
        *(
            "fixture",
            "fixtures",
            "__fixtures__",
            "testdata",
            "testfiles",
            "testfiles-negative",
            "test-data",
            "test_data",
        ),
        *("testcases", "test-cases", "test_cases", "__tests__", "__mocks__", "__snapshots__"),
        *("tests", "golden", "goldens", "goldenfiles"),
    }
)
_TEST_PARTS = frozenset(
    {"acceptance", "cases", "data", "e2e", "functional", "integration", "resources", "unit"}
)
"""What makes `test/` a folder of tests: alone it is as often the environment of that name."""

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

_HEADER_LINES = 30
_COMMENT = lazy(r"\s*(#|//|/\*|\*|;|--|<!--|\{\{|\(\*|%|'|\"\"\"|REM\b|rem\b)")
_GENERATED = lazy(
    r"@generated\b"
    r"|\bcode generated\b.*\bdo not (manually )?edit\b"
    r"|\bauto-?generated\b.{0,200}\bdo not\b.{0,20}\b(edit|modify|change|update)"
    r"|\b(file|dockerfile|manifest) (is|was|has been) (auto-?|automatically )?generated\b"
    r"|\bgenerated\b.{0,120}\bdo not\b.{0,20}\b(edit|modify|change|update)\b"
    r"|\bdo not\b.{0,20}\b(edit|modify|change|update)\b.{0,120}\bgenerated\b",
    re.IGNORECASE | re.DOTALL,
)


def classify(path: str, head: bytes = b"") -> PathClass:
    """Return the class of a file by its path, relative to the root, and the bytes that it begins with."""
    parts = path.split("/")[:-1]
    folders = set(parts)
    if folders & _VENDORED:
        return "vendored"
    if folders & _FIXTURE or _is_test(parts):
        return "fixture"
    if folders & _ARCHIVED or parts[:1] == ["archive"]:
        return "archived"
    return "generated" if _is_generated(head) else ""


def _is_test(parts: list[str]) -> bool:
    return any(
        (one, two) == ("src", "test") or (one == "test" and two in _TEST_PARTS)
        for one, two in pairwise(parts)
    )


def _is_generated(head: bytes) -> bool:
    """Tell whether the comments at the top say that a program wrote the file."""
    if b"generated" not in head[:4096].lower():  # every way of saying it holds the word
        return False
    lines = head[:4096].decode("utf-8-sig", "replace").splitlines()[:_HEADER_LINES]
    comments = " ".join(line for line in lines if _COMMENT.match(line))
    return bool(_GENERATED.search(comments))
