"""JSON that every reader takes: no lone surrogates, which strict ones refuse, and no command for a CI runner's log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from immutable_delivery.names import shown
from immutable_delivery.patterns import lazy
from immutable_delivery.reporters.plain import inert

_LONE = lazy(r"[\ud800-\udfff]")
"""Bytes of a file name that are not UTF-8, and halves of characters."""


def document(data: Any) -> str:
    """Return one indented document."""
    return f"{_fit(json.dumps(data, ensure_ascii=False, indent=2))}\n"


def lines(entries: Iterable[Any]) -> str:
    """Return one document per line."""
    return "".join(f"{_fit(json.dumps(entry, ensure_ascii=False))}\n" for entry in entries)


def _fit(text: str) -> str:
    return inert(_LONE.sub(lambda found: shown(found[0]).replace("\\", r"\\"), text), r"\\u005b")
