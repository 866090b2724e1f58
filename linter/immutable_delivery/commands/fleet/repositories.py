"""The repositories of a fleet: folders, and URLs that the user's own git fetches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from immutable_delivery.errors import UsageError
from immutable_delivery.records import Record
from immutable_delivery.source.escape import shown

_URL = re.compile(r"(?:https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+")


class Repository(Record, frozen=True, order=True):
    """A repository and what it is called."""

    name: str
    source: str
    """A folder, absolute, or a URL."""

    @property
    def remote(self) -> bool:
        """Whether it has to be fetched first."""
        return _URL.fullmatch(self.source) is not None


def repositories(words: Iterable[str]) -> list[Repository]:
    """Return the repositories that words name, sorted: `[NAME=]FOLDER`, `[NAME=]URL`, or `@FILE` with one of these a line."""
    found: dict[str, Repository] = {}
    for word in _words(words):
        one = _repository(word)
        other = found.setdefault(one.name, one)
        if other.source != one.source:
            raise UsageError(f"two repositories are called '{one.name}': write NAME={one.source}")
    return sorted(found.values())


def _words(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if not word.startswith("@"):
            yield word
            continue
        try:
            lines = Path(word[1:]).read_text("utf-8").splitlines()
        except OSError as error:
            raise UsageError(f"{shown(word[1:])} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UsageError(f"{shown(word[1:])} is no list: it is not UTF-8") from None
        yield from (line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _repository(word: str) -> Repository:
    if _URL.fullmatch(word):
        return Repository(shown(_called(word)), word)
    name, equals, source = word.partition("=")
    name, source = (name, source) if equals else ("", word)
    if not _URL.fullmatch(source):
        source = str(Path(source).absolute())
    return Repository(shown(name or _called(source)), source)


def _called(source: str) -> str:
    """Return the last two parts of an address, the last of a folder."""
    parts = re.split(r"[/:]", source.rstrip("/").removesuffix(".git"))
    return "/".join(parts[-2:]) if _URL.fullmatch(source) else parts[-1]
