"""Fixes as whole lines of the diff, which a forge applies when somebody presses a button: exactly, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from immutable_delivery.findings import Edit, Finding, Report
from immutable_delivery.forges.diff import FileDiff
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record
from immutable_delivery.review.statements import ends

MOST_LINES = 100
"""GitLab's suggestions reach no farther."""

MOST_TRIED = 50
"""Findings of one statement."""

_WORD = lazy(r"[^\s\"'\[\](){},:=@]+")
_DIGEST = lazy(r"sha256:[0-9a-f]{64}")
_OURS = frozenset(
    """
    && - apt-get apk update ci digest true read_only readOnlyRootFilesystem securityContext immutable exec sh -c npm pnpm yarn
    bun bundle poetry pipenv cargo --frozen-lockfile --frozen --locked --immutable --deployment --deploy --require-hashes
""".split()
)
"""What fixes write beside what stands there and digests."""

_REFUSED = frozenset("\r\ufeff\0")
"""What forges do not keep as it is."""


class Suggestion(Record, frozen=True):
    """Lines to write in the place of others, and what that mends."""

    start: int
    end: int
    lines: tuple[str, ...]
    mended: tuple[Finding, ...]

    @property
    def risky(self) -> bool:
        """Whether it may change how something behaves."""
        return any(one.fix and not one.fix.safe for one in self.mended)


class _Cut(Record, frozen=True, order=True):
    """A text in the place of another, by lines and columns."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str

    @property
    def first(self) -> int:
        """The first line that it changes; the line before, where it only puts lines in front of one."""
        before = self.start == self.end and self.start[1] == 1 and self.text.endswith("\n")
        return self.start[0] - (before and self.start[0] > 1)

    @property
    def last(self) -> int:
        """The last line that it changes."""
        ends_there = self.end[1] == 1 and self.end[0] > self.first
        return self.end[0] - ends_there


def suggestion(
    report: Report, findings: Sequence[Finding], file: FileDiff, *, foreign: bool = False
) -> Suggestion | None:
    """Return what mends as many of these findings as can be mended in one piece, the worst first.

    What a ``foreign`` report wants written may hold no word that is not there already, or that no fix of ours writes.
    """
    best: Suggestion | None = None
    mended: list[Finding] = []
    for finding in findings[:MOST_TRIED]:
        edits = _edits(finding, file.path)
        found = _made(report, [*mended, finding], file) if edits else None
        if found and not (foreign and _strange(found, file)):
            mended.append(finding)
            best = found
    return best


def _strange(found: Suggestion, file: FileDiff) -> bool:
    """Whether lines would hold a word that neither they nor our fixes have."""
    before = "\n".join(file.lines[number].text for number in range(found.start, found.end + 1))
    known = {*_WORD.findall(before), *_OURS}
    words = _WORD.findall(_DIGEST.sub("", "\n".join(found.lines)))
    return not known.issuperset(words)


def _edits(finding: Finding, path: str) -> tuple[Edit, ...]:
    """Return the edits of a fix that needs no other file."""
    edits = finding.fix.edits if finding.fix else ()
    return edits if all(edit.place.file == path for edit in edits) else ()


def _made(report: Report, findings: Sequence[Finding], file: FileDiff) -> Suggestion | None:
    cuts = sorted({_cut(report, edit) for one in findings for edit in _edits(one, file.path)})
    start, end = min(cut.first for cut in cuts), max(cut.last for cut in cuts)
    if end - start >= MOST_LINES or not file.shows(start, end):
        return None
    lines = [file.lines[number].text for number in range(start, end + 1)]
    after = None if _REFUSED.intersection(*["".join(lines)]) else _applied(lines, start, cuts)
    if after is None or after == tuple(lines):
        return None
    return Suggestion(start, end, after, tuple(findings))


def _cut(report: Report, edit: Edit) -> _Cut:
    start, end = ends(report, edit.place)
    text = edit.text.replace("\r\n", "\n")
    return _Cut((start.line, start.column), (end.line, end.column), text)


def _applied(lines: Sequence[str], first: int, cuts: Iterable[_Cut]) -> tuple[str, ...] | None:
    """Return lines after the cuts; None where a cut does not fit them."""
    starts, at = [0], 0
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    whole, parts = "".join(f"{line}\n" for line in lines), []
    for cut in cuts:
        begin, end = (
            _offset(lines, starts, line - first, column) for line, column in (cut.start, cut.end)
        )
        if begin is None or end is None or begin < at or end < begin:
            return None
        parts += [whole[at:begin], cut.text]
        at = end
    text = "".join([*parts, whole[at:]])
    if text and not text.endswith("\n"):
        return None
    return tuple(text[:-1].split("\n")) if text else ()


def _offset(lines: Sequence[str], starts: Sequence[int], index: int, column: int) -> int | None:
    """Return the offset of a line and column; None where the line is not so long."""
    longest = len(lines[index]) + 1 if 0 <= index < len(lines) else 1
    if not 0 <= index <= len(lines) or not 1 <= column <= longest:
        return None
    return starts[index] + column - 1
