"""Which pull request is meant, on which forge, with which token: what the job tells, and what the caller says on top."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from immutable_delivery.commands.review.judged import patch
from immutable_delivery.commands.review.post import worked_out
from immutable_delivery.errors import UsageError
from immutable_delivery.findings import Report
from immutable_delivery.forges import forge_of
from immutable_delivery.forges.diff import parsed
from immutable_delivery.forges.model import Asked, Call, Forge, Found, Pull, State
from immutable_delivery.forges.session import Session, checked_api
from immutable_delivery.records import Record, replace
from immutable_delivery.review.plan import Wanted
from immutable_delivery.transport.client import Limits, RefusedError, Transport

LIMITS = Limits(bytes=50_000_000, seconds_in_all=60, longest_wait=60)
"""A list of a hundred files of a pull request has some megabytes."""


class Target(Record, frozen=True, kw_only=True):
    """What the caller names; empty where the job tells."""

    repository: str = ""
    number: int | None = None
    head: str = ""
    since: str = ""
    api: str = ""


class Job(Record, frozen=True):
    """A forge, what is known of the pull request, and the way there; None without a token."""

    forge: Forge
    found: Found
    session: Session | None

    def pull(self, *, offline: bool) -> Pull | None:
        """Return the pull request, without a token as far as it is known here; None where it has moved on."""
        asked = self.found.asked
        if self.session is not None and self._named:
            return _pull(self.session, asked)
        if asked.base and (offline or self.session is None):
            return _known(asked)
        if offline:
            raise UsageError("no pull request is known: without a token, --dry-run needs --since")
        raise UsageError(
            "no pull request is known: name --repository and --pull-request, and a token in the variables of the job"
        )

    @property
    def _named(self) -> bool:
        """Whether there is a pull request to look at."""
        asked = self.found.asked
        return bool(asked.repository and (asked.number or asked.source))

    def printed(self, pull: Pull, report: Report, wanted: Wanted) -> str:
        """Return the requests of a review as JSON, as they would be sent; the token stands in none."""
        calls = worked_out(self.forge, pull, self._state(pull), report, wanted).calls
        return f"{json.dumps(list(self._data(calls)), indent=2, ensure_ascii=False)}\n"

    def _state(self, pull: Pull) -> State:
        """Return what there is; without a token or a number the diff of this clone, as before a first review."""
        session = self.session
        if session is None or not self._named:
            return State(diff=parsed(patch(Path.cwd(), pull.base, pull.head)))
        try:
            return session.understood(lambda: self.forge.state(session, pull))
        except RefusedError as error:
            raise UsageError(f"the pull request cannot be read: {error}") from error

    def _data(self, calls: Iterable[Call]) -> Iterator[Mapping[str, Any]]:
        for call in calls:
            instead = {"if_refused": next(self._data([call.instead]))} if call.instead else {}
            url = self.forge.url(self.found.api, call.path)
            yield {"method": call.method, "url": url, "body": call.body, **instead}


@contextmanager
def opened(
    name: str, meant: Target, environ: Mapping[str, str], insecure: Collection[str]
) -> Iterator[Job]:
    """Give the job of a forge; its connections are closed behind it."""
    forge = forge_of(name)
    found = _found(forge, meant, environ)
    if not found.token:
        yield Job(forge, found, None)
        return
    with closing(Transport(insecure, LIMITS)) as transport:
        yield Job(forge, found, Session(transport, forge, found.api, found.token))


def _found(forge: Forge, meant: Target, environ: Mapping[str, str]) -> Found:
    found = forge.environment(environ)
    told = found.asked
    asked = replace(
        told, repository=meant.repository or told.repository, number=meant.number or told.number,
        head=meant.head or told.head, base=meant.since or told.base,
    )  # fmt: skip
    api = meant.api or found.api
    if not api:
        raise UsageError(
            "no variable says where the forge is: name its API, as --api https://code.example/api/v1"
        )
    return replace(found, api=checked_api(api), asked=asked)


def _known(asked: Asked) -> Pull:
    """Return the pull request as the job tells of it."""
    repository, head = asked.repository or "owner/name", asked.head or "HEAD"
    return Pull(repository=repository, number=asked.number or 1, head=head, base=asked.base)


def _pull(session: Session, asked: Asked) -> Pull | None:
    try:
        return session.understood(lambda: session.forge.pull(session, asked))
    except RefusedError as error:
        if asked.head and asked.base:  # the event names all that judging needs
            return _known(asked)
        raise UsageError(f"the pull request cannot be read: {error}") from error
