"""The end of the text report: totals, services, what was not judged and why, and the next step."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from immutable_delivery.findings import SEVERITIES, Judged, Report, ServiceClass, ServiceReport
from immutable_delivery.reporters import Options
from immutable_delivery.reporters.located import where
from immutable_delivery.reporters.plain import against, cells, count, printable
from immutable_delivery.reporters.text.style import Style
from immutable_delivery.text import Place

_NAMED = 5
_MOST_SERVICES = 30
_CLASSES: tuple[ServiceClass, ...] = ("divergent", "convergent", "undetermined", "congruent")


def summary(report: Report, options: Options, style: Style) -> list[str]:
    """Return the closing lines."""
    return [
        *_totals(report, style),
        *_baseline(report, style),
        *_services(report, style),
        *_coverage(report, options, style),
        *(line for notice in report.notices for line in style.wrapped(notice, "Note: ", "  ")),
        *style.wrapped(next_step(report), "Next: ", "  "),
    ]


def _totals(report: Report, style: Style) -> list[str]:
    severities = Counter(finding.severity for finding in report.findings)
    paths = Counter(finding.place.file for finding in report.findings)
    hidden = f" ({', '.join(_hidden(report))})" if report.suppressed else ""
    if not severities:
        return [style.paint("No findings", "congruent") + hidden]
    counts = ", ".join(style.paint(count(severities[s], s), s) for s in SEVERITIES if severities[s])
    total = (
        f"{count(len(report.findings), 'finding')} in {count(len(paths), 'file')}: {counts}{hidden}"
    )
    most = [f"{printable(path)} ({number})" for path, number in paths.most_common(_NAMED)]
    return [
        total,
        *(style.wrapped(f"Most in {', '.join(most)}", "", "  ") if len(paths) > 1 else []),
    ]


def _baseline(report: Report, style: Style) -> list[str]:
    if report.baseline is None:
        return []
    text = against(report.baseline, len(report.findings))
    return style.wrapped(f"{text[0].upper()}{text[1:]}.", "", "  ")


def _hidden(report: Report) -> list[str]:
    """Return how many findings are suppressed, those by comments for other tools apart."""
    tools = Counter(finding.silenced_by for finding in report.suppressed)
    own = tools.pop("", 0)
    return [
        *([f"{count(own, 'finding')} suppressed"] if own else []),
        *(f"{tools[tool]:,} suppressed by {tool}'s comments" for tool in sorted(tools)),
    ]


def _services(report: Report, style: Style) -> list[str]:
    if not report.services:
        return []
    counts = Counter(service.verdict for service in report.services)
    totals = ", ".join(style.paint(f"{counts[c]:,} {c}", c) for c in _CLASSES if counts[c])
    named = sorted(report.services, key=lambda service: _CLASSES.index(service.verdict))[
        :_MOST_SERVICES
    ]
    width = max(cells(printable(service.name)) for service in named)
    reported = {(finding.policy, finding.place) for finding in report.findings}
    lines = [line for one in named for line in _service(report, one, reported, width, style)]
    more = len(report.services) - len(named)
    head = f"{style.paint('Services', 'bold')}: {totals}"
    return ["", head, *lines, *([f"  and {more:,} more"] if more else []), ""]


def _service(
    report: Report,
    service: ServiceReport,
    reported: set[tuple[str, Place]],
    width: int,
    style: Style,
) -> list[str]:
    name = printable(service.name)
    head = f"  {name}{' ' * (width - cells(name))}  {service.verdict:<12} "
    reason = _reason(report, service, reported)
    first, *rest = style.wrapped(reason, head, " " * 4) if reason else [head.rstrip()]
    return [first.replace(service.verdict, style.paint(service.verdict, service.verdict), 1), *rest]


def _reason(report: Report, service: ServiceReport, reported: set[tuple[str, Place]]) -> str:
    if finding := service.decided_by:
        hidden = "" if (finding.policy, finding.place) in reported else ", not reported by this run"
        return f"{finding.policy} at {where(report, finding.place)}{hidden}"
    return f"unknown: {', '.join(service.unknown[:_NAMED])}" if service.unknown else ""


def _coverage(report: Report, options: Options, style: Style) -> list[str]:
    judged = [file for file in report.files if file.format and not file.skipped]
    formats = Counter(file.format for file in judged)
    kinds = ", ".join(f"{number:,} {name}" for name, number in formats.most_common())
    lines = style.wrapped(
        f"Judged {count(len(judged), 'file')}{f' ({kinds})' if kinds else ''}.", "", "  "
    )
    for reason, paths in _skipped(report.files).items():
        lines += style.wrapped(f"Not judged, {reason}: {_names(paths)}", "", "  ")
    lines += _environments(judged, style)
    if report.not_analysed and not options.show_unresolved:
        lines += style.wrapped(f"{_not_analysed(report)} (--show-unresolved).", "", "  ")
    if report.unresolved and not options.show_unresolved:
        known = f"{count(len(report.unresolved), 'verdict')} left open, because a value is unknown"
        lines += style.wrapped(f"{known} (--show-unresolved).", "", "  ")
    return lines


def _not_analysed(report: Report) -> str:
    """Return how much was not analysed, why, and where."""
    reasons = Counter(one.reason for one in report.not_analysed)
    why = ", ".join(f"{reason} ({number:,})" for reason, number in reasons.most_common())
    files = list(dict.fromkeys(one.place.file for one in report.not_analysed))
    return f"In {_names(files)} {printable(why)}"


def _skipped(files: Iterable[Judged]) -> dict[str, list[str]]:
    skipped: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if file.skipped:
            skipped[file.skipped.partition(":")[0]].append(file.path)
    return skipped


def _environments(judged: Sequence[Judged], style: Style) -> list[str]:
    """Return which files are taken for development, with the reason, and which other environments there are."""
    developing = [f"{one.path} ({one.evidence})" for one in judged if one.development]
    others = [one.environment for one in judged if one.environment and not one.development]
    names = list(dict.fromkeys(name for one in others for name in one.split(", ")))
    lines = []
    if developing:
        lines += style.wrapped(f"Taken for development: {_names(developing)}", "", "  ")
    if names:
        lines += style.wrapped(f"Environments: {_names(names)} (--show-files)", "", "  ")
    return lines


def _names(paths: list[str]) -> str:
    names = ", ".join(map(printable, paths[:_NAMED]))
    more = len(paths) - _NAMED
    return f"{names} and {more:,} more" if more > 0 else names


def _fixable(report: Report) -> str:
    """Return that some findings need no person."""
    fixes = (finding.fix for finding in report.findings)
    number = sum(bool(fix and fix.edits and fix.safe) for fix in fixes)
    return f"; `imd fix` can mend {number:,}" if number else ""


def next_step(report: Report) -> str:
    """Return what to do now, in one sentence."""
    if not any(file.format and not file.skipped for file in report.files):
        return "nothing was judged; name the paths to judge, or see --show-files."
    if report.findings:
        worst = report.worst
        found = [finding.policy for finding in report.findings if finding.severity == worst]
        readable = [policy for policy in found if policy != "unreadable"] or found
        policy, _ = Counter(readable).most_common(1)[0]
        explained = f"`imd policy show {policy}` explains the most frequent one with examples"
        return f"mend the {worst}s first; {explained}{_fixable(report)}."
    if report.baseline and report.baseline.known:
        return "`imd check --no-baseline` shows what is known; mend some of it, then `imd baseline --prune`."
    drifting = [s.name for s in report.services if s.verdict in {"divergent", "convergent"}]
    if drifting:
        return f"`imd check --profile strict` shows what keeps {_names(drifting)} from being congruent."
    if report.unresolved:
        return "`imd check --show-unresolved` shows what could not be decided."
    return "nothing; run it before every commit and in CI."
