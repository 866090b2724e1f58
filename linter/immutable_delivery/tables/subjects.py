"""The subjects of the tables: one record for each YAML file beside this one, its fields are the file's keys."""

from __future__ import annotations

import re
from functools import cached_property

from immutable_delivery.records import Record, field

Words = tuple[str, ...]


class Subject(Record, frozen=True, dict=True, forbid_unknown_fields=True):
    """What is known of one subject; what is worked out of it is kept."""


class Entrypoints(Subject, frozen=True):
    """Programs that well-known images start by themselves: what a manifest adds are their arguments."""

    programs: dict[str, Words] = field(default_factory=dict)
    """Image → the words that it starts."""


class Sockets(Subject, frozen=True):
    """The sockets of container runtimes."""

    names: Words = ()
    """The names of sockets, without `.sock`."""
    pipes: Words = ()
    """Named pipes of Windows."""
    folders: frozenset[str] = frozenset()
    """Folders that hold a socket."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Recognises the path of a socket or pipe."""
        names, pipes = ("|".join(map(re.escape, words)) for words in (self.names, self.pipes))
        return re.compile(
            rf"(?:^|[/\\])(?:{names})(?:-\w+)?\.sock$|[/\\]pipe[/\\](?:{pipes})\b", re.IGNORECASE
        )
