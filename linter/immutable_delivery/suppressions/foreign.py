"""Comments for other tools, honoured where a rule of theirs means a policy of ours; whether they are needed is not for us to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from immutable_delivery.formats import Comment
from immutable_delivery.names import shown
from immutable_delivery.peers import PEERS
from immutable_delivery.suppressions.silencers import WHOLE_FILE, Area, Silencer
from immutable_delivery.text import Place, Span


def silencers(comments: Mapping[str, Sequence[Comment]]) -> Iterator[Silencer]:
    """Yield what the comments of files, by path, silence: one silencer for each policy that a comment means."""
    for path, found in comments.items():
        for comment in found:
            tool = comment.text.split(None, 1)[0].lower() if comment.text.strip() else ""
            if tool in PEERS and (directive := PEERS[tool].marker.match(comment.text)):
                yield from _of(tool, path, comment, directive)


def _of(tool: str, path: str, comment: Comment, directive: re.Match[str]) -> Iterator[Silencer]:
    place = Place(path, Span(comment.start, comment.end))
    area = WHOLE_FILE if directive["file"] else comment.covers or (0, 0)
    why = shown((directive["reason"] or "").strip())
    meant: dict[str, dict[str, None]] = {}
    for rule in map(str.strip, directive["rules"].upper().split(",")):
        if policy := PEERS[tool].policies.get(rule):
            meant.setdefault(policy, {})[rule] = None
    for policy, rules in meant.items():
        yield Silencer(
            name=policy, reason=f"{tool}'s comment ignores {', '.join(rules)}{why and f': {why}'}",
            until=None, areas=(Area(path, *area),), place=place, extent=place, tool=tool,
        )  # fmt: skip
