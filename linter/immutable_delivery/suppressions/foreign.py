"""Comments for other tools, honoured where a rule of theirs means a policy of ours; whether they are needed is not for us to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.formats import Comment
from immutable_delivery.names import shown
from immutable_delivery.patterns import lazy
from immutable_delivery.peers import PEERS, Peer
from immutable_delivery.suppressions.silencers import WHOLE_FILE, Area, Silencer
from immutable_delivery.text import Place, Span, Text

_NAME = lazy(r"\s*([a-z][a-z-]*)", re.IGNORECASE)


def silencers(
    comments: Mapping[str, Sequence[Comment]], texts: Mapping[str, Text]
) -> Iterator[Silencer]:
    """Yield what the comments of files, by path, silence: one silencer for each policy that a comment means."""
    for path, found in comments.items():
        for comment in found:
            name = _NAME.match(comment.text)
            tool = name[1].lower() if name else ""
            if tool in PEERS and (directive := PEERS[tool].marker.match(comment.text)):
                yield from _of(tool, path, comment, directive.groupdict(), texts.get(path))


def _of(
    tool: str, path: str, comment: Comment, said: Mapping[str, str | None], text: Text | None
) -> Iterator[Silencer]:
    peer = PEERS[tool]
    place = Place(path, Span(comment.start, comment.end))
    area = _area(peer, comment, text, entire=bool(said.get("file")))
    why = shown((said.get("reason") or "").strip())
    named = said["rules"]
    meant: dict[str, dict[str, None]] = {}
    for rule in re.split(r"[\s,]+", named) if named else peer.policies:
        known = rule if rule in peer.policies else rule.upper()
        if policy := peer.policies.get(known):
            meant.setdefault(policy, {})[known] = None
    for policy, rules in meant.items():
        yield Silencer(
            name=policy, reason=f"{tool}'s comment ignores {', '.join(rules)}{why and f': {why}'}",
            until=None, areas=(Area(path, *area),), place=place, extent=place, tool=tool,
        )  # fmt: skip


def _area(peer: Peer, comment: Comment, text: Text | None, *, entire: bool) -> tuple[int, int]:
    """Return what a comment covers, as its tool reads it."""
    if entire:
        first = (
            not peer.heads
            or text is None
            or not text.value[: comment.start].strip("\ufeff-\r\n\t ")
        )
        return WHOLE_FILE if first else (0, 0)
    if peer.about == "object":
        return comment.within or WHOLE_FILE
    if peer.about == "line" and text is not None:
        return _line(comment, text)
    return comment.covers or (0, 0)


def _line(comment: Comment, text: Text) -> tuple[int, int]:
    """Return the line that a comment ends, or the next one where it has a line for itself."""
    number = text.line_of(comment.start)
    alone = not text.line(number)[: comment.start - text.line_starts[number - 1]].strip()
    number = min(number + alone, len(text.line_starts))
    start = text.line_starts[number - 1]
    return start, start + len(text.line(number))
