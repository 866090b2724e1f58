"""A pull request as a forge keeps it: its commits are real, its conversations follow their lines from push to push."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Repository

BOT, PERSON = "imd-bot", "ada"
TOKEN = "forge-token-not-to-be-shown"


@dataclass
class Comment:
    id: int
    author: str
    body: str


@dataclass
class Conversation:
    """Comments at lines of the new side; no lines where it is outdated."""

    id: str
    path: str
    start: int
    line: int
    commit: str
    comments: list[Comment]
    resolved_by: str = ""
    first: int = 0
    """The line that it was written at; Gitea knows no other."""

    @property
    def open(self) -> bool:
        return not self.resolved_by


Fault = Callable[[BaseHTTPRequestHandler], str]
"""Returns how a request fails: `before` and `after` it did its work the connection is dropped; "" where it does not."""


@dataclass
class Store:
    """The pull request number 7 of a repository."""

    repository: Repository
    base: str
    head: str
    number: int = 7
    conversations: list[Conversation] = field(default_factory=list)
    notes: list[Comment] = field(default_factory=list)
    drafts: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path and body of every request."""
    tokens: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    denied: re.Pattern[str] | None = None
    """What of `METHOD path` the token may not."""
    ids: Iterator[int] = field(default_factory=lambda: count(2**33))
    reviews: int = 0

    @property
    def merge_base(self) -> str:
        return self.repository.git("merge-base", self.base, self.head).strip()

    def patches(self) -> dict[str, str]:
        """Return the diff of each file that has one, as GitHub does: without a head."""
        found = {}
        for name in self.repository.git(
            "diff", "--name-only", "--diff-filter=AMR", "-z", self.merge_base, self.head
        ).split("\0"):
            if name:
                whole = self.repository.git(
                    "diff", "--no-ext-diff", self.merge_base, self.head, "--", name
                )
                if "\n@@ " in whole:
                    found[name] = "@@ " + whole.partition("\n@@ ")[2].removesuffix("\n")
        return found

    def diff(self) -> str:
        return self.repository.git("diff", "--no-ext-diff", self.merge_base, self.head)

    def shown(self, path: str) -> list[set[int]]:
        """Return the lines of the new side, hunk by hunk; counted here by the headers alone."""
        headers = re.findall(
            r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", self.patches().get(path, ""), re.MULTILINE
        )
        return [set(range(int(first), int(first) + int(size or 1))) for first, size in headers]

    def refuses(self, path: str, start: int, line: int) -> str:
        """Return why no comment can stand there."""
        if not any({start, line} <= hunk for hunk in self.shown(path)):
            return f"{path}:{start}-{line} is not part of the diff"
        return "" if start <= line else "start_line must precede the end line"

    def text(self, commit: str, path: str) -> list[str]:
        return self.repository.git("show", f"{commit}:{path}", check=False).splitlines()

    def push(self, head: str) -> None:
        """Take other commits, with force where need be: conversations follow their lines, or are outdated."""
        for one in self.conversations:
            if one.line:
                moved = self._moved(one, head)
                one.start, one.line = moved or (0, 0)
        self.head = head

    def _moved(self, one: Conversation, head: str) -> tuple[int, int] | None:
        matcher = difflib.SequenceMatcher(
            None, self.text(self.head, one.path), self.text(head, one.path), autojunk=False
        )
        for old, new, size in matcher.get_matching_blocks():
            if old < one.start and one.line <= old + size:
                return one.start + new - old, one.line + new - old
        return None

    def say(self, author: str, body: str, path: str, start: int, line: int) -> Conversation:
        made = Conversation(
            f"T{next(self.ids)}",
            path,
            start,
            line,
            self.head,
            [Comment(next(self.ids), author, body)],
            first=line,
        )
        self.conversations.append(made)
        return made

    def comment(self, wanted: int) -> tuple[Conversation | None, Comment] | None:
        every = [(None, note) for note in self.notes] + [
            (one, c) for one in self.conversations for c in one.comments
        ]
        return next(((one, comment) for one, comment in every if comment.id == wanted), None)

    def delete(self, wanted: int) -> bool:
        found = self.comment(wanted)
        if found is None:
            return False
        conversation, comment = found
        (conversation.comments if conversation else self.notes).remove(comment)
        self.conversations = [one for one in self.conversations if one.comments]
        return True

    @property
    def changes(self) -> list[str]:
        """Return what was asked for that changes something."""
        return [
            f"{method} {path}"
            for method, path, body in self.asked
            if method != "GET" and "query" not in str(body)[:12]
        ]
