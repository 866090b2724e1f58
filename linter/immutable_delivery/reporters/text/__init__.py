"""The report for a person at a terminal: findings in their source, why they matter, and where each service stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import shown, where, within
from immutable_delivery.reporters.plain import count, inert, printable
from immutable_delivery.reporters.text.frames import frames
from immutable_delivery.reporters.text.lists import files, statistics, unresolved
from immutable_delivery.reporters.text.style import Style
from immutable_delivery.reporters.text.summary import summary

_USES_NAMED = 3


def render(report: Report, options: Options) -> str:
    """Return the whole report."""
    style = Style(options.color, max(options.width, 40))
    findings = shown(report, include_suppressed=options.include_suppressed)
    sections = [
        *_by_file(report, findings, style),
        _policies(report, findings, style),
        statistics(report, findings, style) if options.statistics else [],
        unresolved(report, style) if options.show_unresolved else [],
        files(report, style) if options.show_files else [],
        summary(report, options, style),
    ]
    return inert("\n\n".join("\n".join(lines) for lines in sections if lines) + "\n")


def _by_file(report: Report, findings: list[Finding], style: Style) -> Iterator[list[str]]:
    for path, group in groupby(findings, lambda finding: finding.place.file):
        yield [
            style.paint(printable(path), "bold"),
            *(
                line
                for together in _grouped(report, group)
                for line in _finding(report, together, style)
            ),
        ]


def _grouped(report: Report, findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return the findings, those that say the same of several words of one statement together."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        key = (
            finding.policy,
            finding.severity,
            finding.extent,
            finding.suppressed,
            finding.environments,
            _pattern(report, finding),
        )
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def _pattern(report: Report, finding: Finding) -> str:
    """Return the message without the word that it speaks of."""
    text, span = report.texts.get(finding.place.file), finding.place.span
    word = text.value[span.start : span.end] if text else ""
    return finding.message.replace(word, "…") if word else finding.message


def _finding(report: Report, together: list[Finding], style: Style) -> Iterator[str]:
    finding = together[0]
    severity = style.paint(finding.severity, finding.severity)
    head = f"  {within(report, finding.place) or '-':<6} "
    more = f" (and {len(together) - 1} more in this statement)" if len(together) > 1 else ""
    plain = f"{head}{finding.severity} {finding.policy}: "
    first, *rest = style.wrapped(finding.message + more, plain, " " * 9)
    yield first.replace(plain, f"{head}{severity} {style.paint(finding.policy, 'bold')}: ", 1)
    yield from rest
    yield from _source(report, together, style)
    yield from _uses(report, finding, style)
    if finding.environments:
        named = ", ".join(map(printable, finding.environments))
        yield from style.wrapped(f"reaches {named}", " " * 9, " " * 11)
    yield from _fix(finding, style)
    if finding.suppressed:
        yield from style.wrapped(f"suppressed: {finding.suppressed}", " " * 9, " " * 11)


def _source(report: Report, together: list[Finding], style: Style) -> Iterator[str]:
    text = report.texts.get(together[0].place.file)
    if text is None or not text.value:
        return
    for frame in frames(text, (finding.place.span for finding in together), style.width - 11):
        if frame.gap:
            yield style.paint(f"{'⋮':>8}", "dim")
        yield f"{style.paint(f'{frame.number:>8} │', 'dim')} {frame.line}".rstrip()
        yield f"{style.paint('         │', 'dim')} {style.paint(frame.marks, together[0].severity)}"


def _uses(report: Report, finding: Finding, style: Style) -> Iterator[str]:
    if not finding.uses:
        return
    named = [where(report, place) for place in finding.uses[:_USES_NAMED]]
    more = len(finding.uses) - len(named)
    tail = f" and {count(more, 'more place')}" if more else ""
    yield from style.wrapped(f"used at {', '.join(named)}{tail}", " " * 9, " " * 11)


def _fix(finding: Finding, style: Style) -> Iterator[str]:
    if finding.fix and finding.fix.edits:
        unsafe = "" if finding.fix.safe else " (unsafe)"
        yield from style.wrapped(f"fix: {finding.fix.title}{unsafe}", " " * 9, " " * 11)


def _policies(report: Report, findings: list[Finding], style: Style) -> list[str]:
    """Return why and remedy of each policy that found something, the first found first."""
    lines = []
    for policy in dict.fromkeys(finding.policy for finding in findings):
        rule = report.rules.get(policy)
        if rule is None:
            continue
        drift = "" if rule.drift == "none" else f" ({rule.drift} drift)"
        lines += ["", f"{style.paint(rule.id, 'bold')}: {printable(rule.name)}{drift}"]
        lines += style.prose(rule.why, "  ")
        lines += [f"  {style.paint('Instead:', 'bold')}", *style.prose(rule.remedy, "  ")]
    return lines[1:]
