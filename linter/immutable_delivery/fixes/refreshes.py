"""A package index refreshed in a layer of its own: joined with the RUN below it."""

from __future__ import annotations

import re

from immutable_delivery.facts import Fact, Install
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import FixContext, edited, none
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place

_ALONE = lazy(r"RUN[ \t]+[\w./ \t-]+\Z", re.IGNORECASE)
_NEXT = lazy(r"(?:[ \t]*\r?\n)+[ \t]*RUN[ \t]+(?!--)(?=[\w./-]+[ \t])", re.IGNORECASE)
_BODY = lazy(r"(?:[^\\\r\n]|\\[ \t]*\r?\n|\\[^\r\n])*")
_ALTERNATIVE = lazy(r"\|\||<<|`|^[ \t]*#", re.MULTILINE)


def fix(fact: Fact, place: Place, ctx: FixContext) -> Fix:
    """Write the refresh before what the next RUN does."""
    text, at = ctx.texts.get(place.file), fact.extent
    written = (ctx.written(at) or "").rstrip()
    if text is None or not _ALONE.match(written):
        return none("a person must decide: it does more than to refresh the index")
    below = _NEXT.match(text.value, at.span.start + len(written))
    body = _BODY.match(text.value, below.end()) if below else None
    if below is None or body is None or _ALTERNATIVE.search(body[0]):
        return none("a person must decide which RUN it belongs to")
    run = below.start() + below[0].upper().rindex("RUN")
    if not ctx.kin(Install, _begins, (place.file, run)):
        return none("a person must decide which RUN it belongs to")
    return edited("Refresh the index in the RUN below", at.at(*below.span()), " && ")


def _begins(install: Install) -> tuple[str, int]:
    return install.extent.file, install.extent.span.start
