"""One repository and the buffers of an editor over it: judged whole after each change, read only where something changed."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from threading import Lock

from immutable_delivery.commands.policy_test import failures
from immutable_delivery.commands.policy_words import warnings
from immutable_delivery.config import POLICIES, PYPROJECT
from immutable_delivery.config.find import NAMES
from immutable_delivery.errors import Fault, FaultyError, ImdError, UnreadableError
from immutable_delivery.findings import Finding, Report, Rule
from immutable_delivery.links import lockfile
from immutable_delivery.pipeline.examine import asks_about
from immutable_delivery.pipeline.examined import Examined, examined, reading_settings
from immutable_delivery.pipeline.reexamine import Changed, Reexaminer
from immutable_delivery.pipeline.run import (
    classifying,
    compared,
    keep_configuration,
    read_baseline,
    read_in,
    terms_of,
)
from immutable_delivery.pipeline.settings import Request, Settings, settings_of
from immutable_delivery.policy.load import GROUP, read_policy, when_of
from immutable_delivery.policy.model import builtin
from immutable_delivery.reading.cache.reader import Remembered, RememberingReader
from immutable_delivery.reading.cache.store import Memory
from immutable_delivery.reading.rereading import Standing
from immutable_delivery.records import Record, field, replace
from immutable_delivery.repository.discover import Tree, open_tree
from immutable_delivery.repository.handed import HandedFiles
from immutable_delivery.source.files import Files, read_text
from immutable_delivery.source.text import Text
from immutable_delivery.suppressions import trivyignore


class Buffer(Record, frozen=True):
    """A file as an editor has it, the number of this state of it, and what the editor calls it."""

    text: str
    version: int = 0
    uri: str = ""

    @property
    def data(self) -> bytes:
        """The bytes that it would be saved as."""
        return self.text.encode("utf-8", "surrogatepass")


Buffers = Mapping[str, Buffer]
"""The buffers of one moment, by the paths of their files."""


class Judged(Record, frozen=True):
    """What is found in a repository and its buffers, and what is wrong with the files that configure imd."""

    report: Report | None = None
    """None where nothing could be judged, not even by what configured imd before."""
    examined: Examined | None = None
    settings: Settings | None = None
    faults: tuple[Fault, ...] = ()
    """What is wrong with our own files; then all else is judged by what they said before."""
    texts: Mapping[str, Text] = field(default_factory=dict)
    """The texts of the files that have faults."""
    buffers: Buffers = field(default_factory=dict)


class Known(Record, frozen=True):
    """A repository as it was judged as a whole, and as what was typed since has made of it."""

    tree: Tree
    """Without buffers."""
    settings: Settings
    day: date
    forgotten: int
    standing: Standing
    examined: Examined
    again: Reexaminer
    handed: Mapping[str, bytes]


class Tried(Record, frozen=True):
    """A policy file as it was when its examples were tried, and what they got wrong."""

    text: Text
    faults: Sequence[Fault] = ()
    doubts: Sequence[Fault] = ()
    """What may be a misspelt word: nothing that is known has it."""


class Workspace:
    """The repository around a folder, with the buffers that are open."""

    def __init__(self, folder: Path, *, watched: bool = False) -> None:
        self._folder = folder
        self._watched = watched
        """Whether somebody tells of every file that changes on the disk; else all of it is looked at each time."""
        self._remembered: Remembered | None = None
        self._read_by = ""
        """The settings by which that was read."""
        self._good: Settings | None = None
        """What configured imd when it last did without a fault."""
        self._known: Known | None = None
        self._forgotten = 0
        """How often everything had to be looked at again: what is judged meanwhile is not known either."""
        self.buffers: dict[str, Buffer] = {}
        self.root = open_tree(folder).root
        self.judged = Judged()
        self.engine = Lock()
        """Held by whoever judges: what is remembered is for one at a time."""

    @staticmethod
    def today() -> date:
        """Return the day by which suppressions expire."""
        return datetime.now().astimezone().date()

    def path_of(self, file: Path) -> str:
        """Return the path of a file in the repository; "" for one that lies elsewhere."""
        resolved = file.resolve()
        return (
            resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else ""
        )

    def edit(self, path: str, text: str, version: int = 0, uri: str = "") -> None:
        """Take the text of a buffer for the file."""
        self.buffers[path] = Buffer(text, version, uri)

    def close(self, path: str) -> None:
        """Take what lies on the disk again."""
        self.buffers.pop(path, None)

    def forget(self) -> None:
        """Look at everything again: what lies on the disk may have changed."""
        self._forgotten += 1

    def text(self, path: str) -> Text:
        """Return the text of a buffer as it is now; an empty one where none is open."""
        return Text(path, self.buffers[path].text if path in self.buffers else "")

    def tree(self, buffers: Buffers) -> Tree:
        """Return the repository as an editor sees it that has these buffers."""
        return _seen(open_tree(self._folder), buffers)

    def request(self) -> Request:
        """Return what is asked for at each judgement."""
        return Request(today=self.today(), origin=False)

    def judge(self, buffers: Buffers | None = None) -> Judged:
        """Judge the repository as the editor sees it, or saw it at the moment that it had these buffers."""
        buffers = dict(self.buffers) if buffers is None else buffers
        with self.engine:
            self.judged = self._judged_since(buffers) or self._judged(buffers)
        return self.judged

    def _judged_since(self, buffers: Buffers) -> Judged | None:
        """Judge what was typed since the last judgement; None where more than that has to be looked at."""
        known = self._known
        now = self.today(), self._forgotten
        if known is None or not self._watched or (known.day, known.forgotten) != now:
            return None
        seen, handed = _seen(known.tree, buffers), _handed(buffers)
        files = seen.files
        changed = _changed(known, files, handed)
        if any(_is_ours(path, known) for path in changed):
            return None
        settings = replace(known.settings, files=files)
        terms = terms_of(files, settings, seen, self.request())
        classify = classifying(seen, settings.config)
        wanted = reading_settings(settings.config)
        standing = known.standing.reread(files, wanted, classify, changed)
        if standing is None:
            return None
        again, moved = replace(known.again, terms=terms), Changed(changed, listing=False)
        found = again.examined(known.examined, standing.project, moved)
        found = found or examined(standing.project, terms)
        self._known = replace(known, standing=standing, examined=found, again=again, handed=handed)
        return _told(found, settings, seen, buffers)

    def _judged(self, buffers: Buffers) -> Judged:
        try:
            tree = open_tree(self._folder)
            try:
                settings = settings_of(_seen(tree, buffers), self.request(), self._folder)
                found = self._found(tree, settings, buffers)
            except FaultyError as error:
                return self._judged_before(tree, error.faults, buffers)
        except ImdError as error:
            return Judged(faults=(Fault(str(error)),), buffers=buffers)
        self._good = settings
        return found

    def _judged_before(self, tree: Tree, faults: tuple[Fault, ...], buffers: Buffers) -> Judged:
        """Judge by what configured imd before it had faults."""
        seen = _seen(tree, buffers)
        named = {fault.file for fault in faults if fault.file}
        texts = {path: text for path in named if (text := read_text(seen.files, path))}
        told = Judged(faults=faults, texts=texts, buffers=buffers)
        if self._good is None:
            return told
        settings = replace(self._good, files=seen.files)
        try:
            found = self._found(tree, settings, buffers)
        except FaultyError:  # another of our files is to blame, without which nothing can be judged
            return told
        finally:
            self.forget()
        return replace(found, faults=faults, texts=texts)

    def _found(self, tree: Tree, settings: Settings, buffers: Buffers) -> Judged:
        seen, forgotten = _seen(tree, buffers), self._forgotten
        files, config = seen.files, settings.config
        memory = self._memory(settings)
        reader = RememberingReader(files, reading_settings(config), memory, 1)
        read = read_in(files, settings, seen, self.request(), reader)
        terms = terms_of(files, settings, seen, self.request())
        found = examined(read, terms)
        standing = Standing(read, reader.grouping, reader.traces)
        again, handed = Reexaminer(terms), _handed(buffers)
        self._known = Known(tree, settings, self.today(), forgotten, standing, found, again, handed)
        if self._watched:
            _keep_apart()
        return _told(found, settings, seen, buffers)

    def _memory(self, settings: Settings) -> Remembered:
        """Return what was read before by the same settings; it is kept here alone, and never written."""
        asked = repr(reading_settings(settings.config))
        before = self._remembered.after if self._remembered and self._read_by == asked else Memory()
        self._read_by = asked
        self._remembered = Remembered("", repr(settings.config.paths), before)
        return self._remembered

    @property
    def rules(self) -> dict[str, Rule]:
        """The policies in force, by id."""
        known = self._good.policies if self._good else builtin()
        return {policy.id: policy.rule for policy in known}

    def is_among_policies(self, path: str) -> bool:
        """Tell whether a file lies in a folder of the repository's own policies."""
        folders = self._good.config.policies if self._good else (POLICIES,)
        named = path.endswith((".yaml", ".yml"))
        return named and any(path.startswith(f"{folder}/") for folder in folders)

    def tried(self, path: str, buffers: Buffers) -> Tried | None:
        """Try the examples of a policy file; None for a file that is none, or does not load, which is told when it is judged."""
        settings, files = self._good, self.tree(buffers).files
        text = read_text(files, path)
        is_policy = self.is_among_policies(path) and path.rpartition("/")[2] != GROUP
        if settings is None or text is None or not is_policy:
            return None
        with self.engine:
            try:
                file = read_policy(text, when_of(files, path))
                others, tables = list(settings.policies), settings.config.tables
                doubts = list(warnings(file, others, lambda: tables))
                return Tried(text, failures(file, others), doubts)
            except FaultyError:
                return None


def _told(found: Examined, settings: Settings, seen: Tree, buffers: Buffers) -> Judged:
    """Return what is to be told of what is known: fixes are worked out for whoever asks for them."""
    keep_configuration(found, settings)
    findings: Iterable[Finding] = found.findings
    if settings.config.baseline:
        known = read_baseline(settings.files, settings.config.baseline)
        findings = compared(known, found, settings, seen.files).new
    asked = (one for one in findings if asks_about(one, seen.covers))
    rules = {policy.id: policy.rule for policy in settings.policies}
    told = Report(findings=tuple(asked), rules=rules, texts=found.project.texts)
    return Judged(told, found, settings, buffers=buffers)


def _keep_apart() -> None:
    """Leave all that is known out of the collections of garbage: each would walk over it while somebody types."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _seen(tree: Tree, buffers: Buffers) -> Tree:
    return replace(tree, files=HandedFiles(tree.files, _handed(buffers)))


def _handed(buffers: Buffers) -> dict[str, bytes]:
    return {path: buffer.data for path, buffer in buffers.items()}


def _changed(known: Known, files: Files, handed: Mapping[str, bytes]) -> set[str]:
    """Return the files that are or were open and hold something else than when they were read, if anybody read them."""
    found = set()
    for path in known.handed.keys() | handed.keys():
        try:
            alike = known.standing.held(path, files.read(path))
        except UnreadableError:
            alike = False
        if alike is None:
            alike = known.handed.get(path) == handed.get(path)
        if not alike:
            found.add(path)
    return found


def _is_ours(path: str, known: Known) -> bool:
    """Whether a file says how to judge, or which files there are: then nothing known before holds."""
    config, name = known.settings.config, path.rpartition("/")[2]
    own = {*config.files, config.baseline, lockfile.FILE}
    return (
        path in own
        or name in _OURS
        or any(path.startswith(f"{folder}/") for folder in config.policies)
        or known.tree.files.state(path) == "missing"
    )


_OURS = frozenset(
    (*NAMES, PYPROJECT, *trivyignore.FILES, ".gitignore", ".gitattributes", ".gitmodules")
)
