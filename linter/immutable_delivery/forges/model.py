"""What all forges have in common: a pull request, its diff, comments, and what a review does to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from immutable_delivery.records import Record, field

if TYPE_CHECKING:
    from immutable_delivery.forges.diff import Diff
    from immutable_delivery.forges.session import Session

MARK = "<!-- imd:"
"""What the last line of each of our comments begins with; a forge shows nothing of it."""


class Asked(Record, frozen=True, kw_only=True):
    """What the caller or the trusted event says of the pull request; empty where they do not."""

    repository: str = ""
    number: int = 0
    head: str = ""
    """The newest commit of the pull request."""
    base: str = ""
    """The commit of the branch that it is for, or where both began."""
    source: str = ""
    """`owner:branch` that the commit was pushed to, where the event names no number."""


class Pull(Record, frozen=True, kw_only=True):
    """One pull request, or merge request."""

    repository: str
    number: int
    head: str
    base: str
    start: str = ""
    """The newest commit of the branch that it is for, where the forge wants to hear it again."""


class Thread(Record, frozen=True, kw_only=True):
    """An earlier comment of ours on a line, and what became of it."""

    comment: str
    """By what the forge knows the comment."""
    thread: str = ""
    """By what it knows the conversation."""
    path: str
    start: int = 0
    end: int = 0
    """The lines that it is shown at; 0 where they are not in the diff any more."""
    body: str
    settled: Literal["", "us", "others"] = ""
    """Who resolved it; empty where nobody did."""
    replied: bool = False
    """Whether anybody else wrote in it."""
    resolvable: bool = True
    """Whether we may resolve it; where not, it is edited to say so."""


class Note(Record, frozen=True):
    """An earlier comment of ours on the pull request as a whole."""

    comment: str
    body: str


class State(Record, frozen=True, kw_only=True):
    """What there is before a review."""

    diff: Diff
    head: str = ""
    """The newest commit now; empty where nobody asked."""
    threads: tuple[Thread, ...] = ()
    summary: Note | None = None
    drafts: tuple[str, ...] = ()
    """Comments of ours that an earlier run wrote and did not publish."""


class Remark(Record, frozen=True, kw_only=True):
    """A comment to write at lines of the new side of the diff."""

    path: str
    start: int
    end: int
    body: str


class Annotation(Record, frozen=True, kw_only=True):
    """A finding in a check run."""

    path: str
    start: int
    end: int
    level: Literal["failure", "warning", "notice"]
    title: str
    message: str


class Verdict(Record, frozen=True, kw_only=True):
    """What the exit code says, for the list of checks."""

    fails: bool
    title: str
    text: str = ""
    annotations: tuple[Annotation, ...] = ()


class Plan(Record, frozen=True, kw_only=True):
    """What a review does."""

    new: tuple[Remark, ...] = ()
    edited: tuple[tuple[Thread, str], ...] = ()
    """Comments, each with its new text."""
    resolved: tuple[tuple[Thread, str], ...] = ()
    """Conversations to resolve, each with the text that says so where that is not allowed."""
    reopened: tuple[tuple[Thread, str], ...] = ()
    """Conversations that we resolved and that are true again, with their text."""
    deleted: tuple[Thread, ...] = ()
    """Comments that another one takes the place of."""
    summary: str = ""
    """The one comment on the whole; empty where there is nothing to say."""
    opening: str = ""
    """The sentence that the review itself has."""
    verdict: Verdict | None = None


class Call(Record, frozen=True, kw_only=True):
    """One request. What stands in braces in its path is the answer of an earlier one."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    gives: str = ""
    """What later requests call the `id` of its answer."""
    about: Remark | None = None
    """The only comment that it is about."""
    needed: bool = True
    """Whether a refusal leaves something unsaid."""
    instead: Call | None = None
    """What to do where it is refused."""


class Style(Record, frozen=True, kw_only=True):
    """How a forge wants comments written."""

    most: int = 65_536
    """Characters of a comment: GitHub takes no more, and nobody reads more."""
    suggestion: str = ""
    """The words behind the fence of a suggestion, `{above}` the lines above the last one; empty: it knows none."""
    multiline: bool = True
    """Whether a comment may stand at several lines."""
    event: str = "pull request"


class Found(Record, frozen=True, kw_only=True):
    """How the environment of a job names the forge, the pull request and the token."""

    api: str
    token: str
    asked: Asked = field(default_factory=Asked)


class Forge(Protocol):
    """A module of this room."""

    name: str
    style: Style
    paging: tuple[str, int]
    """What a page's size is called, and the most that it may be."""

    def environment(self, environ: Mapping[str, str]) -> Found:
        """Return what a job of this forge tells in its variables."""

    def url(self, api: str, path: str) -> str:
        """Return the address of a path."""

    def headers(self, token: str) -> Mapping[str, str]:
        """Return what each request carries."""

    def pull(self, session: Session, asked: Asked) -> Pull | None:
        """Return the pull request; None where the commit is none of an open one any more."""

    def state(self, session: Session, pull: Pull) -> State:
        """Return its diff and our earlier comments."""

    def calls(self, pull: Pull, plan: Plan, state: State) -> Iterator[Call]:
        """Yield the requests of a plan, in order."""

    def failures(self, answer: Any) -> Sequence[str]:
        """Return what an answer of success says went wrong all the same."""
