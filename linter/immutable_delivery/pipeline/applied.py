"""What the default branch has had of migrations, read as the files at hand are; git is asked once there is a migration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from hashlib import new as hashed

from immutable_delivery.context import ReadingSettings
from immutable_delivery.errors import UnreadableError, UsageError
from immutable_delivery.facts import Migration
from immutable_delivery.formats.registry import claim
from immutable_delivery.links.migrations import Applied, Asked, Earlier, family
from immutable_delivery.reading import units
from immutable_delivery.reading.units import Unit
from immutable_delivery.repository.batch import Batch
from immutable_delivery.repository.discover import Tree
from immutable_delivery.repository.git import Git
from immutable_delivery.repository.mainline import Mainline, Version, earlier, mainline
from immutable_delivery.repository.objects import commit_of
from immutable_delivery.source.files import Files, MemoryFiles

_UNKNOWN = "whether applied migrations were edited is not known"
_SHORT = 12
_SHA256 = 64
"""So many digits has the name of an object where git was told to use that."""


def asked(tree: Tree, files: Files, settings: ReadingSettings) -> Asked:
    """Return what tells the past of migrations; where all of a tree is judged, what the branch changed long ago too."""
    return partial(_applied, tree, files, settings)


def of_files(applied: Sequence[Mapping[str, str]], settings: ReadingSettings) -> Asked:
    """Return what tells of a default branch that has had just these states of files, the newest last."""

    def told(here: Sequence[Migration]) -> Applied:
        known = {one.used_at.file for one in here}
        texts = defaultdict[str, list[str]](list)
        for path, text in (pair for state in applied for pair in state.items()):
            texts[path].append(text)
        states = {
            path: [_state(path, text.encode(), settings) for text in found]
            for path, found in texts.items()
        }
        earlier_ = [
            Earlier(path=path, first=one[0], last=one[-1], commit="an earlier commit")
            for path, one in states.items()
        ]
        return Applied(
            changed=tuple(one for one in earlier_ if one.path in known),
            gone=tuple(one for one in earlier_ if one.path not in known),
            kept=frozenset(known.intersection(texts)),
            had=frozenset(known.intersection(texts)),
        )

    return told


def _applied(
    tree: Tree, files: Files, settings: ReadingSettings, here: Sequence[Migration]
) -> Applied:
    git, put_upon = tree.git, tree.put_upon
    if git is None:
        return Applied(
            unknown="there is no git repository, so nothing tells which migrations were applied before"
        )
    try:
        judged = put_upon if put_upon is not None else commit_of(git, tree.commit)
        folders = sorted({family(one)[1] for one in here})
        line = mainline(git, judged, folders) if judged else Mainline()
        if line.unknown:
            return Applied(unknown=f"{_UNKNOWN}, as {line.unknown}")
        return _Reader(git, line, files, settings).applied(
            here, folders if put_upon is None else None
        )
    except UsageError as error:
        return Applied(unknown=f"{_UNKNOWN}, as {error}")


class _Reader:
    """Compares the files at hand with those of the branch."""

    def __init__(self, git: Git, line: Mainline, files: Files, settings: ReadingSettings) -> None:
        self.git = git
        self.line = line
        self.files = files
        self.settings = settings
        self.blobs = Batch(git)

    def applied(self, here: Sequence[Migration], walked: Collection[str] | None) -> Applied:
        """Return what differs; ``walked`` are the folders whose whole history counts."""
        paths = {one.used_at.file for one in here}
        now = {path: self._oid(path) for path in paths & self.line.files.keys()}
        changed = {path for path, oid in now.items() if oid != self.line.files[path]}
        asked = walked if walked is not None else changed
        versions = earlier(self.git, self.line.at, asked) if asked and self.line.at else {}
        part = self.line.part if walked is not None else ""
        return Applied(
            changed=tuple(self._changed(now, changed, versions)),
            gone=tuple(self._gone(here)),
            kept=frozenset(now),
            old=walked is not None,
            had=frozenset(path for path in now if not self._is_new(versions.get(path, []))),
            unknown=f"whether migrations were edited long after they were applied is not known, as {part}"
            if part
            else "",
        )

    def _is_new(self, states: list[Version]) -> bool:
        """Whether the commit that is judged brought a file itself."""
        return len(states) == 1 and states[0].commit == self.line.own

    def _changed(
        self,
        now: Mapping[str, str],
        changed: Collection[str],
        versions: Mapping[str, list[Version]],
    ) -> Iterator[Earlier]:
        for path, oid in sorted(now.items()):
            states = versions.get(path) or [Version(self.line.files[path], "")]
            if path not in changed and all(one.oid == oid for one in states):
                continue
            fresh = path not in changed and states[-1].commit == self.line.own
            last = states[-2:-1] if fresh else states[-1:]
            yield Earlier(
                path=path,
                first=self._read(path, states[0].oid),
                last=tuple(found for one in last for found in self._read(path, one.oid)),
                commit=states[-1].commit[:_SHORT],
            )

    def _gone(self, here: Sequence[Migration]) -> Iterator[Earlier]:
        """Yield the migrations of the branch, in the folders at hand, whose files are not here."""
        families = {family(one) for one in here}
        there = set(self.files.paths)
        for path, oid in self.line.files.items():
            if path not in there:
                found = tuple(one for one in self._read(path, oid) if family(one) in families)
                if found:
                    yield Earlier(path=path, first=found, last=found)

    def _oid(self, path: str) -> str:
        """Return the object that git would keep of a file."""
        try:
            data = self.files.read(path)
        except UnreadableError:
            return ""
        name = (
            "sha256"
            if any(len(oid) == _SHA256 for oid in list(self.line.files.values())[:1])
            else "sha1"
        )
        return hashed(name, b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest()

    def _read(self, path: str, oid: str) -> tuple[Migration, ...]:
        try:
            return _state(path, self.blobs.read(oid), self.settings)
        except UnreadableError:
            return ()


def _state(path: str, data: bytes, settings: ReadingSettings) -> tuple[Migration, ...]:
    """Return the migrations of a file that holds these bytes."""
    entry = claim(path, data)
    if entry is None:
        return ()
    found = units.read(Unit(entry.name, (path,)), MemoryFiles({path: data}), (), settings)
    return tuple(fact for fact in found.facts if isinstance(fact, Migration))
