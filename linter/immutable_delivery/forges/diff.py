"""Unified diffs: which lines a comment may stand at, and what is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field

_HUNK = lazy(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_NAME = lazy(r'"?b/(.*?)"?\t?\Z')


class Line(Record, frozen=True):
    """A line of the new side: what it says, and its number on the old side, 0 where it is new."""

    text: str
    old: int = 0


class FileDiff(Record, frozen=True):
    """The lines of one file that the diff shows, by their numbers."""

    path: str
    old: str
    """Its path before."""
    lines: Mapping[int, Line] = field(default_factory=dict)
    hunks: Mapping[int, int] = field(default_factory=dict)
    """The hunk of each line."""

    def shows(self, start: int, end: int) -> bool:
        """Whether lines stand in one hunk."""
        hunk = self.hunks.get(start)
        return hunk is not None and hunk == self.hunks.get(end)


Diff = Mapping[str, FileDiff]
"""By the path after the change."""


def file_diff(path: str, old: str, patch: str) -> FileDiff:
    """Return what a patch shows of a file; it begins with its first hunk."""
    lines, hunks = dict[int, Line](), dict[int, int]()
    for hunk, number, line in _lines(patch):
        lines[number], hunks[number] = line, hunk
    return FileDiff(path, old or path, lines, hunks)


def _lines(patch: str) -> Iterator[tuple[int, int, Line]]:
    """Yield the lines of the new side, each with the number of its hunk and its own."""
    hunk = old = new = 0
    for text in patch.split("\n"):
        if header := _HUNK.match(text):
            hunk, old, new = hunk + 1, int(header[1]), int(header[2])
        elif not hunk:
            continue
        elif text.startswith("+"):
            yield hunk, new, Line(text[1:])
            new += 1
        elif text.startswith("-"):
            old += 1
        elif text.startswith(" "):
            yield hunk, new, Line(text[1:], old)
            old, new = old + 1, new + 1


def parsed(patch: str) -> Diff:
    """Return the diff of many files, as git writes it."""
    pieces = f"\n{patch}".split("\ndiff --git ")[1:]
    return {one.path: one for one in map(_piece, pieces) if one}


def _piece(text: str) -> FileDiff | None:
    """Return one file of a diff; None where it is gone, or is no text."""
    head, _, body = text.partition("\n@@ ")
    names = {line[:4]: line[4:] for line in head.split("\n") if line.startswith(("--- ", "+++ "))}
    found = _NAME.match(names.get("+++ ", ""))
    if not found or not body:
        return None
    path = _plain(found[1])
    before = names.get("--- ", "/dev/null").strip('"\t').removeprefix("a/")
    return file_diff(path, "" if before == "/dev/null" else _plain(before), f"@@ {body}")


def _plain(name: str) -> str:
    """Return a name that git may have written with escapes."""
    if "\\" not in name:
        return name
    raw = name.encode().decode("unicode_escape")
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")
