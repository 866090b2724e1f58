"""`ADD --checksum`, where a comment above the instruction states the sum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from immutable_delivery.facts import Fact, Fetch
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import FixContext, edited, none
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Text

_SUM = lazy(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_ADD = lazy(r"ADD(?=[ \t])", re.IGNORECASE)


def fix(fact: Fact, place: Place, ctx: FixContext) -> Fix:
    """Write the stated sum as a flag."""
    del place
    fetch, text = cast("Fetch", fact), ctx.texts.get(fact.extent.file)
    if fetch.tool != "ADD" or text is None:
        return none("a person must decide: what the sum is, and how the command checks it")
    keyword = _ADD.match(text.value, fact.extent.span.start)
    stated = _stated(text, fact.extent.span.start)
    if keyword is None or len(stated) != 1 or _several(fetch, ctx):
        return none("needs the file itself: no comment above states its sha256")
    at = fact.extent.at(keyword.end(), keyword.end())
    return edited("Check the sum that the comment states", at, f" --checksum=sha256:{stated.pop()}")


def _stated(text: Text, start: int) -> set[str]:
    """Return the sums in the comment lines right above an instruction."""
    return {
        found
        for line in _comments_above(text, text.line_of(start))
        if "sha256" in line.lower()
        for found in _SUM.findall(line)
    }


def _comments_above(text: Text, number: int) -> Iterator[str]:
    while number > 1 and (line := text.line(number - 1)).lstrip().startswith("#"):
        yield line
        number -= 1


def _several(fetch: Fetch, ctx: FixContext) -> bool:
    """Whether the instruction takes more than this one file: then a sum would have to hold for all."""
    written = ctx.written(fetch.extent) or ""
    return len(re.findall(r"(?:^|\s)(?!--)[^\s\\]+", written)) != len(("ADD", "source", "target"))
