"""A Dockerfile once it is cut: instructions with their words, comments, directives."""

from __future__ import annotations

from immutable_delivery.context import Comment
from immutable_delivery.formats.dockerfile.heredocs import Opener
from immutable_delivery.records import Record, field
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place


class Heredoc(Record, frozen=True):
    """A here-document: its opener, and its lines as they are written."""

    opener: Opener
    body: LocatedText
    terminator: LocatedText


class Instruction(Record, frozen=True):
    """One instruction; ``words`` is what BuildKit's parser makes of its arguments."""

    name: str
    """Upper case."""
    line: str
    """The whole logical line."""
    place: Place
    """Its extent, with continuations and here-documents."""
    flags: tuple[LocatedText, ...] = ()
    rest: LocatedText | None = None
    """The arguments after the flags as one string."""
    words: tuple[LocatedText, ...] = ()
    json: bool = False
    json_error: str = ""
    """Why JSON that was meant is none."""
    heredocs: tuple[Heredoc, ...] = ()
    script: LocatedText | None = None
    """What the shell gets: the arguments with the here-documents."""
    trigger: Instruction | None = None
    """The instruction of an ONBUILD."""


class Document(Record):
    """One Dockerfile."""

    path: str
    instructions: list[Instruction] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    syntax: LocatedText | None = None
    escape: str = "\\"
    template: str = ""
    """Why it is a template and no Dockerfile yet; empty where it is none. One that is so only by its name has instructions."""
