"""What a baseline knows of the findings of a run.

A finding is known where an entry of its file and policy has its content (owner, what it is about, and the words at its place,
wherever that is) and was recorded at least as severe. An entry is used up by each finding that it knows, so that a twin is new. The
entries of a file that is gone know what is found in a file without entries: a renamed file stays known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from immutable_delivery.baseline import Key, entries_of, key_of
from immutable_delivery.findings import SEVERITIES, Compared, Finding, Recorded, Severity, rank
from immutable_delivery.policy.fingerprints import content
from immutable_delivery.records import Record, field, replace
from immutable_delivery.source.text import Text

Identify = Callable[[Finding, Mapping[str, Text]], str]


class State(Record, frozen=True, kw_only=True):
    """What a run finds, as far as a baseline cares."""

    findings: Sequence[Finding]
    hidden: Sequence[Finding]
    """What is suppressed or not selected: it is there all the same."""
    texts: Mapping[str, Text]
    paths: frozenset[str]
    """The files that there are."""
    aliases: Mapping[str, str]
    """The names that policies have now, by those that they had."""
    identify: Identify = content
    """What an entry knows a finding by."""


class Comparison(Record, frozen=True):
    """Which findings are new, and what became of the entries."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    fixed: tuple[Recorded, ...]
    kept: tuple[Recorded, ...]
    """The entries that still know something, those of a renamed file under its new name."""

    def against(self, file: str, covers: Callable[[str], bool]) -> Compared:
        """Return what to say of the files that the caller asks about."""
        known = sum(covers(one.place.file) for one in self.known)
        return Compared(file, known, tuple(one for one in self.fixed if covers(one.file)))


def compare(
    entries: Sequence[Recorded], state: State, *, last: Callable[[Finding], bool] = lambda _: False
) -> Comparison:
    """Tell new findings from known ones.

    Of twins the first are known. What ``last`` tells comes after all others: a change must not use up what the
    baseline has for lines that it leaves alone.
    """
    left = _Left(_counts(entries, state.aliases), state.paths, state.identify)
    known = {
        id(finding)
        for finding in sorted(state.findings, key=last)
        if left.take(finding, state.texts)
    }
    new = tuple(finding for finding in state.findings if id(finding) not in known)
    kept = left.taken
    left.taken = Counter()
    fixed = _unfound(left, new, state)
    return Comparison(
        new=new,
        known=tuple(finding for finding in state.findings if id(finding) in known),
        fixed=tuple(sorted(entries_of(fixed), key=key_of)),
        kept=tuple(entries_of(kept + left.taken)),
    )


def _unfound(left: _Left, new: Iterable[Finding], state: State) -> Counter[Key]:
    """Return what no finding stands for, be it worse than recorded, suppressed or not selected.

    What a file holds that cannot be read, nobody knows; what is not selected is not worded, so its policy has to do.
    """
    if not left.counts.total():  # nothing to look for, and texts are costly to look into
        return left.counts
    for one in (*new, *state.hidden):
        left.take(replace(one, severity=SEVERITIES[-1]), state.texts)
    unselected = {(one.place.file, one.policy) for one in state.hidden if not one.enabled}
    unreadable = {
        finding.place.file for finding in state.findings if finding.policy == "unreadable"
    }
    for key in list(left.counts):
        if key[:2] in unselected or key[0] in unreadable:
            left.taken[key] += left.counts.pop(key)
    return left.counts


class _Left(Record):
    """The entries that no finding has used up yet."""

    counts: Counter[Key]
    paths: frozenset[str]
    identify: Identify
    taken: Counter[Key] = field(default_factory=Counter)
    """What findings have used, under the names that their files have now."""
    _gone: dict[str, list[str]] = field(default_factory=dict)
    _files: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._files = {file for file, *_ in self.counts}
        for file, *_, digest in sorted(self.counts):
            if file not in self.paths:
                self._gone.setdefault(digest, []).append(file)

    def take(self, finding: Finding, texts: Mapping[str, Text]) -> bool:
        """Use up an entry that knows a finding; False where there is none."""
        digest, path = self.identify(finding, texts), finding.place.file
        before = [] if path in self._files else self._gone.get(digest, [])
        for file, severity in ((file, s) for file in (path, *before) for s in _enough(finding)):
            key = (file, finding.policy, severity, digest)
            if self.counts[key] > 0:
                self.counts[key] -= 1
                self.taken[path, finding.policy, severity, digest] += 1
                return True
        return False


def _enough(finding: Finding) -> Iterator[Severity]:
    """Yield the severities that know a finding, its own first."""
    return reversed(SEVERITIES[: rank(finding.severity) + 1])


def _counts(entries: Iterable[Recorded], aliases: Mapping[str, str]) -> Counter[Key]:
    counts = Counter[Key]()
    for entry in entries:
        policy = aliases.get(entry.policy, entry.policy)
        counts[entry.file, policy, entry.severity, entry.fingerprint] += entry.count
    return counts
