"""A block of findings as a person reads it: where, what is wrong, the line, how to mend it, and where else."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.findings import Finding, Fix, Report
from immutable_delivery.lazy_regex import lazy
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import where
from immutable_delivery.reporters.plain import count, printable
from immutable_delivery.reporters.text.blocks import Block
from immutable_delivery.reporters.text.frames import frames
from immutable_delivery.reporters.text.style import Style

_DIGEST = lazy(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}", needs=("sha256:",))
"""What nobody reads to its end."""
_NAMED = 3
_LISTED = 5
_LINES = 4
"""Of a long passage so many lines are shown to who asks for more."""


def told(report: Report, block: Block, options: Options, style: Style) -> list[str]:
    """Return a block as lines: its first finding in full, then the places of the others."""
    finding = block.first
    return [
        _head(report, finding, style),
        *style.wrapped(_DIGEST.sub(r"\1…", finding.message), "  ", "  "),
        *_source(report, finding, options, style),
        *style.wrapped("; ".join(_notes(report, finding)), "  ", "  "),
        *_fix(finding.fix, style),
        *_others(report, block, options, style),
    ]


def _head(report: Report, finding: Finding, style: Style) -> str:
    rule = report.rules.get(finding.policy)
    policy = style.linked(style.paint(finding.policy, "bold"), rule.url if rule else "")
    severity = style.paint(finding.severity, finding.severity)
    return f"{style.paint(where(report, finding.place), 'bold')} {severity} {policy}"


def _source(report: Report, finding: Finding, options: Options, style: Style) -> Iterator[str]:
    text = report.texts.get(finding.place.file)
    if text is None or not text.value:
        return
    most = _LINES if options.verbose else 1
    found = frames(text, [finding.place.span], style.width - 9, most)
    for frame in found:
        if frame.gap:
            yield style.paint(f"{'⋮':>6}", "dim")
        yield f"{style.paint(f'{frame.number:>6} │', 'dim')} {frame.line}".rstrip()
        if frame.marks:
            marks = style.paint(frame.marks, finding.severity)
            yield f"{style.paint('       │', 'dim')} {marks}"


def _notes(report: Report, finding: Finding) -> Iterator[str]:
    """Yield what else there is to know of a finding, in a few words each."""
    if finding.cause:
        yield f"since {finding.cause}"
    used = _once_a_line(report, finding)
    if used:
        more = len(used) - _NAMED
        tail = f" and {count(more, 'more place')}" if more > 0 else ""
        yield f"used at {', '.join(used[:_NAMED])}{tail}"
    if finding.environments:
        yield f"reaches {', '.join(finding.environments)}"
    if finding.suppressed:
        yield f"suppressed: {finding.suppressed}"


def _once_a_line(report: Report, finding: Finding) -> list[str]:
    """Return where a value is used, one place of each line."""
    lines: dict[str, str] = {}
    for place in finding.uses:
        at = where(report, place)
        lines.setdefault(at.rpartition(":")[0] or at, at)
    return list(lines.values())


def _fix(fix: Fix | None, style: Style) -> list[str]:
    if fix is None:
        return []
    if fix.edits:
        return style.wrapped(f"fix: {fix.title}{'' if fix.safe else ' (unsafe)'}", "  ", "  ")
    return style.wrapped(f"fix: `{fix.command}`", "  ", "  ") if fix.command else []


def _others(report: Report, block: Block, options: Options, style: Style) -> Iterator[str]:
    """Yield the places of the findings that say the same: each one, or the first of each word."""
    lines = list(_listed(report, block, every=options.verbose))
    shown = lines if options.verbose or len(lines) <= _LISTED + 1 else lines[:_LISTED]
    for number, (line, _) in enumerate(shown):
        yield from style.wrapped(line, "       " if number else "  also ", " " * 9)
    if left := sum(findings for _, findings in lines[len(shown) :]):
        yield f"       and {count(left, 'more place')} (--verbose)"


def _listed(report: Report, block: Block, *, every: bool) -> Iterator[tuple[str, int]]:
    """Yield the words with their places, without what is shown in full, and how many findings each line is."""
    words = block.words(report)
    for word, found in words.items():
        rest = [finding for finding in found if finding is not block.first]
        apart = every or len(words) == 1
        for finding in rest if apart else rest[:1]:
            more = f" and {count(len(rest) - 1, 'more place')}" if not apart and rest[1:] else ""
            named = f" {printable(word)}" if len(words) > 1 else ""
            yield f"{where(report, finding.place)}{named}{more}", 1 if apart else len(rest)
