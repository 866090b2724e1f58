"""Suppressions that suppress nothing: the comment, or those of its ids that nothing needs."""

from __future__ import annotations

import re
from typing import cast

from immutable_delivery.facts import Fact, Suppression
from immutable_delivery.findings import Fix
from immutable_delivery.fixes import FixContext, edited, none
from immutable_delivery.fixes.repeated import lines
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.text import Place, Text

_MARKS = ("#", "//", ";")
_DIRECTIVE = lazy(r"[ \t]*#[ \t]*(?:syntax|escape|check)[ \t]*=", re.IGNORECASE)


def fix(fact: Fact, place: Place, ctx: FixContext) -> Fix:
    """Remove what is unused of a comment."""
    del place
    one, text = cast("Suppression", fact), ctx.texts.get(fact.extent.file)
    if one.problem:
        return none("a person must decide: mend it, or remove it")
    if one.expired:
        return none("a person must decide: what it hides, or its new date")
    if text is None or not (comment := _comment(text, one.extent)):
        return none(f"a person must remove the entry in {one.extent.file}")
    same = ctx.kin(Suppression, _extent, one.extent)
    used = [name for other in same if other.used or other.expired for name in other.ids]
    if not used:
        whole = _whole(text, comment)
        if _DIRECTIVE.match(text.value, whole.span.end):
            return none("a person must remove it: the comment below would become a directive")
        return edited("Remove the suppression", whole, "")
    listed = _listed(text, comment)
    kept = [name for name in listed[1].split(",") if name.strip() in used]
    return edited("Remove what is unused of the suppression", listed[0], ",".join(kept).strip())


def _extent(suppression: Suppression) -> Place:
    return suppression.extent


def _comment(text: Text, place: Place) -> Place | None:
    """Return the place of the directive with the mark before it; a comment may begin with other words."""
    start, end = place.span.start, place.span.end
    marker = text.value.rfind("imd:", start, end)
    before = text.value[start:marker].rstrip()
    mark = next((mark for mark in _MARKS if before.endswith(mark)), "")
    begin = start + len(before) - len(mark)
    while mark and text.value[begin - 1 : begin] == mark[0] and begin > start:
        begin -= 1
    return place.at(begin, end) if marker >= 0 and mark else None


def _whole(text: Text, comment: Place) -> Place:
    """Return what goes with a comment: its line where it stands alone, else the blanks before it."""
    line = text.line_starts[text.line_of(comment.span.start) - 1]
    before = text.value[line : comment.span.start]
    if before.strip():
        return comment.at(line + len(before.rstrip()), comment.span.end)
    return lines(text, comment)


def _listed(text: Text, comment: Place) -> tuple[Place, str]:
    """Return the ids between the brackets, and where they stand."""
    start = text.value.index("[", comment.span.start) + 1
    end = text.value.index("]", start)
    return comment.at(start, end), text.value[start:end]
