"""Ignore comments: `imd: ignore[id,…] reason until=YYYY-MM-DD`, above a statement or at the end of its line.

`ignore-stage` is about the build stage around that statement, `ignore-file` about the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from immutable_delivery.context import Comment
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.source.escape import nearest
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.suppressions.entries import WHOLE_FILE, Area, SuppressionEntry

_DIRECTIVE = lazy(
    r"(?:^|\#)\s*imd:\s*(?P<verb>[A-Za-z_-]+)\s*(?:\[(?P<ids>[^\]\n]*)\])?(?P<rest>.*)", re.DOTALL
)
_UNTIL = lazy(r"(?:^|(?<=\s))until\s*=\s*(\S*)")
_DAY = lazy(r"\d{4}-\d{2}-\d{2}\Z")
_VERBS = ("ignore", "ignore-stage", "ignore-file")


def silencers(
    comments: Mapping[str, Sequence[Comment]], texts: Mapping[str, Text]
) -> Iterator[SuppressionEntry]:
    """Yield what the comments of files, by path, silence: one silencer for each id."""
    for path, found in comments.items():
        for comment in found:
            if "imd:" in comment.text and (directive := _DIRECTIVE.search(comment.text)):
                yield from _of(path, comment, directive, texts.get(path))


def _of(
    path: str, comment: Comment, directive: re.Match[str], text: Text | None
) -> Iterator[SuppressionEntry]:
    verb = directive["verb"]
    if verb not in _VERBS and directive["ids"] is None and not nearest(verb, _VERBS):
        return
    whole = Place(path, Span(comment.start, comment.end))
    names = [name.strip() for name in (directive["ids"] or "").split(",") if name.strip()]
    until, reason = _until(directive["rest"])
    problem = _problem(verb, names, reason, until, comment)
    areas = {"ignore": comment.covers, "ignore-stage": comment.stage, "ignore-file": WHOLE_FILE}
    area = areas.get(verb) or (0, 0)
    for name in (names or [""]) if not problem else [", ".join(names)]:
        yield SuppressionEntry(
            name=name,
            reason=reason,
            until=until if isinstance(until, date) else None,
            areas=(Area(path, *area),),
            place=_located(name, whole, text),
            extent=whole,
            problem=problem,
        )


def _until(rest: str) -> tuple[date | str | None, str]:
    """Return the day (its text where it is none) and the reason without it."""
    found = _UNTIL.search(rest)
    reason = " ".join(_UNTIL.sub("", rest).split()).strip("-–—: ")
    if found is None:
        return None, reason
    try:
        return date.fromisoformat(found[1]) if _DAY.match(found[1]) else found[1], reason
    except ValueError:
        return found[1], reason


def _problem(
    verb: str, names: list[str], reason: str, until: date | str | None, comment: Comment
) -> str:
    if verb not in _VERBS:
        return f"'{verb}' is none of {', '.join(_VERBS[:-1])} and {_VERBS[-1]}"
    if not names:
        return f"it names no policy: write {verb}[id] and the reason"
    if isinstance(until, str):
        return f"'{until}' is no day: write until=YYYY-MM-DD"
    if not reason:
        return "it gives no reason"
    return _misplaced(verb, comment)


def _misplaced(verb: str, comment: Comment) -> str:
    if verb == "ignore" and comment.covers is None:
        return "it stands above no statement; ignore-file[id] means the whole file"
    if verb == "ignore-stage" and comment.stage is None:
        return "it stands in no build stage and above none; ignore[id] means the statement below"
    return ""


def _located(name: str, whole: Place, text: Text | None) -> Place:
    """Return where a name stands in its comment."""
    if text is None or not name:
        return whole
    opening = text.value.find("[", whole.span.start, whole.span.end)
    at = text.value.find(name, max(opening, whole.span.start), whole.span.end)
    return whole if at < 0 else whole.at(at, at + len(name))
