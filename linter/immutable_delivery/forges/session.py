"""Requests to one forge: JSON in, JSON out, page by page, with the token for its own host alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record
from immutable_delivery.source.escape import shown
from immutable_delivery.transport.client import Answer, RefusedError, Transport

if TYPE_CHECKING:
    from immutable_delivery.forges.model import Call, Forge

T = TypeVar("T")

MOST_PAGES = 30
"""GitHub lists no more than 3,000 files of a pull request."""
_DENIED = frozenset({401, 403, 404, 405, 410, 501})
"""Not for us, not there, or not known to this version."""
_REJECTED = frozenset({400, 409, 422})
_OK = range(200, 300)


class DeniedError(RefusedError):
    """The token may not do that, or there is none."""


class RejectedError(RefusedError):
    """The forge does not take what the request says, for a line that is not in its diff for example."""


class Session(Record, frozen=True):
    """A forge, at an address, with a token."""

    transport: Transport
    forge: Forge
    api: str
    token: str

    def __repr__(self) -> str:
        return f"Session({self.api})"

    def get(self, path: str, **query: str | int) -> Any:
        """Return what stands at a path."""
        more = f"?{urlencode(query)}" if query else ""
        return self._decoded(self._sent("GET", f"{path}{more}", None))

    def text(self, path: str, accept: str) -> str:
        """Return what stands at a path as text."""
        answer = self._sent("GET", path, None, accept)
        return answer.body.decode("utf-8", "replace")

    def pages(self, path: str, **query: str | int) -> Iterator[Any]:
        """Yield the items of a list, as many pages as there are, but not for ever."""
        name, size = self.forge.paging
        for page in range(1, MOST_PAGES + 1):
            items = self.get(path, **query, **{name: size, "page": page})
            if not isinstance(items, list):
                raise RefusedError(f"{self.host}: its answer is no list")
            yield from items
            if len(items) < size:
                return

    def send(self, call: Call, known: Mapping[str, Any]) -> Any:
        """Send one request that changes something; return the answer."""
        path = call.path.format_map(known) if "{" in call.path else call.path
        once = call.method == "POST" and not call.path.endswith("graphql")
        found = self._decoded(self._sent(call.method, path, call.body, once=once))
        if failed := self.forge.failures(found):
            raise DeniedError(f"{self.host}: {shown(failed[0][:200])}")
        return found

    def query(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer of a request that asks by sending."""
        found = self._decoded(self._sent("POST", path, body))
        if failed := self.forge.failures(found):
            raise DeniedError(f"{self.host}: {shown(failed[0][:200])}")
        return found

    def understood(self, question: Callable[[], T]) -> T:
        """Return what a question comes to; RefusedError where the answers are not as this forge gives them."""
        try:
            return question()
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise RefusedError(
                f"{self.host}: its answer is not that of {self.forge.name}"
            ) from error

    @property
    def host(self) -> str:
        """The name of the forge, for a person."""
        return urlsplit(self.api).netloc

    def _sent(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        accept: str = "application/json",
        *,
        once: bool = False,
    ) -> Answer:
        content = None if body is None else json.dumps(body, ensure_ascii=True).encode()
        kind = {"Content-Type": "application/json"} if content is not None else {}
        headers = {"Accept": accept, **self.forge.headers(self.token), **kind}
        url = self.forge.url(self.api, path)
        answer = self.transport.send(method, url, headers, content=content, once=once)
        if answer.status in _OK and answer.own:
            return answer
        raise _refusal(answer, f"{self.host}: {method} {shown(path)}")

    def _decoded(self, answer: Answer) -> Any:
        if not answer.body.strip():
            return None
        try:
            return msgspec.json.decode(answer.body)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise RefusedError(f"{self.host}: its answer is no JSON") from error


def _refusal(answer: Answer, what: str) -> RefusedError:
    """Return why a request did not do its work."""
    if not answer.own:
        return RefusedError(f"{what}: the answer comes from another host")
    said = f"{what} was answered with {answer.status}{_words(answer)}"
    if answer.status in _DENIED:
        return DeniedError(said)
    return RejectedError(said) if answer.status in _REJECTED else RefusedError(said)


def _words(answer: Answer) -> str:
    """Return what the forge says of it, shortened: it may repeat what it was sent, never the token."""
    try:
        found = msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, RecursionError):
        return ""
    said = found.get("message") if isinstance(found, dict) else None
    return f" ({shown(str(said)[:200])})" if said else ""


def checked_api(api: str) -> str:
    """Return an address without what ends it; UsageError where it is none."""
    parts = urlsplit(api)
    if parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc:
        raise UsageError(f"'{shown(api)}' is no address of a forge")
    return api.rstrip("/")
