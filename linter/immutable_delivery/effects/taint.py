"""What becomes of downloads: kept, checked, unpacked, run; across pipes, files and layers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from posixpath import basename

from immutable_delivery.effects.download import Download
from immutable_delivery.effects.downloads import downloads
from immutable_delivery.effects.execution import Run, runs
from immutable_delivery.effects.paths import joins
from immutable_delivery.effects.stage import Event, hull
from immutable_delivery.effects.stored_downloads import StoredDownloads
from immutable_delivery.effects.verification import (
    behind,
    decrypts,
    of_others,
    said,
    signs,
    verifies,
)
from immutable_delivery.facts import Execution, Fetch
from immutable_delivery.syntax.shell import Call, Word

_COPIERS = frozenset(("cp", "mv", "ln", "install", "rename", "rsync"))
_OUTPUTS = frozenset(("-o", "--output", "-out"))
_FLOWING = frozenset(("passing", "extracting", "unpackers"))


class Taint:
    """Follows the downloads of a stage, call by call."""

    def __init__(self) -> None:
        self.holdings = StoredDownloads()
        self._flows: dict[int, list[Download]] = {}
        """What the standard output of a call holds."""
        self._values: set[int] = set()
        """Calls whose output is only values taken out of a download."""

    def add(self, fact: Fetch, path: str, number: int) -> None:
        """Take in a download that no command makes: Dockerfile's ADD."""
        download = Download(fact, number, verified=fact.verified)
        download.keep(Call("", []), path)
        download.material &= download.key
        self.holdings.add(download)

    def read(self, event: Event) -> None:
        """Follow a call."""
        made = list(downloads(event, event.role.fetcher)) if event.role.fetcher else []
        for download in made:
            if any(map(self._looked_up, download.asked)):
                download.move()
            self.holdings.add(download)
        if made:
            self._flows[event.number] = [download for download in made if not download.paths]
        elif self.holdings:
            self._sign(event)
            self._use(event, self._coming(event))
        self._write(event)

    def finish(self) -> list[Fetch]:
        """Return the facts of all downloads that bring code or data into the stage."""
        return [download.settled() for download in self.holdings.all if download.counts]

    def _looked_up(self, event: Event) -> bool:
        """Whether the output of a call is taken out of a file that tells which version is the newest."""
        held = (one for other in behind(event) for one in self._all_held(other))
        return any(one.tells for one in held)

    def _coming(self, event: Event) -> list[Download]:
        """Return the downloads on standard input, from a pipe or a file."""
        flows: list[Download] = []
        for other in event.inputs:
            flows += self._flows.get(other.number, ())
            if other.number in self._values:
                self._values.add(event.number)
        for redirect in event.call.redirects:
            if redirect.operator == "<":
                flows += self._held(event, redirect.target)
            flows += self._given(event, redirect.target)
        return list(dict.fromkeys(flows))

    def _given(self, event: Event, word: Word) -> list[Download]:
        """Return the downloads that the substitutions of a word give."""
        return [one for other in event.feeding(word) for one in self._flows.get(other.number, ())]

    def _held(self, event: Event, word: Word) -> list[Download]:
        """Return the downloads that a file holds, or a process substitution gives."""
        return self._given(event, word) or self.holdings.at(event.call, word.text)

    def _all_held(self, event: Event) -> list[Download]:
        words = (word for word in event.words if not word.text.startswith("-"))
        return [download for word in words for download in self._held(event, word)]

    def _sign(self, event: Event) -> None:
        """Note the downloads whose text a call takes out of its signature."""
        for download in self._all_held(event) if decrypts(event) else ():
            download.signed = True

    def _use(self, event: Event, coming: list[Download]) -> None:
        sets = event.role.sets
        if verifies(event):
            self._verify(event, coming)
        elif "unpackers" in sets:
            self._unpack(event, [*coming, *self._all_held(event)])
        elif "keyrings" in sets and not decrypts(event):
            for download in (*coming, *self._all_held(event)):
                download.trust()
        elif "consuming" in sets and event.number not in self._values:
            for download in coming:
                download.kept = True
        elif event.name in _COPIERS:
            self._copy(event, coming)
        else:
            for run in runs(event):
                self._execute(event, run.how, self._run_by(event, run, coming))
        if sets & _FLOWING:
            self._pass(event, coming)

    def _pass(self, event: Event, coming: list[Download]) -> None:
        """Note what a call passes on: what comes in, and the files that it reads."""
        if event.name in {"echo", "printf"}:
            read = [one for word in event.words for one in self._given(event, word)]
            feeding = [other.number for word in event.words for other in event.feeding(word)]
            if feeding and self._values.issuperset(feeding):
                self._values.add(event.number)
        else:
            read = self._all_held(event)
        self._flows[event.number] = list(dict.fromkeys((*coming, *read)))
        if "extracting" in event.role.sets:
            self._values.add(event.number)

    def _run_by(self, event: Event, run: Run, coming: list[Download]) -> list[Download]:
        if run.word is None:
            return coming
        if run.how == "substitution":
            return self._given(event, run.word)
        if "/" in run.word.text or event.role.interpreter is not None:
            return self._held(event, run.word)
        return self.holdings.on_path(event.name)

    @staticmethod
    def _execute(event: Event, how: Execution, found: Iterable[Download]) -> None:
        for download in found:
            if download.executed_at is None:
                download.executed, download.executed_at = how, event.number
                download.executed_by = hull(event.call.words[0], event.call.words[-1])

    @staticmethod
    def _unpack(event: Event, found: Iterable[Download]) -> None:
        for download in found:
            if download.unpacked_at is None:
                download.unpacked_at = event.number

    def _copy(self, event: Event, coming: list[Download]) -> None:
        *sources, target = [w.text for w in event.words if not w.text.startswith("-")] or [""]
        for download in coming if "/dev/stdin" in sources else ():
            self.holdings.keep(download, event.call, target)
        for source in sources:
            for download in self.holdings.at(event.call, source):
                self.holdings.copied(download, event.call, f"{target}/{basename(source)}")
                if not target.endswith("/") and len(sources) == 1:
                    self.holdings.copied(download, event.call, target)

    def _write(self, event: Event) -> None:
        """Note the files that a call writes what comes through it to."""
        flows = self._flows.get(event.number)
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
                self.holdings.keep(download, event.call, path)

    def _verify(self, event: Event, coming: list[Download]) -> None:
        """Mark what a check names; sums that nobody shows may be of anything that came before."""
        texts = said(event)
        named = self.holdings.named(texts)
        lists = [one for one in named if one.material]
        for one in lists:
            if signs(event):
                one.signed = True
            else:
                one.check(event.number, verdict=True)
        sure = [one for one in (*named, *coming) if not one.material]
        if not sure and of_others(texts):
            return
        unknown = any(joins(text) for text in texts) and not lists
        for download in sure or self.holdings.pending():
            if not any(map(download.shares_its_source, lists)):
                download.check(event.number, verdict=True if sure or not unknown else None)
