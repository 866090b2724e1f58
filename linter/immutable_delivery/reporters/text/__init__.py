"""The report for a person at a terminal: each finding in its source, then where the whole stands and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from immutable_delivery.findings import Finding, Report
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import shown
from immutable_delivery.reporters.plain import inert, printable
from immutable_delivery.reporters.text.blocks import blocks
from immutable_delivery.reporters.text.style import Style
from immutable_delivery.reporters.text.summary import news, summary
from immutable_delivery.reporters.text.told import told


def render(report: Report, options: Options) -> str:
    """Return the report; nothing where only what is new is asked for, and nothing is."""
    style = Style(options.color, max(options.width, 40), links=options.links)
    findings = shown(report, include_suppressed=options.include_suppressed)
    sections = [
        *(told(report, block, options, style) for block in blocks(report, findings)),
        *(_reasons(report, findings, style) if options.explain else []),
        *_asked(report, findings, options, style),
        _end(report, options, style),
    ]
    text = "\n\n".join("\n".join(lines) for lines in sections if lines)
    return inert(f"{text}\n") if text else ""


def _asked(
    report: Report, findings: list[Finding], options: Options, style: Style
) -> Iterator[list[str]]:
    """Yield the long lists that the caller asks for."""
    if not (options.verbose or options.show_files or options.show_unresolved or options.statistics):
        return
    from immutable_delivery.reporters.text import lists  # noqa: PLC0415 (rarely asked for)

    if options.statistics:
        yield lists.statistics(report, findings, style)
    if options.show_unresolved or options.verbose:
        yield lists.unresolved(report, style)
    if options.show_files:
        yield lists.files(report, style)
    if options.verbose:
        yield from lists.everything(report, style)


def _end(report: Report, options: Options, style: Style) -> list[str]:
    if report.only_new and not options.verbose:
        return news(report, style)
    return summary(report, style)


def _reasons(report: Report, findings: list[Finding], style: Style) -> Iterator[list[str]]:
    """Yield why and remedy of each policy that found something, the first found first."""
    for policy in dict.fromkeys(finding.policy for finding in findings):
        if rule := report.rules.get(policy):
            drift = "" if rule.drift == "none" else f" ({rule.drift} drift)"
            yield [
                f"{style.paint(rule.id, 'bold')}: {printable(rule.name)}{drift}",
                *style.prose(rule.why, "  "),
                f"  {style.paint('Instead:', 'bold')}",
                *style.prose(rule.remedy, "  "),
            ]
