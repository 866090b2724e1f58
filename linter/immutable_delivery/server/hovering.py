"""What stands at a place: what a policy objects to and what to write instead, and the value with all that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lsprotocol import types

from immutable_delivery.commands.chain import places, told
from immutable_delivery.facts import Fact, File, Service
from immutable_delivery.findings import Finding, Rule
from immutable_delivery.pipeline.examined import Examined
from immutable_delivery.server.telling import Telling
from immutable_delivery.source.text import Place

_MOST = 4
"""So many facts are shown of a place; a base that many overlays use has one for each."""


def hover(telling: Telling, path: str, where: types.Position) -> types.Hover | None:
    """Return what is known of a position of a file: nothing of what was typed since it was judged."""
    if not telling.is_fresh(path):
        return None
    found = telling.at(path, where)
    said = [*_pages(telling, found), *_values(telling.examined, path, where)]
    if not said:
        return None
    text = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(said))
    here = (one.place for one in found if one.place.file == path)
    return types.Hover(text, next(map(telling.range, here), None))


def _pages(telling: Telling, found: Iterable[Finding]) -> Iterator[str]:
    """Yield a short page of each policy that objects."""
    for name in dict.fromkeys(one.policy for one in found):
        if rule := telling.report.rules.get(name):
            yield short_page(rule)


def short_page(rule: Rule) -> str:
    """Return why a policy objects and what to write instead, and where there is more."""
    title = f"**{rule.id}**: {rule.name}"
    more = f"[{rule.id}]({rule.url})" if rule.url else ""
    parts = (title, rule.why.strip(), f"**Instead:** {rule.remedy.strip()}", more)
    return "\n\n".join(part for part in parts if part)


def _values(examined: Examined | None, path: str, where: types.Position) -> Iterator[str]:
    """Yield the facts that stand at a position, each with what it comes from and whom it reaches."""
    facts = list(_facts_at(examined, path, where)) if examined else []
    if not examined or not facts:
        return
    blocks = dict.fromkeys(
        "\n".join([*told(fact, examined.project.texts), *_reach(fact)]) for fact in facts
    )
    yield from map(_fenced, list(blocks)[:_MOST])
    if len(blocks) > _MOST:
        yield f"and {len(blocks) - _MOST} more"


def _facts_at(examined: Examined, path: str, where: types.Position) -> list[Fact]:
    """Return the facts with the narrowest place around a position."""
    text = examined.project.texts.get(path)
    if text is None:
        return []
    offset = text.offset_at_utf16(where.line + 1, where.character + 1)
    found: dict[int, list[Fact]] = {}
    for fact in examined.facts:
        if isinstance(fact, File | Service):
            continue
        for size in {_size(place) for place in places(fact) if _at(place, path, offset)}:
            found.setdefault(size, []).append(fact)
    return found[min(found)] if found else []


def _at(place: Place, path: str, offset: int) -> bool:
    return place.file == path and place.span.start <= offset <= place.span.end


def _size(place: Place) -> int:
    return place.span.end - place.span.start


def _reach(fact: Fact) -> Iterator[str]:
    """Yield the services and environments of a fact."""
    scope = fact.scope
    for name, names in (("service", scope.services), ("environments", scope.environments)):
        if names:
            yield f"{name}: {', '.join(names)}"


def _fenced(text: str) -> str:
    """Return a text of the repository as one that means nothing else."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
