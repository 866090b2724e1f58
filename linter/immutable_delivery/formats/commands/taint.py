"""What becomes of downloads: kept, checked, unpacked, run; across pipes, files and layers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from posixpath import basename

from immutable_delivery.facts import Fetch
from immutable_delivery.formats.commands.downloads import Download, downloads
from immutable_delivery.formats.commands.execution import runs
from immutable_delivery.formats.commands.paths import joins, located, same
from immutable_delivery.formats.commands.stage import Event, hull
from immutable_delivery.formats.commands.verification import names, said, verifies
from immutable_delivery.formats.shell import Word

_COPIERS = frozenset(("cp", "mv", "ln", "install", "rename", "rsync"))
_OUTPUTS = frozenset(("-o", "--output", "-out"))
_BIN = re.compile(r"(?:/usr)?(?:/local)?/s?bin/|/opt/(?:.*/)?bin/|(?:~|/root|\$HOME)/\.local/bin/")
_FLOWING = frozenset(("passing", "extracting", "unpackers"))


class Taint:
    """Follows the downloads of a stage, call by call."""

    def __init__(self) -> None:
        self.found: list[Download] = []
        self._flows: dict[int, list[Download]] = {}
        """What the standard output of a call holds."""
        self._values: set[int] = set()
        """Calls whose output is only values taken out of a download."""

    def add(self, fact: Fetch, path: str, number: int) -> None:
        """Take in a download that no command makes: Dockerfile's ADD."""
        self.found.append(Download(fact, number, [path], kept=True, verified=fact.verified))

    def read(self, event: Event) -> None:
        """Follow a call."""
        coming = self._coming(event)
        made = list(downloads(event, event.role.fetcher)) if event.role.fetcher else []
        self.found += made
        if made:
            self._flows[event.number] = [download for download in made if not download.paths]
        elif self.found:
            self._use(event, coming)
        self._write(event)

    def finish(self) -> list[Fetch]:
        """Return the facts of all downloads that bring code or data into the stage."""
        return [download.settled() for download in self.found if download.counts]

    def _coming(self, event: Event) -> list[Download]:
        """Return the downloads on standard input, from a pipe or a file."""
        if not self.found:
            return []
        flows = [
            download for other in event.inputs for download in self._flows.get(other.number, ())
        ]
        if any(other.number in self._values for other in event.inputs):
            self._values.add(event.number)
        for redirect in event.call.redirects:
            if redirect.operator == "<":
                flows += self._held(event, redirect.target)
            flows += self._given(event, redirect.target)
        return list(dict.fromkeys(flows))

    def _given(self, event: Event, word: Word) -> list[Download]:
        """Return the downloads that the substitutions of a word give."""
        return [
            download
            for other in event.feeding(word)
            for download in self._flows.get(other.number, ())
        ]

    def _held(self, event: Event, word: Word) -> list[Download]:
        """Return the downloads that a file holds, or a process substitution gives."""
        if given := self._given(event, word):
            return given
        path = located(event.call, word.text)
        return [one for one in self.found if any(same(path, other) for other in one.paths)]

    def _use(self, event: Event, coming: list[Download]) -> None:
        sets = event.role.sets
        if verifies(event):
            self._verify(event, coming)
        elif "unpackers" in sets:
            self._unpack(event, coming)
        elif "keyrings" in sets:
            for download in (
                *coming,
                *(one for word in event.words for one in self._held(event, word)),
            ):
                download.material = True
        elif event.name in _COPIERS:
            self._copy(event)
        else:
            self._run(event, coming)
        if sets & _FLOWING:
            passed = [one for word in event.words for one in self._passed(event, word)]
            self._flows[event.number] = list(dict.fromkeys((*coming, *passed)))
            if "extracting" in sets:
                self._values.add(event.number)

    def _passed(self, event: Event, word: Word) -> list[Download]:
        if event.name in {"echo", "printf"}:
            return self._given(event, word)
        return [] if word.text.startswith("-") else self._held(event, word)

    def _run(self, event: Event, coming: list[Download]) -> None:
        for how, word in runs(event):
            if how == "pipe":
                self._executed(event, coming, how)
            elif word is not None and how == "substitution":
                self._executed(event, self._given(event, word), how)
            elif word is not None and "/" in word.text:
                self._executed(event, self._held(event, word), how)
            elif word is not None and event.role.interpreter is not None:
                self._executed(event, self._held(event, word), how)
            elif word is not None:
                self._executed(event, self._on_path(event.name), how)

    def _on_path(self, name: str) -> list[Download]:
        """Return the downloads that the shell finds under a bare name."""
        paths = ((one, path) for one in self.found for path in one.paths)
        return [one for one, path in paths if basename(path) == name and _BIN.match(path)]

    @staticmethod
    def _executed(event: Event, found: Iterable[Download], how: str) -> None:
        for download in found:
            if download.executed_at is None:
                download.executed, download.executed_at = how, event.number
                download.executed_by = hull(event.call.words[0], event.call.words[-1])

    def _unpack(self, event: Event, coming: list[Download]) -> None:
        files = (word for word in event.words if len(word.text) > 2)
        for download in (*coming, *(one for word in files for one in self._held(event, word))):
            if download.unpacked_at is None:
                download.unpacked_at = event.number

    def _copy(self, event: Event) -> None:
        *sources, target = [word.text for word in event.words if not word.text.startswith("-")] or [
            ""
        ]
        for source in sources:
            for download in self._held(event, Word(source)):
                into = [f"{target}/{basename(source)}"]
                into += [] if target.endswith("/") or len(sources) > 1 else [target]
                download.paths += [located(event.call, path) for path in into]

    def _write(self, event: Event) -> None:
        """Note the files that a call writes what comes through it to."""
        flows = self._flows.get(event.number, [])
        if not flows or event.number in self._values:
            return
        targets = [redirect.target.text for redirect in event.call.outputs]
        texts = [word.text for word in event.words if not word.process]
        if event.name in {"tee", "sponge"}:
            targets += [text for text in texts if not text.startswith("-")]
        targets += [text.removeprefix("of=") for text in texts if text.startswith("of=")]
        if "passing" in event.role.sets:
            targets += [after for before, after in pairwise(texts) if before in _OUTPUTS]
        for path in targets:
            for download in flows:
                download.keep(event.call, path)

    def _verify(self, event: Event, coming: list[Download]) -> None:
        """Mark what a check names; sums that nobody shows may be of anything that came before."""
        texts = said(event)
        named = [one for one in self.found if any(names(texts, path) for path in one.paths)]
        listed = any(one.material for one in named)
        sure = [one for one in (*named, *coming) if not one.material]
        unknown = any(joins(text) for text in texts) and not listed
        for download in sure or [one for one in self.found if not one.material]:
            download.check(event.number, verdict=True if sure or not unknown else None)
