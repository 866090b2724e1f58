"""Mounts as `docker run -v` takes them: `source:target:options`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import normpath

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, replace
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place

_WINDOWS = lazy(r"[A-Za-z]:|\\\\")
_VARIABLE = lazy(r"\$(?:\{\w+\}|\w+)")
_HOST_VARIABLE = lazy(r"PWD|HOME|PATH|DIR|FOLDER|ROOT|SOCK|USERPROFILE", re.IGNORECASE)
MAX_SECTIONS = 3


class Volume(Record, frozen=True):
    """One entry: its kind (bind, volume, tmpfs, npipe, image, cluster; empty where a variable hides it)."""

    kind: str
    source: LocatedText | None
    target: LocatedText
    read_only: bool | None
    read_only_at: Place | None = None
    """Where it says whether it is read-only."""

    @property
    def path(self) -> LocatedText:
        """The path in the container, as it is taken: `/app/` is `/app`."""
        known = self.target.known and self.target.text
        return replace(self.target, text=normpath(self.target.text)) if known else self.target


class VolumeError(Exception):
    """An entry that the engines refuse."""


def short(written: LocatedText) -> Volume:
    """Read `source:target:options`; a drive letter is no section of its own."""
    sections = list(islice(_sections(written), MAX_SECTIONS + 1))
    if not all(section.text for section in sections):
        raise VolumeError("has an empty section between colons")
    if len(sections) == 1:
        return Volume("volume", None, sections[0], read_only=False)
    if len(sections) > MAX_SECTIONS:
        raise VolumeError("has too many colons")
    source, target, *options = sections
    if not options:
        return Volume(_kind(source), source, target, read_only=False)
    return Volume(_kind(source), source, target, _read_only(options[0]), options[0].used_at)


def _sections(written: LocatedText) -> Iterator[LocatedText]:
    text, start = written.text, 0
    for at, char in enumerate(text):
        drive = at - start == 1 and text[start].isalpha() and len(text) > 2  # noqa: PLR2004
        if char == ":" and not drive:
            yield written.slice(start, at)
            start = at + 1
    yield written.slice(start)


def _read_only(options: LocatedText) -> bool | None:
    if not options.known:
        return None
    chosen = [option for option in options.text.split(",") if option in {"ro", "rw"}]
    return bool(chosen) and chosen[-1] == "ro"


def _kind(source: LocatedText) -> str:
    """Tell a path of the host from the name of a volume; a variable may be either."""
    text = source.text
    if text[0] in "./~" or _WINDOWS.match(text):
        return "bind"
    variable = _VARIABLE.match(text) if not source.known else None
    if variable is None:
        return "volume"
    named = _HOST_VARIABLE.search(variable[0])
    return "bind" if named or text[variable.end() :].startswith("/") else ""
