"""What services take of this repository itself when they start: a clone of it, a folder of that, a file by its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from immutable_delivery.commands.affected.answer import Reason
from immutable_delivery.commands.affected.states import State
from immutable_delivery.facts import Fact, Fetch
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.references.git import repository_of
from immutable_delivery.source.files import below, resolve

_PARTS = lazy(r"(?P<url>(?:[a-z+.-]+://)?.+?)(?://(?P<folder>[^?#]*))?(?:[?#].*)?\Z")
"""An address as getters read it: the folder that is taken stands behind another `//`."""
_RAW = lazy(
    r"https?://raw\.githubusercontent\.com/(?P<name>[^/]+/[^/]+)/(?:refs/(?:heads|tags)/)?[^/]+/(?P<path>[^?#]+)"
)
"""A file of a repository by its address."""


def cloned(state: State, touched: Sequence[str]) -> Iterator[tuple[Fact, Reason]]:
    """Yield what takes this repository itself when it starts, at a commit that nobody here knows, and that as a reason."""
    clones = _Clones(state, touched)
    for fact in state.deployed:
        if isinstance(fact, Fetch) and (path := clones.path(fact)):
            text = f"it takes {path} from this repository when it starts: which commit of it, nobody here can tell"
            place = fact.used_at
            yield fact, Reason("unknown", text, path, place.file, state.line(place))


class _Clones:
    """The paths that changed, as what takes this repository at its start sees them."""

    def __init__(self, state: State, touched: Sequence[str]) -> None:
        self._state, self._touched = state, touched

    def path(self, fetch: Fetch) -> str:
        """Return the first path that changed and that is taken; empty where none is, or one commit is fixed."""
        if fetch.pin == "digest" or not fetch.url:
            return ""
        raw = _RAW.match(fetch.url)
        if raw:
            return self._below(f"https://github.com/{raw['name']}", raw["path"])
        parts = _PARTS.match(fetch.url) if fetch.source_type == "git" else None
        return self._below(parts["url"], parts["folder"] or "") if parts else ""

    def _below(self, url: str, folder: str) -> str:
        """Return the first path below a folder; where nobody knows the name of this repository, it may be any."""
        path = resolve("", folder)
        if path is None or (self._here and repository_of(url) != self._here):
            return ""
        return next(iter(below(self._touched, path)), "") if path else next(iter(self._touched), "")

    @cached_property
    def _here(self) -> str:
        return repository_of(self._state.remote())
