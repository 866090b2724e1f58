"""What `imd fix` shows: the fixes by file, the diff, and why the rest has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from immutable_delivery.findings import Finding
from immutable_delivery.fixes.loop import Made
from immutable_delivery.reporters.plain import count, printable

_UNSAFE = "an unsafe fix: --unsafe makes it"


def listing(made: Iterable[Made], left: Iterable[tuple[Finding, str]], diff: str) -> str:
    """Return the fixes, the diff (as text that no terminal obeys) and what is left."""
    made = sorted(made, key=lambda one: (one.finding.place.file, one.line, one.column))
    parts = [
        "\n".join(_made(made)),
        "\n".join(map(_line, diff.splitlines())),
        "\n".join(_end(made, left)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _made(made: Iterable[Made]) -> Iterator[str]:
    for path, found in groupby(made, key=lambda one: one.finding.place.file):
        yield printable(path)
        for one in found:
            unsafe = "" if one.fix.safe else " (unsafe)"
            yield f"  {one.line}:{one.column}  {one.finding.policy}: {printable(one.fix.title)}{unsafe}"


def _line(line: str) -> str:
    return "\t".join(map(printable, line.split("\t")))


def _end(made: list[Made], left: Iterable[tuple[Finding, str]]) -> Iterator[str]:
    if made:
        files = {edit.place.file for one in made for edit in one.fix.edits}
        yield f"{count(len(made), 'fix', 'fixes')} in {count(len(files), 'file')}; `imd fix --apply` writes them."
    else:
        yield "Nothing to fix."
    reasons: dict[str, Counter[str]] = {}
    for finding, reason in left:
        reasons.setdefault(reason or _UNSAFE, Counter())[finding.policy] += 1
    if reasons:
        total = sum(policies.total() for policies in reasons.values())
        yield f"Not fixed: {count(total, 'finding')}"
    for reason, policies in sorted(reasons.items(), key=lambda item: (-item[1].total(), item[0])):
        named = ", ".join(f"{policy} {number}" for policy, number in sorted(policies.items()))
        yield f"  {policies.total():,}  {printable(reason)} ({named})"
