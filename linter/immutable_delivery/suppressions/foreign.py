"""Comments for other tools, honoured where a rule of theirs means a policy of ours; whether they are needed is not for us to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, partial

from immutable_delivery.context import Comment
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.other_linters import BY_WORD, PEERS, About, Peer
from immutable_delivery.source.escape import shown
from immutable_delivery.source.text import Place, Span, Text
from immutable_delivery.suppressions.entries import WHOLE_FILE, Area, SuppressionEntry

_WORD = lazy(r"\s*([a-z][a-z-]*)", re.IGNORECASE)
_BLANK = lazy(r"[\ufeff\-\r\n\t ]*")
_HEAD = lazy(r"\ufeff?(?:[ \t]*(?:\#[^\n]*|---[ \t\r]*)?\r?\n)*[ \t]*")
Heads = Callable[[], Mapping[str, int]]
"""How far what may stand above a comment for the whole file reaches, by what that is."""


def silencers(
    comments: Mapping[str, Sequence[Comment]], texts: Mapping[str, Text]
) -> Iterator[SuppressionEntry]:
    """Yield what the comments of files, by path, silence: one silencer for each policy that a comment means."""
    for path, found in comments.items():
        text = texts.get(path) or Text(path, "")
        heads = cache(partial(_heads_of, text))
        for comment in found:
            word = _WORD.match(comment.text)
            tool = BY_WORD.get(word[1].lower()) if word else None
            for said in PEERS[tool].marker.finditer(comment.text) if tool else ():
                yield from _of(tool or "", path, comment, said.groupdict(), text, heads)


def meant(peer: Peer, named: str | None) -> dict[str, list[str]]:
    """Return the policies that rules mean, each with those rules; all of the tool where none is named."""
    found: dict[str, dict[str, None]] = {}
    for rule in re.split(r"[\s,]+", named) if named else peer.policies:
        known = next(
            (one for one in (rule, rule.upper(), rule.lower()) if one in peer.policies), ""
        )
        if known:
            found.setdefault(peer.policies[known], {})[known] = None
    return {policy: list(rules) for policy, rules in found.items()}


def lasts_until(written: str | None) -> date | None:
    """Return the last day before the one that is written; the first of all days where that is none."""
    try:
        return date.fromisoformat(written) - timedelta(days=1) if written else None
    except (ValueError, OverflowError):
        return date.min


def _of(
    tool: str,
    path: str,
    comment: Comment,
    said: Mapping[str, str | None],
    text: Text,
    heads: Heads,
) -> Iterator[SuppressionEntry]:
    peer = PEERS[tool]
    place = Place(path, Span(comment.start, comment.end))
    about = peer.about.get((said.get("about") or "").lower(), peer.about[""])
    area = _area(about, peer, comment, text)
    if about == "file" and peer.heads and heads()[peer.heads] < comment.start:
        area = (0, 0)
    why = shown((said.get("reason") or "").strip())
    for policy, rules in meant(peer, said.get("rules")).items():
        yield SuppressionEntry(
            name=policy, reason=f"{tool}'s comment ignores {', '.join(rules)}{why and f': {why}'}",
            until=lasts_until(said.get("until")), areas=(Area(path, *area),), place=place, extent=place, tool=tool,
        )  # fmt: skip


def _heads_of(text: Text) -> Mapping[str, int]:
    blank, head = (one.match(text.value) for one in (_BLANK, _HEAD))
    return {"first": blank.end() if blank else 0, "comments": head.end() if head else 0}


def _area(about: About, peer: Peer, comment: Comment, text: Text) -> tuple[int, int]:
    """Return what a comment covers, as its tool reads it."""
    nearest: Mapping[str, Callable[[Comment, Text], tuple[int, int]]] = {
        "line": _line, "block": _block, "stage": _rest_of_stage,
    }  # fmt: skip
    if about in nearest:
        return nearest[about](comment, text)
    wide = {"file": WHOLE_FILE, "object": comment.within or WHOLE_FILE}
    apart = about == "next" and not _directly_above(peer, comment, text)
    return wide.get(about, (0, 0) if apart else comment.covers or WHOLE_FILE)


def _line(comment: Comment, text: Text) -> tuple[int, int]:
    """Return the line that a comment ends, or the next one where it has a line for itself; in a Dockerfile the instruction."""
    if comment.stage and comment.covers:
        return comment.covers
    number = text.line_of(comment.start)
    alone = not text.line(number)[: comment.start - text.line_starts[number - 1]].strip()
    number = min(number + alone, len(text.line_starts))
    start = text.line_starts[number - 1]
    return start, start + len(text.line(number))


def _block(comment: Comment, text: Text) -> tuple[int, int]:  # noqa: ARG001 (as its siblings)
    """Return the statement below a comment; in a Dockerfile the stage that begins there, and nothing else."""
    if comment.stage is None or comment.covers is None:
        return comment.covers or WHOLE_FILE
    return comment.stage if comment.covers[0] == comment.stage[0] else (0, 0)


def _rest_of_stage(comment: Comment, text: Text) -> tuple[int, int]:
    """Return the stage around a comment from the second line below it on."""
    number = text.line_of(comment.start) + 1
    if comment.stage is None or number >= len(text.line_starts):
        return 0, 0
    return text.line_starts[number], max(text.line_starts[number], comment.stage[1])


def _directly_above(peer: Peer, comment: Comment, text: Text) -> bool:
    """Whether nothing but comments of the tool, where it allows these, stands between a comment and its statement."""
    if comment.inside or comment.covers is None:
        return False
    number = text.line_of(comment.start) + 1
    while peer.stacks and number < len(text.line_starts) and peer.marker.search(text.line(number)):
        number += 1
    return text.line_of(comment.covers[0]) <= number
