"""Placeholders in a text, such as `${name}`: filled in with the place that decides each part, or kept as unknown."""

from __future__ import annotations

import re
from collections.abc import Callable

from immutable_delivery.records import replace
from immutable_delivery.source.located import Written
from immutable_delivery.syntax.interpolation import Cutter

MAX_LENGTH = 100_000
"""A text that its placeholders make longer than this is taken for unknown: it doubles at every step."""

Give = Callable[[re.Match[str], Written], Written | None]
"""Returns what stands for a placeholder, given as it is written; None where nobody knows."""


def filled(written: Written, pattern: re.Pattern[str], give: Give) -> Written:
    """Return a text with its placeholders filled in; those that stay are missing."""
    parts: list[Written] = []
    cutter, at, length = Cutter(written), 0, 0
    for found in pattern.finditer(written.text):
        if found.start() > at:
            parts.append(cutter.cut(at, found.start()))
        own = cutter.cut(*found.span())
        parts.append(give(found, own) or replace(own, missing=(found[0],)))
        length += len(parts[-1].text)
        at = found.end()
    if not parts:
        return written
    if length > MAX_LENGTH:
        return replace(written, missing=("…",))
    if at < len(written.text):
        parts.append(cutter.cut(at, len(written.text)))
    return Written.joined(parts, written.whole)
