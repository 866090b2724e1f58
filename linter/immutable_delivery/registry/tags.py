"""The tags of a repository, page after page."""

from __future__ import annotations

import msgspec

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.registry.client import Registry, refusal
from immutable_delivery.transport.client import RefusedError

_OK = 200
_PAGES = 100
"""More pages are not asked for."""
_NEXT = lazy(r"<[^>]*[?&]last=([^&>]+)[^>]*>\s*;\s*rel=\"?next")


class _Page(Record):
    tags: list[str] | None = None


_DECODER = msgspec.json.Decoder(_Page)


def tags_of(registry: Registry, repository: str) -> list[str]:
    """Return all tags of a repository; raise RefusedError where the registry tells none.

    The reference is https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags.
    """
    found: list[str] = []
    query = "tags/list?n=1000"
    for _ in range(_PAGES):
        answer = registry.ask("GET", repository, query, {})
        if answer.status != _OK:
            raise RefusedError(f"{registry.host}: {refusal(answer)}")
        try:
            found += _DECODER.decode(answer.body).tags or []
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise RefusedError(f"{registry.host}: its list of tags is not valid") from error
        following = _NEXT.search(answer.headers.get("link", ""))
        if following is None:
            return found
        query = f"tags/list?n=1000&last={following[1]}"
    raise RefusedError(f"{registry.host}: it has too many tags to look at")
