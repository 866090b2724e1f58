"""The end of the text report: totals, services, what was not judged, and the next step; of a change, one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_args

from immutable_delivery.facts import Layer
from immutable_delivery.findings import SEVERITIES, Finding, Report
from immutable_delivery.reporters.located import counts
from immutable_delivery.reporters.plain import against, count, printable
from immutable_delivery.reporters.text.services import overview, worse
from immutable_delivery.reporters.text.style import Style

_NOUNS = {"template", "fixture"}


def summary(report: Report, style: Style) -> list[str]:
    """Return the closing lines."""
    return [
        _totals(report, style),
        *_layers(report),
        *style.wrapped(_known(report), "", "  "),
        *overview(report, style),
        *style.wrapped(_coverage(report), "", "  "),
        *_notes(report, style),
        *style.wrapped(next_step(report), "Next: ", "  "),
    ]


def news(report: Report, style: Style) -> list[str]:
    """Return the one line below what is new; nothing where nothing is."""
    known = [_known(report)] if report.baseline else []
    notes = _notes(report, style)
    if not report.findings:
        fixed = known if report.baseline and report.baseline.fixed else []
        return [*style.wrapped("; ".join(fixed), "", "  "), *notes]
    said = [_found(report), *known, *worse(report), *_mended(report.findings)]
    why = f"`imd explain {_most_frequent(report)}` says why"
    return [*style.wrapped("; ".join([*said, why]), "", "  "), *notes]


def _notes(report: Report, style: Style) -> list[str]:
    return [line for notice in report.notices for line in style.wrapped(notice, "Note: ", "  ")]


def _totals(report: Report, style: Style) -> str:
    hidden = f" ({', '.join(_hidden(report))})" if report.suppressed else ""
    if not report.findings:
        return style.paint("No findings", "congruent") + hidden
    files = {finding.place.file for finding in report.findings}
    found = Counter(finding.severity for finding in report.findings)
    each = ", ".join(style.paint(count(found[s], s), s) for s in SEVERITIES if found[s])
    return (
        f"{count(len(report.findings), 'finding')} in {count(len(files), 'file')}: {each}{hidden}"
    )


def _layers(report: Report) -> Iterator[str]:
    """Yield in which layers something was found."""
    found = Counter(finding.layer for finding in report.findings)
    each = [f"{found[layer]:,} {layer}" for layer in get_args(Layer) if found[layer]]
    if each:
        yield f"Layers: {', '.join(each)}"


def _found(report: Report) -> str:
    files = {finding.place.file for finding in report.findings}
    return f"{counts(report.findings)}{f' in {len(files):,} files' if len(files) > 1 else ''}"


def _known(report: Report) -> str:
    return against(report.baseline, len(report.findings)) if report.baseline else ""


def _hidden(report: Report) -> list[str]:
    """Return how many findings are suppressed, those by comments for other tools apart."""
    tools = Counter(finding.silenced_by for finding in report.suppressed)
    own = tools.pop("", 0)
    return [
        *([f"{own:,} suppressed"] if own else []),
        *(f"{tools[tool]:,} suppressed by {tool}'s comments" for tool in sorted(tools)),
    ]


def _coverage(report: Report) -> str:
    """Return how much was judged, and by kind what was seen and not judged."""
    judged = [file for file in report.files if file.format and not file.skipped]
    developing = sum(file.development for file in judged)
    apart = f" ({developing:,} for development)" if developing else ""
    left = ", ".join(_left(report))
    rest = f"; not judged: {left} (--verbose)" if left else ""
    return f"Judged {count(len(judged), 'file')}{apart}{rest}"


def _left(report: Report) -> Iterator[str]:
    kinds = Counter(file.skipped.partition(":")[0] for file in report.files if file.skipped)
    for kind, number in kinds.most_common():
        yield count(number, kind) if kind in _NOUNS else f"{number:,} {printable(kind)}"
    if report.not_analysed:
        yield f"{count(len(report.not_analysed), 'place')} not analysed"
    if report.unresolved:
        yield count(len(report.unresolved), "unknown value")


def next_step(report: Report) -> str:
    """Return what to do now, in one sentence."""
    if not any(file.format and not file.skipped for file in report.files):
        return "nothing was judged; name the paths to judge, or see --show-files"
    if report.findings:
        why = f"`imd explain {_most_frequent(report)}` says why"
        accept = [] if report.baseline else ["`imd baseline` accepts what is there"]
        return "; ".join([*_mended(report.findings), why, *accept])
    if report.baseline and report.baseline.known:
        return "`imd check --no-baseline` shows what is known; mend some of it, then `imd baseline --prune`"
    if any(service.runs_by or service.builds_by for service in report.services):
        return "`imd check --verbose` shows what decides the class of each service"
    if report.unresolved:
        return "`imd check --show-unresolved` shows what could not be decided"
    return "nothing; run it before every commit and in CI"


def _mended(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield which commands mend how many, the most first, and how many are left to a person."""
    commands = Counter(_command(finding) for finding in findings)
    left = commands.pop("", 0)
    named = [(f"`{command}`", number) for command, number in commands.most_common()]
    if not named:
        return
    (first, number), *others = named
    many = "it" if number == 1 and not others and not left else f"{number:,}"
    yield ", ".join([f"{first} mends {many}", *(f"{name} {n:,}" for name, n in others)])
    if left:
        yield f"{left:,} {'needs' if left == 1 else 'need'} a decision"


def _command(finding: Finding) -> str:
    fix = finding.fix
    if fix is None or not (fix.edits or fix.command):
        return ""
    return (
        f"{fix.command or 'imd fix'} --apply"
        if fix.safe or not fix.edits
        else "imd fix --unsafe --apply"
    )


def _most_frequent(report: Report) -> str:
    """Return the policy of most of the worst findings; what cannot be read needs no explanation."""
    worst = report.worst
    found = [finding.policy for finding in report.findings if finding.severity == worst]
    readable = [policy for policy in found if policy != "unreadable"] or found
    return printable(Counter(readable).most_common(1)[0][0])
