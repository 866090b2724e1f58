"""What a change did elsewhere that brought a finding: the one file without whose change it would not be there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile

from immutable_delivery.findings import Cause, Finding
from immutable_delivery.records import replace
from immutable_delivery.repository.changes import Changes, brought, elsewhere
from immutable_delivery.source.files import MarkedFiles, State

MOST_TRIED = 8
"""Each trial judges the repository once more."""

Judge = Callable[[MarkedFiles], Sequence[Finding]]
"""Returns everything that is found in a state of the repository, reported or not."""


class Undone:
    """The files after a change, but for what it did to one of them."""

    def __init__(self, after: MarkedFiles, before: MarkedFiles, path: str, old: str) -> None:
        self._after, self._before, self._paths = after, before, {path, old or path}
        kept = (name for name in after.paths if name not in self._paths)
        back = (name for name in before.paths if name in self._paths)
        self.paths: Sequence[str] = sorted({*kept, *back})

    def _of(self, path: str) -> MarkedFiles:
        return self._before if path in self._paths else self._after

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self._of(path).read(path)

    def mark(self, path: str) -> tuple[str, int]:
        """Return what tells one version of a file from another."""
        return self._of(path).mark(path)

    def real(self, path: str) -> str:
        """Return the path that a path leads to through links."""
        return self._of(path).real(path)

    def state(self, path: str) -> State:
        """Tell whether version control tracks a file or folder."""
        return self._of(path).state(path)


def caused(
    findings: Iterable[Finding],
    changes: Changes,
    states: tuple[MarkedFiles, MarkedFiles],
    judge: Judge,
) -> Iterator[Finding]:
    """Yield findings; what no changed line shows with its cause, where undoing one change takes it away.

    ``states`` are the files after the change and before it.
    """
    findings = list(findings)
    left, causes = elsewhere(findings, changes), dict[int, Cause]()
    for path in _likely(changes, left):
        if not left:
            break
        gone = _gone(left, changes, path, states, judge)
        causes |= dict.fromkeys(map(id, gone), _cause(changes, path, states[1]))
        left = [finding for finding in left if id(finding) not in causes]
    for finding in findings:
        yield replace(finding, cause=causes.get(id(finding)))


def _likely(changes: Changes, findings: Sequence[Finding]) -> list[str]:
    """Return the files to try: deleted ones and those near the first finding before others."""
    near = findings[0].place.file if findings else ""

    def order(path: str) -> tuple[bool, int, str]:
        return path in changes.files, -_shared(path, near), path

    return sorted({*changes.files, *changes.deleted}, key=order)[:MOST_TRIED]


def _shared(path: str, other: str) -> int:
    """Return how many folders two files share."""
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _gone(
    findings: Sequence[Finding],
    changes: Changes,
    path: str,
    states: tuple[MarkedFiles, MarkedFiles],
    judge: Judge,
) -> Sequence[Finding]:
    """Return the findings that are not there, or less bad, without one change; a single change caused them all."""
    if len(changes.files) + len(changes.deleted) == 1:
        return findings
    change = changes.files.get(path)
    found = judge(Undone(*states, path, change.old if change else ""))
    return brought(findings, found, changes)


def _cause(changes: Changes, path: str, before: MarkedFiles) -> Cause:
    change = changes.files.get(path)
    if change is None:
        return Cause(file=path, event="deleted")
    if change.old:
        return Cause(file=path, event="renamed")
    if before.state(path) == "missing":
        return Cause(file=path, event="added")
    return Cause(file=path, event="changed", line=change.lines[0][0] if change.lines else 0)
